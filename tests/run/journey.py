"""Without a display: the journey of a person, driven step by step in a headless browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from passerelle.text import clean_display_name
from playwright.sync_api import Page, Playwright, expect

from tests.data.people import ADA, OWNER
from tests.e2e import steps
from tests.run.pictures import NARROW, PICTURES, WIDE, take, take_both_themes
from tests.run.printing import explain, list_matches, near, say
from tests.run.servers import Town
from tests.world.chromium import Chromium, closed_world
from tests.world.mastodons import HOME, PERSON
from tests.world.sites import X_PATTERNS, X

PATIENCE = 300_000  # milliseconds: a large archive on a slow machine
COUNTS = ("following", "followers", "mutuals", "tweets")
# In the order of the list: mutual follows first.
_STORED_MATCHES = """() => new Promise((resolve, reject) => {
    const opening = indexedDB.open("passerelle");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
        const asking = opening.result.transaction("matches").objectStore("matches").getAll();
        asking.onsuccess = () => resolve(asking.result.sort((a, b) => b.followed_by - a.followed_by));
        asking.onerror = () => reject(asking.error);
    };
})"""


def travel(playwright: Playwright, extension: Path, folder: Path, town: Town, archive: Path) -> None:
    """Drive the whole journey, print what was found and take pictures on the way."""
    expect.set_options(timeout=PATIENCE)
    with Chromium(playwright, extension, folder / "profile", closed_world(town.world)) as browser:
        say(f"Dropping {near(archive)} in the popup …")
        with browser.open_popup() as popup:
            take(popup, "popup-start")
            steps.hand_over(popup, archive)
            steps.await_matches(popup)
            take_both_themes(popup, "popup")
        tab = browser.open_page(steps.APP)
        steps.await_matches(tab)
        tell_result(tab)
        take_tab(tab)
        can_follow = sign_in(browser, tab, town)
        visit_x(browser, tab)
        if can_follow:
            follow(tab, town)
            join(browser, tab, town)
    say(f"Pictures of every step: {near(PICTURES)}/")


def tell_result(tab: Page) -> None:
    """Print whose archive it is, its numbers, and the people found."""
    counts = {name: tab.get_by_test_id(f"count-{name}").get_attribute("data-count") for name in COUNTS}
    owner = clean_display_name(tab.get_by_test_id("archive-owner").inner_text())
    say(f"\nThe archive of {owner}: " + ", ".join(f"{count} {name}" for name, count in counts.items()) + ".")
    matches: list[dict[str, Any]] = tab.evaluate(_STORED_MATCHES)
    say(explain(matches, int(counts["following"] or 0)))
    if matches:
        say(f"\n{list_matches(matches)}\n")


def sign_in(browser: Chromium, tab: Page, town: Town) -> bool:
    """Sign in to the local servers of both networks; return whether anyone was found there."""
    if not tab.get_by_test_id("follow-bar").is_visible():
        say("No one was found, so there is no one to follow.")
        return False
    steps.sign_in(tab, town.person)
    expect(tab.get_by_test_id("follow-all")).to_be_visible()
    steps.sign_in_to_mastodon(browser)
    return True


def follow(tab: Page, town: Town) -> None:
    """Follow everyone ticked on both networks; print what both servers hold afterwards."""
    tab.bring_to_front()
    steps.go_home(tab)
    button = tab.get_by_test_id("follow-all")
    if button.is_disabled():
        say("No one is ticked: a single source is no proof. In the extension, tick the people you know.")
        return
    say(f"Following as {town.person.handle} on Bluesky and as @{PERSON}@{HOME} on Mastodon …")
    steps.follow_all(tab)
    steps.await_followed(tab)
    take(tab, "tab-followed")
    records = town.pds.list_follows(town.person.did)
    doubles = len(records) - len({record.subject for record in records})
    say(f"The local Bluesky server now holds {len(records)} follow records of this account, {doubles} of them double.")
    on_mastodon = town.mastodon.followed(PERSON)
    say(f"The local Mastodon server now holds {len(on_mastodon)} follows of this account: {', '.join(on_mastodon)}.")


def join(browser: Chromium, tab: Page, town: Town) -> None:
    """Join the directory as the archive's owner, publish it, and print the row; take pictures on the way."""
    tab.bring_to_front()
    steps.go_home(tab)
    tab.get_by_test_id("open-join").click()
    name = tab.get_by_test_id("join-name")
    expect(name).to_be_visible()
    if name.inner_text() != f"@{OWNER.screen_name}":
        say("The fake X is signed in as the sample's owner, so only they can prove that the X account is theirs.")
        return
    take_both_themes(tab, "join")
    with browser.context.expect_page() as opened:
        tab.get_by_test_id("join-start").click()
    opened.value.get_by_test_id("tweetButton").click()
    expect(opened.value.get_by_test_id("tweetText")).to_be_visible()
    tab.bring_to_front()
    take(tab, "join-post")
    # Badges are on, so the post is found on X, and checked, by itself.
    expect(tab.get_by_test_id("standing-claim")).to_have_attribute("data-status", "checked")
    take_both_themes(tab, "joined")
    town.servers.registrar.publish()
    for published in town.servers.rows(OWNER.rest_id):
        say(f"The directory now has @{published['screen_name']}: {published['handle']}, {published['grade']}.")


def take_tab(tab: Page) -> None:
    """Save pictures of the tab: light and dark, French and Arabic, narrow."""
    take_both_themes(tab, "tab")
    for language in ("fr", "ar"):
        set_language(tab, language)
        take(tab, f"tab-{language}")
    set_language(tab, "auto")
    tab.set_viewport_size(NARROW)
    take(tab, "tab-narrow")
    tab.set_viewport_size(WIDE)


def set_language(tab: Page, language: str) -> None:
    """Choose a language in the settings, and go back."""
    steps.open_settings(tab)
    tab.get_by_test_id("language").select_option(language)
    steps.go_home(tab)


def visit_x(browser: Chromium, tab: Page) -> None:
    """Switch badges on and take pictures of them on the fake x.com."""
    browser.allow_sites(*X_PATTERNS)
    tab.bring_to_front()
    steps.switch_badges(tab)
    page = browser.context.new_page()
    for name in ("home", "profile", "following?count=40"):
        page.goto(f"https://{X}/{name}")
        badge = page.locator(f'[data-passerelle-badge="{ADA.screen_name}"]').first
        expect(badge).to_be_visible()
        if name == "home":
            badge.click()
            page.wait_for_timeout(500)
        take(page, f"badges-{name.partition('?')[0]}")
    say(f"Badges stand beside people's names on {X} (a fake one on this machine).")
