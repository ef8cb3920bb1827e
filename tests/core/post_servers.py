"""An own server on each network, as far as posting needs it: a PDS with blobs and records, a Mastodon with media."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from passerelle.errors import NetworkError, ServerRefused
from passerelle.transport import Request, Response

from tests.core.fakes import ME, reply

ACCT = "odile@quai.example.org"
HOST = "quai.example.org"
WEB = f"https://{HOST}"
FAULTS = ("", "lost request", "lost answer", "login page", "busy")


@dataclass
class Faulty:
    """Answers with `act`, but for the faults, which are used up one per request that changes something."""

    may: Callable[[], bool]
    faults: list[str] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        """Answer one request, if the consent is there."""
        if request.account is not None and (request.grant != "post" or not self.may()):
            raise ServerRefused("No consent.", code="not_signed_in")
        fault = self.faults.pop(0) if self.faults and request.method == "POST" else ""
        if fault == "lost request":
            raise NetworkError("No answer.", host=HOST)
        if fault == "login page":
            return Response(200, {"content-type": "text/html"}, b"<!doctype html><title>Wi-Fi</title>")
        if fault == "busy":
            return reply(429, {"error": "RateLimitExceeded"})
        answer = self.act(request)
        if fault == "lost answer":
            raise NetworkError("No answer.", host=HOST)
        return answer

    def act(self, request: Request) -> Response:
        """Do what is asked for."""
        raise NotImplementedError


@dataclass
class PostPds(Faulty):
    """A PDS: blobs are kept until no record names them, a key is written once."""

    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    scope: bool = True

    def act(self, request: Request) -> Response:
        """Answer uploadBlob, createRecord, getRecord."""
        method = urlsplit(request.url).path.removeprefix("/xrpc/")
        if not self.scope:
            return reply(403, {"error": "ScopeMissingError", "message": "Missing required scope"})
        if method == "com.atproto.repo.uploadBlob":
            cid = f"bafkrei{len(request.body or b'')}"
            self.blobs[cid] = request.body or b""
            size = len(request.body or b"")
            blob = {"$type": "blob", "ref": {"$link": cid}, "mimeType": request.headers["content-type"], "size": size}
            return reply(200, {"blob": blob})
        if method == "com.atproto.repo.getRecord":
            key = parse_qs(urlsplit(request.url).query)["rkey"][0]
            if key not in self.posts:
                return reply(400, {"error": "RecordNotFound"})
            return reply(200, {"uri": self._uri(key), "cid": "bafyreia", "value": self.posts[key]})
        assert method == "com.atproto.repo.createRecord"
        body = json.loads(request.body or b"")
        if body["rkey"] in self.posts:
            return reply(500, {"error": "InternalServerError"})
        assert body["record"]["embed"]["images"][0]["image"]["ref"]["$link"] in self.blobs
        self.posts[body["rkey"]] = body["record"]
        return reply(200, {"uri": self._uri(body["rkey"]), "cid": "bafyreia"})

    def _uri(self, key: str) -> str:
        return f"at://{ME}/app.bsky.feed.post/{key}"


@dataclass
class PostMastodon(Faulty):
    """A Mastodon. `keys`: Idempotency-Keys it remembers; `looks`: how often a picture is still being processed."""

    statuses: list[dict[str, Any]] = field(default_factory=list)
    media: dict[str, str | None] = field(default_factory=dict)  # id -> the status that has it
    descriptions: list[str] = field(default_factory=list)
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    looks: int = 1
    shows_list: bool = True
    asked: list[str] = field(default_factory=list)

    def act(self, request: Request) -> Response:
        """Answer media, statuses, verify_credentials."""
        path = urlsplit(request.url).path
        self.asked.append(f"{request.method} {path}")
        if path == "/api/v1/accounts/verify_credentials":
            return reply(200, {"id": "7", "acct": "odile", "url": f"{WEB}/@odile"})
        if path == "/api/v2/media":
            return self._upload(request.body or b"")
        if path.startswith("/api/v1/media/"):
            return self._look(path.rpartition("/")[2])
        if path == "/api/v1/accounts/7/statuses":
            assert request.account is None
            return reply(200, self.statuses[::-1]) if self.shows_list else reply(401, {"error": "Sign in"})
        assert path == "/api/v1/statuses"
        return self._post(json.loads(request.body or b""), request.headers["idempotency-key"])

    def _upload(self, body: bytes) -> Response:
        description, picture = body.split(b"\r\n--passerelle-")[:2]
        assert picture.endswith(b"PNG")
        self.descriptions.append(description.rpartition(b"\r\n\r\n")[2].decode())
        media_id = str(100 + len(self.media))
        self.media[media_id] = None
        return reply(202 if self.looks else 200, {"id": media_id, "type": "image", "url": None})

    def _look(self, media_id: str) -> Response:
        if self.media.get(media_id, "gone") is not None:
            return reply(404, {"error": "Record not found"})
        self.looks -= 1
        return reply(206 if self.looks > 0 else 200, {"id": media_id, "type": "image"})

    def _post(self, body: dict[str, Any], key: str) -> Response:
        if key in self.keys:
            return reply(200, self.keys[key])
        media_ids = body["media_ids"]
        if self.looks > 0 or any(self.media.get(one, "gone") is not None for one in media_ids):
            return reply(422, {"error": "Validation failed"})
        number = str(len(self.statuses) + 1)
        status = {**body, "id": number, "url": f"{WEB}/@odile/{number}", "media_attachments": [{"id": media_ids[0]}]}
        self.statuses.append(status)
        self.media[media_ids[0]] = number
        self.keys[key] = status
        return reply(200, status)
