"""The search for people's accounts: what is sent and when, resuming, the lanes, and the person's answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from passerelle.matching.names import search_words
from passerelle.transport import Request, Response

from tests.core.fakes import ME, Browser, Directory, Killer, reply, row
from tests.data.archives import make_archive, tweet
from tests.data.people import ADA, BRUNO, CHLOE, DARIUSZ, ELIF, GALINA, Someone, neighbours

APPVIEW = "public.api.bsky.app"
FOLLOWED = (ADA, BRUNO, CHLOE, DARIUSZ, ELIF)


def handle_of(one: Someone) -> str:
    return f"{one.screen_name.lower().replace('_', '-')}.bsky.social"


def did_of(one: Someone) -> str:
    return f"did:plc:{int(one.rest_id) % 10**12:024}"


@dataclass
class AppView:
    """Bluesky's public server: accounts by handle, follows by did, descriptions and changed
    fields by rest_id.

    `fail` answers instead while it returns one.
    """

    known: tuple[Someone, ...] = (ADA, BRUNO, CHLOE)
    follows: dict[str, list[Someone]] = field(default_factory=dict)
    fail: Callable[[Request], Response | None] = lambda request: None
    asked: list[str] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)
    changed: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answer(self, request: Request) -> Response:
        if failed := self.fail(request):
            return failed
        url = urlsplit(request.url)
        query = parse_qs(url.query)
        method = url.path.rpartition("/")[2]
        if method == "app.bsky.actor.getProfiles":
            self.asked += query["actors"]
            return reply(
                200, {"profiles": [self.actor(one) for one in self.known if handle_of(one) in query["actors"]]}
            )
        if method == "app.bsky.graph.getFollows":
            return reply(200, {"follows": [actor(one) for one in self.follows.get(query["actor"][0], [])]})
        raise AssertionError(request.url)

    def actor(self, one: Someone) -> dict[str, Any]:
        about = self.about.get(one.rest_id)
        return actor(one) | ({"description": about} if about else {}) | self.changed.get(one.rest_id, {})


def actor(one: Someone) -> dict[str, Any]:
    return {"did": did_of(one), "handle": handle_of(one), "displayName": one.display_name, "postsCount": 900}


async def opened(folder: Path, appview: AppView, rows: tuple[Any, ...] = (), **lists: Any) -> Browser:
    named = lists.pop("named", FOLLOWED)
    lists = {
        "following": FOLLOWED,
        "followers": (),
        "tweets": [tweet(number, mentions=[one]) for number, one in enumerate(named, 1)],
        **lists,
    }
    archive = str(make_archive(folder / "x.zip", **lists))
    browser = Browser(directory=Directory(list(rows)), web={APPVIEW: appview.answer})
    browser.start()
    await browser.ask("archive.open", [archive], names=["x.zip"])
    return browser


async def until_searched(browser: Browser) -> dict[str, Any]:
    for _ in range(20_000):
        await asyncio.sleep(0)
        view = browser.storage.stores["state"].get("search")
        if view and view["state"] != "running":
            return dict(view)
    raise AssertionError("the search never ended")


def lanes(browser: Browser) -> dict[str, Any]:
    return dict(browser.storage.stores["state"]["lanes"])


def appview_requests(browser: Browser) -> list[Request]:
    return [one for one in browser.requests if APPVIEW in one.url]


def test_nothing_is_sent_before_the_search_and_then_only_possible_handles(tmp_path: Path) -> None:
    async def main() -> None:
        appview = AppView()
        browser = await opened(tmp_path, appview)
        assert appview_requests(browser) == []
        offer = browser.storage.stores["state"]["offer"]
        before = len(browser.requests)
        await browser.ask("search.start", sources=["handles"])
        view = await until_searched(browser)
        assert (view["state"], view["people"], view["found"]) == ("done", 5, 3)
        sent = browser.requests[before:]
        assert len(sent) == offer["batches"] == 1
        assert sorted(appview.asked) == sorted(parse_qs(urlsplit(sent[0].url).query)["actors"])
        assert len(appview.asked) == offer["handles"]
        assert set(browser.storage.stores["guesses"]) == {one.rest_id for one in (ADA, BRUNO, CHLOE)}

    asyncio.run(main())


def test_an_account_that_is_more_often_wrong_is_kept_apart_and_counts_nowhere(tmp_path: Path) -> None:
    async def main() -> None:
        browser = await opened(tmp_path, AppView(changed={BRUNO.rest_id: {"displayName": "", "postsCount": 3}}))
        await browser.ask("search.start", sources=["handles"])
        assert (await until_searched(browser))["found"] == 2
        guesses = browser.storage.stores["guesses"]
        assert {rest_id: one["is_likely"] for rest_id, one in guesses.items()} == {
            ADA.rest_id: True,
            BRUNO.rest_id: False,
            CHLOE.rest_id: True,
        }
        assert 10 <= guesses[BRUNO.rest_id]["accounts"][0]["percent"] < 50
        assert (lanes(browser)["probable"], lanes(browser)["watching"]) == (2, 3)
        chosen = {"rest_id": BRUNO.rest_id, "network": "bluesky", "address": handle_of(BRUNO)}
        await browser.ask("guess.decide", **chosen, answer="yes")
        assert lanes(browser)["sure"] == 1

    asyncio.run(main())


def test_a_person_is_asked_about_once_a_month(tmp_path: Path) -> None:
    async def main() -> None:
        browser = await opened(tmp_path, appview := AppView())
        for days, requests in ((0, 1), (29, 1), (2, 2)):
            browser.clock.time += timedelta(days=days)
            await browser.ask("search.start", sources=["handles"])
            await until_searched(browser)
            assert len(appview_requests(browser)) == requests
        await browser.ask("search.one", rest_id=DARIUSZ.rest_id)
        assert len(appview_requests(browser)) == 2
        assert appview.asked

    asyncio.run(main())


def test_nothing_is_asked_about_muted_blocked_and_found_people(tmp_path: Path) -> None:
    async def main() -> None:
        rows = (row("elif", rest_id=ELIF.rest_id, screen_name=ELIF.screen_name),)
        browser = await opened(tmp_path, appview := AppView(), rows, muted=(ADA,), blocked=(BRUNO,))
        await browser.ask("search.start", sources=["handles"])
        await until_searched(browser)
        asked = " ".join(appview.asked)
        assert not any(one.screen_name.replace("_", "") in asked.replace("-", "") for one in (ADA, BRUNO, ELIF))
        assert "error" in await browser.ask("search.one", rest_id=ADA.rest_id)

    asyncio.run(main())


def test_the_lanes_add_up_to_the_followed_people(tmp_path: Path) -> None:
    async def main() -> None:
        rows = (
            row("elif", rest_id=ELIF.rest_id, screen_name=ELIF.screen_name, kind="media"),
            row("dariusz", rest_id=DARIUSZ.rest_id, grade="imported", acct="d@quai.example.org"),
        )
        named = (ADA, CHLOE, DARIUSZ, ELIF)
        browser = await opened(tmp_path, AppView(known=(ADA,)), rows, named=named, followers=(ELIF, GALINA))
        await browser.ask("search.start", sources=["handles"])
        await until_searched(browser)
        counts = lanes(browser)
        shown = [counts[lane] for lane in ("sure", "listed", "probable", "no_name", "watching")]
        assert shown == [1, 1, 1, 1, 1]
        assert sum(shown) == counts["following"] == 5
        assert (counts["bluesky"], counts["fediverse"]) == (1, 1)
        assert counts["servers"] == [{"server": "quai.example.org", "count": 1}]
        assert counts["groups"] == [
            {"group": "mutuals", "rest_ids": [ELIF.rest_id]},
            {"group": "media", "rest_ids": [ELIF.rest_id]},
            {"group": "elected", "rest_ids": [DARIUSZ.rest_id]},
        ]
        assert (counts["followers"], counts["followers_found"], counts["mutuals_found"]) == (2, 1, 1)

    asyncio.run(main())


def test_a_yes_is_chosen_for_following_and_nothing_is_sent(tmp_path: Path) -> None:
    async def main() -> None:
        browser = await opened(tmp_path, AppView())
        await browser.ask("search.start", sources=["handles"])
        await until_searched(browser)
        before = len(browser.requests)
        answer = {"rest_id": ADA.rest_id, "network": "bluesky", "address": handle_of(ADA)}
        assert await browser.ask("guess.decide", **answer, answer="yes") == {}
        match = browser.storage.stores["matches"][ADA.rest_id]
        assert (match["grade"], match["accounts"][0]["chosen"], match["accounts"][0]["did"]) == (
            "confirmed",
            True,
            did_of(ADA),
        )
        assert ADA.rest_id not in browser.storage.stores["guesses"]
        assert (lanes(browser)["sure"], lanes(browser)["confirmed"]) == (1, 1)
        assert browser.storage.stores["state"]["matches"]["hinted"] == 0
        await browser.ask("match.find")
        assert browser.storage.stores["matches"][ADA.rest_id]["accounts"][0]["chosen"]
        profile = {"rest_id": ADA.rest_id, "screen_name": ADA.screen_name, "display_name": "Ada", "bio": "No address"}
        await browser.ask(
            "hint.find", people=[{**profile, "location": None, "urls": [], "seen": "2026-11-20T08:00:00Z"}]
        )
        assert browser.storage.stores["matches"][ADA.rest_id]["grade"] == "confirmed"
        assert len(browser.requests) == before

    asyncio.run(main())


def test_a_yes_that_is_taken_back_leaves_the_queue(tmp_path: Path) -> None:
    async def main() -> None:
        browser = await opened(tmp_path, AppView())
        await browser.ask("search.start", sources=["handles"])
        await until_searched(browser)
        answer = {"rest_id": ADA.rest_id, "network": "bluesky", "address": handle_of(ADA)}
        await browser.ask("guess.decide", **answer, answer="yes")
        browser.pds.is_down = True  # nothing is sent yet
        await browser.ask("follow.start", accounts=[ME], rest_ids=[ADA.rest_id])
        assert browser.storage.stores["state"]["queue"]["waiting"] == 1
        await browser.ask("guess.decide", **answer, answer="open")
        browser.pds.is_down = False
        await browser.ask("follow.resume")
        assert (await browser.until_idle())["waiting"] == 0
        assert browser.pds.followed() == []

    asyncio.run(main())


def test_a_rejected_account_never_returns(tmp_path: Path) -> None:
    async def main() -> None:
        browser = await opened(tmp_path, AppView())
        await browser.ask("search.start", sources=["handles"])
        await until_searched(browser)
        answer = {"rest_id": ADA.rest_id, "network": "bluesky", "address": handle_of(ADA)}
        await browser.ask("guess.decide", **answer, answer="no")
        assert ADA.rest_id not in browser.storage.stores["guesses"]
        browser.clock.time += timedelta(days=60)
        browser.start()
        await browser.ask("search.start", sources=["handles"])
        await until_searched(browser)
        await browser.ask("search.one", rest_id=ADA.rest_id)
        assert set(browser.storage.stores["guesses"]) == {BRUNO.rest_id, CHLOE.rest_id}
        await browser.ask("guess.decide", **answer, answer="open")
        assert ADA.rest_id in browser.storage.stores["guesses"]

    asyncio.run(main())


def test_not_sure_is_remembered_and_taken_back(tmp_path: Path) -> None:
    async def main() -> None:
        browser = await opened(tmp_path, AppView())
        await browser.ask("search.start", sources=["handles"])
        await until_searched(browser)
        answer = {"rest_id": ADA.rest_id, "network": "bluesky", "address": handle_of(ADA)}
        await browser.ask("guess.decide", **answer, answer="unsure")
        await browser.ask("match.find")
        assert browser.storage.stores["guesses"][ADA.rest_id]["is_unsure"]
        await browser.ask("guess.decide", **answer, answer="yes")
        await browser.ask("guess.decide", **answer, answer="open")
        assert ADA.rest_id in browser.storage.stores["guesses"]
        assert ADA.rest_id not in browser.storage.stores["matches"]
        assert "error" in await browser.ask("guess.decide", **{**answer, "address": "x.example.org"}, answer="yes")

    asyncio.run(main())


@pytest.mark.parametrize("at", range(0, 60, 3))
@pytest.mark.parametrize("before", [True, False])
def test_a_killed_search_goes_on_where_it_was(tmp_path: Path, at: int, before: bool) -> None:
    async def main() -> None:
        appview = AppView(follows={did_of(ADA): [CHLOE], did_of(BRUNO): [CHLOE, ADA]})
        browser = await opened(tmp_path, appview)
        browser.start(killer := Killer(at, before=before))
        acting = asyncio.ensure_future(browser.ask("search.start", sources=["handles", "neighbours"]))
        for _ in range(3_000):
            await asyncio.sleep(0)
            view = browser.storage.stores["state"].get("search")
            if killer.is_dead or (view and view["state"] != "running"):
                break
        acting.cancel()
        await killer.bury()
        started = "search" in browser.storage.stores["state"]
        browser.start()
        await browser.ask("engine.start")
        if not started:
            await browser.ask("search.start", sources=["handles", "neighbours"])
        assert (await until_searched(browser))["state"] == "done"
        guesses = browser.storage.stores["guesses"]
        assert {rest_id: one["accounts"][0]["friends"] for rest_id, one in guesses.items()} == {
            ADA.rest_id: 1,
            BRUNO.rest_id: 0,
            CHLOE.rest_id: 2,
        }
        assert len(appview_requests(browser)) <= 1 + 3 + 1  # one more at most: the one whose answer was not stored

    asyncio.run(main())


def test_a_paused_search_sends_nothing_until_it_goes_on(tmp_path: Path) -> None:
    async def main() -> None:
        browser = await opened(tmp_path, AppView())
        await browser.ask("search.start", sources=["handles"])
        await browser.ask("search.pause")
        assert browser.storage.stores["state"]["search"]["state"] == "paused"
        sent = len(browser.requests)
        browser.start()
        await browser.ask("engine.start")
        for _ in range(200):
            await asyncio.sleep(0)
        assert len(browser.requests) == sent
        await browser.ask("search.resume")
        assert (await until_searched(browser))["found"] == 3
        await browser.ask("search.cancel")
        assert browser.storage.stores["state"]["search"]["state"] == "done"

    asyncio.run(main())


def test_a_server_that_does_not_answer_pauses_the_search_and_says_so(tmp_path: Path) -> None:
    async def main() -> None:
        appview = AppView(fail=lambda request: reply(503, {}))
        browser = await opened(tmp_path, appview)
        await browser.ask("search.start", sources=["handles"])
        view = await until_searched(browser)
        assert (view["state"], view["error"]["code"]) == ("paused", "server_error")
        appview.fail = lambda request: None
        await browser.ask("search.resume")
        assert (await until_searched(browser))["found"] == 3

    asyncio.run(main())


def test_a_bug_pauses_the_search_and_its_traceback_is_logged(tmp_path: Path) -> None:
    def broken(request: Request) -> Response:
        raise ZeroDivisionError

    async def main() -> None:
        appview = AppView(fail=broken)
        browser = await opened(tmp_path, appview)
        await browser.ask("search.start", sources=["handles"])
        view = await until_searched(browser)
        assert (view["state"], view["error"]["code"]) == ("paused", "bug")
        assert ["ZeroDivisionError" in one for one in browser.reports] == [True]
        browser.reports.clear()
        appview.fail = lambda request: None
        await browser.ask("search.resume")
        assert (await until_searched(browser))["found"] == 3

    asyncio.run(main())


def test_a_server_that_asks_to_wait_is_asked_again_after_that_time(tmp_path: Path) -> None:
    async def main() -> None:
        limited = [reply(429, {}, **{"retry-after": "90"})]
        appview = AppView(fail=lambda request: limited.pop() if limited else None)
        browser = await opened(tmp_path, appview)
        began = browser.clock.time
        await browser.ask("search.start", sources=["handles"])
        view = await until_searched(browser)
        assert (view["state"], view["found"], view["next_at"]) == ("done", 3, None)
        assert browser.clock.time - began >= timedelta(seconds=90)

    asyncio.run(main())


@pytest.mark.parametrize(
    "refusal",
    [
        reply(403, {"error": "Forbidden"}),
        reply(403, {"error": "ScopeMissingError"}),
        reply(401, {"error": "ExpiredToken"}),
    ],
)
def test_a_refused_search_by_name_ends_that_source_alone(tmp_path: Path, refusal: Response) -> None:
    async def main() -> None:
        browser = await opened(tmp_path, AppView(known=(ADA,)))
        asked: list[Request] = []

        def own_server(request: Request) -> Response:
            asked.append(request)
            return refusal

        browser.own_servers[ME] = own_server
        for _ in range(2):
            await browser.ask("search.start", account=ME, sources=["handles", "search"])
            view = await until_searched(browser)
            assert view["state"] == "done"
            assert [one["state"] for one in view["sources"]][1] == "closed"
            assert view["sources"][1]["error"]["code"] in ("search_closed", "session_expired")
        # A closed search stays closed for a month; a new sign-in, or a further consent, ends the others.
        assert len(asked) == (1 if b"Forbidden" in refusal.body else 2)
        assert all(json.dumps(one.url).count("searchActors") == 1 for one in asked)

    asyncio.run(main())


def profile_of(one: Someone, seen: str = "2026-11-20T08:00:00Z", **words: Any) -> dict[str, Any]:
    """Make what X's pages showed of a person."""
    names = {"rest_id": one.rest_id, "screen_name": one.screen_name, "display_name": one.display_name}
    return {**names, "seen": seen, "bio": None, "urls": [], **words}


