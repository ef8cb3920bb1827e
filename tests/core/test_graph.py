"""The follow graph: lists, names, storage, counts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from passerelle.archive import Archive, Name, Owner, read
from passerelle.identifiers import RestId, ScreenName
from passerelle.people.graph import FollowGraph, add_seen, from_json, make_graph, to_json
from passerelle.people.summary import ArchiveView, iso_date, summarize, summary_json

from tests.data.archives import make_archive, tweet
from tests.data.people import ADA, BRUNO, CHLOE, ELIF, HOSTILE, OWNER

TODAY = datetime(2026, 11, 20, tzinfo=UTC)
ADA_ID = RestId(ADA.rest_id)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Odile follows Ada and Bruno; Bruno and Chloé follow her; Elif is blocked, Chloé muted; Ada's name is known."""
    return read(
        [
            make_archive(
                tmp_path / "a.zip",
                following=[ADA, BRUNO],
                followers=[BRUNO, CHLOE],
                blocked=[ELIF],
                muted=[CHLOE],
                tweets=[tweet(1, mentions=[ADA])],
            )
        ]
    )


def seen(name: str, date: datetime | None = TODAY, display_name: str | None = None) -> Name:
    return Name(ScreenName(name), display_name, date, "page")


def test_all_people_of_the_archive_are_in_the_graph_followed_ones_first(archive: Archive) -> None:
    people = make_graph(archive).people
    assert list(people) == [ADA.rest_id, BRUNO.rest_id, CHLOE.rest_id, ELIF.rest_id]
    flags = {rest_id: (p.following, p.followed_by, p.blocked, p.muted) for rest_id, p in people.items()}
    assert flags == {
        ADA.rest_id: (True, False, False, False),
        BRUNO.rest_id: (True, True, False, False),
        CHLOE.rest_id: (False, True, False, True),
        ELIF.rest_id: (False, False, True, False),
    }


def test_a_graph_is_stored_and_read_back_whole(tmp_path: Path) -> None:
    tweets = [tweet(n, f"@old{n} hm", reply_to=one, mentions=[one]) for n, one in enumerate(HOSTILE)]
    graph = make_graph(read([make_archive(tmp_path / "a.zip", tweets=tweets)]))
    assert any(person.aliases for person in graph.people.values())
    assert from_json(to_json(graph)) == graph


def test_an_empty_graph_is_stored_and_read_back() -> None:
    graph = FollowGraph(Owner(None, None, None), {})
    assert from_json(to_json(graph)) == graph


def test_a_newer_name_makes_the_older_one_an_alias(archive: Archive) -> None:
    person = add_seen(make_graph(archive), {ADA_ID: seen("ada_today", display_name="Ada")}, None).people[ADA_ID]
    assert person.name == seen("ada_today", display_name="Ada")
    assert person.aliases == ("ada_nouvelle",)


def test_an_older_name_only_becomes_an_alias(archive: Archive) -> None:
    person = add_seen(make_graph(archive), {ADA_ID: seen("ada_2010", datetime(2010, 1, 1, tzinfo=UTC))}, None).people[
        ADA_ID
    ]
    assert person.name
    assert person.name.screen_name == "ada_nouvelle"
    assert person.aliases == ("ada_2010",)


def test_going_back_to_a_former_name_leaves_no_alias_of_it(archive: Archive) -> None:
    graph = add_seen(make_graph(archive), {ADA_ID: seen("ada_today")}, None)
    person = add_seen(graph, {ADA_ID: seen("ADA_nouvelle", datetime(2027, 1, 1, tzinfo=UTC))}, None).people[ADA_ID]
    assert person.name
    assert person.name.screen_name == "ADA_nouvelle"
    assert person.aliases == ("ada_today",)


def test_the_summary_is_what_the_page_shows(archive: Archive) -> None:
    counts = summarize(archive)
    assert [*counts, "origin", "pages_read_at"] == list(ArchiveView.model_fields)
    assert ArchiveView.model_validate(counts).model_dump(exclude={"origin", "pages_read_at"}) == counts
    assert counts == {
        "account": {"rest_id": OWNER.rest_id, "screen_name": "odile_passe", "display_name": "Odile Passé"},
        "exported_at": "2026-03-06T13:15:31Z",
        "following": 2,
        "followers": 2,
        "mutuals": 1,
        "blocked": 1,
        "muted": 1,
        "tweets": 1,
        "named_following": 1,
        "named_followers": 0,
        "warnings": [],
    }


def test_the_full_summary_lists_all_people(archive: Archive) -> None:
    people = json.loads(summary_json(summarize(archive, full=True)))["people"]
    assert people[0] == {
        "rest_id": ADA.rest_id,
        "screen_name": "ada_nouvelle",
        "display_name": "Ada Nouvelle",
        "following": True,
        "followed_by": False,
        "blocked": False,
        "muted": False,
    }
    assert len(people) == 4


def test_the_same_archive_gives_the_same_bytes(tmp_path: Path) -> None:
    zipped, folder = make_archive(tmp_path / "a.zip"), make_archive(tmp_path / "folder")
    assert summary_json(summarize(read([zipped]), full=True)) == summary_json(summarize(read([folder]), full=True))


def test_dates_are_written_in_utc_to_the_second() -> None:
    assert iso_date(datetime.fromisoformat("2026-03-06T15:15:31.187+02:00")) == "2026-03-06T13:15:31Z"
    assert iso_date(None) is None
