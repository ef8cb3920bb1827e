"""Which row matches a person, with which evidence, and when it is preselected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from passerelle.directory import Row, RowLookup
from passerelle.hints.records import HintView, ProfileHints
from passerelle.identifiers import ScreenName
from passerelle.matching.match import Match, find_excluded, find_matches
from passerelle.people.graph import Person

from tests.core.fakes import NOW, graph_of, index_of, person, row, source
from tests.core.test_hint_profiles import DID, check, hint

LAST_MONTH = datetime(2026, 10, 20, tzinfo=UTC)
LONG_AGO = datetime(2025, 11, 18, tzinfo=UTC)


def match_all(people: list[Person], *rows: Row, index: RowLookup | None = None) -> list[Match]:
    found = find_matches(graph_of(*people), index or index_of(*rows), NOW)
    return [match for match in found if match]


def match_one(one: Person, *rows: Row) -> Match | None:
    matches = match_all([one], *rows)
    return matches[0] if matches else None


def codes(match: Match | None) -> list[str]:
    return [evidence.code for evidence in match.evidence] if match else []


def test_an_id_matches_without_any_name() -> None:
    match = match_one(person("11"), row("a", rest_id="11"))
    assert codes(match) == ["same_rest_id", "source"]
    assert match
    assert match.preselected


def test_a_name_matches_a_row_that_knows_no_id_in_any_case() -> None:
    match = match_one(person("11", "Ada_L"), row("a", screen_name="ada_l"))
    assert match
    assert match.evidence[0].code == "same_name"
    assert match.evidence[0].detail == "Ada_L"
    assert match.preselected


def test_a_name_never_matches_a_row_of_another_id() -> None:
    assert match_one(person("11", "ada"), row("a", rest_id="12", screen_name="ada")) is None


def test_a_row_with_the_id_beats_a_row_with_the_name() -> None:
    match = match_one(person("11", "ada"), row("a", screen_name="ada"), row("b", rest_id="11"))
    assert match
    assert match.row
    assert match.row.row_id == "b"


def test_a_row_with_a_name_that_the_person_never_had_is_demoted() -> None:
    match = match_one(person("11", "ada"), row("a", rest_id="11", screen_name="mallory", grade="proven"))
    assert codes(match) == ["same_rest_id", "name_contradicts", "source"]
    assert match
    assert match.grade == "claimed"
    assert not match.preselected


def test_a_former_name_does_not_contradict() -> None:
    one = person("11", "ada_new", aliases=(ScreenName("Ada_Old"),))
    match = match_one(one, row("a", rest_id="11", screen_name="ada_old", grade="proven"))
    assert codes(match) == ["same_rest_id", "source"]
    assert match
    assert match.grade == "proven"


@pytest.mark.parametrize(
    ("seen", "name_seen"),
    [(LONG_AGO, "2026-10-01"), (LAST_MONTH, "2025-11-01"), (None, "2026-10-01"), (LAST_MONTH, None)],
)
def test_a_name_older_than_a_year_is_shown_and_never_preselected(seen: Any, name_seen: str | None) -> None:
    match = match_one(person("11", "ada", seen=seen), row("a", screen_name="ada", name_seen=name_seen, grade="proven"))
    assert codes(match)[:2] == ["same_name", "old_name"]
    assert match
    assert not match.preselected


def test_a_former_name_is_a_doubt_and_never_preselected() -> None:
    one = person("11", "ada_new", aliases=(ScreenName("ada_old"),))
    match = match_one(one, row("a", screen_name="ada_old", grade="proven"))
    assert codes(match) == ["same_name", "old_name", "source"]
    assert match
    assert match.evidence[1].detail == "ada_old"
    assert not match.preselected


def test_a_name_belongs_to_the_id_seen_with_it_last() -> None:
    before = person("11", "ada", seen=datetime(2026, 1, 1, tzinfo=UTC))
    now = person("12", "Ada", seen=datetime(2026, 6, 1, tzinfo=UTC))
    assert [match.person.rest_id for match in match_all([before, now], row("a", screen_name="ada"))] == ["12"]


@pytest.mark.parametrize(
    ("grade", "expected"), [("proven", True), ("attested", True), ("imported", False), ("claimed", False)]
)
def test_only_proven_and_attested_are_preselected(grade: str, expected: bool) -> None:
    match = match_one(person("11"), row("a", rest_id="11", grade=grade))
    assert match
    assert match.preselected is expected


@pytest.mark.parametrize("flags", [{"muted": True}, {"following": False, "followed_by": True}])
def test_muted_people_and_mere_followers_are_not_preselected(flags: dict[str, Any]) -> None:
    match = match_one(person("11", **flags), row("a", rest_id="11", grade="proven"))
    assert match
    assert not match.preselected
    is_muted = flags.get("muted", False)
    assert ("muted_on_x" in [one.code for one in match.evidence]) is is_muted  # shown with the reason


@pytest.mark.parametrize("flags", [{"blocked": True}, {"following": False, "muted": True}])
def test_blocked_people_and_people_without_a_relation_are_never_proposed(flags: dict[str, Any]) -> None:
    assert match_one(person("11", **flags), row("a", rest_id="11", grade="proven")) is None


def test_blocked_people_and_the_owner_are_named_as_excluded() -> None:
    people = graph_of(person("1"), person("11", blocked=True), person("12", blocked=True), person("13"))
    index = index_of(row("a", rest_id="1"), row("b", rest_id="11"), row("c", rest_id="13"))
    assert [match.person.rest_id for match in find_excluded(people, index, NOW)] == ["1", "11"]


def test_the_owner_is_never_matched() -> None:
    assert match_one(person("1"), row("a", rest_id="1")) is None


def test_the_better_grade_wins_then_the_fresher_name() -> None:
    rows = [
        row("a", screen_name="ada", grade="imported", name_seen="2026-11-01"),
        row("b", screen_name="ada", grade="attested", name_seen="2026-01-01"),
        row("c", screen_name="ada", grade="attested", name_seen="2026-02-01"),
    ]
    match = match_one(person("11", "ada"), *rows)
    assert match
    assert match.row
    assert match.row.row_id == "c"


def test_matches_are_ordered_mutual_followed_followers_then_as_in_the_archive() -> None:
    people = [
        person("5", following=False, followed_by=True),
        person("4"),
        person("3", followed_by=True),
        person("2"),
        person("6", followed_by=True),
    ]
    matches = match_all(people, *(row(f"r{number}", rest_id=str(number)) for number in range(2, 7)))
    assert [match.person.rest_id for match in matches] == ["3", "6", "4", "2", "5"]


def test_a_match_has_every_account_and_source_of_its_row() -> None:
    one = row(
        "a",
        rest_id="11",
        handle="ada.example.org",
        acct="Ada@quai.example.org",
        did="did:plc:ada22222222222222222222222",
    )
    (match,) = match_all([person("11")], one)
    bluesky, fediverse = match.accounts
    assert (bluesky.address, bluesky.did) == ("ada.example.org", "did:plc:ada22222222222222222222222")
    assert bluesky.url == "https://bsky.app/profile/did:plc:ada22222222222222222222222"
    assert (fediverse.address, fediverse.url) == ("Ada@quai.example.org", "https://quai.example.org/@Ada")
    assert match.evidence[-1].detail == source().name
    assert match.evidence[-1].url == source().url


def test_a_row_with_a_did_alone_has_an_account() -> None:
    (match,) = match_all([person("11")], row("a", rest_id="11", did="did:web:ada.example.org"))
    assert match.accounts[0].address == "did:web:ada.example.org"


# Hints.


def hinted(rest_id: str, *hints: HintView) -> dict[str, ProfileHints]:
    return {rest_id: ProfileHints(rest_id=rest_id, screen_name="ada", display_name=None, hints=list(hints))}


def match_hinted(one: Person, *rows: Row, hints: Mapping[str, ProfileHints]) -> Match | None:
    (match,) = find_matches(graph_of(one), index_of(*rows), NOW, hints)
    return match


def test_a_person_without_a_row_is_matched_by_hints_and_never_preselected() -> None:
    match = match_hinted(
        person("11"), hints=hinted("11", hint(), hint(address="ada@quai.example.org", network="fediverse"))
    )
    assert match
    assert (match.row, match.grade, match.preselected) == (None, "hinted", False)
    assert [(one.address, one.listed) for one in match.accounts] == [
        ("ada.bsky.social", False),
        ("ada@quai.example.org", False),
    ]


def test_one_account_that_links_back_makes_the_match_linked() -> None:
    linked = hint(address="other.bsky.social", check=check("linked"))
    match = match_hinted(person("11"), hints=hinted("11", hint(check=check("gone", None)), linked))
    assert match
    assert (match.grade, match.preselected) == ("linked", False)


@pytest.mark.parametrize("flag", ["blocked", "no relation"])
def test_hints_never_propose_blocked_people_or_people_without_a_relation(flag: str) -> None:
    one = person("11", blocked=True) if flag == "blocked" else person("11", following=False)
    assert match_hinted(one, hints=hinted("11", hint())) is None


def test_hints_never_propose_the_owner() -> None:
    (match,) = find_matches(graph_of(person("11"), owner="11"), index_of(), NOW, hinted("11", hint()))
    assert match is None


def test_hints_of_another_person_propose_nothing() -> None:
    assert match_hinted(person("11"), hints=hinted("12", hint())) is None


def test_a_hint_changes_neither_grade_nor_preselection_of_a_row() -> None:
    for grade in ("attested", "imported"):
        listed = row("a", rest_id="11", handle="ada.example.org", grade=grade)
        plain = match_one(person("11"), listed)
        match = match_hinted(person("11"), listed, hints=hinted("11", hint(check=check("linked"))))
        assert plain
        assert match
        assert (match.grade, match.preselected, match.evidence) == (plain.grade, plain.preselected, plain.evidence)
        assert [(one.address, one.listed) for one in match.accounts] == [
            ("ada.example.org", True),
            ("ada.bsky.social", False),
        ]


def test_a_hint_and_a_row_of_one_account_are_joined_by_address_or_did() -> None:
    by_address = row("a", rest_id="11", handle="ada.bsky.social")
    by_did = row("a", rest_id="11", handle="former.example.org", did=DID)
    for listed, said in ((by_address, hint()), (by_did, hint(check=check("found"))), (by_did, hint(address=DID))):
        match = match_hinted(person("11"), listed, hints=hinted("11", said))
        assert match
        assert [(one.listed, one.hint) for one in match.accounts] == [(True, said)]
        assert match.accounts[0].did == listed.did


def test_a_hint_whose_handle_moved_is_another_account_than_the_rows() -> None:
    listed = row("a", rest_id="11", handle="ada.bsky.social", did="did:plc:before22222222222222222222")
    match = match_hinted(person("11"), listed, hints=hinted("11", hint(check=check("linked"))))
    assert match
    assert [(one.listed, one.did, bool(one.hint)) for one in match.accounts] == [
        (True, "did:plc:before22222222222222222222", False),
        (False, DID, True),
    ]


def test_an_address_on_another_network_is_another_account() -> None:
    listed = row("a", rest_id="11", acct="ada@quai.example.org")
    match = match_hinted(person("11"), listed, hints=hinted("11", hint(address="ada@quai.example.org")))
    assert match
    assert [one.listed for one in match.accounts] == [True, False]


def test_matching_some_people_gives_the_same_matches_as_matching_all() -> None:
    people = [person("11", "ada"), person("12", "bruno"), person("13", "ada", seen=LAST_MONTH - timedelta(days=9))]
    index, graph = index_of(row("a", screen_name="ada"), row("b", rest_id="12")), graph_of(*people)
    everybody = [match for match in find_matches(graph, index, NOW) if match]
    some = [match for match in find_matches(graph, index, NOW, only={"11", "13", "99"}) if match]
    assert some == [match for match in everybody if match.person.rest_id in ("11", "13")]
    assert len(some) == 1
