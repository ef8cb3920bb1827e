"""The rules about a date: which days may be chosen, when it begins and ends, and what is left to do before it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle.errors import InputError
from passerelle.following.calendar import MAX_LINE, make_calendar
from passerelle.following.dates import (
    DAY,
    DELAY,
    DELAY_BYTES,
    LAPSE,
    DateFacts,
    DateView,
    choose_delay,
    find_undone,
    make_date,
    networks_due,
    record_starts,
)
from passerelle.following.preparation import Preparation, list_steps
from passerelle.identifiers import Network

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
BOTH: tuple[Network, ...] = ("bluesky", "fediverse")
MIDNIGHT = datetime(2027, 1, 3, 23, 0, tzinfo=UTC)  # of 4 January, in Paris


def a_date(
    opens_at: datetime = MIDNIGHT, day: date = date(2027, 1, 4), delay: timedelta = timedelta(hours=2)
) -> DateView:
    return make_date(day, opens_at, NOW, delay, 142, None)


def test_a_date_begins_after_its_delay_and_ends_at_the_next_midnight() -> None:
    view = a_date()
    assert (view.day, view.people, view.delay) == ("2027-01-04", 142, 7200)
    assert datetime.fromisoformat(view.starts_at) == MIDNIGHT + timedelta(hours=2)
    assert datetime.fromisoformat(view.closes_at) == MIDNIGHT + DAY


@pytest.mark.parametrize(
    ("opens_at", "day"),
    [
        (NOW, NOW.date()),  # today
        (NOW - timedelta(days=3), date(2026, 11, 17)),
        (NOW + timedelta(days=400), (NOW + timedelta(days=400)).date()),
        (MIDNIGHT, date(2027, 1, 6)),  # a moment of another day, in every zone
        (MIDNIGHT, date(2027, 1, 2)),
    ],
)
def test_days_that_are_over_or_too_far_and_moments_of_another_day_are_refused(opens_at: datetime, day: date) -> None:
    with pytest.raises(InputError) as caught:
        a_date(opens_at, day)
    assert caught.value.code == "date_out_of_range"


@pytest.mark.parametrize("hours", [-14, -1, 0, 12])
def test_every_time_zone_may_choose_a_day(hours: int) -> None:
    assert a_date(datetime(2027, 1, 4, tzinfo=UTC) + timedelta(hours=hours)).day == "2027-01-04"


@given(st.binary(min_size=DELAY_BYTES, max_size=DELAY_BYTES))
def test_a_delay_is_below_its_bound(random: bytes) -> None:
    assert timedelta() <= choose_delay(random) < DELAY


def test_delays_are_spread_over_the_whole_time() -> None:
    assert choose_delay(b"\0\0\0\0") == timedelta()
    assert choose_delay(b"\x80\0\0\0") == DELAY / 2
    assert choose_delay(b"\xff\xff\xff\xff") == DELAY - timedelta(seconds=1)


def test_it_starts_by_itself_after_the_delay_and_not_after_a_month() -> None:
    view = a_date()
    start = datetime.fromisoformat(view.starts_at)
    assert networks_due(view, BOTH, start - timedelta(seconds=1)) == []
    assert networks_due(view, BOTH, start) == list(BOTH)
    assert networks_due(view, BOTH, MIDNIGHT + LAPSE - timedelta(seconds=1)) == list(BOTH)
    assert networks_due(view, BOTH, MIDNIGHT + LAPSE) == []


def test_by_a_press_it_starts_before_the_delay_is_over_and_after_a_month_but_not_before_the_day() -> None:
    view = a_date()
    assert networks_due(view, BOTH, MIDNIGHT, is_pressed=True) == list(BOTH)
    assert networks_due(view, BOTH, MIDNIGHT + 2 * LAPSE, is_pressed=True) == list(BOTH)
    assert networks_due(view, BOTH, MIDNIGHT - timedelta(seconds=1), is_pressed=True) == []


def test_people_are_added_until_the_directory_was_read_after_the_day() -> None:
    view, on_the_day, after = a_date(), MIDNIGHT + timedelta(hours=3), MIDNIGHT + DAY
    started = record_starts(view, ["bluesky"], on_the_day, is_current=True)
    assert networks_due(started, BOTH, after) == list(BOTH)
    without_directory = record_starts(started, ["bluesky"], after, is_current=False)
    assert networks_due(without_directory, BOTH, after) == list(BOTH)
    final = record_starts(started, ["bluesky"], after, is_current=True)
    assert networks_due(final, BOTH, after) == ["fediverse"]
    assert [one.at for one in final.starts] == [on_the_day.isoformat()]


def test_only_what_was_unfollowed_since_the_approval_counts() -> None:
    def record(target: str, done: str) -> dict[str, str]:
        return {"target": target, "address": f"{target}.example.org", "done": done}

    history = {
        "2026-11-19T09:00:00+00:00 me a": record("a", "unfollowed"),
        "2026-11-21T09:00:00+00:00 me b": record("b", "unfollowed"),
        "2026-11-22T09:00:00+00:00 me c": record("c", "followed"),
    }
    assert find_undone(history, NOW, "unfollowed") == {"b", "b.example.org"}


def preparation(ticked: tuple[Network, ...] = BOTH, signed_in: tuple[Network, ...] = ()) -> Preparation:
    known = DateFacts(signed_in=list(signed_in), notifies=True, badges=False)
    return Preparation(ticked=ticked, known=known, has_joined=False)


def test_each_network_of_ticked_people_needs_a_sign_in() -> None:
    def needed(one: Preparation) -> dict[str, bool]:
        return {step.step: step.is_done for step in list_steps(one) if not step.is_optional}

    assert needed(preparation(ticked=())) == {"people": False}
    assert needed(preparation(ticked=("bluesky",))) == {"people": True, "bluesky": False}
    assert needed(preparation(signed_in=("fediverse",))) == {"people": True, "bluesky": False, "fediverse": True}


def test_what_is_optional_stands_last_and_says_whether_it_is_done() -> None:
    steps = list_steps(preparation())
    assert [step.is_optional for step in steps] == sorted(step.is_optional for step in steps)
    assert {step.step: step.is_done for step in steps if step.is_optional} == {
        "notify": True,
        "badges": False,
        "join": False,
    }


def unfolded(calendar: str) -> list[str]:
    """Return the lines of a calendar as a reader joins them."""
    assert calendar.endswith("\r\n")
    return calendar[:-2].replace("\r\n ", "").split("\r\n")


def test_a_calendar_file_holds_one_whole_day_with_an_alarm_before_it() -> None:
    lines = unfolded(make_calendar(date(2027, 12, 31), "Leave X together", "One; two, three\nfour\\", "1@x", NOW))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    for line in (
        "DTSTAMP:20261120T090000Z",
        "DTSTART;VALUE=DATE:20271231",
        "DTEND;VALUE=DATE:20280101",
        "SUMMARY:Leave X together",
        r"DESCRIPTION:One\; two\, three\nfour\\",
        "TRIGGER:-PT15H",
        "UID:1@x",
    ):
        assert line in lines


@given(st.text(max_size=300))
def test_no_line_of_a_calendar_is_too_long_and_no_text_ends_one(text: str) -> None:
    calendar = make_calendar(date(2027, 1, 4), text, text, "1@x", NOW)
    assert all(len(line.encode()) <= MAX_LINE for line in calendar.split("\r\n"))
    assert len(unfolded(calendar)) == len(unfolded(make_calendar(date(2027, 1, 4), "", "", "1@x", NOW)))
