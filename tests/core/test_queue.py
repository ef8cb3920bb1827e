"""The queue: what is due, and that nothing is lost or done twice, whatever happens."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from passerelle.following import queue as queues
from passerelle.following import schedule
from passerelle.following.bluesky import PACE as REAL_PACE
from passerelle.following.bluesky import choose_record_keys, make_follow, read_write
from passerelle.following.items import Item, State
from passerelle.following.outcomes import (
    Accepted,
    Added,
    Cancelled,
    ClockSetBack,
    Known,
    Missing,
    Outcome,
    Overtaken,
    Paused,
    Refused,
    Requested,
    Resolved,
    Resumed,
    Slowed,
    Stopped,
    Unanswered,
    Unresolved,
    Withdrawn,
)
from passerelle.following.pace import Pace
from passerelle.following.queue import TRANSITIONS, IllegalTransition, Queue, record
from passerelle.following.steps import Check, Idle, ListFollows, Resolve, Send, Step, Wait
from passerelle.identifiers import Did
from passerelle.view import ErrorView

from tests.core.fakes import ACCOUNT, ME, NOW, reply
from tests.core.fakes import QUICK as CAREFUL

# Most tests here are about other things than what is followed elsewhere meanwhile, or the own account.
QUICK = replace(CAREFUL, fresh_for=None)
PACE = replace(REAL_PACE, fresh_for=None, own_fresh_for=None, review=None)


def next_due(queue: Queue, now: datetime, pace: Pace = PACE) -> Step:
    return schedule.next_due(queue, now, pace)


HOURLY, DAILY = QUICK.limits
BAD = ErrorView(code="server_refused", message="no")
DOWN = ErrorView(code="server_unreachable", message="down")


def did(number: int) -> Did:
    return Did(f"did:plc:{number:024}")


def item(number: int, **fields: Any) -> Item:
    return Item(did(number), did(number), **fields)


def queue_of(count: int, **fields: Any) -> Queue:
    """A queue of people 0 to count - 1, for an account without follows."""
    return Queue(ACCOUNT, {did(number): item(number) for number in range(count)}, **{"known": frozenset(), **fields})


def after(queue: Queue, *outcomes: Any) -> Queue:
    for outcome in outcomes:
        queue = record(queue, outcome, QUICK)
    return queue


def sent(queue: Queue, now: datetime = NOW) -> Queue:
    step = next_due(queue, now, QUICK)
    assert isinstance(step, Send)
    return after(queue, choose_record_keys(queue, step.keys, now, 1))


def known(*dids: Did) -> Known:
    """The server's list: a record of each."""
    return Known({f"3k{one[-9:]}": one for one in dids}, NOW)


def states(queue: Queue) -> list[str]:
    return [one.state.value for one in queue.items.values()]


def test_an_empty_queue_has_nothing_to_do() -> None:
    assert next_due(Queue(ACCOUNT), NOW) == Idle()


def test_existing_follows_are_read_before_anything_is_sent() -> None:
    queue = queue_of(2, known=None)
    assert next_due(queue, NOW) == ListFollows()
    queue = after(queue, known(did(0)))
    assert states(queue) == ["following", "waiting"]
    assert next_due(queue, NOW) == Send((did(1),))


def test_people_are_sent_in_batches_in_their_order() -> None:
    assert next_due(queue_of(PACE.batch + 5), NOW) == Send(tuple(did(number) for number in range(PACE.batch)))


def test_record_keys_are_chosen_before_sending_and_never_change() -> None:
    queue = sent(queue_of(3))
    record_keys = [one.record_key for one in queue.items.values()]
    assert len(set(record_keys)) == 3
    assert all(record_keys)
    again = sent(after(queue, Missing()), NOW + timedelta(minutes=1))
    assert [one.record_key for one in again.items.values()] == record_keys
    assert [make_follow(one) for one in again.items.values()] == [make_follow(one) for one in queue.items.values()]


def test_record_keys_stay_apart_when_the_clock_goes_back() -> None:
    queue = after(sent(queue_of(6)), Accepted())
    queue = sent(queue, NOW - timedelta(hours=1))
    assert len({one.record_key for one in queue.items.values()}) == 6


