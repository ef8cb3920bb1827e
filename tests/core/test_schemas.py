"""What an earlier version stored is read by this one: nothing is lost, nothing is followed twice."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from passerelle.engine.schemas import FIRST, MIGRATIONS, SCHEMAS, SCHEMAS_KEY
from passerelle.engine.storage import STORES

from tests.core.fakes import ME, Browser, Killer
from tests.core.stored_profile import FOLLOWED, did_of, live, load, make_browser
from tests.data.archives import make_archive
from tests.data.people import ADA, BRUNO, CHLOE, DARIUSZ, ELIF, GALINA, HIDEO, IRINI

DUMPS = sorted((Path(__file__).parents[1] / "data" / "stored").glob("*.json"), key=lambda path: int(path.stem))


def browser_with(dump: Path) -> Browser:
    """A browser that a version of Passerelle has left like this; the server has Bruno's record and the batch's."""
    browser = make_browser()
    browser.storage.stores = load(dump.read_text(encoding="utf-8"))
    browser.pds.records = {"3aaaaaaaaaaa2": did_of(BRUNO)}
    return browser


def test_every_store_has_a_number_and_every_step_a_migration() -> None:
    assert SCHEMAS.keys() == set(STORES)
    assert MIGRATIONS.keys() == {(store, number) for store in SCHEMAS for number in range(FIRST, SCHEMAS[store])}


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
def test_a_stored_queue_goes_on_without_doubles(dump: Path) -> None:
    async def main() -> None:
        browser = browser_with(dump)
        browser.start()
        await browser.ask("follow.resume")
        view = await browser.until_idle()
        assert (view["following"], view["failed"], view["error"]) == (5, 1, None)
        assert browser.pds.followed() == sorted(map(did_of, (BRUNO, CHLOE, DARIUSZ, GALINA, HIDEO)))
        assert browser.storage.stores["state"][SCHEMAS_KEY] == SCHEMAS

    asyncio.run(main())


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
def test_matches_decisions_hints_and_the_graph_are_as_before(dump: Path) -> None:
    async def main() -> None:
        browser = browser_with(dump)
        before = {store: dict(browser.storage.stores[store]) for store in ("decisions", "hints")}
        graph, done = browser.storage.stores["people"]["graph"], browser.storage.stores["history"].keys()
        browser.start()
        await browser.ask("engine.start")
        assert browser.storage.stores["matches"].keys() >= {ADA.rest_id, ELIF.rest_id, IRINI.rest_id}
        await browser.ask("directory.update")  # files of an earlier version were deleted, the new ones are fetched
        counts = await browser.ask("match.find")
        assert (counts["following"], counts["found"]) == (len(FOLLOWED) + 1, len(FOLLOWED))
        matches = browser.storage.stores["matches"]
        assert matches[ADA.rest_id]["accounts"][0]["rejected"]
        assert matches[ELIF.rest_id]["accounts"][0]["state"] == "failed"
        assert matches[IRINI.rest_id]["accounts"][0]["address"] == "irini.bsky.social"
        assert {store: browser.storage.stores[store] for store in before} == before
        assert browser.storage.stores["people"]["graph"] == graph
        assert browser.storage.stores["history"].keys() == done
        assert all(one["target"] and one["record_key"] for one in browser.storage.stores["history"].values())
        assert (await browser.ask("export.make", format="archive-json"))["text"]

    asyncio.run(main())


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
def test_the_version_and_the_key_of_the_directory_are_kept(dump: Path) -> None:
    async def main() -> None:
        browser = browser_with(dump)
        browser.directory.version = 6
        browser.start()
        answer = await browser.ask("directory.update")
        assert answer["error"]["code"] == "directory_older"
        view = browser.storage.stores["state"]["directory"]
        assert (view["version"], view["error"]["code"]) == (7, "directory_older")

    asyncio.run(main())


def test_the_files_of_an_earlier_version_are_deleted_without_being_read() -> None:
    async def main() -> None:
        browser = browser_with(DUMPS[0])
        browser.start()
        await browser.ask("engine.start")
        assert browser.storage.stores["directory"].keys() <= {"sources"}
        assert "directory" not in browser.storage.read_whole

    asyncio.run(main())


@pytest.mark.parametrize("at", range(8))
@pytest.mark.parametrize("before", [True, False])
def test_a_migration_that_is_killed_is_done_again(at: int, before: bool) -> None:
    async def main() -> None:
        browser = browser_with(DUMPS[0])
        browser.start(killer := Killer(at, before=before))
        starting = asyncio.ensure_future(browser.ask("engine.start"))
        while not killer.is_dead and not starting.done():
            await asyncio.sleep(0)
        await killer.bury()
        browser.start()
        await browser.ask("follow.start", accounts=[ME])
        await browser.until_idle()
        assert browser.pds.followed() == sorted(map(did_of, (BRUNO, CHLOE, DARIUSZ, GALINA, HIDEO)))

    asyncio.run(main())


def test_what_is_stored_today_has_the_shape_of_the_newest_dump(tmp_path: Path) -> None:
    """If this fails, what is stored has changed: engine/schemas.py says what to do."""
    archive = str(make_archive(tmp_path / "x.zip", following=FOLLOWED, followers=[ADA, IRINI]))
    browser = make_browser()
    asyncio.run(live(browser, archive))
    newest = load(DUMPS[-1].read_text(encoding="utf-8"))
    assert newest["state"][SCHEMAS_KEY] == SCHEMAS
    assert shapes(browser.storage.stores) == shapes(newest)


def shapes(stores: Mapping[str, Mapping[str, Any]]) -> dict[str, set[str]]:
    """The shapes of the records of each store."""
    return {store: {repr(shape(value)) for value in records.values()} for store, records in stores.items()}


def shape(value: Any) -> Any:
    """The fields of a record and the types in it."""
    if isinstance(value, dict):
        return {name: shape(field) for name, field in sorted(value.items())}
    if isinstance(value, list):
        return sorted({repr(shape(one)) for one in value})
    return type(value).__name__
