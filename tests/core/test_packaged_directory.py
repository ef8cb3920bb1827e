"""The directory that comes with the program: used until a server has answered, and replaced by a newer one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from passerelle.directory import PackagedDirectory, Row, pack_rows, read_packaged

from tests.core.engine_steps import ROWS, make_browser, run
from tests.core.fakes import NEXT_KEY, NOW, Browser, Directory, row

RELEASED = NOW - timedelta(days=200)
GZIP = b"\x1f\x8b"  # RFC 1952
PUBLISHED = int(NOW.timestamp()) - 3600  # the version of what a server publishes now
NEW_SERVER: dict[str, Any] = {"version": PUBLISHED, "generated_at": NOW - timedelta(hours=1)}


def packaged(rows: Sequence[Row], generated_at: datetime = RELEASED) -> PackagedDirectory:
    """Return these rows as the build puts them into the program."""
    ordered = sorted(rows, key=lambda one: one.row_id)
    pairs = ((one, line + b"\n") for one, line in zip(ordered, Directory(rows).lines(), strict=True))
    return PackagedDirectory(generated_at, len(rows), pack_rows(pairs, compress=False))


def installed(rows: Sequence[Row] = ROWS[:2], **server: Any) -> Browser:
    """A fresh browser with a program that comes with `rows`, and a server that behaves as `server` says."""
    browser = make_browser(directory=Directory(ROWS, **server), packaged=packaged(rows))
    browser.start()
    return browser


def directory_of(browser: Browser) -> dict[str, Any]:
    view: dict[str, Any] = browser.storage.stores["state"]["directory"]
    return view


def test_people_are_found_while_no_server_answers(archive: str) -> None:
    async def main() -> Browser:
        browser = installed(is_down=True)
        result = await browser.ask("archive.open", [archive], names=["x.zip"])
        assert result["matches"]["found"] == 2
        return browser

    view = directory_of(run(main()))
    assert (view["error"]["code"], view["rows"]) == ("server_unreachable", 2)
    assert (view["generated_at"], view["expires"]) == (RELEASED.isoformat(), "")


def test_without_a_pinned_directory_nothing_is_requested(archive: str) -> None:
    async def main() -> Browser:
        browser = make_browser(packaged=packaged(ROWS[:2]), pinned=())
        browser.start()
        result = await browser.ask("archive.open", [archive], names=["x.zip"])
        assert (result["matches"]["found"], result["directory"]["rows"]) == (2, 2)
        await browser.ask("data.delete")
        again = await browser.ask("archive.open", [archive], names=["x.zip"])
        assert again["matches"]["found"] == 2
        return browser

    browser = run(main())
    assert directory_of(browser)["error"] is None
    assert browser.requests == []


def test_no_bytes_are_shown_while_it_is_made_ready(archive: str) -> None:
    async def main() -> Browser:
        browser = installed([*ROWS, *make_crowd(1_000)], is_down=True)
        await browser.ask("archive.open", [archive], names=["x.zip"])
        return browser

    steps = [event for event in run(main()).events if event.get("step") == "directory"]
    assert steps
    assert {(step["done"], step["total"]) for step in steps} == {(0, 0)}


def make_crowd(count: int) -> list[Row]:
    """Return so many rows about others."""
    return [row(f"z{number:05}", rest_id=str(10**18 + number), handle="crowd.example.org") for number in range(count)]


def test_the_one_from_the_server_replaces_it_for_ever(archive: str) -> None:
    async def main() -> Browser:
        browser = installed(**NEW_SERVER)
        result = await browser.ask("archive.open", [archive], names=["x.zip"])
        assert result["matches"]["found"] == 6
        browser.packaged = packaged(ROWS[:1], NOW)  # the next version of the program
        browser.directory.is_down = True
        browser.start()
        await browser.ask("directory.update")
        return browser

    assert directory_of(run(main()))["version"] == PUBLISHED


def test_the_next_version_of_the_program_brings_a_newer_one(archive: str) -> None:
    async def main() -> Browser:
        browser = installed(is_down=True)
        await browser.ask("archive.open", [archive], names=["x.zip"])
        browser.packaged = packaged(ROWS[:3], RELEASED + timedelta(days=30))
        await browser.ask("directory.update")
        browser.packaged = packaged(ROWS[:1], RELEASED)  # an older one, as after a downgrade, does not
        await browser.ask("directory.update")
        return browser

    assert directory_of(run(main()))["rows"] == 3


@pytest.mark.parametrize("lie", [{"version": int(RELEASED.timestamp()) - 1}, {"expires": NOW}])
def test_a_server_does_not_replace_it_by_an_older_or_an_expired_one(archive: str, lie: dict[str, Any]) -> None:
    async def main() -> Browser:
        browser = installed(**(NEW_SERVER | lie))
        await browser.ask("archive.open", [archive], names=["x.zip"])
        return browser

    view = directory_of(run(main()))
    assert (view["rows"], view["expires"]) == (2, "")
    assert view["error"]["code"] in ("directory_older", "directory_expired")


def test_the_next_key_counts_anew_here_too(archive: str) -> None:
    async def main() -> Browser:
        browser = installed(version=1, key=NEXT_KEY)
        await browser.ask("archive.open", [archive], names=["x.zip"])
        return browser

    assert directory_of(run(main()))["version"] == 1


def test_what_the_build_made_is_small_and_every_row_is_valid() -> None:
    made = read_packaged()
    assert made is not None, "the build has not made the directory: python build/make.py --types"
    (rows,) = made.files.rows
    assert len(rows) + len(made.files.keys) + len(made.files.places) < 2_000_000
    assert not rows.startswith(GZIP)  # stores have refused gzip inside packages
    browser = make_browser(directory=Directory(is_down=True), packaged=made)
    browser.start()
    run(browser.ask("directory.update"))
    assert directory_of(browser)["rows"] == made.rows >= 1_000