def test_items_with_unknown_outcome_are_looked_up_before_anything_is_sent() -> None:
    queue = sent(queue_of(9))
    assert next_due(queue, NOW, QUICK) == Check(did(0))
    assert states(after(queue, Accepted()))[:3] == ["following"] * 3
    assert states(after(queue, Missing()))[:3] == ["waiting"] * 3


def test_a_batch_that_did_not_arrive_is_repeated_as_it_was() -> None:
    queue = after(sent(queue_of(3)), Missing(), Added((item(7), item(8))))
    batches = []
    while isinstance(next_due(queue, NOW, QUICK), Send):
        queue = sent(queue)
        batches.append([one.key for one in queue.in_state(State.ASKED)])
        queue = after(queue, Accepted())
    assert [did(0), did(1), did(2)] in batches


def test_a_withdrawn_item_leaves_its_batch() -> None:
    queue = after(sent(queue_of(3)), Missing(), Withdrawn(frozenset({did(1)})))
    assert next_due(queue, NOW, QUICK) == Send((did(0), did(2)))


def test_a_sent_item_that_is_withdrawn_is_looked_up_and_not_sent_again() -> None:
    queue = after(sent(queue_of(3)), Withdrawn(frozenset({did(1)})))
    assert next_due(queue, NOW, QUICK) == Check(did(0))
    assert states(after(queue, Accepted())) == ["following"] * 3
    assert list(after(queue, Missing()).items) == [did(0), did(2)]


def test_cancelling_keeps_who_is_followed_and_drops_who_waits() -> None:
    queue = after(sent(queue_of(QUICK.batch + 5)), Accepted(), Cancelled())
    assert states(queue) == ["following"] * QUICK.batch
    assert next_due(queue, NOW, QUICK) == Idle()


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (Accepted(), ["following"] * 3),
        (Requested(), ["requested"] * 3),
        (Missing(), []),
        (Overtaken(), []),
        (Refused(BAD), []),
        (Slowed(NOW, NOW + timedelta(minutes=1)), []),
        (Stopped(BAD), []),
        (Unanswered(DOWN, NOW), ["recalled"] * 3),
        (Stopped(BAD, is_answer=False), ["recalled"] * 3),
    ],
)
def test_what_was_sent_before_cancelling_is_never_sent_again(answer: Outcome, left: list[str]) -> None:
    queue = after(sent(queue_of(3)), Cancelled(), answer)
    assert states(queue) == left
    later = after(queue, Resumed())
    assert next_due(later, NOW + timedelta(hours=1), QUICK) == (Check(did(0)) if "recalled" in left else Idle())


def test_cancelling_a_paused_queue_looks_up_what_was_sent() -> None:
    queue = after(sent(queue_of(3)), Unanswered(DOWN, NOW), Paused(), Cancelled())
    assert next_due(queue, NOW + timedelta(minutes=1), QUICK) == Check(did(0))


def test_people_who_are_wanted_again_after_cancelling_keep_their_record_keys() -> None:
    queue = sent(queue_of(3))
    assert after(queue, Cancelled(), Added((item(0), item(1), item(2)))) == queue


def test_cancelling_does_not_end_a_wait_that_a_server_asked_for() -> None:
    queue = after(sent(queue_of(9)), Slowed(NOW, NOW + timedelta(minutes=1)), Cancelled(), Added((item(20),)))
    assert next_due(queue, NOW, QUICK) == Wait(NOW + timedelta(minutes=1))


def test_a_refused_batch_is_sent_one_by_one_and_only_the_bad_one_fails() -> None:
    queue = after(sent(queue_of(3)), Refused(BAD))
    alone = []
    while isinstance(next_due(queue, NOW, QUICK), Send):
        queue = sent(queue)
        (asked,) = queue.in_state(State.ASKED)
        alone.append(asked.key)
        queue = after(queue, Refused(BAD) if asked.key == did(1) else Accepted())
    assert alone == [did(0), did(1), did(2)]
    assert states(queue) == ["following", "failed", "following"]
    assert queue.items[did(1)].error == BAD


def test_a_failed_item_is_tried_again_under_its_record_key() -> None:
    queue = after(sent(queue_of(1)), Refused(BAD))
    again = after(queue, Added((item(0),)))
    assert states(again) == ["waiting"]
    assert again.items[did(0)].error is None
    assert again.items[did(0)].record_key == queue.items[did(0)].record_key


