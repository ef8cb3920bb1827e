"""POSTING: one entry per network on which a post is sent for the person, so that the engine names none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from passerelle.identifiers import Network
from passerelle.networks.bluesky import MAX_PICTURE, make_tid
from passerelle.posting import bluesky, mastodon
from passerelle.posting.draft import Send

RANDOM_BYTES = 16
_CLOCK_ID_BYTES = 2  # of a record key; make_tid uses 10 bits
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class PostRules:
    """How one network posts. `make_key` takes the time and RANDOM_BYTES random bytes."""

    make_key: Callable[[datetime, bytes], str]
    send: Send
    max_picture: int  # bytes


def _record_key(now: datetime, random: bytes) -> str:
    return make_tid(int(now.timestamp() * _MICROSECONDS), int.from_bytes(random[:_CLOCK_ID_BYTES]))


POSTING: Mapping[Network, PostRules] = {
    "bluesky": PostRules(_record_key, bluesky.send, MAX_PICTURE),
    # Mastodon takes pictures up to 16 MB: app/models/media_attachment.rb; other servers less, none less than Bluesky.
    "fediverse": PostRules(lambda now, random: random.hex(), mastodon.send, MAX_PICTURE),
}
