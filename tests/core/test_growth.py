"""Where people were found, counted once a day."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any, get_args

from passerelle.identifiers import Network
from passerelle.matching.growth import MAX_DAYS, PLACES, DayCounts, GrowthView, add_day

from tests.core.engine_steps import ROWS, did_of, make_browser, run
from tests.core.fakes import Browser, Directory, row
from tests.core.test_engine_watch import EARLIER, sync
from tests.data.archives import make_archive
from tests.data.people import ADA, BRUNO, CHLOE, DARIUSZ, ELIF, OWNER

MONDAY = date(2026, 11, 30)
COUNTED = ("bluesky", "both", "fediverse", "left", "not_found")


def counts(day: date, found: int) -> DayCounts:
    return DayCounts(day=day.isoformat(), bluesky=found, both=0, fediverse=0, left=0, not_found=9 - found, found=found)


def grown(*days: DayCounts, owner: str = OWNER.rest_id) -> GrowthView:
    growth: GrowthView | None = None
    for one in days:
        growth = add_day(growth, owner, one)
    assert growth
    return growth


def stored(browser: Browser) -> dict[str, Any]:
    growth: dict[str, Any] = browser.storage.stores["state"]["growth"]
    return growth


def test_a_day_is_stored_once_with_its_last_counts() -> None:
    growth = grown(counts(MONDAY, 3), counts(MONDAY, 5))
    assert [(one.day, one.found) for one in growth.days] == [("2026-11-30", 5)]
    assert growth.line == ""


def test_days_stand_in_their_order_with_a_line_through_them() -> None:
    growth = grown(*(counts(MONDAY + timedelta(days=n), n) for n in range(3)))
    assert [one.found for one in growth.days] == [0, 1, 2]
    assert growth.line == "M4 156L300 80L596 4"


def test_the_earliest_days_are_dropped_after_a_year() -> None:
    growth = grown(*(counts(MONDAY + timedelta(days=n), 1) for n in range(MAX_DAYS + 2)))
    assert len(growth.days) == MAX_DAYS
    assert growth.days[0].day == "2026-12-02"


def test_days_of_a_clock_that_was_ahead_are_dropped() -> None:
    growth = grown(counts(MONDAY, 1), counts(date(2036, 1, 1), 2), counts(MONDAY + timedelta(days=1), 3))
    assert [one.day for one in growth.days] == ["2026-11-30", "2026-12-01"]


def test_every_combination_of_networks_has_a_place() -> None:
    networks = get_args(Network)
    for size in range(1, len(networks) + 1):
        for chosen in combinations(networks, size):
            assert PLACES[frozenset(chosen)] in COUNTED


def test_another_owner_begins_anew() -> None:
    growth = add_day(grown(counts(MONDAY, 1)), "9", counts(MONDAY + timedelta(days=1), 3))
    assert (growth.owner, [one.found for one in growth.days]) == ("9", [3])


def test_each_person_is_counted_in_one_place(tmp_path: Path) -> None:
    followed = (ADA, BRUNO, CHLOE, DARIUSZ, ELIF)
    archive = make_archive(tmp_path / "x.zip", following=followed, followers=[])
    rows = [
        row("a", rest_id=ADA.rest_id, screen_name=ADA.screen_name, did=did_of(ADA), acct="ada@quai.example.org"),
        row("b", rest_id=BRUNO.rest_id, screen_name=BRUNO.screen_name, acct="bruno@quai.example.org"),
        row("c", rest_id=CHLOE.rest_id, screen_name=CHLOE.screen_name, did=did_of(CHLOE)),
    ]

    async def main() -> None:
        browser = make_browser(directory=Directory(rows))
        browser.start()
        await browser.ask("archive.open", [str(archive)], names=["x.zip"])
        (day,) = stored(browser)["days"]
        assert [day[place] for place in COUNTED] == [1, 1, 1, 0, 2]
        lanes = browser.storage.stores["state"]["lanes"]
        assert day["found"] == lanes["sure"] + lanes["listed"]
        assert sum(day[place] for place in COUNTED) == lanes["following"]
        assert (day["bluesky"] + day["both"], day["fediverse"] + day["both"]) == (lanes["bluesky"], lanes["fediverse"])

    run(main())


def test_the_daily_sync_adds_a_day_and_a_rejection_changes_it(archive: str) -> None:
    async def main() -> None:
        browser = make_browser(directory=Directory(EARLIER))
        browser.start()
        await browser.ask("archive.open", [archive], names=["x.zip"])
        await sync(browser, ROWS)
        first, second = stored(browser)["days"]
        assert second["found"] > first["found"]
        ada = browser.storage.stores["matches"][ADA.rest_id]["accounts"]
        for account in ada:
            named = {"network": account["network"], "address": account["address"]}
            await browser.ask("decision.set", rest_id=ADA.rest_id, decision="rejected", **named)
        assert [one["found"] for one in stored(browser)["days"]] == [first["found"], second["found"] - 1]
        assert "growth" in browser.storage.stores["state"]
        await browser.ask("data.delete")
        assert "growth" not in browser.storage.stores["state"]

    run(main())
