"""The servers of all accounts there are: every handle and acct exists, and its owner lets it be listed or not."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from passerelle.errors import NetworkError
from passerelle.transport import Request, Response

PDS = "pds.example.org"


@dataclass
class Owners:
    """`wishes`: flags in an acct's actor, labels of a handle. `gone`: accounts that do not exist; `down`: hosts."""

    wishes: dict[str, Any] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    down: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    _handles: dict[str, str] = field(default_factory=dict)

    async def fetch(self, request: Request) -> Response:
        """Answer a request, as `Fetch` does."""
        parts = urlsplit(request.url)
        self.asked.append(request.url)
        if parts.netloc in self.down:
            raise NetworkError("No answer.", host=parts.netloc)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        status, body = self._answer(parts.netloc, parts.path, query)
        return Response(status, {"content-type": "application/json"}, json.dumps(body).encode(), request.url)

    def _answer(self, host: str, path: str, query: dict[str, str]) -> tuple[int, Any]:
        if path == "/.well-known/webfinger":
            acct = query["resource"].removeprefix("acct:")
            url = f"https://{host}/users/{acct.partition('@')[0]}"
            link = {"rel": "self", "type": "application/activity+json", "href": url}
            return (404, {}) if acct in self.gone else (200, {"subject": f"acct:{acct}", "links": [link]})
        if path.startswith("/users/"):
            acct = f"{path.rpartition('/')[2]}@{host}"
            return 200, {"id": f"https://{host}{path}", "type": "Person"} | self.wishes.get(acct, {})
        if path == "/xrpc/com.atproto.identity.resolveHandle":
            handle = query["handle"]
            return (400, {"error": "InvalidRequest"}) if handle in self.gone else (200, {"did": self._did(handle)})
        if host == "plc.directory":
            return 200, self._document(path.removeprefix("/"))
        labels = self.wishes.get(self._handles.get(query.get("repo", ""), ""), [])
        uri = f"at://{query.get('repo')}/app.bsky.actor.profile/self"
        return 200, {"uri": uri, "value": {"labels": {"values": [{"val": label} for label in labels]}}}

    def _did(self, handle: str) -> str:
        did = f"did:plc:{hashlib.sha256(handle.encode()).hexdigest()[:24].translate(str.maketrans('0189', 'wxyz'))}"
        self._handles[did] = handle
        return did

    def _document(self, did: str) -> dict[str, Any]:
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": f"https://{PDS}"}
        return {"id": did, "alsoKnownAs": [f"at://{self._handles.get(did, '')}"], "service": [service]}