def test_a_batch_that_fails_again_and_again_is_split() -> None:
    queue = after(sent(queue_of(3)), Unanswered(DOWN, NOW), Missing())
    later = NOW + timedelta(minutes=5)
    queue = after(sent(queue, later), Unanswered(DOWN, later), Missing())
    assert next_due(queue, later + timedelta(minutes=5), QUICK) == Send((did(0),))


def test_each_failure_doubles_the_pause_until_the_queue_stops() -> None:
    queue, now, pauses = sent(queue_of(3)), NOW, []
    while not queue.paused:
        queue = record(queue, Unanswered(DOWN, now), PACE)
        if queue.pause:
            pauses.append((queue.pause.until - now).total_seconds())
            now = queue.pause.until
            assert next_due(queue, now) == Check(did(0))
    assert pauses == [2.0, 4.0, 8.0, 16.0, 32.0]
    assert next_due(queue, now) == Idle()
    assert queue.error == DOWN
    assert states(queue) == ["asked"] * 3  # nothing is lost: it may have arrived
    assert next_due(after(queue, Resumed()), now) == Check(did(0))


def test_a_429_pauses_the_queue_until_its_time() -> None:
    until = NOW + timedelta(minutes=7)
    queue = after(sent(queue_of(2)), Slowed(NOW, until))
    assert states(queue) == ["waiting", "waiting"]
    assert next_due(queue, NOW, QUICK) == Wait(until)
    assert isinstance(next_due(queue, until, QUICK), Send)


@pytest.mark.parametrize("refusal", [Slowed(NOW, NOW), Stopped(BAD)])
def test_a_refusal_that_is_not_about_them_leaves_people_at_their_place(refusal: Outcome) -> None:
    queue = sent(queue_of(QUICK.batch + 2))
    first = tuple(item.key for item in queue.in_state(State.ASKED))
    queue = after(queue, refusal, Resumed())
    assert queue.in_state(State.WAITING)[QUICK.batch :]
    assert next_due(queue, NOW, QUICK) == Send(first)


YEAR = timedelta(days=365)


def test_a_pause_begins_anew_when_the_clock_was_a_year_ahead() -> None:
    ahead = NOW + YEAR
    queue = after(sent(queue_of(2), ahead), Slowed(ahead, ahead + timedelta(minutes=7)))
    assert queue.last_moment == ahead
    queue = after(queue, ClockSetBack(NOW))
    assert next_due(queue, NOW, QUICK) == Wait(NOW + timedelta(minutes=7))
    assert isinstance(next_due(queue, NOW + timedelta(minutes=7), QUICK), Send)


def test_points_spent_in_the_future_count_as_spent_now() -> None:
    queue = replace(queue_of(3), points_spent=((NOW + YEAR, HOURLY.amount),))
    assert next_due(after(queue, ClockSetBack(NOW)), NOW, QUICK) == Wait(NOW + timedelta(hours=1))
    queue = replace(queue_of(3), points_spent=((NOW + YEAR, DAILY.amount),))
    assert next_due(after(queue, ClockSetBack(NOW)), NOW, QUICK) == Wait(NOW + timedelta(days=1))


def test_resuming_ends_a_pause_and_adding_does_not() -> None:
    queue = after(sent(queue_of(2)), Slowed(NOW, NOW + timedelta(hours=3)))
    assert isinstance(next_due(after(queue, Resumed(at_once=False)), NOW, QUICK), Wait)
    assert isinstance(next_due(after(queue, Resumed()), NOW, QUICK), Send)


def test_a_pause_that_stays_keeps_its_cause() -> None:
    unreachable = ErrorView(code="server_unreachable", message="no answer")
    queue = after(sent(queue_of(2)), Unanswered(unreachable, NOW))
    assert after(queue, Resumed(at_once=False)).error == unreachable
    assert after(queue, Resumed()).error is None


def test_a_429_to_a_look_up_leaves_the_outcome_unknown() -> None:
    queue = after(sent(queue_of(2)), Slowed(NOW, NOW, is_answer=False))
    assert next_due(queue, NOW, QUICK) == Check(did(0))


def test_a_sign_in_that_ends_stops_the_queue_and_loses_nothing() -> None:
    expired = ErrorView(code="session_expired", message="sign in")
    queue = after(sent(queue_of(2)), Stopped(expired))
    assert next_due(queue, NOW, QUICK) == Idle()
    assert queue.error == expired
    assert states(queue) == ["waiting", "waiting"]
    assert isinstance(next_due(after(queue, Resumed()), NOW, QUICK), Send)


