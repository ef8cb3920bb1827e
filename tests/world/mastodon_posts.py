"""Pictures and posts of a Mastodon stand-in. https://docs.joinmastodon.org/methods/media/ and …/methods/statuses/"""

from __future__ import annotations

from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP

from tests.world.exchange import Ask


@dataclass
class Media:
    """A stored picture. `looks`: how often it is still being processed. `status`: the post that has it."""

    id: str
    owner: str
    content: bytes
    description: str
    looks: int = 1
    status: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """A post."""

    id: str
    owner: str
    text: str
    media: tuple[Media, ...]
    language: str
    visibility: str


@dataclass
class Posts:
    """Everything posted on one server. `keys`: Idempotency-Keys, which Mastodon remembers for an hour."""

    media: dict[str, Media] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    keys: dict[tuple[str, str], Status] = field(default_factory=dict)

    def upload(self, owner: str, ask: Ask) -> Media:
        """Store the picture of a form. Raises ValueError for a form without one."""
        parts = read_parts(ask)
        content = parts.get("file", b"")
        if not content.startswith(b"\x89PNG"):
            raise ValueError("Validation failed: File content type is invalid")
        media = Media(str(110_000 + len(self.media)), owner, content, parts.get("description", b"").decode())
        self.media[media.id] = media
        return media

    def free(self, owner: str, media_id: str) -> Media | None:
        """Return a picture that no post has: app/controllers/api/v1/media_controller.rb."""
        found = self.media.get(media_id)
        return found if found and found.owner == owner and not found.status else None

    def post(self, owner: str, key: str, text: str, media_ids: list[str], language: str, visibility: str) -> Status:
        """Post, or return what was posted with this key. Raises ValueError for pictures that are not ready."""
        if key and (earlier := self.keys.get((owner, key))):
            return earlier
        media = [self.free(owner, one) for one in media_ids]
        if not all(one and one.looks <= 0 for one in media):
            raise ValueError("Validation failed: Cannot attach files that have not finished processing.")
        status_id = str(115_000 + len(self.statuses))
        status = Status(status_id, owner, text, tuple(one for one in media if one), language, visibility)
        for one in status.media:
            one.status = status_id
        self.statuses.append(status)
        self.keys[owner, key] = status
        return status


def read_parts(ask: Ask) -> dict[str, bytes]:
    """Return the parts of a multipart form by name."""
    head = f"content-type: {ask.header('content-type')}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + ask.body)
    named = {str(part.get_param("name", header="content-disposition")): part for part in message.iter_parts()}
    return {name: _content(part.get_payload(decode=True)) for name, part in named.items()}


def _content(payload: object) -> bytes:
    return payload if isinstance(payload, bytes) else b""
