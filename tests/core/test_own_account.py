"""The own account: labels of moderation stop the queue once, and its age decides how fast following goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from passerelle.engine.messages import FollowResume
from passerelle.errors import ServerRefused
from passerelle.following.outcomes import OwnRead, Paused, Resumed
from passerelle.following.own import OwnAccount
from passerelle.following.queue import record
from passerelle.following.schedule import next_due
from passerelle.following.steps import Idle, ReadOwn, Send
from passerelle.networks.bluesky import read_own_profile

from tests.core.engine_steps import CHOSEN, opened, run
from tests.core.fakes import ME, NOW, QUICK, QUICK_RULES, Browser, reply
from tests.core.mastodon_steps import ME as MASTODON_ME
from tests.core.mastodon_steps import Home, residents
from tests.core.test_queue import queue_of
from tests.world.exchange import Answer, Ask

PACE = replace(QUICK, own_fresh_for=600.0, fresh_for=None)
SPAM = {"src": "did:plc:moderation", "uri": ME, "val": "spam", "cts": "2026-11-20T08:00:00Z"}
RULES = {**QUICK_RULES, "bluesky": replace(QUICK_RULES["bluesky"], pace=replace(QUICK, own_fresh_for=600.0))}


def own(*labels: str, minutes_ago: float = 0) -> OwnRead:
    return OwnRead(OwnAccount(None, frozenset(labels), NOW - timedelta(minutes=minutes_ago)))


def labels_of(*labels: dict[str, Any]) -> frozenset[str]:
    return read_own_profile(reply(200, {"did": ME, "handle": "me.example.org", "labels": list(labels)}), ME, NOW)[1]


def test_the_own_account_is_read_before_a_batch_and_again_after_ten_minutes() -> None:
    queue = queue_of(2)
    assert next_due(queue, NOW, PACE) == ReadOwn()
    assert isinstance(next_due(record(queue, own(minutes_ago=9.9), PACE), NOW, PACE), Send)
    assert next_due(record(queue, own(minutes_ago=10), PACE), NOW, PACE) == ReadOwn()


def test_a_person_followed_by_hand_does_not_wait_for_it() -> None:
    (key, item), *_ = queue_of(1).items.items()
    queue = replace(queue_of(1), items={key: replace(item, urgent=True)})
    assert isinstance(next_due(queue, NOW, PACE), Send)


def test_a_label_stops_the_queue_until_the_person_goes_on_in_spite_of_it() -> None:
    queue = record(queue_of(2), own("spam"), PACE)
    assert queue.error
    assert (queue.error.code, queue.error.params) == ("account_labelled", {"labels": "spam"})
    assert next_due(queue, NOW, PACE) == Idle()
    again = record(queue, Resumed(at_once=False), PACE)  # more people were added: this accepts no label
    assert next_due(again, NOW, PACE) == ReadOwn()
    queue = record(queue, Resumed(), PACE)
    assert isinstance(next_due(queue, NOW, PACE), Send)
    assert not record(queue, own("spam"), PACE).paused
    assert record(queue, own("spam", "!hide"), PACE).paused


def test_accepted_labels_are_stored_with_the_queue() -> None:
    queue = record(record(queue_of(0), own("spam"), PACE), Resumed(), PACE)
    assert type(queue).from_json(queue.to_json(), []).accepted_labels == {"spam"}


def test_resuming_after_a_pause_accepts_no_label_that_comes_later() -> None:
    queue = record(record(record(queue_of(2), own(), PACE), Paused(), PACE), Resumed(), PACE)
    assert record(queue, own("spam"), PACE).paused


@pytest.mark.parametrize(
    ("label", "is_read"),
    [
        (SPAM, True),
        ({**SPAM, "val": "!hide"}, True),
        ({**SPAM, "val": "!warn"}, True),
        ({**SPAM, "src": ME}, False),
        ({**SPAM, "neg": True}, False),
        ({**SPAM, "exp": "2026-11-20T08:30:00Z"}, False),
        ({**SPAM, "exp": "2026-11-21T08:30:00Z"}, True),
        ({**SPAM, "val": "nudity"}, False),
        ({"val": ["spam"]}, False),
        ("spam", False),
    ],
)
def test_labels_in_force_that_moderation_put_on_the_account_are_read(label: Any, is_read: bool) -> None:
    assert bool(labels_of(label)) is is_read


@pytest.mark.parametrize(
    ("name", "code"),
    [("AccountTakedown", "own_account_suspended"), ("AccountDeactivated", "own_account_deactivated")],
)
def test_a_closed_account_is_named_as_such(name: str, code: str) -> None:
    with pytest.raises(ServerRefused) as caught:
        read_own_profile(reply(400, {"error": name, "message": "no"}), ME, NOW)
    assert caught.value.code == code


def test_the_age_decides_how_fast_and_an_unknown_age_counts_as_young() -> None:
    assert OwnAccount(NOW - timedelta(days=3), frozenset(), NOW).age(NOW) == timedelta(days=3)
    assert OwnAccount(None, frozenset(), NOW).age(NOW) == timedelta(days=7)
    assert OwnAccount(NOW + timedelta(days=3), frozenset(), NOW).age(NOW) == timedelta(days=7)


async def labelled(archive: str) -> Browser:
    browser = await opened(archive, rules=RULES)
    browser.pds.own["labels"] = [SPAM]
    await browser.ask("follow.start", accounts=[ME])
    await browser.until_idle()
    return browser


def test_a_labelled_account_follows_nobody_until_resume(archive: str) -> None:
    async def main() -> None:
        browser = await labelled(archive)
        view = browser.storage.stores["state"]["queue"]
        assert (view["error"]["code"], view["following"], browser.pds.followed()) == ("account_labelled", 0, [])
        await browser.ask("follow.resume")
        view = await browser.until_idle()
        assert (view["error"], browser.pds.followed()) == (None, CHOSEN)

    run(main())


def test_an_appview_that_does_not_answer_stops_nothing(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive, rules=RULES)
        browser.web["public.api.bsky.app"] = lambda request: (
            reply(502, {"error": "UpstreamFailure"}) if "getProfile" in request.url else browser.pds.answer(request)
        )
        await browser.ask("follow.start", accounts=[ME])
        await browser.until_idle()
        assert browser.pds.followed() == CHOSEN

    run(main())


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Your login is currently disabled", "own_account_suspended"),
        ("Your login is currently pending approval", "own_account_pending"),
        ("Your login is missing a confirmed e-mail address", "own_account_pending"),
    ],
)
def test_an_own_account_on_mastodon_that_may_not_act_stops_the_queue_with_its_reason(words: str, code: str) -> None:
    home = Home(residents(3))
    answer = home.server.site

    def refuse(ask: Ask) -> Answer:
        found = answer(ask)
        return replace(found, status=403, body=f'{{"error": "{words}"}}'.encode())

    async def main() -> None:
        follows = home.start()
        home.server.site = refuse  # type: ignore[method-assign] # a server that has closed the account meanwhile
        await follows.load()
        await follows.start(home.plan())
        await home.until_idle()
        await follows.stop()

    run(main())
    assert home.view()["error"]["code"] == code
    assert set(home.states().values()) == {"waiting"}


def test_at_the_limit_of_follows_the_queue_stops_and_goes_on_when_there_is_room() -> None:
    home = Home(residents(6))
    home.server.most_follows = 4

    async def main() -> None:
        follows = home.start()
        await follows.load()
        await follows.start(home.plan())
        await home.until_idle()
        error = home.view()["error"]
        assert (error["code"], error["params"]["host"]) == ("follow_limit", home.server.host)
        assert (home.view()["following"], home.view()["waiting"], home.view()["failed"]) == (4, 2, 0)
        home.server.most_follows = 7_500
        await follows.on_resume(FollowResume(account=MASTODON_ME))
        await home.until_idle()
        await follows.stop()

    run(main())
    assert set(home.states().values()) == {"following"}
