"""Plc and Pds: a real PLC and a real Bluesky PDS (npm, on loopback), and what tests ask of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import httpx

from tests.world.clock import milliseconds
from tests.world.processes import Child

NODE = Path(__file__).parent / "node"
HOSTNAME = "pds.passerelle.eu"  # what DID documents point to; the world answers under it
HANDLES = f".{HOSTNAME}"
BEHIND = "appview.passerelle.eu"  # the AppView to which it sends what it does not answer itself
FOLLOW = "app.bsky.graph.follow"
PROFILE = "app.bsky.actor.profile"
PAGE = 100  # records a listRecords page may hold
ADMIN_PASSWORD = "admin"
PASSWORD = "correct horse battery staple"  # of every account here


@dataclass(frozen=True, slots=True)
class Account:
    """One account on the PDS and how to get in."""

    did: str
    handle: str
    password: str
    app_password: str


@dataclass(frozen=True, slots=True)
class FollowRecord:
    """One follow as it stands in a repository."""

    uri: str
    subject: str


def _is_ready(line: str) -> bool:
    return line.startswith('{"ready":true')


def _node(script: str, env: Mapping[str, str]) -> Child:
    node = shutil.which("node")
    assert node, "Node is missing: see the README"
    return Child([node, NODE / script], _is_ready, env={"LOG_ENABLED": "false", **env})


def _port(child: Child) -> int:
    return int(json.loads(child.ready)["port"])


class Plc:
    """The registry of did:plc, in memory."""

    def __init__(self) -> None:
        self.child = _node("plc.cjs", {"PLC_PORT": "0"})
        self.port = _port(self.child)

    def stop(self) -> None:
        """End it, and with it every did."""
        self.child.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@dataclass(frozen=True, slots=True)
class ServerLimit:
    """So many points in a fixed window of so many milliseconds."""

    points: int
    milliseconds: int


class Pds:
    """A PDS with its data in `folder`; it can be killed and started again. Its clock is ahead by `clock`.

    `limits`: by the PDS's names, other limits than its own; they switch its rate limits on.
    `appview`: whether it has an AppView, BEHIND, for searches of signed-in accounts.
    `issuer`: the origin of its authorization server, where that is another than its own.
    """

    def __init__(
        self,
        plc: Plc,
        folder: Path,
        *,
        limits: Mapping[str, ServerLimit] | None = None,
        clock: timedelta = timedelta(),
        issuer: str = "",
        appview: bool = False,
    ) -> None:
        self._front = folder / "front.json"
        self._lifetimes = folder / "lifetimes.json"
        self._env = {
            "PDS_FRONT": str(self._front),
            "PDS_LIFETIMES": str(self._lifetimes),
            "PDS_ISSUER": issuer,
            "CLOCK_OFFSET_MS": str(milliseconds(clock)),
            "PDS_PORT": "0",
            "PDS_HOSTNAME": HOSTNAME,
            "PDS_SERVICE_HANDLE_DOMAINS": HANDLES,
            "PDS_DATA_DIRECTORY": str(folder),
            "PDS_BLOBSTORE_DISK_LOCATION": str(folder / "blobs"),
            "PDS_DID_PLC_URL": f"http://127.0.0.1:{plc.port}",
            "PDS_DEV_MODE": "true",  # the PLC has a private address
            **(
                {"PDS_BSKY_APP_VIEW_URL": f"https://{BEHIND}", "PDS_BSKY_APP_VIEW_DID": f"did:web:{BEHIND}"}
                if appview
                else {}
            ),
            "PDS_INVITE_REQUIRED": "false",
            "PDS_ENABLE_DID_DOC_WITH_SESSION": "true",
            "PDS_RATE_LIMITS_ENABLED": str(limits is not None).lower(),
            "RATE_LIMITS": json.dumps(
                {name: {"points": one.points, "durationMs": one.milliseconds} for name, one in (limits or {}).items()}
            ),
            # Keys of a server that no other machine can reach and that ends with the test.
            "PDS_JWT_SECRET": "jwt-secret-of-a-test",
            "PDS_DPOP_SECRET": "0d" * 32,
            "PDS_ADMIN_PASSWORD": ADMIN_PASSWORD,
            "PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX": "1c" * 32,
        }
        self.port = 0
        self.start()

    def start(self) -> None:
        """Start it, or start it again with the data it had; the port may be another."""
        self.child = _node("pds.cjs", self._env)
        self.port = _port(self.child)
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}/xrpc/", timeout=30, trust_env=False)

    @contextmanager
    def led_to(self, port: int, authority: str) -> Iterator[None]:
        """Lead its own requests to hosts of the closed world to the front at `port`, trusted by `authority` (PEM).

        Afterwards it asks the front of before again: other tests may use the same server.
        """
        before = self._front.read_text() if self._front.exists() else None
        self._front.write_text(json.dumps({"port": port, "authority": authority}))
        try:
            yield
        finally:
            if before is not None:
                self._front.write_text(before)

    def set_lifetimes(
        self,
        *,
        access: timedelta | None = None,
        told: timedelta | None = None,
        session: timedelta | None = None,
    ) -> None:
        """Set how long new access tokens and every OAuth session live; None: as long as usual.

        `told`: what clients are told instead of the life of their access token.
        """
        lives = {"access": access, "told": told, "session": session}
        chosen = {name: milliseconds(life) for name, life in lives.items() if life is not None}
        written = self._lifetimes.with_suffix(".new")
        written.write_text(json.dumps(chosen))
        written.replace(self._lifetimes)

    def stop(self) -> None:
        """Stop it and wait."""
        self._http.close()
        self.child.stop()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._http.close()
        self.child.kill()

    def move_clock(self, clock: timedelta) -> None:
        """Start it again with its clock ahead by `clock`; the port may be another."""
        self.stop()
        self._env["CLOCK_OFFSET_MS"] = str(milliseconds(clock))
        self.start()

    def create_account(self, name: str) -> Account:
        """Open the account `name`.pds.passerelle.eu and give it an app password. `name`: letters, digits, dashes."""
        handle = f"{name}{HANDLES}"
        made = self._post(
            "com.atproto.server.createAccount",
            {"handle": handle, "email": f"{name}@mail.example", "password": PASSWORD},
        )
        app = self._post("com.atproto.server.createAppPassword", {"name": "passerelle"}, token=made["accessJwt"])
        return Account(made["did"], handle, PASSWORD, app["password"])

    def follow(self, account: Account, subject: str) -> str:
        """Write one follow record for `account`, as another app would, and give its at-uri."""
        session = self._post(
            "com.atproto.server.createSession", {"identifier": account.handle, "password": account.password}
        )
        record = {"$type": FOLLOW, "subject": subject, "createdAt": "2026-01-01T00:00:00.000Z"}
        written = self._post(
            "com.atproto.repo.createRecord",
            {"repo": account.did, "collection": FOLLOW, "record": record},
            token=session["accessJwt"],
        )
        return str(written["uri"])

    def write_profile(self, account: Account, record: Mapping[str, Any], picture: bytes = b"") -> None:
        """Write the profile record of `account`, with a picture (a PNG) where one is given."""
        secrets = {"identifier": account.handle, "password": account.password}
        token = self._post("com.atproto.server.createSession", secrets)["accessJwt"]
        avatar = {"avatar": self._upload(picture, token)} if picture else {}
        written = {"$type": PROFILE, **record, **avatar}
        body = {"repo": account.did, "collection": PROFILE, "rkey": "self", "record": written}
        self._post("com.atproto.repo.putRecord", body, token=token)

    def write_record(self, account: Account, collection: str, rkey: str, record: Mapping[str, Any] | None) -> None:
        """Write a record into the repository of `account`; None deletes it."""
        secrets = {"identifier": account.handle, "password": account.password}
        token = self._post("com.atproto.server.createSession", secrets)["accessJwt"]
        body: dict[str, Any] = {"repo": account.did, "collection": collection, "rkey": rkey}
        method = "deleteRecord" if record is None else "putRecord"
        self._post(f"com.atproto.repo.{method}", body | ({"record": record} if record else {}), token=token)

    def deactivate(self, account: Account) -> None:
        """Deactivate an account, as its owner can for a while."""
        secrets = {"identifier": account.handle, "password": account.password}
        token = self._post("com.atproto.server.createSession", secrets)["accessJwt"]
        self._http.post("com.atproto.server.deactivateAccount", json={}, headers={"authorization": f"Bearer {token}"})

    def take_down(self, account: Account) -> None:
        """Take an account down, as the server's moderators do."""
        subject = {"$type": "com.atproto.admin.defs#repoRef", "did": account.did}
        body = {"subject": subject, "takedown": {"applied": True, "ref": "a test"}}
        answer = self._http.post("com.atproto.admin.updateSubjectStatus", json=body, auth=("admin", ADMIN_PASSWORD))
        self._answer(answer)

    def list_follows(self, did: str) -> list[FollowRecord]:
        """Read every follow record in the repository of `did`."""
        return [FollowRecord(one["uri"], one["value"]["subject"]) for one in self.list_records(did, FOLLOW)]

    def list_records(self, did: str, collection: str) -> list[dict[str, Any]]:
        """Read every record of a collection in the repository of `did`, with its `uri` and `value`."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            params: dict[str, str | int] = {
                "repo": did,
                "collection": collection,
                "limit": PAGE,
                "cursor": cursor or "",
            }
            page = self._answer(self._http.get("com.atproto.repo.listRecords", params=params))
            found += page["records"]
            cursor = page.get("cursor")
            if not cursor:
                return found

    def revision(self, did: str) -> str:
        """Return the repository's revision: it changes with every write, and only then."""
        return str(self._answer(self._http.get("com.atproto.sync.getLatestCommit", params={"did": did}))["rev"])

    def _post(self, method: str, body: Mapping[str, Any], *, token: str | None = None) -> Any:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return self._answer(self._http.post(method, json=dict(body), headers=headers))

    def _upload(self, picture: bytes, token: str) -> Any:
        headers = {"authorization": f"Bearer {token}", "content-type": "image/png"}
        return self._answer(self._http.post("com.atproto.repo.uploadBlob", content=picture, headers=headers))["blob"]

    @staticmethod
    def _answer(response: httpx.Response) -> Any:
        assert response.is_success, f"{response.request.url}: {response.status_code} {response.text}"
        return response.json()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
