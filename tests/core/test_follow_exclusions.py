"""Who is not followed although planned, each with a reason: closed accounts, blocks, moves, and a bridge's copies."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from passerelle.engine.messages import FollowMoved
from passerelle.errors import CommandError, ServerRefused
from passerelle.following.decisions import decide
from passerelle.following.items import State
from passerelle.following.outcomes import Added, Reviewed
from passerelle.following.plan import make_plan
from passerelle.following.queue import record
from passerelle.following.schedule import next_due
from passerelle.following.steps import Review, Send
from passerelle.identifiers import Did, Network
from passerelle.matching.views import MatchView
from passerelle.networks.bluesky import find_closed
from passerelle.transport import Request, Response
from passerelle.view import ErrorView

from tests.core.engine_steps import CHOSEN, account_of, did_of, opened, run
from tests.core.fakes import ACCOUNT, ME, NOW, QUICK, QUICK_RULES, chosen, reply
from tests.core.mastodon_steps import ME as MASTODON_ME
from tests.core.mastodon_steps import Home
from tests.core.test_queue import did, queue_of
from tests.data.people import ADA, BRUNO, CHLOE
from tests.world.mastodon import Resident

PACE = replace(QUICK, review=4, fresh_for=None)
RULES = {**QUICK_RULES, "bluesky": replace(QUICK_RULES["bluesky"], pace=replace(QUICK, review=150))}
BLOCKED = ErrorView(code="account_blocked", message="no")
TAKEN = {"error": "AccountTakedown", "message": "Account has been suspended"}
GONE = {"error": "AccountDeactivated", "message": "Account is deactivated"}


@dataclass
class AppView:
    """The AppView's answers: `closed` by did, and the did's that block with the name of the field that says so."""

    closed: Mapping[str, Mapping[str, str]]
    blocks: Mapping[str, str]
    unknown: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.requests: list[str] = []

    def answer(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        method, query = parts.path.rpartition(".")[2], parse_qs(parts.query)
        self.requests.append(method)
        if method == "getProfile":
            (actor,) = query["actor"]
            return reply(400, self.closed.get(actor, {"error": "InvalidRequest", "message": "Profile not found"}))
        if method == "getProfiles":
            there = [one for one in query["actors"] if one not in self.closed and one not in self.unknown]
            return reply(200, {"profiles": [{"did": one, "handle": "a.example.org"} for one in there]})
        assert method == "getRelationships"
        at = "at://did:plc:x/app.bsky.graph.block/3k"
        related = [{"did": one, **({self.blocks[one]: at} if one in self.blocks else {})} for one in query["others"]]
        return reply(200, {"actor": query["actor"][0], "relationships": related})

    async def fetch(self, request: Request) -> Response:
        return self.answer(request)


def closed_among(appview: AppView, count: int) -> Mapping[Did, ServerRefused]:
    return asyncio.run(find_closed(Did(ME), [did(number) for number in range(count)], appview.fetch))


def test_closed_accounts_and_blocks_in_both_directions_are_found_with_their_reasons() -> None:
    appview = AppView({did(1): TAKEN, did(2): GONE}, {did(3): "blocking", did(4): "blockedBy", did(5): "blockedByList"})
    codes = {key: error.code for key, error in closed_among(appview, 60).items()}
    assert codes == {
        did(1): "account_suspended_there",
        did(2): "account_deactivated",
        did(3): "account_blocked",
        did(4): "account_blocked",
        did(5): "account_blocked",
    }
    assert appview.requests == [
        "getProfiles",
        "getProfile",
        "getProfile",
        *["getProfiles"] * 2,
        *["getRelationships"] * 2,
    ]


def test_accounts_that_the_appview_does_not_know_are_followed_all_the_same() -> None:
    appview = AppView({}, {}, frozenset({did(0), did(1)}))
    assert closed_among(appview, 10) == {}
    nowhere = AppView({}, {}, frozenset(did(number) for number in range(10)))
    assert closed_among(nowhere, 10) == {}
    assert nowhere.requests == ["getProfiles", "getRelationships"]


def test_people_are_looked_at_once_before_they_are_sent() -> None:
    queue = queue_of(6)
    assert next_due(queue, NOW, PACE) == Review((did(0), did(1), did(2), did(3)))
    queue = record(queue, Reviewed(frozenset({did(0), did(1), did(2), did(3)}), {did(1): BLOCKED}), PACE)
    assert (queue.items[did(1)].state, queue.items[did(1)].error) == (State.FAILED, BLOCKED)
    assert next_due(queue, NOW, PACE) == Send((did(0), did(2), did(3)))
    again = record(queue, Added((queue.items[did(1)],)), PACE)  # the person tries again
    assert next_due(again, NOW, PACE) == Review((did(1), did(4), did(5)))


def test_blocked_and_closed_people_are_shown_with_the_reason_and_others_are_followed(archive: str) -> None:
    async def main() -> None:
        browser = await opened(archive, rules=RULES)
        appview = AppView({did_of(BRUNO): TAKEN}, {did_of(ADA): "blockedBy"})

        def answer(request: Request) -> Response:
            is_ours = any(name in request.url for name in ("getProfiles", "getRelationships", quote(did_of(BRUNO))))
            return appview.answer(request) if is_ours else browser.pds.answer(request)

        browser.web["public.api.bsky.app"] = answer
        await browser.ask("follow.start", accounts=[ME])
        await browser.until_idle()
        assert browser.pds.followed() == sorted({*CHOSEN} - {did_of(ADA), did_of(BRUNO)})
        shown = {one: account_of(browser, one) for one in (ADA, BRUNO, CHLOE)}
        assert [shown[one]["state"] for one in shown] == ["failed", "failed", "following"]
        assert [shown[one]["error"]["code"] for one in (ADA, BRUNO)] == ["account_blocked", "account_suspended_there"]

    run(main())


# A person who has moved.


def test_the_new_account_of_a_person_who_has_moved_is_followed_on_request() -> None:
    old, new = "ada@agora.example.org", "ada@quai.example.org"
    home = Home([Resident(old, moved_to=new), Resident(new)])

    async def main() -> None:
        follows = home.start()
        await follows.load()
        plan = home.plan()
        await follows.start(replace(plan, follows=plan.follows[:1]))
        await home.until_idle()
        assert home.states() == {old: "account_moved"}
        assert home.items()[old]["error"]["params"] == {"address": new}
        with pytest.raises(CommandError):
            await follows.on_moved(FollowMoved(account=MASTODON_ME, name="bo@agora.example.org"))
        await follows.on_moved(FollowMoved(account=MASTODON_ME, name=old.upper()))
        await home.until_idle()
        await follows.stop()

    asyncio.run(main())
    assert home.server.followed("camille") == [new]
    assert home.states() == {old: "following"}  # the person in the list is the same


# A bridge's copies.


Named = tuple[Network, str]


def person_on(*accounts: Named) -> MatchView:
    first, *rest = (chosen(network, address).accounts[0] for network, address in reversed(accounts))
    return chosen(first.network, first.address, rest_id="1", others=[*reversed(rest)])


HANDLE: Named = ("bluesky", "ada.example.org")
ACCT: Named = ("fediverse", "ada@quai.example.org")
ON_FEDIVERSE: Named = ("fediverse", "ada.example.org@bsky.brid.gy")
ON_BLUESKY: Named = ("bluesky", "ada.quai.example.org.ap.brid.gy")


@pytest.mark.parametrize(
    ("accounts", "networks", "planned"),
    [
        ([HANDLE, ON_FEDIVERSE], ["bluesky", "fediverse"], {"bluesky": 1, "fediverse": 0}),
        ([HANDLE, ON_FEDIVERSE], ["fediverse"], {"fediverse": 1}),  # there is no other way to follow her there
        ([ACCT, ON_BLUESKY], ["bluesky", "fediverse"], {"bluesky": 0, "fediverse": 1}),
        ([ACCT, ON_FEDIVERSE], ["fediverse"], {"fediverse": 1}),
        ([HANDLE, ACCT], ["bluesky", "fediverse"], {"bluesky": 1, "fediverse": 1}),
    ],
)
def test_a_copy_of_an_account_that_is_followed_anyway_is_not_planned(
    accounts: list[Named], networks: list[Network], planned: Mapping[Network, int]
) -> None:
    own = {"bluesky": ACCOUNT, "fediverse": MASTODON_ME}
    view = person_on(*accounts)
    found = {one: len(make_plan([view], own[one], (), None, networks).follows) for one in networks}
    assert found == planned


def test_a_copy_is_not_ticked_in_advance_where_the_person_has_an_account_of_their_own() -> None:
    decided = decide(person_on(HANDLE, ON_FEDIVERSE), {})
    assert [account.chosen for account in decided.accounts] == [True, False]
    assert decide(person_on(ON_FEDIVERSE), {}).accounts[0].chosen
    by_hand = decide(person_on(HANDLE, ON_FEDIVERSE), {f"1 fediverse {ON_FEDIVERSE[1]}": "chosen"})
    assert by_hand.accounts[1].chosen
