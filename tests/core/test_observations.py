"""What X's pages said: names for ids, the owner's own lists, merged with an archive whichever comes first."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from passerelle.engine.storage import STORES
from passerelle.identifiers import RestId
from passerelle.people.graph import FollowGraph, from_json

from tests.core.fakes import NOW, Browser, Directory, Killer, Pds, row
from tests.data.archives import make_archive
from tests.data.people import ADA, BRUNO, CHLOE, DARIUSZ, ELIF, OWNER, STRANGER, Someone, crowd

MINE = {"screen_name": OWNER.screen_name, "rest_id": OWNER.rest_id, "display_name": OWNER.display_name}
FOLLOWING = {"kind": "following", **MINE}
FOLLOWERS = {"kind": "followers", **MINE}


def run(main: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(main)


def seen(people: Iterable[Someone], date: str = "2026-11-20T08:00:00Z", **changes: str) -> list[dict[str, str]]:
    """What a page says about these people."""
    return [
        {"rest_id": one.rest_id, "screen_name": one.screen_name, "display_name": one.display_name, "seen": date}
        | changes
        for one in people
    ]


def row_of(someone: Someone, **fields: Any) -> Any:
    known = {"rest_id": someone.rest_id, "screen_name": someone.screen_name, "did": f"did:plc:{someone.screen_name}"}
    return row(someone.screen_name.lower(), **{**known, **fields})


def start(*rows: Any) -> Browser:
    browser = Browser(directory=Directory(rows), pds=Pds())
    browser.start()
    return browser


def archive_of(folder: Path, *following: Someone, **fields: Any) -> str:
    return str(make_archive(folder / "x.zip", following=following, **{"followers": [], **fields}))


def view(browser: Browser) -> dict[str, Any]:
    archive: dict[str, Any] = browser.storage.stores["state"]["archive"]
    return archive


def match(browser: Browser, someone: Someone) -> dict[str, Any]:
    found: dict[str, Any] = browser.storage.stores["matches"][someone.rest_id]
    return found


async def known(browser: Browser) -> FollowGraph:
    graph = await browser.engine._repository.graph()
    assert graph
    return graph


def test_a_list_on_x_is_enough_to_begin() -> None:
    async def main() -> None:
        browser = start(row_of(ADA))
        await browser.ask("people.add", people=seen([ADA, BRUNO]), listed=FOLLOWING)

        assert view(browser)["origin"] == "pages"
        assert (view(browser)["following"], view(browser)["named_following"]) == (2, 2)
        assert view(browser)["account"] == MINE
        assert view(browser)["exported_at"] is None
        assert match(browser, ADA)["preselected"]
        assert browser.storage.stores["state"]["matches"]["found"] == 1

    run(main())


def test_eight_hundred_people_in_forty_parts_are_eight_hundred_named_people() -> None:
    async def main() -> None:
        browser, people = start(), crowd(800)
        for first in range(0, 800, 20):
            await browser.ask("people.add", people=seen(people[max(0, first - 5) : first + 20]), listed=FOLLOWING)
        assert (view(browser)["following"], view(browser)["named_following"]) == (800, 800)

    run(main())


@pytest.mark.parametrize("archive_first", [True, False])
def test_archive_and_list_are_one_graph_whichever_comes_first(tmp_path: Path, archive_first: bool) -> None:
    async def main() -> None:
        browser = start(row_of(ADA), row_of(CHLOE))
        path = archive_of(tmp_path, ADA, BRUNO, DARIUSZ, blocked=[ELIF], tweets=[])
        adding: dict[str, Any] = {"people": seen([CHLOE, ADA, BRUNO, ELIF]), "listed": FOLLOWING}
        if archive_first:
            await browser.ask("archive.open", [path], names=["x.zip"])
            await browser.ask("people.add", **adding)
        else:
            await browser.ask("people.add", **adding)
            await browser.ask("archive.open", [path], names=["x.zip"])

        people = (await known(browser)).people
        assert {one for one in people if people[one].following} == {
            one.rest_id for one in (ADA, BRUNO, CHLOE, DARIUSZ, ELIF)
        }
        assert people[RestId(ELIF.rest_id)].blocked  # as the archive says: blocked people are never proposed
        assert {one for one in people if people[one].name} == {one.rest_id for one in (ADA, BRUNO, CHLOE, ELIF)}
        assert view(browser)["origin"] == "both"
        assert (view(browser)["following"], view(browser)["named_following"]) == (5, 4)
        assert set(browser.storage.stores["matches"]) == {ADA.rest_id, CHLOE.rest_id}

    run(main())


def test_the_saved_archive_stays_its_own_whatever_pages_say(tmp_path: Path) -> None:
    async def main() -> None:
        browser, path = start(), archive_of(tmp_path, ADA, BRUNO, blocked=[ELIF], tweets=[])
        await browser.ask("archive.open", [path], names=["x.zip"])
        alone = await browser.ask("export.make", format="archive-json")
        await browser.ask("people.add", people=seen([CHLOE, ADA, ELIF]), listed=FOLLOWING)
        assert view(browser)["following"] == 4
        assert await browser.ask("export.make", format="archive-json") == alone
        await browser.ask("archive.open", [path], names=["x.zip"])
        assert view(browser)["following"] == 4
        assert await browser.ask("export.make", format="archive-json") == alone

    run(main())


def test_people_in_both_lists_follow_each_other() -> None:
    async def main() -> None:
        browser = start()
        await browser.ask("people.add", people=seen([ADA, BRUNO]), listed=FOLLOWING)
        await browser.ask("people.add", people=seen([BRUNO, CHLOE]), listed=FOLLOWERS)
        assert [view(browser)[key] for key in ("following", "followers", "mutuals")] == [2, 2, 1]

    run(main())


def test_a_later_name_makes_the_earlier_one_an_alias_and_an_earlier_one_becomes_it() -> None:
    async def main() -> None:
        browser = start()
        for name, date in (("ada_2", "2026-11-02"), ("ada_3", "2026-11-03"), ("ada_1", "2026-11-01")):
            people = seen([ADA], f"{date}T00:00:00Z", screen_name=name)
            await browser.ask("people.add", people=people, listed=FOLLOWING)
        person = (await known(browser)).people[ADA.rest_id]  # type: ignore[index]
        assert person.name
        assert (person.name.screen_name, person.name.source, set(person.aliases)) == (
            "ada_3",
            "page",
            {"ada_1", "ada_2"},
        )

    run(main())


def test_what_is_learned_of_the_owner_later_is_kept() -> None:
    async def main() -> None:
        browser = start()
        for listed in ({"kind": "following", "screen_name": OWNER.screen_name}, FOLLOWING, FOLLOWERS):
            await browser.ask("people.add", people=seen([ADA]), listed=listed)
        assert view(browser)["account"] == MINE

    run(main())


def test_nothing_was_seen_in_the_future() -> None:
    async def main() -> None:
        browser = start()
        await browser.ask("people.add", people=seen([ADA], "2099-01-01T00:00:00Z"), listed=FOLLOWING)
        person = (await known(browser)).people[ADA.rest_id]  # type: ignore[index]
        assert person.name
        assert person.name.seen
        assert (person.name.seen - NOW).total_seconds() < 1

    run(main())


def test_a_name_without_a_list_labels_but_adds_no_person(tmp_path: Path) -> None:
    async def main() -> None:
        browser = start(row("ada", screen_name="ada_today", name_seen="2026-11-01"))
        await browser.ask("archive.open", [archive_of(tmp_path, ADA, tweets=[])], names=["x.zip"])
        assert browser.storage.stores["matches"] == {}

        await browser.ask("people.add", people=seen([ADA, BRUNO], screen_name="ada_today"))

        assert list((await known(browser)).people) == [ADA.rest_id]
        assert list(from_json(browser.storage.stores["people"]["page"]).people) == [ADA.rest_id]
        assert (view(browser)["origin"], view(browser)["named_following"]) == ("archive", 1)
        assert match(browser, ADA)["evidence"][0]["code"] == "same_name"

    run(main())


def test_a_name_of_a_person_who_is_no_longer_in_the_archive_adds_no_person(tmp_path: Path) -> None:
    async def main() -> None:
        browser = start()
        await browser.ask("archive.open", [archive_of(tmp_path / "1", ADA, BRUNO)], names=["x.zip"])
        await browser.ask("people.add", people=seen([ADA]))
        await browser.ask("archive.open", [archive_of(tmp_path / "2", BRUNO)], names=["x.zip"])
        assert list((await known(browser)).people) == [BRUNO.rest_id]

    run(main())


def test_names_without_archive_or_list_change_nothing() -> None:
    async def main() -> None:
        browser = start()
        await browser.ask("people.add", people=seen([ADA]))
        assert all(browser.storage.stores[store] == {} for store in STORES)
        assert browser.requests == []

    run(main())


def test_a_row_whose_id_and_name_contradict_what_was_seen_is_demoted(tmp_path: Path) -> None:
    async def main() -> None:
        browser = start(row_of(ADA, screen_name="somebody_else", grade="proven"))
        await browser.ask("archive.open", [archive_of(tmp_path, ADA, tweets=[])], names=["x.zip"])
        assert match(browser, ADA)["preselected"]  # by the id alone: no name was known

        await browser.ask("people.add", people=seen([ADA]))

        assert (match(browser, ADA)["grade"], match(browser, ADA)["preselected"]) == ("claimed", False)
        assert "name_contradicts" in {one["code"] for one in match(browser, ADA)["evidence"]}

    run(main())


@pytest.mark.parametrize(
    "listed",
    [
        {**FOLLOWING, "rest_id": STRANGER.rest_id},
        {"kind": "following", "screen_name": STRANGER.screen_name},
    ],
)
def test_the_list_of_another_account_is_refused(tmp_path: Path, listed: dict[str, str]) -> None:
    async def main() -> None:
        browser = start()
        await browser.ask("archive.open", [archive_of(tmp_path, ADA)], names=["x.zip"])
        before = dict(browser.storage.stores["people"])
        answer = await browser.ask("people.add", people=seen([BRUNO]), listed=listed)
        assert answer["error"]["code"] == "other_x_account"
        assert browser.storage.stores["people"] == before

    run(main())


def test_the_archive_of_another_account_puts_an_end_to_the_list_once_the_person_agrees(tmp_path: Path) -> None:
    async def main() -> None:
        browser = start()
        await browser.ask("people.add", people=seen([CHLOE]), listed=FOLLOWING)
        opened = await browser.ask("archive.open", [archive_of(tmp_path, ADA, owner=STRANGER)], names=["x.zip"])
        assert opened["is_candidate"]
        assert list((await known(browser)).people) == [CHLOE.rest_id]

        await browser.ask("archive.replace")
        assert list((await known(browser)).people) == [ADA.rest_id]
        assert view(browser)["origin"] == "archive"
        assert "page" not in browser.storage.stores["people"]

    run(main())


def test_the_owner_does_not_follow_themselves_and_nonsense_is_left_out() -> None:
    async def main() -> None:
        browser = start()
        nonsense = [{**seen([BRUNO])[0], "rest_id": rest_id} for rest_id in ("0", "12.5", "99999999999999999999", "x")]
        nameless = seen([CHLOE], screen_name="not a name")
        await browser.ask("people.add", people=[*seen([OWNER, ADA]), *nonsense, *nameless], listed=FOLLOWING)
        assert list((await known(browser)).people) == [ADA.rest_id]

    run(main())


def test_what_was_learned_survives_a_restart_and_is_deleted_with_everything() -> None:
    async def main() -> None:
        browser = start(row_of(ADA))
        await browser.ask("people.add", people=seen([ADA]), listed=FOLLOWING)
        browser.start()
        assert (await known(browser)).people == from_json(browser.storage.stores["people"]["page"]).people
        await browser.ask("data.delete")
        assert all(browser.storage.stores[store] == {} for store in STORES)

    run(main())


@pytest.mark.parametrize("before", [True, False])
def test_killed_at_any_instant_and_told_again_nothing_is_lost_or_double(before: bool) -> None:
    async def killed_at(instant: int) -> bool:
        browser = Browser(directory=Directory([row_of(ADA), row_of(BRUNO)]), pds=Pds())
        killer = Killer(instant, before=before)
        browser.start(killer)
        adding: dict[str, Any] = {"people": seen([ADA, BRUNO, CHLOE]), "listed": FOLLOWING}
        dying = asyncio.ensure_future(browser.ask("people.add", **adding))
        while not dying.done() and not killer.is_dead:
            await asyncio.sleep(0)
        was_killed = killer.is_dead
        await killer.bury()

        browser.start()
        await browser.ask("people.add", **adding)

        assert [view(browser)[key] for key in ("following", "named_following", "origin")] == [3, 3, "pages"]
        assert set(browser.storage.stores["matches"]) == {ADA.rest_id, BRUNO.rest_id}
        return was_killed

    async def main() -> None:
        instant = 0
        while await killed_at(instant):
            instant += 1
        assert instant > 10

    run(main())


def test_a_name_seen_replaces_one_dated_by_a_clock_that_was_ahead() -> None:
    async def main() -> None:
        browser = start(row_of(ADA))
        browser.clock.time = NOW + timedelta(days=365)
        await browser.ask("people.add", people=seen([ADA], (NOW + timedelta(days=365)).isoformat()), listed=FOLLOWING)
        browser.clock.time = NOW
        renamed = [{**seen([ADA])[0], "screen_name": "ada_today", "seen": (NOW + timedelta(seconds=1)).isoformat()}]
        browser.clock.time = NOW + timedelta(minutes=1)
        for _ in range(2):  # the first one dates the stored name anew
            renamed[0]["seen"] = browser.clock.time.isoformat()
            browser.clock.time += timedelta(minutes=1)
            await browser.ask("people.add", people=renamed)
        (person,) = (await known(browser)).people.values()
        assert person.name
        assert person.name.screen_name == "ada_today"

    run(main())
