"""A post on Bluesky with one picture: its record and the requests that write it.

Lexicons: https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky/{feed/post,embed/images}.json. The
requests go to the account's own server, signed by a consent that is given for this post.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from passerelle.identifiers import AccountId, Did
from passerelle.networks.bluesky.answers import expect_ok, read_object, unreadable
from passerelle.networks.bluesky.follows import create_record_request, get_follow_request
from passerelle.networks.bluesky.richtext import find_facets
from passerelle.transport import Request, Response

POST = "app.bsky.feed.post"
MAX_PICTURE = 1_000_000  # bytes: lexicons/app/bsky/embed/images.json
PNG = "image/png"
UPLOAD_SECONDS = 60.0


def upload_request(account: Did, picture: bytes) -> Request:
    """Return the request that stores a PNG; the same bytes again are the same blob."""
    path = "/xrpc/com.atproto.repo.uploadBlob"
    headers = {"content-type": PNG}
    return Request("POST", path, headers, picture, AccountId(account), timeout=UPLOAD_SECONDS, grant="post")


def read_blob(response: Response) -> Mapping[str, Any]:
    """Parse the reference of a stored blob. Raises ServerRefused."""
    expect_ok(response)
    blob = read_object(response).get("blob")
    if not isinstance(blob, Mapping) or not isinstance(blob.get("ref"), Mapping):
        raise unreadable()
    return blob


def make_post(text: str, language: str, created_at: str, picture: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of a post; `picture` is an entry of app.bsky.embed.images."""
    facets = find_facets(text)
    return {
        "$type": POST,
        "text": text,
        **({"facets": facets} if facets else {}),
        "langs": [language],
        "createdAt": created_at,
        "embed": {"$type": "app.bsky.embed.images", "images": [picture]},
    }


def make_image(blob: Mapping[str, Any], alt: str, width: int, height: int) -> dict[str, Any]:
    """Return an entry of app.bsky.embed.images."""
    return {"image": blob, "alt": alt, "aspectRatio": {"width": width, "height": height}}


def create_post_request(account: Did, rkey: str, record: Mapping[str, Any]) -> Request:
    """Return the request that writes a post under its key; where there is one under it, the server refuses."""
    return replace(create_record_request(account, POST, rkey, record), grant="post")


def get_post_request(account: Did, rkey: str) -> Request:
    """Return the request for a post under its key."""
    return replace(get_follow_request(account, rkey, POST), grant="post")


def post_url(account: Did, rkey: str) -> str:
    """Return the web page of a post.

    >>> post_url(Did("did:plc:ada22222222222222222222"), "3lk")
    'https://bsky.app/profile/did:plc:ada22222222222222222222/post/3lk'
    """
    return f"https://bsky.app/profile/{account}/post/{rkey}"