def test_pausing_stops_and_resuming_goes_on() -> None:
    queue = after(queue_of(2), Paused())
    assert next_due(queue, NOW, QUICK) == Idle()
    assert isinstance(next_due(after(queue, Resumed()), NOW, QUICK), Send)


def test_an_urgent_item_goes_first_alone_and_even_while_paused() -> None:
    queue = after(queue_of(5), Paused(), Added((item(9, urgent=True),)))
    assert next_due(queue, NOW, QUICK) == Send((did(9),))
    queue = after(sent(queue), Accepted())
    assert next_due(queue, NOW, QUICK) == Idle()


def test_an_urgent_item_is_looked_up_even_while_paused() -> None:
    queue = after(queue_of(5), Paused(), Added((item(9, urgent=True),)))
    queue = after(sent(queue), Unanswered(DOWN, NOW))
    assert next_due(queue, NOW + timedelta(minutes=1), QUICK) == Check(did(9))


def test_a_stopped_queue_sends_no_urgent_item_either() -> None:
    queue = after(sent(after(queue_of(1), Added((item(0, urgent=True),)))), Stopped(BAD))
    assert next_due(queue, NOW, QUICK) == Idle()
    assert states(queue) == ["waiting"]


def test_the_hourly_budget_is_kept_and_used_to_the_end() -> None:
    now, queue, moments = NOW, queue_of(100), []
    while not isinstance(step := next_due(queue, now, QUICK), Idle):
        if isinstance(step, Wait):
            assert step.until > now
            now = step.until
        else:
            assert isinstance(step, Send)
            queue = after(sent(queue, now), Accepted())
            moments += [now] * len(step.keys)
    assert states(queue) == ["following"] * 100
    per_hour = HOURLY.amount // QUICK.points_per_follow
    assert all(
        moment - earlier >= timedelta(hours=1) for earlier, moment in zip(moments, moments[per_hour:], strict=False)
    )
    assert moments[per_hour] == NOW + timedelta(hours=1)


def test_the_daily_budget_is_kept() -> None:
    queue = replace(queue_of(3), points_spent=((NOW, DAILY.amount),))
    assert next_due(queue, NOW, QUICK) == Wait(NOW + timedelta(days=1))


def test_a_handle_is_resolved_in_its_turn_and_doubles_are_found() -> None:
    by_handle = Item("ada.example.org", None, "ada.example.org")
    queue = replace(queue_of(1), items={by_handle.key: by_handle, did(0): item(0)})
    assert next_due(queue, NOW, QUICK) == Resolve("ada.example.org")
    queue = after(queue, Resolved("ada.example.org", did(0)))
    queue = sent(queue)
    assert states(queue) == ["asked", "waiting"]  # the same person twice: one record
    assert states(after(queue, Accepted())) == ["following", "following"]


def test_a_handle_of_an_account_followed_already_needs_no_record() -> None:
    queue = Queue(ACCOUNT, {"a.example.org": Item("a.example.org", None, "a.example.org")}, frozenset({did(5)}))
    assert states(after(queue, Resolved("a.example.org", did(5)))) == ["following"]


def test_an_unknown_handle_fails_alone() -> None:
    queue = Queue(
        ACCOUNT, {"a.example.org": Item("a.example.org", None, "a.example.org"), did(1): item(1)}, frozenset()
    )
    queue = after(queue, Unresolved("a.example.org", BAD))
    assert states(queue) == ["failed", "waiting"]
    assert next_due(queue, NOW, QUICK) == Send((did(1),))


def test_an_answer_about_a_withdrawn_item_changes_nothing() -> None:
    assert after(Queue(ACCOUNT), Resolved("a.example.org", did(5)), Unresolved("a.example.org", BAD)) == Queue(ACCOUNT)


def test_an_account_unfollowed_on_the_server_leaves_the_queue() -> None:
    queue = after(sent(queue_of(1)), Accepted())
    assert after(queue, known()).items == {}


