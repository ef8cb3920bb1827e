"""Pictures of proposed accounts: nothing is loaded before it is asked for, and what was compared counts as a sign."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from passerelle.hints.own_words import PICTURE
from passerelle.transport import Request, Response

from tests.core.fakes import Browser, did_document, reply
from tests.core.test_engine_search import AppView, did_of, handle_of, opened, profile_of, until_searched
from tests.data.people import ADA

PNG = b"\x89PNG\r\n\x1a\n"
ON_X = "https://pbs.twimg.com/profile_images/900/ada_normal.jpg"
ACCOUNT = {"rest_id": ADA.rest_id, "network": "bluesky", "address": handle_of(ADA)}
CID = "bafkreiada"


def picture(name: bytes, status: int = 200) -> Response:
    return Response(status, {}, PNG + name)


def serve(browser: Browser, *, on_x: int = 200) -> None:
    """Answer as X's host for pictures, the directory of dids and the account's own server."""
    record = {"value": {"displayName": "Ada", "avatar": {"ref": {"$link": CID}}}}
    answers: Mapping[str, Any] = {
        "com.atproto.repo.getRecord": record,
        "com.atproto.identity.resolveHandle": {"did": did_of(ADA)},
    }
    appview = browser.web["public.api.bsky.app"]

    def own(request: Request) -> Response:
        method = urlsplit(request.url).path.rpartition("/")[2]
        return reply(200, answers[method]) if method in answers else picture(b"own")

    browser.web = {
        "plc.directory": lambda _: reply(200, did_document(did_of(ADA), handle_of(ADA), "https://own.example.net")),
        "own.example.net": own,
        "public.api.bsky.app": lambda request: own(request) if "resolveHandle" in request.url else appview(request),
        "pbs.twimg.com": lambda _: picture(b"on x", on_x),
    }


async def searched(folder: Path, picture: str | None = ON_X) -> Browser:
    browser = await opened(folder, AppView(known=(ADA,)))
    serve(browser)
    await browser.ask("people.add", people=[profile_of(ADA, picture=picture)])
    await browser.ask("search.start", sources=["handles"])
    await until_searched(browser)
    return browser


def data_of(name: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(PNG + name).decode()}"


def test_no_picture_is_loaded_before_it_is_asked_for(tmp_path: Path) -> None:
    async def main() -> None:
        browser = await searched(tmp_path)
        hosts = {urlsplit(one.url).netloc for one in browser.requests}
        assert hosts.isdisjoint({"pbs.twimg.com", "own.example.net", "plc.directory"})
        sent = len(browser.requests)
        assert await browser.ask("pictures.load", **ACCOUNT) == {"on_x": data_of(b"on x"), "account": data_of(b"own")}
        asked = {urlsplit(one.url).netloc for one in browser.requests[sent:]}
        assert {"pbs.twimg.com", "own.example.net"} <= asked
        assert [one.url for one in browser.requests if "twimg" in one.url] == [ON_X]

    asyncio.run(main())


def test_a_picture_that_cannot_be_loaded_is_missing_and_no_error(tmp_path: Path) -> None:
    async def main() -> None:
        browser = await searched(tmp_path)
        serve(browser, on_x=404)
        browser.web["plc.directory"] = lambda _: reply(503, {})
        assert await browser.ask("pictures.load", **ACCOUNT) == {"on_x": None, "account": None}

    asyncio.run(main())


def test_pictures_are_loaded_of_proposed_accounts_only(tmp_path: Path) -> None:
    async def main() -> None:
        browser = await searched(tmp_path)
        sent = len(browser.requests)
        other = {**ACCOUNT, "address": "another.example.net"}
        assert "error" in await browser.ask("pictures.load", **other)
        assert "error" in await browser.ask("pictures.compare", **other, is_alike=True)
        assert len(browser.requests) == sent

    asyncio.run(main())


def test_pictures_that_are_alike_are_a_sign_that_stays_and_others_are_none(tmp_path: Path) -> None:
    async def main() -> None:
        browser = await searched(tmp_path)
        stored = browser.storage.stores["guesses"]
        before, sent = stored[ADA.rest_id]["accounts"][0], len(browser.requests)
        await browser.ask("pictures.compare", **ACCOUNT, is_alike=False)
        assert stored[ADA.rest_id]["accounts"][0] == before
        await browser.ask("pictures.compare", **ACCOUNT, is_alike=True)
        after = stored[ADA.rest_id]["accounts"][0]
        assert "same_picture" in after["agrees"]
        assert after["percent"] > before["percent"]
        assert len(browser.requests) == sent
        browser.start()
        await browser.ask("match.find")
        assert "same_picture" in stored[ADA.rest_id]["accounts"][0]["agrees"]

    asyncio.run(main())


@pytest.mark.parametrize(
    "url",
    [
        "http://pbs.twimg.com/profile_images/1/a.jpg",
        "https://pbs.twimg.com.example.net/profile_images/1/a.jpg",
        "https://pbs.twimg.com/media/1.jpg",
        "https://pbs.twimg.com/profile_images/../media/1.jpg",
        "https://pbs.twimg.com/profile_images/1/a.jpg?name=ada",
    ],
)
def test_an_address_that_is_no_picture_of_a_person_on_x_is_never_loaded(tmp_path: Path, url: str) -> None:
    async def main() -> None:
        browser = await searched(tmp_path, picture=url)
        assert (await browser.ask("pictures.load", **ACCOUNT))["on_x"] is None
        assert not [one for one in browser.requests if "twimg" in one.url]

    assert PICTURE.fullmatch(ON_X)
    asyncio.run(main())
