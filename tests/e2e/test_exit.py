"""After following: a post for each network in its own window, a picture as PNG, an invitation to copy."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.data.people import OWNER
from tests.e2e.steps import APP, await_followed, await_matches, follow_all, hand_over, sign_in, sign_in_to_mastodon
from tests.world.chromium import Chromium
from tests.world.mastodon import Mastodon
from tests.world.mastodons import HOME, PERSON
from tests.world.pds import Account

ACCT = f"@{PERSON}@{HOME}"
SIZE = (1200, 675)
PIXELS = """async (picture) => {
    await picture.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: 1200, height: 675 });
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0);
    const white = (x, y, width, height) =>
        context.getImageData(x, y, width, height).data.filter((one, at) => at % 4 === 0 && one > 100).length;
    const edges = white(0, 0, 40, 675) + white(1160, 0, 40, 675);
    return { left: white(80, 80, 300, 200), right: white(820, 80, 300, 200), edges };
}"""

pytestmark = pytest.mark.e2e


@pytest.fixture
def followed(chromium: Chromium, sample: Path, person: Account, home: Mastodon) -> Page:
    """The tab after everyone was followed on both networks."""
    chromium.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = chromium.open_page(APP)
    hand_over(page, sample)
    await_matches(page)
    expect(page.get_by_test_id("exit-offers")).to_have_count(0)
    sign_in(page, person)
    expect(page.get_by_test_id("follow-all")).to_be_enabled()
    sign_in_to_mastodon(chromium)
    follow_all(page)
    await_followed(page)
    return page


def post(tab: Page, place: str) -> Locator:
    return tab.locator(f'[data-testid="post"][data-place="{place}"]')


def opened_by(browser: Chromium, card: Locator) -> tuple[str, str]:
    """Press Open; return the address of the page that opens without its query, and the text in it."""
    with browser.context.expect_page() as opened:
        card.get_by_test_id("post-open").click()
    page = opened.value
    page.wait_for_url(re.compile("^https://"))
    parts = urlsplit(page.url)
    page.close()
    return f"https://{parts.netloc}{parts.path}", parse_qs(parts.query)["text"][0]


def test_after_following_a_post_opens_ready_on_each_network_with_what_was_written(
    chromium: Chromium, followed: Page, person: Account
) -> None:
    followed.get_by_test_id("open-exit").click()

    on_x = opened_by(chromium, post(followed, "x"))
    said = f"I have moved: you can find me at {person.handle} and {ACCT} now. #eXit"
    assert on_x == ("https://x.com/intent/post", said)

    there = f"On X I was {OWNER.screen_name}. Now I am here. If you knew me there, hello again. #eXit"
    assert opened_by(chromium, post(followed, "bluesky")) == ("https://bsky.app/intent/compose", there)
    assert opened_by(chromium, post(followed, "fediverse")) == (f"https://{HOME}/share", there)

    followed.get_by_test_id("text-language").select_option("ja")
    followed.get_by_test_id("text-kind").select_option("together")
    bluesky = post(followed, "bluesky")
    expect(bluesky.get_by_test_id("post-text")).to_have_attribute("lang", "ja")
    bluesky.get_by_test_id("post-text").fill("こんにちは & 100 % #eXit\nまた")
    assert opened_by(chromium, bluesky)[1] == "こんにちは & 100 % #eXit\nまた"

    bluesky.get_by_test_id("post-text").fill("あ" * 301)
    expect(bluesky.get_by_test_id("post-too-long")).to_contain_text("1 character too many")
    expect(bluesky.get_by_test_id("post-open")).to_have_attribute("aria-disabled", "true")
    followed.get_by_test_id("text-language").select_option("en")
    expect(bluesky.get_by_test_id("post-text")).to_have_value("On X I was " + OWNER.screen_name + ". I have found "
        "people here whom I followed there. More are welcome. #eXit")  # fmt: skip


def png_size(file: Path) -> tuple[int, int]:
    """Return width and height from the header of a PNG."""
    head = file.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", head[16:])
    return width, height


def test_the_picture_is_saved_as_png_in_the_direction_of_its_language(
    followed: Page, person: Account, tmp_path: Path
) -> None:
    followed.get_by_test_id("open-exit").click()
    picture = followed.get_by_test_id("picture")
    left_to_right = picture.evaluate(PIXELS)
    assert left_to_right["left"] > 1000
    assert left_to_right["edges"] == 0

    followed.get_by_test_id("text-language").select_option("ar")
    expect(picture).to_have_attribute("lang", "ar")
    right_to_left = picture.evaluate(PIXELS)
    assert right_to_left["right"] > 1000
    assert right_to_left["left"] < left_to_right["left"]
    assert person.handle in (picture.get_attribute("alt") or "")

    with followed.expect_download() as download:
        followed.get_by_test_id("picture-save").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "eXit-ar.png"
    assert png_size(file) == SIZE
    assert 10_000 < file.stat().st_size < 1_000_000

    followed.get_by_test_id("picture-copy").click()
    expect(followed.get_by_test_id("picture-said")).to_have_text("The picture is copied.")
    kinds = followed.evaluate("navigator.clipboard.read().then((items) => items.flatMap((item) => item.types))")
    assert kinds == ["image/png"]


def test_people_not_found_are_listed_with_an_invitation_to_copy(followed: Page, person: Account) -> None:
    count = followed.get_by_test_id("not-found").get_attribute("data-count")
    followed.get_by_test_id("open-invite").click()
    expect(followed.get_by_role("heading", level=1)).to_contain_text(str(count))
    followed.get_by_test_id("text-kind").select_option("elected")
    followed.get_by_test_id("text-language").select_option("de")
    said = followed.get_by_test_id("invite-said")
    expect(said).to_be_empty()
    followed.get_by_test_id("invite-copy").click()
    expect(said).to_have_text("Copied.")
    text = followed.evaluate("navigator.clipboard.readText()")
    assert text.startswith("Ich lese auf X, was Sie schreiben")
    assert f"{person.handle} und {ACCT}" in text

    someone = followed.get_by_test_id("invite-person").first
    rest_id = someone.get_attribute("data-rest-id")
    expect(someone.get_by_role("link")).to_have_attribute("href", f"https://x.com/i/user/{rest_id}")
