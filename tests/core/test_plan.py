"""Matches become page-ready views; decisions and whom one follows already become a plan."""

from __future__ import annotations

from passerelle.identifiers import Did
from passerelle.matcher import find_matches
from passerelle.plan import (
    Following,
    Planned,
    count_matches,
    decide,
    decision_keys,
    make_items,
    make_match_view,
    make_plan,
    mark_following,
)
from passerelle.queue import Queue
from passerelle.views import MatchView

from tests.core.fakes import ME, NOW, graph_of, person, row
from tests.core.test_directory import index_of

ADA = Did("did:plc:ada22222222222222222222222")
ROWS = [
    row("a", rest_id="11", did=ADA, handle="ada.example.org", acct="ada@quai.example.org"),
    row("b", rest_id="12", handle="bruno.example.org", grade="imported"),
    row("c", rest_id="13", acct="chloe@quai.example.org"),
    row("d", rest_id="14", did=ME),
    row("e", rest_id="15", did=ADA),
]
GRAPH = graph_of(*(person(str(number)) for number in range(11, 17)), person("18", following=False, followed_by=True))


def views(decisions: dict[str, str] | None = None, following: Following | None = None) -> dict[str, MatchView]:
    matches = [match for match in find_matches(GRAPH, index_of(*ROWS), NOW) if match]
    made = (make_match_view(match, decisions or {}, following or Following()) for match in matches)
    return {view.rest_id: view for view in made}


def test_the_chosen_are_planned_once_each_and_never_oneself() -> None:
    plan = make_plan(views().values(), ME, frozenset())
    assert plan.follows == (Planned(ADA, "ada.example.org"),)  # not Bruno: imported; not 14: me; not 15: Ada again


def test_whom_one_follows_already_is_left_out() -> None:
    assert make_plan(views().values(), ME, {ADA}).follows == ()


def test_a_choice_adds_somebody_and_an_unchoice_takes_somebody_away() -> None:
    decided = views(
        {"12 bluesky bruno.example.org": "chosen", f"11 bluesky {ADA}": "unchosen", f"15 bluesky {ADA}": "unchosen"}
    )
    assert [planned.key for planned in make_plan(decided.values(), ME, ()).follows] == ["bruno.example.org"]


def test_naming_people_follows_them_even_if_they_were_not_chosen() -> None:
    assert [one.key for one in make_plan(views().values(), ME, (), {"12"}).follows] == ["bruno.example.org"]


def test_a_rejection_beats_everything_and_outlives_a_new_handle() -> None:
    decisions = dict.fromkeys(decision_keys("11", "bluesky", "old-handle.example.org", ADA), "rejected")
    rejected = views(decisions)["11"]
    assert rejected.accounts[0].rejected
    assert not rejected.accounts[0].chosen
    assert make_plan([rejected], ME, (), {"11"}).follows == ()
    assert rejected.accounts[1].chosen  # their fediverse account was not rejected


def test_a_decision_changes_the_view_as_a_new_match_would() -> None:
    for decisions in ({"12 bluesky bruno.example.org": "chosen"}, {"11 fediverse ada@quai.example.org": "rejected"}):
        after = {key: decide(view, decisions) for key, view in views().items()}
        assert after == views(decisions)


def test_following_is_marked_by_did_and_by_what_the_queue_knows() -> None:
    assert views(following=Following(dids=frozenset({ADA})))["11"].accounts[0].state == "following"
    plan = make_plan(views().values(), ME, (), {"11", "12"})
    queue = Queue(ME, {item.key: item for item in make_items(plan)})
    marked = {key: mark_following(view, Following(queue)) for key, view in views().items()}
    assert marked == views(following=Following(queue))
    assert [marked[one].accounts[0].state for one in ("11", "12", "13")] == ["waiting", "waiting", "none"]


def test_what_did_not_change_is_the_same_object() -> None:
    view = views()["11"]
    assert mark_following(view, Following()) is view


def test_the_counts_are_of_people_one_follows() -> None:
    counts = count_matches(GRAPH, views().values())
    assert (counts.following, counts.named, counts.found) == (6, 0, 5)
    assert (counts.found_bluesky, counts.found_fediverse) == (4, 2)
    assert counts.preselected == 4
    assert counts.found_followers == 0