def test_what_people_write_on_x_is_kept_for_people_of_the_graph_and_compared_with_their_accounts(
    tmp_path: Path,
) -> None:
    async def main() -> None:
        appview = AppView(known=(ADA,), about={ADA.rest_id: "Cartographer of hedgerows and weather"})
        browser = await opened(tmp_path, appview)
        await browser.ask("search.start", sources=["handles"])
        await until_searched(browser)
        before = browser.storage.stores["guesses"][ADA.rest_id]
        people = [
            profile_of(ADA, bio="Weather, hedgerows, cartographer", urls=["https://ada.example.net/"]),
            profile_of(GALINA, bio="Outside the graph"),
            profile_of(BRUNO),
        ]
        await browser.ask("people.add", people=people)
        kept = browser.storage.stores["profiles"]
        assert set(kept) == {ADA.rest_id}
        after = browser.storage.stores["guesses"][ADA.rest_id]
        assert (before["bio"], after["bio"]) == (None, "Weather, hedgerows, cartographer")
        assert "bio_alike" in after["accounts"][0]["agrees"]
        assert after["accounts"][0]["percent"] > before["accounts"][0]["percent"]

        await browser.ask("hint.find", people=[profile_of(ADA, "2026-11-19T08:00:00Z", bio="Older")])
        assert kept[ADA.rest_id]["bio"] == "Weather, hedgerows, cartographer"
        await browser.ask("hint.find", people=[profile_of(ADA, "2026-11-21T08:00:00Z", bio="Newer")])
        assert kept[ADA.rest_id]["bio"] == "Newer"
        browser.start()
        await browser.ask("data.delete")
        assert browser.storage.stores["profiles"] == {}

    asyncio.run(main())


