"""WebFinger that leads to another server, in real Chromium: by host-meta it is followed, into a local network never.

What leads to http is stopped by the policy of the extension's pages: test_requests.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.data.archives import make_archive
from tests.data.people import NILS, OWNER
from tests.e2e.steps import APP, await_matches, hand_over, switch_badges
from tests.world.chromium import Chromium, await_hidden
from tests.world.fediverse import ANY_ORIGIN
from tests.world.pds import Account
from tests.world.sites import X_PATTERNS, X
from tests.world.world import Answer, Ask, Fault, Site, World, page

pytestmark = pytest.mark.e2e

SERVER = "quai.example.org"
INSIDE = "nas.lan"
DELEGATE = "social.quai.example.org"
WEBFINGER = "/.well-known/webfinger"
SELF = {"rel": "self", "type": "application/activity+json", "href": f"https://{SERVER}/users/nils"}
JRD = json.dumps({"subject": f"acct:nils@{SERVER}", "links": [SELF]}).encode()
XRD = f'<XRD><Link rel="lrdd" template="https://{DELEGATE}{WEBFINGER}?resource={{uri}}"/></XRD>'.encode()


def with_answers(answers: Mapping[str, Answer]) -> Fault:
    """The server answers these paths so; the rest is as before."""

    def fault(site: Site) -> Site:
        return lambda ask: answers.get(ask.path.partition("?")[0]) or site(ask)

    return fault


@contextmanager
def host(world: World, name: str, site: Site) -> Iterator[None]:
    """Make the front answer under one more name."""
    world.sites[name] = site
    yield
    del world.sites[name]


def actors(world: World) -> list[Ask]:
    """Return the requests for an actor's document: the answer that named it was read."""
    return [ask for ask in world.asked if ask.path.startswith("/users/")]


@pytest.fixture
def x(chromium: Chromium, accounts: Mapping[str, Account], tmp_path: Path) -> Page:
    """A page of X with the badge of Nils open, whose profile names an account on SERVER."""
    tab = chromium.open_page(APP)
    hand_over(tab, make_archive(tmp_path / "x.zip", following=[NILS], followers=[], tweets=[]))
    await_matches(tab, 1)
    chromium.allow_sites(*X_PATTERNS)
    switch_badges(tab)
    list_page = chromium.context.new_page()
    list_page.goto(f"https://{X}/{OWNER.screen_name}/following")
    list_page.locator(f'[data-passerelle-badge="{NILS.screen_name}"]').click()
    return list_page


def test_an_answer_from_the_local_network_is_not_read(x: Page, world: World) -> None:
    moved = page(302, b"", "text/plain", ("Location", f"https://{INSIDE}/"), ANY_ORIGIN)
    fault = with_answers({WEBFINGER: moved})
    readable = page(200, JRD, "application/jrd+json", ANY_ORIGIN)
    world.forget()
    with host(world, INSIDE, lambda ask: readable), world.fault(SERVER, fault):
        await_hidden(x, ".press.check").click()
        await_hidden(x, ".card .error")
    assert world.asked_of(INSIDE)  # it did answer: docs/architecture.md says so
    assert actors(world) == []


def test_a_domain_that_delegates_by_host_meta_only_is_checked_at_its_server(x: Page, world: World) -> None:
    answers = {
        WEBFINGER: page(404, b"", "text/plain", ANY_ORIGIN),
        "/.well-known/host-meta": page(200, XRD, "application/xrd+xml", ANY_ORIGIN),
    }

    def delegate(ask: Ask) -> Answer:
        knows = f"nils%40{SERVER}" in ask.path
        return page(200 if knows else 404, JRD if knows else b"", "application/jrd+json", ANY_ORIGIN)

    world.forget()
    with host(world, DELEGATE, delegate), world.fault(SERVER, with_answers(answers)):
        await_hidden(x, ".press.check").click()
        assert "Bridges and boats." in await_hidden(x, ".profile").text
    assert {ask.host for ask in world.asked} - {X} == {SERVER, DELEGATE}
