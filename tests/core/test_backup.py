"""Save in one browser, restore in another: the same list, no follow doubled; a bad file changes nothing."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from passerelle.engine.backup_file import Backup, read_backup, write_backup
from passerelle.engine.backup_records import CHECKS, select
from passerelle.engine.schemas import SCHEMAS
from passerelle.engine.views import BackupSettings
from passerelle.errors import InputError, PasserelleError

from tests.core.engine_steps import CHOSEN, FOLLOWED, make_browser, opened
from tests.core.fakes import ME, NOW, Browser
from tests.core.stored_profile import live, load
from tests.core.stored_profile import make_browser as make_lived
from tests.data.archives import make_archive
from tests.data.people import ADA, BRUNO, CHLOE, GALINA, IRINI, PEOPLE

NEWEST = Path(__file__).parents[1] / "data" / "stored" / "10.json"
SAVED = {"language": "fr", "pictures": True}


@pytest.fixture
def archive(tmp_path: Path) -> str:
    return str(make_archive(tmp_path / "x.zip", following=FOLLOWED, followers=[ADA, IRINI]))


async def make_backup(browser: Browser) -> str:
    made = await browser.ask("backup.make", settings=SAVED)
    assert made["filename"].startswith("passerelle-backup-2026-11-")
    return str(made["text"])


async def restore(browser: Browser, folder: Path, text: str | bytes, command: str = "backup.restore") -> Any:
    file = folder / "backup.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return await browser.ask(command, [str(file)], names=["backup.json"])


def undated(text: str) -> dict[str, Any]:
    return {key: value for key, value in json.loads(text).items() if key != "saved_at"}


def other_browser(browser: Browser, **fields: Any) -> Browser:
    """Another browser in the same world."""
    return Browser(directory=browser.directory, pds=browser.pds, clock=browser.clock, web=browser.web, **fields)


def test_a_restored_backup_saved_again_is_the_same_but_for_its_date(archive: str, tmp_path: Path) -> None:
    async def main() -> None:
        first = make_lived()
        await live(first, archive)
        text = await make_backup(first)
        second = other_browser(first)
        second.start()
        answer = await restore(second, tmp_path, text)
        assert answer["settings"] == SAVED
        assert answer["file"]["people"] == len(FOLLOWED) + 1
        assert answer["here"]["people"] == 0
        assert undated(await make_backup(second)) == undated(text)

    asyncio.run(main())


def test_matches_and_decisions_are_those_of_the_first_browser(archive: str, tmp_path: Path) -> None:
    async def main() -> None:
        first = await opened(archive)
        address = first.storage.stores["matches"][ADA.rest_id]["accounts"][0]["address"]
        chosen = first.storage.stores["matches"][GALINA.rest_id]["accounts"][0]["address"]
        await first.ask("decision.set", rest_id=ADA.rest_id, network="bluesky", address=address, decision="rejected")
        await first.ask("decision.set", rest_id=GALINA.rest_id, network="bluesky", address=chosen, decision="chosen")
        second = other_browser(first)
        second.start()
        await restore(second, tmp_path, await make_backup(first))
        assert second.storage.stores["matches"] == first.storage.stores["matches"]
        assert second.storage.stores["state"]["matches"] == first.storage.stores["state"]["matches"]

    asyncio.run(main())


@pytest.mark.parametrize("has_commits", [True, False])
def test_a_waiting_queue_goes_on_after_a_press_and_doubles_no_one_in_two_browsers(
    archive: str, tmp_path: Path, has_commits: bool
) -> None:
    async def main() -> None:
        first = await opened(archive)
        first.pds.has_commits = has_commits
        first.pds.faults = ["", "lost answer", *["slow"] * 20]
        await first.ask("follow.start", accounts=[ME])
        while len(first.pds.records) < 3:
            await asyncio.sleep(0)
        await first.ask("follow.pause")
        await first.until_idle()
        text = await make_backup(first)
        second = other_browser(first)
        second.start()
        await restore(second, tmp_path, text)
        asked = len(second.requests)
        await second.until_idle()
        assert not [one for one in second.requests[:asked] if one.account], "its server was asked without a press"
        assert len(second.requests) == asked
        first.pds.faults = []
        for browser in (first, second):
            await browser.ask("follow.resume")
        await asyncio.gather(first.until_idle(), second.until_idle())
        assert first.pds.followed() == CHOSEN
        for browser in (first, second):
            assert browser.storage.stores["state"]["queue"]["following"] == len(CHOSEN)

    asyncio.run(main())


def test_what_is_here_stays_history_rejections_and_who_waits(archive: str, tmp_path: Path) -> None:
    async def main() -> None:
        first = await opened(archive)
        text = await make_backup(first)
        second = await opened(str(make_archive(tmp_path / "y.zip", following=[BRUNO, CHLOE])))
        await second.ask("follow.start", accounts=[ME], rest_ids=[BRUNO.rest_id])
        await second.until_idle()
        address = second.storage.stores["matches"][CHLOE.rest_id]["accounts"][0]["address"]
        await second.ask("decision.set", rest_id=CHLOE.rest_id, network="bluesky", address=address, decision="rejected")
        before = copy.deepcopy(second.storage.stores)
        look = await restore(second, tmp_path, text, "backup.look")
        assert (look["here"]["followed"], look["file"]["followed"]) == (1, 0)
        assert second.storage.stores == before
        await restore(second, tmp_path, text)
        after = second.storage.stores
        assert after["history"] == before["history"]
        assert len(after["history"]) == 1
        assert after["decisions"].items() >= before["decisions"].items()
        assert {key: value for key, value in after["queue"].items() if " " in key} == {
            key: value for key, value in before["queue"].items() if " " in key
        }
        assert after["matches"].keys() == first.storage.stores["matches"].keys()
        assert after["matches"][CHLOE.rest_id]["accounts"][0]["rejected"]
        assert after["matches"][BRUNO.rest_id]["accounts"][0]["state"] == "following"

    asyncio.run(main())


def test_nothing_is_restored_while_following_goes_on(archive: str, tmp_path: Path) -> None:
    async def main() -> None:
        browser = await opened(archive)
        text = await make_backup(browser)
        browser.pds.faults = ["slow"] * 1000
        await browser.ask("follow.start", accounts=[ME])
        before = browser.storage.stores["people"]["graph"]
        answer = await restore(browser, tmp_path, text)
        assert answer["error"]["code"] == "backup_while_busy"
        assert browser.storage.stores["people"]["graph"] == before
        await browser.ask("follow.cancel")

    asyncio.run(main())


def test_no_secret_is_in_a_backup(archive: str) -> None:
    """The secrets of the own claim and of an objection stay; tokens lie in a database that the engine cannot read."""

    async def main() -> None:
        browser = await opened(archive)
        for key in ("own claim", "own objection"):
            browser.storage.stores["state"][key] = {"secret": "the-secret-of-a-claim"}
        text = await make_backup(browser)
        assert "the-secret" not in text
        assert json.loads(text)["stores"]["state"].keys() <= {"archive", "approval", "speed", "preferred"}

    asyncio.run(main())


def test_the_own_claim_here_survives_a_restore(archive: str, tmp_path: Path) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.storage.stores["state"]["own claim"] = {"secret": "kept"}
        await restore(browser, tmp_path, await make_backup(browser))
        assert browser.storage.stores["state"]["own claim"] == {"secret": "kept"}

    asyncio.run(main())


@pytest.mark.parametrize("dump", sorted(NEWEST.parent.glob("*.json")), ids=lambda path: path.stem)
def test_a_backup_of_an_earlier_version_is_migrated_as_the_database_is(dump: Path, tmp_path: Path) -> None:
    """A file with the records that this version of Passerelle stored, and its numbers."""

    async def main() -> None:
        stores = load(dump.read_text(encoding="utf-8"))
        numbers = stores["state"].get("schemas", {})
        chosen = select(stores)
        document = {
            "format": "passerelle-backup",
            "version": 1,
            "saved_at": NOW.isoformat(),
            "schemas": {store: numbers.get(store, 1) for store in CHECKS},
            "settings": SAVED,
            "stores": chosen,
        }
        browser = make_browser()
        browser.start()
        answer = await restore(browser, tmp_path, json.dumps(document))
        assert "file" in answer, answer
        assert browser.storage.stores["state"]["schemas"] == SCHEMAS
        assert browser.storage.stores["decisions"] == stores["decisions"]
        assert browser.storage.stores["history"].keys() == stores["history"].keys()

    asyncio.run(main())


def without(path: str) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        del document[path]

    return change


def with_record(store: str, key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document["stores"][store][key] = value

    return change


def with_field(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        document[name] = value

    return change


ITEM = {
    "key": "did:plc:a",
    "target": None,
    "address": None,
    "state": "asked",
    "urgent": True,
    "record_key": None,
    "batch": None,
    "asked_at": None,
    "tries": 0,
    "is_written": False,
    "error": None,
}
HOSTILE: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "no stores": (without("stores"), "backup_unreadable"),
    "another format": (with_field("format", "something"), "backup_unreadable"),
    "one more field": (with_field("more", 1), "backup_unreadable"),
    "a newer file": (with_field("version", 2), "backup_newer"),
    "a version that is text": (with_field("version", "1"), "backup_unreadable"),
    "a newer store": (with_field("schemas", {**SCHEMAS, "queue": 99}), "backup_newer"),
    "a schema that is no number": (with_field("schemas", {**SCHEMAS, "queue": "4"}), "backup_unreadable"),
    "a schema below the first": (with_field("schemas", {**SCHEMAS, "queue": 0}), "backup_unreadable"),
    "an unknown store": (lambda one: one["stores"].update(sessions={}), "backup_newer"),
    "the directory's store": (lambda one: one["stores"].update(directory={}), "backup_newer"),
    "no date": (with_field("saved_at", "yesterday"), "backup_unreadable"),
    "a language of no catalogue": (with_field("settings", {"language": "../xx"}), "backup_unreadable"),
    "a secret": (with_record("state", "own claim", {"secret": "x"}), "backup_unreadable"),
    "a number for an id": (with_record("decisions", "12 bluesky a.example.org", 7), "backup_unreadable"),
    "a decision about no one": (with_record("decisions", "x bluesky a.example.org", "chosen"), "backup_unreadable"),
    "a decision on no network": (with_record("decisions", "12 other a.example.org", "chosen"), "backup_unreadable"),
    "a graph of numbers": (
        with_record("people", "graph", '{"owner":[null,null,null],"people":[[12,1,null,[]]]}'),
        "backup_unreadable",
    ),
    "a graph that is no text": (with_record("people", "graph", {"owner": []}), "backup_unreadable"),
    "an item without queue": (with_record("queue", "did:plc:other did:plc:a", ITEM), "backup_unreadable"),
    "an item sent without a key": (with_record("queue", f"{ME} did:plc:a", ITEM), "backup_unreadable"),
    "an item under another key": (
        with_record("queue", f"{ME} did:plc:b", ITEM | {"state": "waiting"}),
        "backup_unreadable",
    ),
    "an item with a path for a key": (
        with_record("queue", f"{ME} did:plc:a", ITEM | {"record_key": "../../x", "target": "did:plc:a"}),
        "backup_unreadable",
    ),
    "a current account without queue": (with_record("queue", "current", {"bluesky": "did:plc:b"}), "backup_unreadable"),
    "a history without date": (with_record("history", f"x {ME} did:plc:a", {}), "backup_unreadable"),
    "an approval without date": (with_record("state", "approval", {"since": "x"}), "backup_unreadable"),
    "a local directory": (
        with_record(
            "state",
            "directories",
            {"added": [{"key": "A" * 43 + "=", "directory": {"url": "https://127.0.0.1", "version": 1, "rows": 1,
              "generated_at": "", "expires": "", "checked_at": "", "error": None}}]},
        ),
        "backup_unreadable",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The text of a backup with a record in every store."""

    async def main() -> str:
        browser = make_lived()
        folder = tmp_path_factory.mktemp("lived")
        await live(browser, str(make_archive(folder / "x.zip", following=FOLLOWED, followers=[ADA, IRINI])))
        return await make_backup(browser)

    return asyncio.run(main())