def test_another_archive_deletes_what_people_outside_it_wrote(tmp_path: Path) -> None:
    async def main() -> None:
        browser = await opened(tmp_path, AppView())
        await browser.ask("people.add", people=[profile_of(ADA, bio="A"), profile_of(BRUNO, bio="B")])
        (tmp_path / "later").mkdir()
        archive = str(make_archive(tmp_path / "later" / "x.zip", following=(BRUNO,), followers=()))
        await browser.ask("archive.open", [archive], names=["x.zip"])
        assert set(browser.storage.stores["profiles"]) == {BRUNO.rest_id}

    asyncio.run(main())


def test_many_people_found_by_address_alone_are_proposed_before_anyone_s_follows_are_read(tmp_path: Path) -> None:
    people = neighbours(340)

    async def main() -> None:
        browser = await opened(tmp_path, AppView(known=tuple(people)), following=people, named=people)
        await browser.ask("search.start", sources=["handles"])
        assert (await until_searched(browser))["found"] > 300

    asyncio.run(main())


def test_people_found_among_the_follows_of_others_are_not_searched_by_name(tmp_path: Path) -> None:
    async def main() -> None:
        others = tuple(neighbours(12))
        appview = AppView(known=others[:-1], follows={did_of(one): list(others) for one in others[:-1]})
        browser = await opened(tmp_path, appview, named=(*others, ELIF), following=(*others, ELIF))
        browser.own_servers[ME] = lambda request: reply(200, {"actors": []})
        await browser.ask("search.start", account=ME, sources=["handles", "search", "neighbours"])
        view = await until_searched(browser)
        assert [one["source"] for one in view["sources"]] == ["handles", "neighbours", "search"]
        searched = [parse_qs(urlsplit(one.url).query)["q"] for one in browser.requests if "searchActors" in one.url]
        assert searched == [[search_words(ELIF.display_name)]]

    asyncio.run(main())
