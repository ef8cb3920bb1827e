"""Followed accounts with the name of an organisation that has left X: found where no account elsewhere is known."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from passerelle.directory.departures import Departed, parse_departures, read_departures
from passerelle.errors import InputError

from tests.core.fakes import Browser, Directory, row
from tests.data.archives import make_archive, tweet
from tests.data.people import Someone

HARBOUR = Someone("8000000000000000001", "portlisse", "Port Authority of Lisse 🚢")
FERRY = Someone("8000000000000000002", "ferrylines", "Ferrylines")
NAMESAKE = Someone("8000000000000000003", "some_fan", "Ferrylines")
OTHER = Someone("8000000000000000004", "lisse_news", "Lisse News")
LEFT = (
    Departed("Port Authority of Lisse", date(2025, 1, 20), "news.example.net", "https://news.example.net/1"),
    Departed("Ferrylines", date(2024, 12, 31), "a book", None),
    Departed("Lisse News", date(2030, 1, 1), "news.example.net", None),
)


def departed(folder: Path, rows: tuple[Any, ...] = (), **lists: Any) -> list[dict[str, Any]]:
    """Open an archive in which the four are followed; return who is shown as having left X."""

    async def main() -> list[dict[str, Any]]:
        people = (HARBOUR, FERRY, NAMESAKE, OTHER)
        tweets = [tweet(number, mentions=[one]) for number, one in enumerate(people, 1)]
        archive = make_archive(folder / "x.zip", following=people, followers=(), tweets=tweets, **lists)
        browser = Browser(directory=Directory(list(rows)), departures=LEFT)
        browser.start()
        await browser.ask("archive.open", [str(archive)], names=["x.zip"])
        found: list[dict[str, Any]] = browser.storage.stores["state"]["lanes"]["departed"]
        return found

    return asyncio.run(main())


def test_organisations_that_left_are_found_by_their_name_with_day_and_source(tmp_path: Path) -> None:
    harbour, ferry = departed(tmp_path)
    assert harbour == {
        "rest_id": HARBOUR.rest_id,
        "screen_name": "portlisse",
        "organisation": "Port Authority of Lisse",
        "date": "2025-01-20",
        "source": "news.example.net",
        "url": "https://news.example.net/1",
    }
    # One word alone may be anyone's name: the @name must hold it, too. A day that is to come is not past.
    assert ferry["rest_id"] == FERRY.rest_id


def test_an_account_that_is_known_or_blocked_is_not_shown_again(tmp_path: Path) -> None:
    listed = row("portlisse", rest_id=HARBOUR.rest_id, screen_name="portlisse")
    assert [one["rest_id"] for one in departed(tmp_path, (listed,), blocked=[FERRY])] == []


def test_what_the_build_made_is_whole_and_names_a_source_for_each() -> None:
    made = read_departures()
    assert len(made) > 100
    assert all(one.source and one.day.year >= 2022 for one in made)


@pytest.mark.parametrize(
    "line",
    [
        b"[]",
        b"{}",
        b'{"organisation": "A", "day": "soon", "source": "b", "url": null}',
        b'{"organisation": "", "day": "2025-01-20", "source": "b", "url": null}',
        b"\xff",
    ],
)
def test_a_damaged_departure_is_refused(line: bytes) -> None:
    with pytest.raises(InputError):
        list(parse_departures([line]))


def test_an_address_that_is_no_web_page_is_dropped() -> None:
    (one,) = parse_departures(
        [b'{"organisation": "A", "day": "2025-01-20", "source": "b", "url": "javascript:1"}', b" "]
    )
    assert one.url is None