@pytest.mark.parametrize(("change", "code"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_changes_nothing(
    lived: str, archive: str, tmp_path: Path, change: Callable[[dict[str, Any]], None], code: str
) -> None:
    async def main() -> None:
        browser = await opened(archive)
        before = copy.deepcopy(browser.storage.stores)
        document = json.loads(lived)
        change(document)
        for command in ("backup.look", "backup.restore"):
            answer = await restore(browser, tmp_path, json.dumps(document), command)
            assert answer["error"]["code"] == code
        assert browser.storage.stores == before

    asyncio.run(main())


def read_or_refused(content: bytes) -> Backup | None:
    """Return the backup, or None where it is refused as one; every other error is raised."""
    try:
        return asyncio.run(read_backup(content))
    except InputError as error:
        if error.code not in ("backup_unreadable", "backup_newer"):
            raise
        return None


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_file_that_is_cut_or_changed_is_refused_or_is_whole(lived: str, data: st.DataObject) -> None:
    """Every prefix is refused with one of our own errors; a changed byte never ends in an error of Python's."""
    content = lived.encode()
    end = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(PasserelleError, match=r"no backup|newer version"):
        asyncio.run(read_backup(content[:end]))
    changed = bytearray(content)
    changed[end] = data.draw(st.integers(0, 255))
    read_or_refused(bytes(changed))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_value_in_any_place_is_refused_or_stored_as_we_write_it(lived: str, data: st.DataObject) -> None:
    document = json.loads(lived)
    stores = document["stores"]
    store = data.draw(st.sampled_from(sorted(one for one in stores if stores[one])))
    key = data.draw(st.sampled_from(sorted(stores[store])))
    record = stores[store][key]
    if isinstance(record, dict) and record and data.draw(st.booleans()):
        record[data.draw(st.sampled_from(sorted(record)))] = data.draw(JSON)
    else:
        stores[store][key] = data.draw(JSON)
    backup = read_or_refused(json.dumps(document).encode())
    if backup is None:
        return
    text = write_backup(backup.stores, backup.settings, backup.saved_at)
    again = asyncio.run(read_backup(text.encode()))
    assert write_backup(again.stores, again.settings, again.saved_at) == text


DECISIONS = st.dictionaries(
    st.builds(
        lambda one, network, name: f"{one.rest_id} {network} {name}",
        st.sampled_from(PEOPLE),
        st.sampled_from(["bluesky", "fediverse"]),
        st.text("abc. @", min_size=1, max_size=12).filter(str.strip),
    ),
    st.sampled_from(["chosen", "unchosen", "rejected"]),
)


@given(decisions=DECISIONS, language=st.sampled_from(["auto", "fr", "ar", "ja"]))
@settings(max_examples=50, deadline=None)
def test_saved_restored_and_saved_is_the_same_text(lived: str, decisions: dict[str, str], language: Any) -> None:
    stores = {**json.loads(lived)["stores"], "decisions": decisions}
    text = write_backup(stores, BackupSettings(language=language), NOW)
    backup = asyncio.run(read_backup(text.encode()))
    assert write_backup(backup.stores, backup.settings, backup.saved_at) == text


def test_a_file_larger_than_a_backup_is_not_read(
    archive: str, tmp_path: Path, lived: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        browser = await opened(archive)
        monkeypatch.setattr("passerelle.engine.backup_file.MAX_BYTES", len(lived) - 1)
        answer = await restore(browser, tmp_path, lived)
        assert answer["error"]["code"] == "backup_too_large"

    asyncio.run(main())


def test_a_restore_is_one_transaction(archive: str, tmp_path: Path) -> None:
    async def main() -> None:
        browser = make_browser()
        browser.start()
        first = await opened(archive)
        text = await make_backup(first)
        written: list[frozenset[str]] = []
        write = browser.storage.write

        async def noting(changes: Any) -> None:
            written.append(frozenset(change.store for change in changes))
            await write(changes)

        browser.storage.write = noting  # type: ignore[method-assign]
        await restore(browser, tmp_path, text)
        assert sum({"people", "decisions", "queue", "history"} <= stores for stores in written) == 1

    asyncio.run(main())
