"""The pace: gentle by the age of the own account, fast by choice; and the time left is what following takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from passerelle.following import bluesky, mastodon
from passerelle.following.outcomes import Accepted, Added, Changed, OwnRead, Reviewed, Slowed
from passerelle.following.own import OwnAccount
from passerelle.following.pace import Pace, Speed, at_speed
from passerelle.following.queue import Queue, record
from passerelle.following.schedule import next_due
from passerelle.following.steps import Idle, ListChanges, ReadOwn, Review, Send, Wait
from passerelle.following.time_left import done_at

from tests.core.fakes import NOW
from tests.core.test_queue import item, queue_of

DAY = timedelta(days=1)
AGES = (timedelta(days=1), timedelta(days=10), timedelta(days=400))
NETWORKS = {
    "bluesky": (bluesky.PACE, bluesky.choose_record_keys),
    "mastodon": (mastodon.PACE, mastodon.choose_record_keys),
}


def follow_all(queue: Queue, pace: Pace, network: str, now: datetime = NOW) -> list[tuple[datetime, int]]:
    """Follow everyone without delay of the network; return when how many were sent."""
    sends = []
    while not isinstance(step := next_due(queue, now, pace), Idle):
        match step:
            case Wait(until):
                now = until
            case ReadOwn():
                queue = record(queue, OwnRead(OwnAccount(None, frozenset(), now)), pace)
            case Review(keys):
                queue = record(queue, Reviewed(frozenset(keys), {}), pace)
            case ListChanges():
                queue = record(queue, _nothing_new(now), pace)
            case Send(keys):
                sends.append((now, len(keys)))
                queue = record(queue, NETWORKS[network][1](queue, keys, now, 1), pace)
                queue = record(queue, Accepted(), pace)
            case _:
                raise AssertionError(step)
    return sends


def _nothing_new(now: datetime) -> Changed:
    return Changed({}, now)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("age", AGES)
def test_at_the_gentle_pace_no_window_holds_more_than_its_limit(network: str, age: timedelta) -> None:
    pace = at_speed(NETWORKS[network][0], "gentle", age)
    assert pace.spread
    sends = follow_all(queue_of(300), pace, network)
    assert sum(count for _, count in sends) == 300
    for limit in pace.spread:
        for start, _ in sends:
            inside = sum(count for moment, count in sends if start <= moment < start + limit.window)
            assert inside * pace.points_per_follow <= limit.amount


@pytest.mark.parametrize("network", NETWORKS)
def test_younger_accounts_follow_slower_and_the_fast_pace_is_the_fastest(network: str) -> None:
    paces = [at_speed(NETWORKS[network][0], "gentle", age) for age in AGES]
    ends = [done_at(queue_of(200), NOW, pace) for pace in (*paces, at_speed(NETWORKS[network][0], "fast", AGES[0]))]
    assert ends == sorted(ends, reverse=True)
    assert len(set(ends)) == len(ends)


def test_an_established_account_follows_a_thousand_people_on_bluesky_in_two_hours() -> None:
    pace = at_speed(bluesky.PACE, "gentle", AGES[2])
    sends = follow_all(queue_of(1000), pace, "bluesky")
    assert {count for _, count in sends} == {50}
    assert sends[-1][0] - NOW == timedelta(minutes=6 * 19)


def test_a_person_followed_by_hand_does_not_wait_for_the_gentle_pace() -> None:
    pace = replace(at_speed(bluesky.PACE, "gentle", AGES[2]), review=None)
    queue = queue_of(100)
    queue = record(queue, OwnRead(OwnAccount(None, frozenset(), NOW)), pace)
    queue = record(queue, _nothing_new(NOW), pace)
    step = next_due(queue, NOW, pace)
    assert isinstance(step, Send)
    queue = record(record(queue, bluesky.choose_record_keys(queue, step.keys, NOW, 1), pace), Accepted(), pace)
    queue = record(queue, _nothing_new(NOW), pace)
    assert isinstance(next_due(queue, NOW, pace), Wait)
    queue = record(queue, Added((item(700, urgent=True),)), pace)
    assert next_due(queue, NOW, pace) == Send((item(700).key,))


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("speed", ["gentle", "fast"])
@settings(max_examples=20, deadline=None)
@given(count=st.integers(1, 500), sent=st.integers(0, 400), later=st.integers(0, 400))
def test_the_time_left_is_the_time_that_following_takes(
    network: str, speed: Speed, count: int, sent: int, later: int
) -> None:
    """Exact for each limit alone; where several bind, at most a fifth is missing."""
    pace = at_speed(NETWORKS[network][0], speed, AGES[2])
    queue = queue_of(count, points_spent=((NOW - timedelta(minutes=1), sent * pace.points_per_follow),) if sent else ())
    now = NOW + timedelta(minutes=later)
    last = follow_all(queue, pace, network, now)[-1][0]
    expected = done_at(queue, now, pace)
    assert expected >= now + (last - now) * 0.8
    assert expected <= last + timedelta(seconds=5 * count)  # what requests take, which `follow_all` leaves out
    +pace_window(pace)


def pace_window(pace: Pace) -> timedelta:
    return max((limit.window for limit in pace.spread), default=timedelta())


def test_a_wait_that_a_server_asked_for_counts() -> None:
    pace = at_speed(bluesky.PACE, "fast", AGES[2])
    queue = record(queue_of(10), Slowed(NOW, NOW + timedelta(hours=1), is_answer=False), pace)
    assert timedelta(hours=1) <= done_at(queue, NOW, pace) - NOW <= timedelta(hours=1, minutes=1)


def test_nothing_left_takes_no_time() -> None:
    assert done_at(queue_of(0), NOW, bluesky.PACE) == NOW
