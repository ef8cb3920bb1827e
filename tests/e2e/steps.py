"""What a person does, step by step, in popup or tab; shared by the tests and by `make run`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from tests.world.chromium import Chromium, await_hidden, drop
from tests.world.mastodons import HOME, PERSON
from tests.world.pds import Account
from tests.world.sites import X

APP = "app.html"
UNHURRIED = 600  # ms that a card wants to be read before it is pressed: extension/lib/x/badge/card.ts
# A command to the engine, past everything that pages and background check. Returns the reply.
COMMAND = """(request) => new Promise((done) => {
  const channel = new BroadcastChannel("passerelle-engine");
  channel.onmessage = ({ data }) => { if (data.reply?.id === request.id) done(data.reply); };
  chrome.runtime.sendMessage({ type: "engine.wake" }).then(() => channel.postMessage({ request, files: [] }));
})"""


def hand_over(page: Page, *files: Path) -> None:
    """Drop files on the zone, with trusted events."""
    drop(page, "drop-zone", *files)


def choose(page: Page, *files: Path) -> None:
    """Choose files, or one folder, in the dialog instead of dropping them."""
    is_folder = len(files) == 1 and files[0].is_dir()
    page.get_by_test_id("folder-input" if is_folder else "file-input").set_input_files([str(file) for file in files])


def await_matches(page: Page, following: int | None = None) -> int:
    """Wait for "you follow N, M found" and give M."""
    found = page.get_by_test_id("found")
    expect(found).to_be_visible()
    if following is not None:
        expect(found).to_have_attribute("data-following", str(following))
    return int(found.get_attribute("data-found") or 0)


def row(page: Page, screen_name: str) -> Locator:
    """Return the list's row of one person, by their name on X."""
    return page.locator(f'[data-testid="match-row"][data-screen-name="{screen_name}"]')


def error(page: Page, code: str) -> Locator:
    """Return the error shown under this code."""
    return page.locator(f'[data-testid="error"][data-code="{code}"]')


def go_home(page: Page) -> None:
    """Press the name of the extension."""
    page.get_by_test_id("home").click()


def sign_in(page: Page, account: Account, password: str | None = None) -> None:
    """Sign in to Bluesky with an app password, from the bar at the foot."""
    page.get_by_test_id("sign-in").click()
    give_app_password(page, account, password)


def give_app_password(page: Page, account: Account, password: str | None = None) -> None:
    """Sign in to Bluesky with an app password, in the form."""
    page.get_by_test_id("use-app-password").click()
    page.get_by_test_id("sign-in-handle").fill(account.handle)
    page.get_by_test_id("sign-in-password").fill(password or account.app_password)
    page.get_by_test_id("sign-in-submit").click()


def open_bluesky_window(browser: Chromium, page: Page, typed: str) -> Page:
    """Type an address, press Sign in, and return the window of the server that opens."""
    page.get_by_test_id("bluesky-handle").fill(typed)
    with browser.context.expect_page() as opened:
        page.get_by_test_id("bluesky-submit").click()
    return opened.value


def authorize_bluesky(window: Page, account: Account) -> None:
    """Type the password on the server's page and press Authorize."""
    window.locator("input[type=password]").fill(account.password)
    window.get_by_role("button", name="Sign in").last.click()
    window.get_by_role("button", name="Authorize").click()


def open_signed_in_by_oauth(browser: Chromium, account: Account, archive: Path) -> Page:
    """Return a tab that is signed in on the account's own page and has read an archive of one person."""
    page = browser.open_page(f"{APP}#sign-in")
    page.get_by_test_id("sign-in-bluesky").check()
    authorize_bluesky(open_bluesky_window(browser, page, account.handle), account)
    expect(page.get_by_test_id("bluesky-form")).to_be_hidden()
    go_home(page)
    hand_over(page, archive)
    await_matches(page, 1)
    return page


