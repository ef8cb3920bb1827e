"""A post on Mastodon with one picture: https://docs.joinmastodon.org/methods/media/ and …/methods/statuses/.

The requests go to the own account's server, signed by a consent that is given for this post.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from passerelle.errors import ServerRefused
from passerelle.hosts import public_host
from passerelle.identifiers import AccountId
from passerelle.networks.fediverse.answers import document_of, refusal, unreadable
from passerelle.networks.fediverse.api import MAX_ID
from passerelle.transport import Request, Response

UPLOAD_SECONDS = 60.0
LATEST = 40  # statuses of one page: docs.joinmastodon.org/methods/accounts/#statuses
MAX_URL = 2_000  # characters
PROCESSED, PROCESSING, NOT_FOUND = 200, 206, 404


def upload_request(account: AccountId, picture: bytes, description: str, boundary: str) -> Request:
    """Return the request that stores a PNG with its description; `boundary` must not occur in either (RFC 7578)."""
    parts = (
        f'--{boundary}\r\ncontent-disposition: form-data; name="description"\r\n\r\n{description}\r\n',
        f'--{boundary}\r\ncontent-disposition: form-data; name="file"; filename="exit.png"\r\n'
        "content-type: image/png\r\n\r\n",
    )
    body = "".join(parts).encode() + picture + f"\r\n--{boundary}--\r\n".encode()
    headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
    return Request("POST", "/api/v2/media", headers, body, account, timeout=UPLOAD_SECONDS, grant="post")


def media_request(account: AccountId, media_id: str) -> Request:
    """Return the request for a picture that no post has yet; of one that a post has, Mastodon answers 404."""
    return Request("GET", f"/api/v1/media/{quote(media_id, safe='')}", account=account, grant="post")


def read_media(response: Response, host: str) -> tuple[str, bool]:
    """Parse the id of a stored picture, and whether it is ready. Raises ServerRefused."""
    expect_post_allowed(response, host)
    document = document_of(response)
    media_id = document.get("id") if isinstance(document, Mapping) else None
    if not isinstance(media_id, str) or not 0 < len(media_id) <= MAX_ID:
        raise unreadable(host)
    return media_id, response.status == PROCESSED


def status_request(account: AccountId, text: str, media_id: str, language: str, key: str) -> Request:
    """Return the request that posts. A server that has seen `key` within the hour answers with the earlier post."""
    body = {"status": text, "media_ids": [media_id], "language": language, "visibility": "public"}
    headers = {"content-type": "application/json", "idempotency-key": key}
    content = json.dumps(body, ensure_ascii=False).encode()
    return Request("POST", "/api/v1/statuses", headers, content, account, timeout=UPLOAD_SECONDS, grant="post")


def own_request(account: AccountId) -> Request:
    """Return the request for the own account."""
    return Request("GET", "/api/v1/accounts/verify_credentials", account=account, grant="post")


def latest_request(server: str, account_id: str) -> Request:
    """Return the request for an account's latest public posts, as anyone may read them."""
    return Request("GET", f"https://{server}/api/v1/accounts/{quote(account_id, safe='')}/statuses?limit={LATEST}")


def read_status(response: Response, host: str) -> str:
    """Parse the web page of a post. Raises ServerRefused."""
    expect_post_allowed(response, host)
    if (url := _url_in(document_of(response))) is None:
        raise unreadable(host)
    return url


def find_with_media(response: Response, media_id: str) -> str | None:
    """Return the web page of the post that has this picture. Raises ValueError where the list cannot be read."""
    document = document_of(response) if response.status == PROCESSED else None
    if not isinstance(document, list):
        raise ValueError("This is no list of posts.")
    return next((url for one in document if _has_media(one, media_id) and (url := _url_in(one))), None)


def expect_post_allowed(response: Response, host: str) -> None:
    """Raise ServerRefused unless the status is a success: `post_closed` where the consent does not reach so far."""
    if response.status < 300:
        return
    error = refusal(response, host)
    if error.code == "scope_missing":
        raise ServerRefused(ServerRefused.CODES["post_closed"], code="post_closed", host=host)
    if error.code == "account_not_found":  # what such a 404 means for follows
        raise ServerRefused("The server refused the request.", code="server_refused", host=host, status=404)
    raise error


def _has_media(status: Any, media_id: str) -> bool:
    attached = status.get("media_attachments") if isinstance(status, Mapping) else None
    return isinstance(attached, list) and any(
        isinstance(one, Mapping) and one.get("id") == media_id for one in attached
    )


def _url_in(status: Any) -> str | None:
    url = status.get("url") if isinstance(status, Mapping) else None
    is_page = (
        isinstance(url, str) and len(url) <= MAX_URL and url.startswith("https://") and public_host(url) is not None
    )
    return url if is_page else None
