"""Requests and time to look for 1,000 named people: the engine's own search, with its pauses, on a clock of its own.

The servers answer at once, so the time is that of the pauses, which keep the search within the servers' limits
(PAUSE of core/passerelle/engine/candidates.py). Half of the people have an account: four of five under their @name, the
others under another handle, found by name or among the follows of friends.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

from passerelle.transport import Request, Response

from tests.bench.report import Figure
from tests.bench.tools import Tools, run_async
from tests.core.fakes import ME, Browser
from tests.data.archives import make_archive, tweet
from tests.data.people import Someone
from tests.reach.names import invent_name
from tests.world.appview import Actor, Circle, appview
from tests.world.exchange import Ask

PEOPLE = 1_000
FRIENDS = 12  # accounts of the others that each account follows
LEAST_REQUESTS = 0.1  # of one search per person: what addresses alone may cost


def measure(_: Tools) -> Iterator[Figure]:
    """Yield requests of each kind, and the time of the whole search."""
    handles = run_async(search(["handles"]))
    whole = run_async(search(["handles", "search", "neighbours"]))
    searches = whole.requests["searchActors"]
    for what, count, most in (
        ("addresses alone: requests", handles.requests["getProfiles"], LEAST_REQUESTS * PEOPLE),
        ("addresses alone: people found", handles.found, None),
        ("with names: searches, for those not found by address", searches, PEOPLE - handles.found),
        ("with names and follows: people found", whole.found, None),
        ("follows of people found: requests", whole.requests["getFollows"], None),
    ):
        yield Figure("searching", f"{PEOPLE:,} people, {what}", "", [count], most=most)
    yield Figure("searching", f"{PEOPLE:,} people, addresses alone: time", "s", [handles.seconds])
    yield Figure("searching", f"{PEOPLE:,} people, addresses, names and follows: time", "s", [whole.seconds])


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search sent, how long it took, and for how many people it proposed an account."""

    requests: Counter[str]
    seconds: float
    found: int


async def search(sources: Sequence[str]) -> Searched:
    """Run one search in an engine of its own."""
    rng = Random("bench")
    people = [Someone(str(10**18 + number), f"person_{number}_x", invent_name(rng)) for number in range(PEOPLE)]
    site = appview(Circle([_actor(number, one) for number, one in enumerate(people) if number % 2], FRIENDS))

    def answer(request: Request) -> Response:
        url = urlsplit(request.url)
        found = site(Ask(url.netloc, "GET", f"{url.path}?{url.query}", (), b""))
        return Response(found.status, {"content-type": "application/json"}, found.body)

    browser = Browser(web={"public.api.bsky.app": answer}, own_servers={ME: answer})
    with tempfile.TemporaryDirectory() as folder:
        tweets = [tweet(number, mentions=[one]) for number, one in enumerate(people, 1)]
        archive = make_archive(Path(folder) / "x.zip", following=people, followers=(), tweets=tweets)
        browser.start()
        await browser.ask("archive.open", [str(archive)], names=["x.zip"])
    before, began = len(browser.requests), browser.clock.time
    await browser.ask("search.start", account=ME, sources=list(sources))
    while _state(browser)["state"] == "running":
        await asyncio.sleep(0)
    assert _state(browser)["state"] == "done", json.dumps(_state(browser))
    kinds = Counter(urlsplit(one.url).path.rpartition(".")[2] for one in browser.requests[before:])
    found = sum(one["is_likely"] for one in browser.storage.stores["guesses"].values())
    return Searched(kinds, (browser.clock.time - began).total_seconds(), found)


def _state(browser: Browser) -> dict[str, Any]:
    return dict(browser.storage.stores["state"]["search"])


def _actor(number: int, one: Someone) -> Actor:
    handle = one.screen_name.replace("_", "-") if number % 10 != 9 else f"elsewhere{number}"
    did = "did:plc:" + f"{number:024d}".translate(str.maketrans("0189", "abcd"))
    more = {"postsCount": 500, "createdAt": "2023-05-01T00:00:00Z"}
    return Actor(did, f"{handle}.bsky.social", one.display_name, "", more)
