"""Others follow with the same account meanwhile: by hand in the app, or in a second browser. Each person once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from passerelle.following.outcomes import Accepted, Changed, Known, Overtaken, Sent
from passerelle.following.pace import Pace
from passerelle.following.queue import Queue, record
from passerelle.following.schedule import next_due
from passerelle.following.steps import Idle, ListChanges, RemoveDoubles, Send
from passerelle.transport import Request, Response

from tests.core.engine_steps import CHOSEN, did_of, opened, run
from tests.core.fakes import FAULTS, ME, NOW, QUICK, Browser, Pds
from tests.core.test_queue import did, queue_of
from tests.data.people import ADA, BRUNO, CHLOE, DARIUSZ, ELIF

LATER = timedelta(seconds=QUICK.fresh_for or 0, milliseconds=1)


def before_write(pds: Pds, number: int, act: Callable[[], None]) -> None:
    """Do something when the write of this number arrives, before it is carried out."""
    answer, seen = pds.answer, iter(range(1, 100))

    def counted(request: Request) -> Response:
        if request.method == "POST" and next(seen) == number:
            act()
        return answer(request)

    pds.answer = counted  # type: ignore[method-assign] # a server that is asked by others, too


async def follow_all(browser: Browser) -> dict[str, Any]:
    await browser.ask("follow.start", accounts=[ME])
    return await browser.until_idle()


def test_a_person_followed_by_hand_while_the_queue_waits_is_not_followed_again(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.pds.faults = ["", "slow"]  # after the first batch of three the server asks to wait
        await browser.ask("follow.start", accounts=[ME])
        while not browser.storage.stores["queue"][ME]["pause"]:
            await asyncio.sleep(0)
        last = next(one for one in (ADA, BRUNO, CHLOE, ELIF, DARIUSZ) if did_of(one) not in browser.pds.followed())
        browser.pds.records["3zzzzzzzzzzz2"] = did_of(last)
        view = await browser.until_idle()
        assert view["following"] == 5
        assert browser.pds.followed() == CHOSEN
        assert "3zzzzzzzzzzz2" in browser.pds.records

    run(main())


def test_a_follow_by_hand_between_reading_and_writing_leaves_one_record(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        by_hand = {"2aaaaaaaaaaa2": did_of(ADA), "3zzzzzzzzzzz2": did_of(BRUNO)}  # with a clock behind, and one ahead
        before_write(browser.pds, 1, lambda: browser.pds.records.update(by_hand))
        await follow_all(browser)
        assert browser.pds.followed() == CHOSEN
        assert "2aaaaaaaaaaa2" in browser.pds.records
        items = browser.storage.stores["queue"]
        assert not items[f"{ME} {did_of(ADA)}"]["is_written"]  # an undo leaves what was followed by hand
        assert items[f"{ME} {did_of(BRUNO)}"]["is_written"]

    run(main())


def test_a_batch_that_arrives_after_everything_was_deleted_leaves_one_record_each(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        late = {f"3kaaaaaaaaa{number}2": did for number, did in enumerate(CHOSEN[:3], start=2)}
        before_write(browser.pds, 1, lambda: browser.pds.records.update(late))
        await follow_all(browser)
        assert browser.pds.followed() == CHOSEN

    run(main())


async def follow_in_two_browsers(archive: str, faults: list[str], ahead: float) -> None:
    first = await opened(archive)
    second = await opened(archive, pds=first.pds)
    second.clock.time += timedelta(seconds=ahead)
    first.pds.faults = list(faults)
    for _ in range(len(faults) + 1):
        await asyncio.gather(*(browser.ask("follow.start", accounts=[ME]) for browser in (first, second)))
        await asyncio.gather(first.until_idle(), second.until_idle())
    assert first.pds.followed() == CHOSEN


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    faults=st.lists(st.sampled_from(["", *sorted(FAULTS.keys() - {"death"})]), max_size=4),
    ahead=st.sampled_from([-300.5, -0.5, 0.0, 0.0005, 0.5, 300.5]),
)
def test_two_browsers_on_one_account_follow_each_person_once(archive: str, faults: list[str], ahead: float) -> None:
    run(follow_in_two_browsers(archive, faults, ahead))


def after(queue: Queue, *outcomes: Any, pace: Pace = QUICK) -> Queue:
    for outcome in outcomes:
        queue = record(queue, outcome, pace)
    return queue


def test_the_newest_follows_are_read_before_a_batch_unless_they_were_just_read() -> None:
    queue = after(queue_of(3), Known({"3ka": did(9)}, NOW))
    assert isinstance(next_due(queue, NOW, QUICK), Send)
    assert next_due(queue, NOW + LATER, QUICK) == ListChanges("3ka")
    read = after(queue, Changed({"3kb": did(1), "3ka": did(9)}, NOW + LATER))
    assert next_due(read, NOW + LATER, QUICK) == Send((did(0), did(2)))


def test_of_several_records_all_but_the_oldest_are_removed_if_one_is_our_own() -> None:
    queue = after(queue_of(2), Known({}, NOW))
    own = Queue(queue.account, {key: _sent_as(item, f"3k{key[-1]}") for key, item in queue.items.items()}, frozenset())
    read = after(own, Changed({"3k0": did(0), "3ka": did(0), "2aa": did(0), "3kb": did(7), "3kc": did(7)}, NOW))
    assert next_due(read, NOW, QUICK) == RemoveDoubles(("3k0", "3ka"))
    assert not isinstance(next_due(read, NOW, QUICK), Idle)


def _sent_as(item: Any, record_key: str) -> Any:
    return type(item).from_json({**item.to_json(), "record_key": record_key, "state": "following"})


# A server that names its commits: a batch is written only on top of the commit that is known.


def requests_for(browser: Browser, method: str) -> int:
    return sum(method in request.url for request in browser.requests)


def test_where_the_server_names_its_commits_records_are_read_once(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.pds.has_commits = True
        assert (await follow_all(browser))["following"] == 5
        assert browser.pds.followed() == CHOSEN
        assert requests_for(browser, "listRecords") == 1

    run(main())


def test_a_follow_by_hand_just_before_a_write_is_read_before_anything_is_written(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.pds.has_commits = True
        before_write(browser.pds, 1, lambda: browser.pds.records.update({"3zzzzzzzzzzz2": did_of(ADA)}))
        assert (await follow_all(browser))["following"] == 5
        assert browser.pds.followed() == CHOSEN
        assert "3zzzzzzzzzzz2" in browser.pds.records
        assert requests_for(browser, "applyWrites") == 3  # of two batches, one was refused
        assert browser.storage.stores["history"].keys().isdisjoint({did_of(ADA)})

    run(main())


def test_an_account_that_is_written_all_the_time_is_followed_with_all_the_same(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        browser.pds.has_commits = True
        others = iter(range(100))
        for number in range(1, 20):
            before_write(
                browser.pds, number, lambda: browser.pds.records.update({f"3k{next(others):011}": "did:plc:x"})
            )
        await follow_all(browser)
        assert sorted(set(browser.pds.followed()) - {"did:plc:x"}) == CHOSEN

    run(main())


def test_a_commit_of_another_program_makes_the_newest_records_be_read(archive: str) -> None:
    queue = record(queue_of(4), Known({}, NOW, "bafyone"), QUICK)
    assert queue.revision == "bafyone"
    step = next_due(queue, NOW, QUICK)
    assert isinstance(step, Send)
    queue = record(queue, Sent({key: key for key in step.keys}, NOW, 1), QUICK)
    done = record(queue, Accepted("bafytwo"), QUICK)
    assert (done.revision, done.is_unread) == ("bafytwo", False)
    assert isinstance(next_due(done, NOW, QUICK), Send)
    assert next_due(done, NOW + LATER, QUICK) == ListChanges("")
    overtaken = record(queue, Overtaken(), QUICK)
    assert overtaken.revision is None
    assert next_due(overtaken, NOW, QUICK) == ListChanges("")
