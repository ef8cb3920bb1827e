"""Requests to Bluesky's AppView for accounts, and its answers as candidates.

Lexicons: https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from passerelle.errors import InvalidIdentifier
from passerelle.identifiers import AccountId, Did, Handle, parse_did, parse_handle
from passerelle.matching.records import Candidate
from passerelle.networks.bluesky.answers import expect_ok, read_object, unreadable
from passerelle.networks.bluesky.identity import PUBLIC_API
from passerelle.networks.profile import MAX_DESCRIPTION
from passerelle.text import clean_display_name, clean_paragraphs
from passerelle.transport import Purpose, Request, Response

MAX_ACTORS = 25  # per getProfiles: app/bsky/actor/getProfiles.json
MAX_PAGE = 100  # per getFollows: app/bsky/graph/getFollows.json
MAX_CURSOR = 1000  # characters
MAX_LABELS = 50  # of one account that are read


def profiles_request(actors: Iterable[Handle | Did]) -> Request:
    """Return the request for up to MAX_ACTORS accounts; those that do not exist are missing from the answer."""
    return _get("app.bsky.actor.getProfiles", [("actors", actor) for actor in actors], "people")


def follows_request(did: Did, cursor: str | None) -> Request:
    """Return the request for a page of the accounts that an account follows."""
    query = [("actor", did), ("limit", str(MAX_PAGE))]
    return _get("app.bsky.graph.getFollows", query + ([("cursor", cursor)] if cursor else []), "search")


def search_request(words: str, account: AccountId, limit: int) -> Request:
    """Return the request that searches accounts, sent through the person's own server with their sign-in."""
    query = urlencode([("q", words), ("limit", str(limit))])
    return Request("GET", f"/xrpc/app.bsky.actor.searchActors?{query}", account=account)


def read_candidates(response: Response, field: str) -> tuple[Candidate, ...]:
    """Parse the accounts in one list of an answer; unusable ones are left out. Raises ServerRefused."""
    expect_ok(response)
    accounts = read_object(response).get(field)
    if not isinstance(accounts, list):
        raise unreadable()
    return tuple(_candidates(accounts))


def read_cursor(response: Response) -> str | None:
    """Return the cursor of the next page; None at the end, and for one that is not usable."""
    cursor = read_object(response).get("cursor")
    return cursor if isinstance(cursor, str) and 0 < len(cursor) <= MAX_CURSOR else None


def _get(method: str, query: Iterable[tuple[str, str]], purpose: Purpose) -> Request:
    return Request("GET", f"{PUBLIC_API}/xrpc/{method}?{urlencode(list(query))}", purpose=purpose)


def _candidates(accounts: Iterable[Any]) -> Iterator[Candidate]:
    for account in accounts:
        try:
            yield _candidate(account)
        except (InvalidIdentifier, AttributeError):  # not an object, or without did and handle
            continue


def _candidate(account: Mapping[str, Any]) -> Candidate:
    website = clean_display_name(account.get("website"), limit=MAX_DESCRIPTION)
    posts = account.get("postsCount")
    return Candidate(
        network="bluesky",
        address=parse_handle(account.get("handle")),
        did=parse_did(account.get("did")),
        display_name=clean_display_name(account.get("displayName")),
        description=clean_paragraphs(account.get("description"), MAX_DESCRIPTION),
        websites=(website,) if website else (),
        created_at=_read_date(account.get("createdAt")),
        posts=posts if isinstance(posts, int) else None,
        labels=frozenset(_labels(account.get("labels"))),
    )


def _labels(labels: object) -> Iterator[str]:
    for label in labels[:MAX_LABELS] if isinstance(labels, list) else ():
        if isinstance(label, Mapping) and isinstance(value := label.get("val"), str) and label.get("neg") is not True:
            yield value


def _read_date(text: object) -> datetime | None:
    try:
        date = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return date.replace(tzinfo=date.tzinfo or UTC) if date else None
