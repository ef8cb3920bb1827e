"""Matches become page-ready views; decisions and follows become a plan."""

from __future__ import annotations

from collections.abc import Mapping

from passerelle.following.decisions import Decision, decide, decision_keys
from passerelle.following.listing import count_matches, make_match_view
from passerelle.following.marks import Following, mark_following
from passerelle.following.plan import Planned, make_items, make_plan
from passerelle.following.queue import Queue
from passerelle.hints.records import HintView, ProfileHints
from passerelle.identifiers import Did, Handle
from passerelle.matching.match import find_matches
from passerelle.matching.views import MatchView

from tests.core.fakes import ACCOUNT, ME, NOW, graph_of, index_of, person, row
from tests.core.test_hint_profiles import DID, check, hint

ADA = Did("did:plc:ada22222222222222222222222")
ROWS = [
    row("a", rest_id="11", did=ADA, handle="ada.example.org", acct="ada@quai.example.org"),
    row("b", rest_id="12", handle="bruno.example.org", grade="imported"),
    row("c", rest_id="13", acct="chloe@quai.example.org"),
    row("d", rest_id="14", did=ME),
    row("e", rest_id="15", did=ADA),
]
GRAPH = graph_of(*(person(str(number)) for number in range(11, 17)), person("18", following=False, followed_by=True))


def views(decisions: Mapping[str, Decision] | None = None, following: Following | None = None) -> dict[str, MatchView]:
    matches = [match for match in find_matches(GRAPH, index_of(*ROWS), NOW) if match]
    made = (make_match_view(match, decisions or {}, following or Following()) for match in matches)
    return {view.rest_id: view for view in made}


def test_each_chosen_account_is_planned_once_and_the_own_account_never() -> None:
    plan = make_plan(views().values(), ACCOUNT, frozenset())
    assert plan.follows == (
        Planned(ADA, Handle("ada.example.org")),
    )  # not Bruno: imported; not 14: me; not 15: Ada again


def test_accounts_followed_already_are_left_out() -> None:
    assert make_plan(views().values(), ACCOUNT, {ADA}).follows == ()


def test_choosing_adds_an_account_and_unchoosing_removes_it() -> None:
    decided = views(
        {"12 bluesky bruno.example.org": "chosen", f"11 bluesky {ADA}": "unchosen", f"15 bluesky {ADA}": "unchosen"}
    )
    assert [planned.key for planned in make_plan(decided.values(), ACCOUNT, ()).follows] == ["bruno.example.org"]


def test_named_people_are_planned_even_if_they_were_not_chosen() -> None:
    assert [one.key for one in make_plan(views().values(), ACCOUNT, (), {"12"}).follows] == ["bruno.example.org"]


def test_a_rejection_beats_everything_and_outlives_a_new_handle() -> None:
    decisions: dict[str, Decision] = dict.fromkeys(
        decision_keys("11", "bluesky", "old-handle.example.org", ADA), "rejected"
    )
    rejected = views(decisions)["11"]
    assert rejected.accounts[0].rejected
    assert not rejected.accounts[0].chosen
    assert make_plan([rejected], ACCOUNT, (), {"11"}).follows == ()
    assert rejected.accounts[1].chosen  # their fediverse account was not rejected


def test_a_decision_changes_the_view_as_a_new_match_would() -> None:
    made: list[dict[str, Decision]] = [
        {"12 bluesky bruno.example.org": "chosen"},
        {"11 fediverse ada@quai.example.org": "rejected"},
    ]
    for decisions in made:
        after = {key: decide(view, decisions) for key, view in views().items()}
        assert after == views(decisions)


def test_following_is_marked_by_did_and_by_what_the_queue_knows() -> None:
    assert views(following=Following(names=frozenset({ADA})))["11"].accounts[0].state == "following"
    plan = make_plan(views().values(), ACCOUNT, (), {"11", "12"})
    queue = Queue(ACCOUNT, {item.key: item for item in make_items(plan)})
    marked = {key: mark_following(view, Following({"bluesky": queue})) for key, view in views().items()}
    assert marked == views(following=Following({"bluesky": queue}))
    assert [marked[one].accounts[0].state for one in ("11", "12", "13")] == ["waiting", "waiting", "none"]


