"""Answers of X, real or forged, however many and however long: the tab's memory stays bounded, badges stay right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import CDPSession, Playwright

from tests.conftest import Packages
from tests.e2e import tabs
from tests.e2e.badge_steps import assert_right
from tests.e2e.tabs import Badged, ChromiumTab
from tests.world.sites import X
from tests.world.world import Answer, Ask, Site, World, page

pytestmark = pytest.mark.e2e

MEGABYTE = 1_000_000
# What may be left of hundreds of megabytes, once all is read: 12 MB of answers that wait for whose list they are, 1,000
# people on their way to the background, a checksum for 5,000 (extension/lib/x/answers/listen.ts), and the page's own.
GROWTH = 20 * MEGABYTE
SETTLED = 5.0  # seconds in which what was heard is read and told
BIO = "x" * 400
GRAPHQL = "/i/api/graphql/inventedinventedinv-_0/"


def make_users(count: int, bio: str = "") -> bytes:
    """Make an answer with so many people in it."""
    profile = f',"profile_bio":{{"description":"{bio}"}}' if bio else ""
    one = '{"__typename":"User","rest_id":"%d","core":{"screen_name":"u_%d"}' + profile + "}"
    return ('{"data":[' + ",".join(one % (8_000_000 + at, at) for at in range(count)) + "]}").encode()


BODIES: Mapping[str, bytes] = {
    "Likes": make_users(20_000, BIO),
    "Retweeters": make_users(1_000_000),
    "Followers": b'{"data":' + b"[" * 1_000_000,
    "Following": b'{"__proto__":{"polluted":1},"constructor":{"prototype":{"__typename":"User","rest_id":"__proto"}}}',
}


def hostile(site: Site) -> Site:
    """X sends answers that are too large or of the wrong shape."""

    def answer(ask: Ask) -> Answer:
        path = urlsplit(ask.path).path
        if path.startswith(GRAPHQL):
            return page(200, BODIES[path.removeprefix(GRAPHQL)], "application/json")
        return site(ask)

    return answer


@pytest.fixture(scope="module")
def badged(
    playwright: Playwright,
    packages: Packages,
    everywhere: World,
    sample: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Badged]:
    """Chromium, where memory can be measured; the extension must have no errors at the end."""
    with tabs.chromium(playwright, packages, everywhere, tmp_path_factory.mktemp("hostile"), sample) as opened:
        yield opened


def protocol_of(badged: Badged) -> CDPSession:
    """Return a connection to the tab that shows x.com."""
    assert isinstance(badged.x, ChromiumTab)
    return badged.x.page.context.new_cdp_session(badged.x.page)


def heap(protocol: CDPSession) -> int:
    """Return the bytes that scripts in the tab hold, ours and the page's, without what could be let go."""
    protocol.send("HeapProfiler.collectGarbage")
    return int(protocol.send("Runtime.getHeapUsage")["usedSize"])


def test_answers_of_ten_megabytes_and_a_million_people_leave_no_trace(badged: Badged, world: World) -> None:
    tab = badged.show("hostile")
    assert_right(tab)
    protocol = protocol_of(badged)
    before = heap(protocol)

    with world.fault(X, hostile):
        for operation in ("Likes", "Retweeters", "Followers", "Following", "Likes"):
            lengths = tab.evaluate(f"window.__ask('{GRAPHQL}{operation}')")
            assert lengths == [len(BODIES[operation])] * 2  # the page got all of it, untouched
    at_once = heap(protocol)
    tab.wait(SETTLED)

    assert at_once - before < GROWTH
    assert heap(protocol) - before < GROWTH
    assert_right(tab)
    assert tab.evaluate("window.__ran") == []
    assert {ask.host for ask in world.asked} == {X}


def test_a_flood_of_forged_answers_is_mostly_ignored(badged: Badged, world: World) -> None:
    tab = badged.show("hostile")
    assert_right(tab)
    protocol = protocol_of(badged)
    before = heap(protocol)

    tab.evaluate(f"(() => {{ for (let turn = 0; turn < 10; turn++) window.__giant({10 * MEGABYTE}) }})()")
    tab.evaluate("window.__flood(20000)")
    at_once = heap(protocol)
    tab.wait(SETTLED)

    assert at_once - before < GROWTH
    assert heap(protocol) - before < GROWTH
    assert_right(tab)
    assert {ask.host for ask in world.asked} == {X}
