"""Badges hold none of X's nodes: after 10,000 cells of a virtual list, whatever X let go of is garbage.

The content script's own modules run in the benchmark's timeline (tests/bench/timeline), with a small background.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Playwright, Route

from tests.bench.runtimes import BENCH
from tests.extension.test_badges import ENTRY
from tests.world.chromium import QUIET, find_binary
from tests.world.world import Ask, static
from tests.x_pages import bundle

CELLS = 10_000
FEWER = 2_400  # enough to show what is never let go of
KEPT = 24  # cells, in tests/bench/timeline/timeline.js
KNOWN = [f"known_{n}" for n in range(CELLS)]

# A screenful after another, each as soon as the one before has its badges.
GROW = """async ([names, kept]) => {
    for (let at = 0; at < names.length; at += kept) {
        append(names.slice(at, at + kept).map(makeCell));
        await new Promise((resolve) => setTimeout(resolve));
        while (document.querySelectorAll("[data-passerelle-badge]").length < list.childElementCount / 2) {
            await new Promise(requestAnimationFrame);
        }
    }
}"""
# What leaves the page is remembered as weakly as can be: only others keep it alive. A property of the page's own is
# needed, since V8 drops the wrapper of a node without any, and makes it anew later, although the node lives.
NOTE_WHAT_GOES = """() => {
    window.gone = [];
    new MutationObserver((records) => {
        for (const { removedNodes } of records) {
            for (const node of removedNodes) gone.push(new WeakRef(Object.assign(node, { isGone: true })));
        }
    }).observe(document.getElementById("list"), { childList: true });
}"""
STILL_HELD = "() => gone.filter((reference) => reference.deref()).length"
NEXT_FRAME = "() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))"
BADGES = "() => document.querySelectorAll('[data-passerelle-badge]').length"

_timeline = static(BENCH / "timeline")


@pytest.fixture
def page(playwright: Playwright) -> Iterator[Page]:
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = playwright.chromium.launch(executable_path=find_binary(), args=[*QUIET, *root])
    page = browser.new_page()
    page.route("**/*", _from_files)
    page.goto("https://x.com/index.html")
    page.add_script_tag(content=bundle(ENTRY, "badges"))
    page.evaluate(NOTE_WHAT_GOES)
    yield page
    browser.close()


def _from_files(route: Route) -> None:
    url = urlsplit(route.request.url)
    answer = _timeline(Ask(url.netloc, "GET", url.path, (), b""))
    route.fulfill(status=answer.status, headers=dict(answer.headers), body=answer.body)


def grow(page: Page, cells: int) -> None:
    """Let cells appear, every second one about somebody known, and all but the last KEPT go, each after its badge."""
    names = [KNOWN[n] if n % 2 else f"stranger_{n}" for n in range(cells)]
    page.evaluate(GROW, [names, KEPT])
    assert page.evaluate("gone.length") == cells - KEPT


def still_held(page: Page) -> int:
    """Return how many of the nodes that went are held by anybody, when all garbage is gone."""
    page.evaluate(NEXT_FRAME)  # until it has painted, the browser itself holds what it showed
    protocol = page.context.new_cdp_session(page)
    protocol.send("HeapProfiler.collectGarbage")
    return int(page.evaluate(STILL_HELD))


def test_nothing_that_left_the_page_is_held(page: Page) -> None:
    page.evaluate("(names) => badges.start(names)", KNOWN)
    grow(page, CELLS)

    assert page.evaluate(BADGES) == KEPT // 2
    assert still_held(page) == 0


def test_a_background_that_never_answers_keeps_nothing_alive(page: Page) -> None:
    page.evaluate("(names) => badges.start(names, { delay: 1e9 })", KNOWN)
    grow(page, FEWER)

    assert page.evaluate(BADGES) == KEPT // 2  # of the index
    assert still_held(page) == 0


def test_nothing_is_held_after_badges_are_switched_off(page: Page) -> None:
    page.evaluate("(names) => badges.start(names)", KNOWN)
    grow(page, FEWER)
    page.evaluate("badges.stop()")
    page.evaluate("document.getElementById('list').replaceChildren()")

    assert page.evaluate("gone.length") == FEWER
    assert still_held(page) == 0