def authorize_again(window: Page, account: Account) -> None:
    """Press Authorize; before it type the password, where the server's page asks for it."""
    password = window.locator("input[type=password]")
    allow = window.get_by_role("button", name="Authorize")
    expect(password.or_(allow).first).to_be_visible()
    if password.count():
        authorize_bluesky(window, account)
    else:
        allow.click()


def open_mastodon_window(browser: Chromium, page: Page, typed: str) -> Page:
    """Type a server, press Sign in, and return the window of the server that opens."""
    page.get_by_test_id("mastodon-server").fill(typed)
    with browser.context.expect_page() as opened:
        page.get_by_test_id("mastodon-submit").click()
    return opened.value


def authorize_mastodon(window: Page) -> None:
    """Choose the person's account on the server's page and press Authorize."""
    window.locator("#username").select_option(PERSON)
    window.locator("#authorize").click()


def sign_in_to_mastodon(browser: Chromium) -> None:
    """Sign in to the person's Mastodon server, in a tab of its own, on the server's page."""
    page = browser.open_page(f"{APP}#sign-in")
    page.get_by_test_id("sign-in-fediverse").check()
    authorize_mastodon(open_mastodon_window(browser, page, HOME))
    expect(page.get_by_test_id("mastodon-form")).to_be_hidden()
    page.close()


def await_that(page: Page, is_so: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something is so; events of the page go on meanwhile."""
    for _ in range(int(seconds * 10)):
        if is_so():
            return
        page.wait_for_timeout(100)
    raise AssertionError("It did not come about")


def follow_all(page: Page, speed: str = "fast") -> None:
    """Press Follow all, once it is known who is followed already."""
    button = page.get_by_test_id("follow-all")
    expect(button).to_be_enabled()
    if page.get_by_test_id("speed").input_value() != speed:
        page.get_by_test_id("speed").select_option(speed)
        expect(page.get_by_test_id("speed")).to_have_value(speed)
    button.click()


def await_followed(page: Page) -> None:
    """Wait until the bar says that following is finished."""
    expect(page.get_by_test_id("follow-finished")).to_be_visible()


def open_settings(page: Page) -> None:
    """Press the gear."""
    page.get_by_test_id("open-settings").click()


def sign_out(page: Page) -> None:
    """Sign out, in the settings, and go back."""
    open_settings(page)
    page.get_by_test_id("sign-out").click()
    expect(page.get_by_test_id("sign-out")).to_be_hidden()
    page.get_by_test_id("back").click()


def switch_badges(page: Page, *, on: bool = True) -> None:
    """Switch badges on x.com on or off, in the settings. The browser's question is answered by `allow_sites`."""
    if not page.get_by_test_id("badges-switch").is_visible():
        open_settings(page)
    switch = page.get_by_test_id("badges-switch")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", str(on).lower())


def press_in_card(browser: Chromium, screen_name: str, button: str) -> Page:
    """Open x.com and the card of a person's badge there, press a button in it, and return the tab."""
    x = browser.context.new_page()
    x.goto(f"https://{X}/home")
    mark = x.locator(f'[data-passerelle-badge="{screen_name}"]').first
    expect(mark).to_be_visible()
    mark.click()
    await_hidden(x, button)
    x.wait_for_timeout(UNHURRIED)
    await_hidden(x, button).click()
    return x


def save(page: Page, export: str, folder: Path) -> Path:
    """Press an export's button and keep the file under the name that it bears."""
    with page.expect_download() as download:
        page.get_by_test_id(f"export-{export}").click()
    saved = folder / download.value.suggested_filename
    download.value.save_as(saved)
    return saved


def delete_all(page: Page) -> None:
    """Delete everything, from the settings, and confirm."""
    open_settings(page)
    page.get_by_test_id("delete-all").click()
    page.get_by_test_id("delete-yes").click()
    expect(page.get_by_test_id("deleted")).to_be_visible()


def command(page: Page, type_: str, **fields: object) -> Any:
    """Send a command to the engine from one of the extension's pages; return its result."""
    reply = page.evaluate(COMMAND, {"id": str(uuid4()), "type": type_, **fields})
    assert "result" in reply, reply
    return reply["result"]
