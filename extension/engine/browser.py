"""The engine in the browser: hands `passerelle.engine` what only a browser has. No other Python imports JavaScript.

`passerelle_host` is what engine/python.ts registers: the functions of database.ts and fetch.ts, and a few more.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import passerelle_host as host
from passerelle.directory import PinnedDirectory, read_packaged
from passerelle.directory.departures import read_departures
from passerelle.engine.engine import Engine
from passerelle.engine.environment import Environment
from passerelle.engine.storage import Change, Delete, MemoryStorage, Put
from passerelle.errors import NetworkError, ServerRefused, StorageFull
from passerelle.identifiers import AccountId
from passerelle.transport import Request, Response
from pyodide.ffi import JsException, to_js

# Answers one request (its files' paths beside it): all three are JSON text, as worker.ts sends and takes them.
Receive = Callable[[str, str], Awaitable[str]]


class IndexedDb:
    """The core's Storage over IndexedDB. JSON crosses the border as text, bytes as they are."""

    async def get(self, store: str, key: str) -> Any:
        """Return the value of `key`, or None."""
        return _value(await _naming(host.get(store, key)))

    async def get_part(self, store: str, key: str, start: int, end: int) -> bytes:
        """Return a part of a value of bytes; none where there is no such value."""
        part: bytes = (await _naming(host.getPart(store, key, start, end))).to_bytes()
        return part

    async def keys(self, store: str) -> Sequence[str]:
        """Return every key of `store`."""
        return list(await _naming(host.getKeys(store)))

    async def get_all(self, store: str) -> Mapping[str, Any]:
        """Return every key and value of `store`."""
        return {key: _value(value) for key, value in await _naming(host.getAll(store))}

    async def write(self, changes: Sequence[Change]) -> None:
        """Apply all changes in one durable transaction."""
        await _naming(host.write(_to_js([_change(change) for change in changes])))


async def _naming(operation: Any) -> Any:
    """Wait for an operation of IndexedDB. Raises StorageFull where there was no room for it."""
    try:
        return await operation
    except JsException as error:
        if error.name == "QuotaExceededError":
            raise StorageFull("This computer has no room left for the browser's data.") from None
        raise


async def fetch(request: Request) -> Response:
    """Send one request; the sessions module adds server and token where it is made for an account."""
    answered = await host.fetch(
        _to_js(
            {
                "method": request.method,
                "url": request.url,
                "headers": dict(request.headers),
                "body": request.body,
                "account": request.account,
                "timeout": request.timeout,
                "limit": request.limit,
                "may_redirect": request.may_redirect,
                "grant": request.grant,
                "purpose": request.purpose,
            }
        )
    )
    if hasattr(answered, "code"):
        raise _error(answered.code, answered.params.to_py())
    return Response(answered.status, answered.headers.to_py(), answered.body.to_bytes(), answered.url)


async def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Check an Ed25519 signature with WebCrypto."""
    return bool(await host.verify(to_js(key), to_js(message), to_js(signature)))


async def yield_now() -> None:
    """Yield to other tasks and messages: on Pyodide's loop this is one turn of the browser's own."""
    await asyncio.sleep(0)


async def give_back(account: AccountId) -> None:
    """End the consent that an account gave for one post."""
    await host.giveBack(account)


def _error(code: str, params: dict[str, str]) -> NetworkError | ServerRefused:
    if code == NetworkError.code:
        return NetworkError("The server did not answer.", **params)
    return ServerRefused(ServerRefused.CODES.get(code, code), code=code, **params)


def _value(value: Any) -> Any:
    if value is None:
        return None
    return json.loads(value) if isinstance(value, str) else value.to_bytes()


def _change(change: Change) -> dict[str, Any]:
    if isinstance(change, Put):
        value = change.value if isinstance(change.value, bytes) else json.dumps(change.value)
        return {"kind": "put", "store": change.store, "key": change.key, "value": value}
    if isinstance(change, Delete):
        return {"kind": "delete", "store": change.store, "key": change.key}
    return {"kind": "clear", "store": change.store}


def _to_js(value: Any) -> Any:
    return to_js(value, dict_converter=host.fromEntries)


def start() -> Receive:
    """Make the engine; return the function that answers requests."""
    engine = Engine(
        Environment(
            storage=IndexedDb() if host.hasDatabase else MemoryStorage(),
            fetch=fetch,
            verify=verify,
            now=lambda: datetime.now(UTC),
            random=os.urandom,
            yield_now=yield_now,
            sleep=asyncio.sleep,
            emit=lambda event: host.emit(json.dumps(event)),
            log=host.report,
            directories=[PinnedDirectory.from_json(fields) for fields in json.loads(host.directories)],
            packaged=read_packaged,
            give_back=give_back,
            departures=read_departures,
        )
    )

    async def receive(request: str, paths: str) -> str:
        return json.dumps(await engine.receive(json.loads(request), json.loads(paths)))

    return receive
