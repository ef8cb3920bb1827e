"""Commands that overlap: whatever is pressed while something else is being stored, nothing is undone by it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from passerelle.engine.storage import Change
from passerelle.following.dates import DELAY

from tests.core.date_steps import EARLIER, OPENS, begin, set_date
from tests.core.engine_steps import ROWS, account_of, did_of, make_browser, opened, run
from tests.core.fakes import ME, Browser, Directory, Disk
from tests.data.people import ADA, BRUNO, CHLOE, DARIUSZ, ELIF, GALINA

PEOPLE = (ADA, BRUNO, CHLOE, ELIF, GALINA)
ADAS_ACCOUNTS = 2
ROUNDS, PRESSES = 3, 7
LATEST = 60  # turns of the loop until a press
SLOWEST = 8  # turns that a read or a write takes
DECISIONS = ("chosen", "unchosen", "rejected", "unrejected")


class SlowDisk(Disk):
    """A Storage whose answers come after some turns of the loop."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random

    async def get(self, store: str, key: str) -> Any:
        """Read; the value may be old when it comes."""
        value = await super().get(store, key)
        await wait(self._random.randrange(SLOWEST))
        return value

    async def write(self, changes: Sequence[Change]) -> None:
        """Write, late."""
        await wait(self._random.randrange(SLOWEST))
        await super().write(changes)


async def wait(turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


async def press(browser: Browser, random: Random) -> Any:
    """Press, some time, any of the buttons that change what is shown of people."""
    await wait(random.randrange(LATEST))
    someone = random.choice(PEOPLE)
    account = account_of(browser, someone, random.randrange(ADAS_ACCOUNTS) if someone is ADA else 0)
    about = {"rest_id": someone.rest_id, "network": account["network"], "address": account["address"]}
    everyone = [one.rest_id for one in PEOPLE]
    buttons: Sequence[Callable[[], Awaitable[Any]]] = (
        lambda: browser.ask("decision.set", **about, decision=random.choice(DECISIONS)),
        lambda: browser.ask("decision.set", **about, decision=random.choice(DECISIONS)),
        lambda: browser.ask("decision.set", **about, decision=random.choice(DECISIONS)),
        lambda: browser.ask("decision.set_many", rest_ids=everyone, decision=random.choice(DECISIONS[:2])),
        lambda: browser.ask("match.find"),
        lambda: browser.ask("follow.prefer", network=random.choice(("bluesky", "fediverse", None))),
        lambda: browser.ask("follow.start", accounts=[ME], rest_ids=[someone.rest_id]),
        lambda: browser.ask("follow.cancel"),
        lambda: browser.ask("follow.undo", account=ME),
    )
    return await random.choice(buttons)()


async def rest(browser: Browser) -> None:
    """Wait until the engine has nothing left to do."""
    if browser.storage.stores["queue"]:
        await browser.until_idle()
    await wait(LATEST)


def shown(browser: Browser) -> Mapping[str, Any]:
    """Return what pages show of people, as it is stored."""
    stores = browser.storage.stores
    counts = {key: stores["state"].get(key) for key in ("lanes", "preferred", "date_offer")}
    return {**stores["matches"], **counts}


@pytest.mark.parametrize("number", range(40))
def test_what_is_shown_after_any_presses_is_what_an_engine_started_anew_derives(
    archive: str, seed: int, number: int
) -> None:
    async def main() -> None:
        random = Random(f"{seed} {number}")
        browser = make_browser(storage=SlowDisk(random))
        browser.start()
        await browser.ask("archive.open", [archive], names=["x.zip"])
        for _ in range(ROUNDS):
            await asyncio.gather(*(press(browser, random) for _ in range(PRESSES)))
            await rest(browser)
            before = shown(browser)
            browser.start()
            await browser.ask("match.find")
            await rest(browser)
            assert shown(browser) == before

    run(main())


@pytest.mark.parametrize("turns", range(0, LATEST, 2))
@pytest.mark.parametrize("button", ["withdraw", "another day"])
def test_a_date_that_is_withdrawn_or_changed_while_its_plan_starts_does_not_come_back(
    archive: str, button: str, turns: int
) -> None:
    async def main() -> None:
        browser = await begin(archive, storage=SlowDisk(Random(turns)))
        browser.clock.time = OPENS + DELAY
        browser.directory.is_down = True  # the plan starts without it
        starting = asyncio.ensure_future(browser.ask("watch.sync", accounts=[ME]))
        await wait(turns)
        later = OPENS + timedelta(days=9)
        await (browser.ask("date.withdraw") if button == "withdraw" else set_date(browser, later))
        await starting
        await rest(browser)
        date = browser.storage.stores["state"].get("date")
        shown = date and (date["day"], date["starts"])
        assert shown == (None if button == "withdraw" else (later.date().isoformat(), []))

    run(main())


def waiting(browser: Browser) -> int:
    """Return how many people wait to be followed, or are being followed."""
    view = browser.storage.stores["state"].get("queue")
    return view["waiting"] + view["asked"] if view else 0


@pytest.mark.parametrize("turns", range(0, LATEST, 2))
@pytest.mark.parametrize("button", ["rejected", "unchosen", "many unchosen"])
def test_a_tick_that_is_taken_away_while_following_starts_counts(archive: str, button: str, turns: int) -> None:
    async def main() -> None:
        browser = await opened(archive, storage=SlowDisk(Random(turns)))
        account = account_of(browser, BRUNO)
        about = {"rest_id": BRUNO.rest_id, "network": account["network"], "address": account["address"]}
        browser.pds.is_down = True  # nothing is sent yet
        starting = asyncio.ensure_future(browser.ask("follow.start", accounts=[ME]))
        await wait(turns)
        if button.startswith("many"):
            await browser.ask("decision.set_many", rest_ids=[BRUNO.rest_id], decision="unchosen")
        else:
            await browser.ask("decision.set", **about, decision=button)
        await starting
        browser.pds.is_down = False
        await browser.ask("follow.resume")
        await rest(browser)
        assert browser.pds.followed() == sorted(map(did_of, (ADA, CHLOE, DARIUSZ, ELIF)))

    run(main())


@pytest.mark.parametrize("turns", range(0, 4 * LATEST, 4))
def test_an_approval_that_is_withdrawn_while_new_people_are_followed_adds_no_one_afterwards(
    archive: str, turns: int
) -> None:
    async def main() -> None:
        browser = await opened(archive, directory=Directory(EARLIER), storage=SlowDisk(Random(turns)))
        await browser.ask("watch.approve", approved=True)
        browser.directory.rows, browser.directory.version = ROWS, browser.directory.version + 1
        browser.pds.is_down = True
        syncing = asyncio.ensure_future(browser.ask("watch.sync", accounts=[ME]))
        await wait(turns)
        await browser.ask("watch.approve", approved=False)
        before = waiting(browser)
        await syncing
        await wait(LATEST)
        assert waiting(browser) == before

    run(main())