def test_an_unchanged_view_is_the_same_object() -> None:
    view = views()["11"]
    assert mark_following(view, Following()) is view


def test_the_counts_cover_followed_people() -> None:
    counts = count_matches(GRAPH, views().values())
    assert (counts.following, counts.named, counts.found) == (6, 0, 5)
    assert (counts.found_bluesky, counts.found_fediverse) == (4, 2)
    assert counts.preselected == 4
    assert counts.found_followers == 0


# Hints.


def hinted_view(*hints: HintView, decisions: Mapping[str, Decision] | None = None, rest_id: str = "16") -> MatchView:
    """A person without a row, whose profile names these accounts."""
    known = {rest_id: ProfileHints(rest_id=rest_id, screen_name="fred", display_name="Fred", hints=list(hints))}
    (match,) = filter(None, find_matches(GRAPH, index_of(), NOW, known))
    return make_match_view(match, decisions or {}, Following())


CHOSEN: dict[str, Decision] = dict.fromkeys(decision_keys("16", "bluesky", "ada.bsky.social", DID), "chosen")


def test_a_hint_is_shown_with_the_names_of_the_profile_and_its_evidence() -> None:
    view = hinted_view(hint(check=check("linked")), hint(address="other.bsky.social", confidence="inferred"))
    assert (view.row_id, view.screen_name, view.display_name) == (None, "fred", "Fred")
    assert [one.did for one in view.accounts] == [DID, None]
    assert [one.code for one in view.evidence] == ["says_so", "account_found", "links_back", "guessed"]


def test_only_a_checked_hint_can_be_chosen_and_only_a_chosen_one_is_planned() -> None:
    for state, confidence, is_planned in (
        (None, "explicit", False),
        ("gone", "explicit", False),
        ("found", "explicit", True),
        ("found", "inferred", False),
        ("linked", "inferred", True),
    ):
        said = hint(confidence=confidence, check=check(state, None if state == "gone" else DID) if state else None)
        chosen, unchosen = hinted_view(said, decisions=CHOSEN), hinted_view(said)
        assert chosen.accounts[0].chosen == is_planned
        assert make_plan([chosen], ACCOUNT, ()).follows == (
            (Planned(Did(DID), Handle("ada.bsky.social")),) if is_planned else ()
        )
        assert not unchosen.accounts[0].chosen
        assert make_plan([unchosen], ACCOUNT, (), {"16"}).follows == ()


def test_a_hint_beside_a_preselected_row_is_not_preselected() -> None:
    other = hint(check=check("linked", "did:plc:other222222222222222222222"))
    known = {"11": ProfileHints(rest_id="11", screen_name="a", display_name=None, hints=[other])}
    (match,) = filter(None, find_matches(GRAPH, index_of(ROWS[0]), NOW, known))
    view = make_match_view(match, {}, Following())
    assert view.preselected
    assert [(one.listed, one.chosen) for one in view.accounts] == [(True, True), (True, True), (False, False)]
    assert [planned.key for planned in make_plan([view], ACCOUNT, (), {"11"}).follows] == [ADA]


def test_a_hint_is_rejected_by_address_or_by_did() -> None:
    said = hint(check=check("linked"))
    for key in decision_keys("16", "bluesky", "ada.bsky.social", DID):
        rejected = hinted_view(said, decisions={**CHOSEN, key: "rejected"})
        assert (rejected.accounts[0].rejected, rejected.accounts[0].chosen) == (True, False)


def test_people_with_hints_only_are_counted_apart_unless_all_hints_are_gone() -> None:
    gone, other = hint(check=check("gone", None)), hint(address="other.bsky.social")
    for hints, hinted in (([hint()], 1), ([gone], 0), ([gone, other], 1)):
        counts = count_matches(GRAPH, [hinted_view(*hints)])
        assert (counts.hinted, counts.found, counts.found_bluesky, counts.preselected) == (hinted, 0, 0, 0)
    follower = hinted_view(hint(), rest_id="18")
    assert (count_matches(GRAPH, [follower]).hinted, count_matches(GRAPH, [follower]).found_followers) == (0, 0)
