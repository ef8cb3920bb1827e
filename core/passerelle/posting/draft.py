"""A post as it is stored before it is sent, and what sending it needs of the outside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from passerelle.identifiers import AccountId
from passerelle.transport import Fetch


@dataclass(frozen=True, slots=True)
class Draft:
    """A post with one picture.

    `key` is chosen once: the record's key on Bluesky, the Idempotency-Key on Mastodon. `media_id`: the picture on the
    server. `sent_at`: when the post itself was first sent; from then on it may be there. Times are ISO 8601.
    """

    account: AccountId
    key: str
    text: str
    language: str
    alt: str
    width: int
    height: int
    created_at: str
    media_id: str | None = None
    sent_at: str | None = None


@dataclass(frozen=True, slots=True)
class Outside:
    """What sending uses. `keep` stores the draft as it is now, durably, before it returns."""

    fetch: Fetch
    keep: Callable[[Draft], Awaitable[None]]
    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]


# Sends a draft with its picture; returns the post's web page. Sent again after an interruption, nothing is twice there.
Send = Callable[[Draft, bytes, Outside], Awaitable[str]]
