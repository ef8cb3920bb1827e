"""Posting for the person: a consent of its own, one post with picture and facets, and the consent given back."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.conftest import Packages
from tests.data.archives import make_archive
from tests.data.people import ADA
from tests.e2e.steps import (
    APP,
    authorize_again,
    authorize_mastodon,
    await_that,
    error,
    give_app_password,
    open_signed_in_by_oauth,
    sign_in_to_mastodon,
)
from tests.world.chromium import Chromium, closed_world
from tests.world.exchange import Answer, Ask, NoAnswer, Site
from tests.world.mastodon import Mastodon
from tests.world.mastodons import HOME, PERSON
from tests.world.pds import Account, Pds
from tests.world.sites import PDS
from tests.world.world import World

POST = "app.bsky.feed.post"
CREATE = "/xrpc/com.atproto.repo.createRecord"
TEXT = "Me voilà 👋🏽 #eXit, مرحبًا #引っ越し。 https://quai.example.org/a(b)."
SHOWN = ["#eXit", "#引っ越し", "https://quai.example.org/a(b)"]
FOUND = 60.0  # seconds until a post was found after a restart
# Whether consents are stored.
CONSENTS = """() => new Promise((done) => {
  const opening = indexedDB.open("sessions");
  opening.onsuccess = () => {
    const counting = opening.result.transaction("consents").objectStore("consents").count();
    counting.onsuccess = () => { opening.result.close(); done(counting.result); };
  };
})"""

pytestmark = pytest.mark.e2e


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return make_archive(tmp_path / "one.zip", following=[ADA])


def card(page: Page, network: str) -> Locator:
    return page.locator(f'[data-testid="post"][data-place="{network}"]')


def expect_state(post: Locator, state: str) -> None:
    expect(post.get_by_test_id("posting")).to_have_attribute("data-state", state)


def press(browser: Chromium, post: Locator) -> Page:
    """Write a text, have it posted, and return the window in which the server asks."""
    post.get_by_test_id("post-text").fill(TEXT)
    post.get_by_test_id("post-for-me").click()
    with browser.context.expect_page() as opened:
        post.get_by_test_id("posting-yes").click()
    return opened.value


def posts_of(pds: Pds, account: Account) -> list[dict[str, Any]]:
    return [one["value"] for one in pds.list_records(account.did, POST)]


def expect_as_written(pds: Pds, account: Account, record: dict[str, Any]) -> None:
    """Assert text, facets by bytes, language, and the picture with its description."""
    assert (record["text"], record["langs"]) == (TEXT, ["en"])
    content = TEXT.encode()
    facets = [content[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode() for one in record["facets"]]
    assert facets == SHOWN
    (image,) = record["embed"]["images"]
    assert account.handle in image["alt"]
    assert image["aspectRatio"] == {"width": 1200, "height": 675}
    query = {"did": account.did, "cid": image["image"]["ref"]["$link"]}
    blob = httpx.get(f"http://127.0.0.1:{pds.port}/xrpc/com.atproto.sync.getBlob", params=query)
    assert blob.content.startswith(b"\x89PNG")
    assert len(blob.content) == image["image"]["size"] < 1_000_000


def test_a_post_on_each_network_with_a_consent_that_ends_with_it(
    chromium: Chromium, person: Account, home: Mastodon, pds: Pds, archive: Path, world: World
) -> None:
    open_signed_in_by_oauth(chromium, person, archive).close()
    sign_in_to_mastodon(chromium)
    tokens = set(home.oauth.tokens)
    page = chromium.open_page(f"{APP}#exit")

    bluesky = card(page, "bluesky")
    window = press(chromium, bluesky)
    expect_state(bluesky, "asked")
    assert posts_of(pds, person) == []
    authorize_again(window, person)
    expect_state(bluesky, "posted")
    (record,) = posts_of(pds, person)
    expect_as_written(pds, person, record)
    key = pds.list_records(person.did, POST)[0]["uri"].rpartition("/")[2]
    expect(bluesky.get_by_test_id("posting-link")).to_have_attribute(
        "href", f"https://bsky.app/profile/{person.did}/post/{key}"
    )
    await_that(page, lambda: any(ask.path == "/oauth/revoke" and ask.host == PDS for ask in world.asked))

    mastodon = card(page, "fediverse")
    authorize_mastodon(press(chromium, mastodon))
    expect_state(mastodon, "posted")
    (status,) = home.posts.statuses
    assert (status.text, status.language, status.visibility, status.owner) == (TEXT, "en", "public", PERSON)
    assert person.handle in status.media[0].description
    expect(mastodon.get_by_test_id("posting-link")).to_have_attribute("href", f"https://{HOME}/@{PERSON}/{status.id}")
    await_that(page, lambda: set(home.oauth.tokens) == tokens)
    assert page.evaluate(CONSENTS) == 0

    # Another one is written only after a press, and the sign-in is as it was.
    bluesky.get_by_test_id("posting-close").click()
    expect(bluesky.get_by_test_id("post-for-me")).to_be_enabled()
    expect(mastodon.get_by_test_id("posting-link")).to_be_visible()


@pytest.mark.soak
def test_denied_or_closed_nothing_is_posted_and_the_text_stays(
    chromium: Chromium, home: Mastodon, archive: Path
) -> None:
    sign_in_to_mastodon(chromium)
    page = chromium.open_page(f"{APP}#exit")
    post = card(page, "fediverse")
    press(chromium, post).locator('button[value="deny"]').click()
    expect(error(page, "post_denied")).to_be_visible()
    expect(post.get_by_test_id("posting-text")).to_have_text(TEXT)
    with chromium.context.expect_page() as opened:
        post.get_by_test_id("posting-again").click()
    opened.value.close()
    expect(error(page, "post_window_closed")).to_be_visible()
    with chromium.context.expect_page() as opened:
        post.get_by_test_id("posting-again").click()
    opened.value.locator("#username").select_option("dominique")
    opened.value.locator("#authorize").click()
    expect(error(page, "post_other_account")).to_be_visible()

    post.get_by_test_id("posting-close").click()
    expect(post.get_by_test_id("post-text")).to_have_value(TEXT)
    expect(post.get_by_test_id("post-open")).to_be_enabled()
    assert home.posts.statuses == []
    assert page.evaluate(CONSENTS) == 0


@pytest.mark.parametrize(
    "is_written", [pytest.param(False, id="before"), pytest.param(True, id="after", marks=pytest.mark.soak)]
)
def test_killed_between_picture_and_answer_it_is_posted_once(
    playwright: Playwright,
    packages: Packages,
    world: World,
    person: Account,
    pds: Pds,
    archive: Path,
    tmp_path: Path,
    is_written: bool,
) -> None:
    profile, killing = tmp_path / "profile", Killing(is_written=is_written)
    browser = Chromium(playwright, packages.chromium, profile, closed_world(world))
    with world.fault(PDS, killing.fault):
        open_signed_in_by_oauth(browser, person, archive).close()
        page = browser.open_page(f"{APP}#exit")
        authorize_again(press(browser, card(page, "bluesky")), person)
        await_that(page, killing.has_come.is_set, FOUND)
        browser.kill()
        browser.await_death()
        killing.is_over.set()
    assert len(posts_of(pds, person)) == is_written

    with Chromium(playwright, packages.chromium, profile, closed_world(world)) as browser:
        page = browser.open_page(f"{APP}#exit")
        expect_state(card(page, "bluesky"), "posted")
        (record,) = posts_of(pds, person)
        expect_as_written(pds, person, record)
        assert page.evaluate(CONSENTS) == 0


@dataclass
class Killing:
    """Holds the request for the record until the browser is killed; `is_written`: its record is written before."""

    is_written: bool
    has_come: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)

    def fault(self, site: Site) -> Site:
        """Wrap the PDS."""

        def held(ask: Ask) -> Answer:
            is_post = ask.path == CREATE and POST.encode() in ask.body
            if not is_post or self.has_come.is_set():
                return site(ask)
            if self.is_written:
                assert site(ask).status == 200
            self.has_come.set()
            self.is_over.wait(FOUND)
            raise NoAnswer(PDS)

        return held


@pytest.mark.soak
def test_an_app_password_posts_at_once(chromium: Chromium, person: Account, pds: Pds) -> None:
    page = chromium.open_page(f"{APP}#sign-in")
    page.get_by_test_id("sign-in-bluesky").check()
    give_app_password(page, person)
    expect(page.get_by_test_id("sign-in-submit")).to_be_hidden()
    page = chromium.open_page(f"{APP}#exit")
    post = card(page, "bluesky")
    post.get_by_test_id("post-text").fill(TEXT)
    post.get_by_test_id("post-for-me").click()
    expect(post.get_by_test_id("posting-question")).to_contain_text(person.handle)
    post.get_by_test_id("posting-yes").click()
    expect_state(post, "posted")
    (record,) = posts_of(pds, person)
    expect_as_written(pds, person, record)
