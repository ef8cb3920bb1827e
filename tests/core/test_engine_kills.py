"""The browser is killed at any await: everyone is followed exactly once."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.engine_steps import (
    CHOSEN,
    live,
    opened,
    run,
)
from tests.core.fakes import (
    FAULTS,
    ME,
    Killer,
)

KILLS = st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=6)
BAD_ANSWERS = st.lists(st.sampled_from(["", *sorted(FAULTS.keys() - {"death"})]), max_size=8)


async def follow_all_through(archive: str, kills: list[tuple[int, bool]], faults: list[str]) -> None:
    """Everyone is followed exactly once, though the browser is killed and the server answers badly."""
    browser = await opened(archive)
    browser.pds.faults = list(faults)
    for at, before in kills:
        await live(browser, Killer(at, before=before))
    browser.start()
    for _ in range(len(faults) + 1):  # a fault may stop the queue; then the person presses "go on"
        await browser.ask("follow.start", accounts=[ME])
        await browser.until_idle()
    assert browser.pds.followed() == CHOSEN
    items = [item for key, item in browser.storage.stores["queue"].items() if " " in key]
    assert {item["state"] for item in items} == {"following"}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kills=KILLS, faults=BAD_ANSWERS)
def test_killed_at_any_instant_everyone_is_followed_exactly_once(
    archive: str, kills: list[tuple[int, bool]], faults: list[str]
) -> None:
    run(follow_all_through(archive, kills, faults))


async def cancel_through(archive: str, kills: list[tuple[int, bool]], faults: list[str]) -> None:
    """After cancelling, the list shows who is followed, and following everyone doubles no one."""
    browser = await opened(archive)
    browser.pds.faults = list(faults)
    for at, before in kills:
        await live(browser, Killer(at, before=before), cancels=True)
    browser.start()
    await browser.ask("follow.start", accounts=[ME])
    await browser.ask("follow.cancel")
    for _ in range(len(faults) + 1):
        await browser.ask("follow.resume")
        await browser.until_idle()
    browser.pds.faults = []
    items = [item for key, item in browser.storage.stores["queue"].items() if " " in key]
    assert {item["state"] for item in items} <= {"following"}
    assert sorted(item["target"] for item in items) == browser.pds.followed()
    browser.start()
    await browser.ask("follow.start", accounts=[ME])
    await browser.until_idle()
    assert browser.pds.followed() == CHOSEN


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kills=KILLS, faults=BAD_ANSWERS)
def test_cancelled_and_killed_at_any_instant_no_one_is_followed_twice_or_left_out_of_the_list(
    archive: str, kills: list[tuple[int, bool]], faults: list[str]
) -> None:
    run(cancel_through(archive, kills, faults))


@pytest.mark.soak
@pytest.mark.timeout(1800)
@settings(max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kills=KILLS, faults=BAD_ANSWERS)
def test_killed_thousands_of_times_everyone_is_followed_exactly_once(
    archive: str, kills: list[tuple[int, bool]], faults: list[str]
) -> None:
    run(follow_all_through(archive, kills, faults))