def test_adding_twice_changes_nothing() -> None:
    queue = sent(queue_of(2))
    assert after(queue, Added((item(0), item(1)))) == queue


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (400, {"error": "InvalidRequest"}, Refused),
        (413, {"error": "PayloadTooLarge"}, Refused),
        (400, {"error": "ExpiredToken"}, Stopped),
        (400, {"error": "AccountDeactivated"}, Stopped),
        (401, {"error": "AuthMissing"}, Stopped),
        (403, {"error": "ScopeMissingError"}, Stopped),
        (404, {}, Stopped),
        (429, {"error": "RateLimitExceeded"}, Slowed),
        (500, {"error": "InternalServerError"}, Unanswered),
        (502, {"error": "UpstreamFailure"}, Unanswered),
        (200, {}, Unanswered),
        (200, [], Unanswered),
        (200, {"results": []}, Unanswered),
        (200, {"uri": "at://did:plc:other/app.bsky.graph.follow/3k", "cid": "bafy"}, Unanswered),
    ],
)
def test_what_an_answer_to_a_write_means(status: int, body: Any, outcome: type) -> None:
    asked = sent(queue_of(1)).in_state(State.ASKED)
    assert type(read_write(reply(status, body), ACCOUNT, asked, NOW)) is outcome


@pytest.mark.parametrize("count", [1, 3])
def test_a_write_is_accepted_where_the_answer_names_its_records(count: int) -> None:
    asked = sent(queue_of(count)).in_state(State.ASKED)
    created = [{"uri": f"at://{ME}/app.bsky.graph.follow/{one.record_key}", "cid": "bafy"} for one in asked]
    body = created[0] if count == 1 else {"results": created}
    assert read_write(reply(200, body), ACCOUNT, asked, NOW) == Accepted()


def test_the_tables_cover_every_state_and_outcome() -> None:
    assert set(TRANSITIONS) == set(State) - {State.DROPPED}
    assert set(queues.RECORDERS) == set(Outcome.__args__)
    assert {one for row in TRANSITIONS.values() for one in row} <= set(queues.RECORDERS)


def test_an_outcome_that_cannot_happen_names_itself_and_the_state() -> None:
    with pytest.raises(IllegalTransition, match=r"\AUnresolved cannot happen to an item in state ASKED\Z"):
        after(sent(queue_of(1)), Unresolved(did(0), BAD))


def test_a_queue_survives_being_stored() -> None:
    queue = after(sent(queue_of(5)), Unanswered(DOWN, NOW), Added((item(9, urgent=True),)))
    stored = json.loads(json.dumps([queue.to_json(), [one.to_json() for one in queue.items.values()]]))
    assert Queue.from_json(*stored) == replace(queue, known=None)


OUTCOMES = st.sampled_from(
    [
        Accepted(),
        Missing(),
        Refused(BAD),
        Slowed(NOW, NOW + timedelta(minutes=1)),
        Slowed(NOW, NOW + timedelta(minutes=1), is_answer=False),
        Unanswered(DOWN, NOW),
        Stopped(BAD),
        Stopped(BAD, is_answer=False),
        Paused(),
        Resumed(),
        Resumed(at_once=False),
        ClockSetBack(NOW - timedelta(days=400)),
        Withdrawn(frozenset({did(2), did(4)})),
        Cancelled(),
        Added((item(2), item(11, urgent=True))),
        known(did(1)),
        "send",
    ]
)


@settings(deadline=None)
@given(st.lists(OUTCOMES, max_size=40))
def test_invariants_hold_after_any_sequence_of_outcomes(happenings: list[Any]) -> None:
    queue, now = queue_of(7), NOW
    for happening in happenings:
        before = queue
        if happening == "send":
            now += timedelta(minutes=10)
            if isinstance(next_due(queue, now, QUICK), Send):
                queue = sent(queue, now)
        else:
            queue = after(queue, happening)
        asked = queue.in_state(*queues.IN_FLIGHT)
        assert len({one.batch for one in asked}) <= 1  # one commit at a time
        assert len({one.target for one in asked}) == len(asked)
        record_keys = [one.record_key for one in queue.items.values() if one.record_key]
        assert len(set(record_keys)) == len(record_keys)
        for key, one in before.items.items():
            if one.record_key and key in queue.items:
                assert queue.items[key].record_key == one.record_key
        assert all(a <= b for a, b in pairwise(moment for moment, _ in queue.points_spent))
        if not isinstance(happening, Withdrawn | Cancelled | Known):
            gone = before.items.keys() - queue.items.keys()
            assert {before.items[key].state for key in gone} <= {State.RECALLED}
