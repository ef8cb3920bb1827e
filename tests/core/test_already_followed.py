"""Who is followed already is never planned, and a list that changes meanwhile takes people out of the queue."""

from __future__ import annotations

import asyncio

from passerelle.engine.follows import Follows
from passerelle.engine.messages import FollowRefresh
from passerelle.following.plan import make_plan

from tests.core.engine_steps import opened, run
from tests.core.fakes import ACCOUNT, chosen
from tests.core.mastodon_steps import ME, Home, residents

BY_HAND = 500


def follow_by_hand(home: Home, count: int) -> None:
    """Follow the first people as the web page of the server does, or its import."""
    for one in home.people[:count]:
        home.server.of("camille").following.add(one.acct)
        home.server.meet(one.acct)


async def refresh(follows: Follows) -> None:
    await follows.on_refresh(FollowRefresh(account=ME))


def test_five_hundred_people_followed_by_hand_on_mastodon_are_not_sent_again() -> None:
    home = Home(residents(BY_HAND + 20))
    follow_by_hand(home, BY_HAND)

    async def main() -> None:
        follows = home.start()
        await follows.load()
        await refresh(follows)
        followed = await follows._repository.follows(ME) or frozenset()
        assert len(followed) == BY_HAND
        plan = make_plan([chosen("fediverse", one.acct) for one in home.people], ME, followed)
        assert [one.address for one in plan.follows] == [one.acct for one in home.people[BY_HAND:]]
        await follows.start(plan)
        await home.until_idle()
        await follows.stop()

    asyncio.run(main())
    sent = [one.path for one in home.server.log if one.path.endswith("/follow")]
    looked_up = [one.path for one in home.server.log if "/lookup" in one.path]
    assert (len(sent), len(looked_up)) == (20, 20)
    assert set(home.states().values()) == {"following"}


def test_two_that_ask_for_the_list_at_once_share_one_reading() -> None:
    home = Home(residents(30))
    follow_by_hand(home, 30)

    async def main() -> None:
        follows = home.start()
        await follows.load()
        await asyncio.gather(refresh(follows), refresh(follows))
        assert len(await follows._repository.follows(ME) or ()) == 30
        assert (first := home.lists_read()) > 0
        await refresh(follows)  # asked for later: read anew
        assert home.lists_read() == 2 * first
        await follows.stop()

    asyncio.run(main())


def test_after_an_import_the_queue_goes_on_with_those_who_are_left() -> None:
    home = Home(residents(450))

    async def main() -> None:
        follows = home.start()
        await follows.load()
        await follows.start(home.plan())
        while len(home.server.followed("camille")) < 5:
            await asyncio.sleep(0)
        follow_by_hand(home, 440)  # the person has imported the file
        await refresh(follows)
        await home.until_idle()
        await follows.stop()

    asyncio.run(main())
    assert len([one for one in home.server.log if "/lookup" in one.path]) < 20  # no request for those who were imported
    assert len(home.server.followed("camille")) == 450
    assert set(home.states().values()) == {"following"}


def test_people_followed_by_hand_on_bluesky_are_in_no_plan(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive)
        views = (await browser.engine._repository.views()).values()
        dids = [account.did for view in views for account in view.accounts if account.did]
        browser.pds.records = {f"3k{number:011}": did for number, did in enumerate(dids)}
        await browser.ask("follow.refresh", account=ACCOUNT)
        followed = await browser.engine._repository.follows(ACCOUNT) or frozenset()
        assert sorted(followed) == sorted(dids)
        views = (await browser.engine._repository.views()).values()
        assert {one.key for one in make_plan(views, ACCOUNT, followed).follows}.isdisjoint(dids)

    run(main())
