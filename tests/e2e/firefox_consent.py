"""The consent pages of both networks in Firefox: open one from the sign-in form, and allow what it asks."""

from __future__ import annotations

import json
import time

from tests.world.firefox import Firefox
from tests.world.pds import Account

ENTER = "\ue007"  # https://www.w3.org/TR/webdriver2/#keyboard-actions
PASSWORD = "input[type=password]"


def open_bluesky(firefox: Firefox, tab: str, typed: str) -> str:
    """Type an address in the form of Bluesky, submit it, and return the window of the server that opens."""
    return _open(firefox, tab, "bluesky-handle", "bluesky-submit", typed)


def open_mastodon(firefox: Firefox, tab: str, typed: str) -> str:
    """Type a server in the form of Mastodon, submit it, and return the window of the server that opens."""
    return _open(firefox, tab, "mastodon-server", "mastodon-submit", typed)


def _open(firefox: Firefox, tab: str, field: str, button: str, typed: str) -> str:
    firefox.fill(tab, f'[data-testid="{field}"]', typed)
    before = firefox.tabs()
    firefox.click(tab, f'[data-testid="{button}"]')
    return firefox.await_new_tab(before)


def give_password(firefox: Firefox, window: str, account: Account) -> None:
    """Type the password on the server's page, where it asks for it, and wait for its question."""
    firefox.until(window, f"!!(document.querySelector({json.dumps(PASSWORD)}) || {button('Authorize')})", seconds=60)
    if firefox.evaluate(window, f"document.querySelector({json.dumps(PASSWORD)}) !== null"):
        firefox.type_keys(window, PASSWORD, account.password + ENTER)
    firefox.until(window, f"{button('Authorize')} !== undefined", seconds=60)


def press_authorize(firefox: Firefox, window: str) -> None:
    """Press the button and wait until the window has closed itself: a tab opened earlier would be opened in it."""
    firefox.evaluate(window, f"setTimeout(() => {button('Authorize')}.click(), 100) && true")
    await_closed(firefox, window)


def await_closed(firefox: Firefox, window: str, seconds: float = 30.0) -> None:
    """Wait until a window is gone. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while window in firefox.tabs():
        if time.monotonic() > end:
            raise TimeoutError("The window of the sign-in stayed open")
        time.sleep(0.1)


def button(name: str) -> str:
    """Return a script's expression for the button that shows `name`."""
    return f"[...document.querySelectorAll('button')].find((one) => one.innerText.trim() === {json.dumps(name)})"


def authorize_bluesky(firefox: Firefox, tab: str, account: Account) -> str:
    """Sign in with a password on the server's page and allow what it asks; returns the window."""
    window = open_bluesky(firefox, tab, account.handle)
    give_password(firefox, window, account)
    press_authorize(firefox, window)
    return window


def authorize_mastodon(firefox: Firefox, tab: str, server: str, username: str) -> str:
    """Choose the account on the server's page and allow what it asks; returns the window."""
    window = open_mastodon(firefox, tab, server)
    allow_mastodon(firefox, window, username)
    return window


def allow_mastodon(firefox: Firefox, window: str, username: str) -> None:
    """Choose the account on the server's page and allow what it asks."""
    firefox.find(window, "#username")
    firefox.evaluate(window, f"document.querySelector('#username').value = {json.dumps(username)}")
    firefox.evaluate(window, "setTimeout(() => document.querySelector('#authorize').click(), 100) && true")
    await_closed(firefox, window)
