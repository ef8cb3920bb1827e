"""Without an archive, without any account, in Arabic, by keyboard alone: from the first page to a first follow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.conftest import ROOT, Packages
from tests.data.people import ADA
from tests.e2e.keyboard import Keyboard
from tests.e2e.steps import APP
from tests.world.chromium import Chromium, closed_world
from tests.world.pds import Account, Pds
from tests.world.sites import BLUESKY_APP, X_PATTERNS
from tests.world.world import World

pytestmark = pytest.mark.e2e

LOCALES = ROOT / "extension" / "locales"
ENGLISH, ARABIC = (json.loads((LOCALES / f"{one}.json").read_text(encoding="utf-8")) for one in ("en", "ar"))
SIGN_IN, AUTHORIZE = "Sign in", "Authorize"  # on the PDS's own page


def say(key: str, **values: str) -> str:
    """Return the Arabic sentence, up to the first value that is not given."""
    sentence: str = ARABIC[key]
    for name, value in values.items():
        sentence = sentence.replace(f"{{{name}}}", value)
    return sentence.partition("{")[0].replace("\u00a0", " ").strip()


@pytest.fixture
def browser(playwright: Playwright, packages: Packages, world: World, tmp_path: Path) -> Iterator[Chromium]:
    """A browser in which the browser's own question about x.com is answered beforehand."""
    with Chromium(playwright, packages.chromium, tmp_path / "profile", closed_world(world)) as running:
        running.allow_sites(*X_PATTERNS)
        yield running


def open_beside(browser: Chromium, keys: Keyboard, key: str = "Enter") -> Keyboard:
    """Press a key that opens another tab, and return the keys of that."""
    with browser.context.expect_page() as opened:
        keys.press(key)
    opened.value.wait_for_load_state()
    opened.value.bring_to_front()
    return Keyboard(opened.value)


def choose_arabic(app: Keyboard) -> None:
    """Choose the language in the settings, which are in the browser's own language until then; and go back."""
    app.go_to("button", ENGLISH["app.settings"])
    app.press("Enter")
    app.await_node("combobox", ENGLISH["settings.language"])
    app.go_to("combobox", ENGLISH["settings.language"])
    app.press_until("ArrowDown", lambda: (at := app.focused()) is not None and at.value == ARABIC["language.name"])
    app.await_node("heading", say("settings.title"))
    app.go_to("button", say("app.back"), "Shift+Tab")
    app.press("Enter")
    app.await_node("heading", say("start.title"))


def read_own_list(browser: Chromium, app: Keyboard) -> None:
    """Start the reading of the own list, and go down that list on x.com to its end."""
    app.go_to("button", say("reading.following"))
    x = open_beside(browser, app)
    x.await_node("link", say("reading.open"))
    x.go_to("link", say("reading.open"), "Shift+Tab")
    x.press("Enter")
    x.page.wait_for_url("**/following")
    complete = say("reading.complete")
    x.press_until("End", lambda: any(one.name.startswith(complete) for one in x.nodes()))
    app.front()


def sign_up(browser: Chromium, app: Keyboard, pds: Pds) -> Account:
    """Go to where accounts are made, make one there, and come back."""
    app.go_to("link", say("signup.join_bluesky"), "Shift+Tab")
    there = open_beside(browser, app)
    assert there.page.url == f"https://{BLUESKY_APP}/"
    account = pds.create_account("salma")
    there.page.close()  # Ctrl+W
    app.front()
    return account


def sign_in(browser: Chromium, app: Keyboard, account: Account) -> None:
    """Type the new address, and on the server's own page the password; authorize."""
    app.go_to("textbox", say("oauth.handle"))
    app.type(account.handle)
    server = open_beside(browser, app)
    server.await_node("button", SIGN_IN)
    server.go_to("textbox", "Password")
    server.type(account.password)
    server.press("Enter")
    server.await_node("button", AUTHORIZE)
    server.go_to("button", AUTHORIZE)
    with server.page.expect_event("close"):
        server.press("Enter")
    app.front()


def test_a_first_follow(browser: Chromium, world: World, pds: Pds, accounts: dict[str, Account]) -> None:
    app = Keyboard(browser.open_page(APP))
    choose_arabic(app)
    assert app.page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
    read_own_list(browser, app)
    app.go_to("button", say("follow.sign_in"))
    app.press("Enter")
    app.await_node("heading", say("signup.title"))
    account = sign_up(browser, app, pds)
    sign_in(browser, app, account)

    follow = say("row.follow_label", name=ADA.display_name)
    app.await_node("button", follow)
    app.go_to("button", follow)
    app.press("Enter")
    app.await_node("StaticText", say("state.following"))

    assert [one.subject for one in pds.list_follows(account.did)] == [accounts[ADA.screen_name].did]
