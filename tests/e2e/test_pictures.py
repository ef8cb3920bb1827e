"""Pictures in the review: none is loaded before the switch that says from where, and alike ones count."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.data.archives import make_archive, tweet
from tests.data.people import Someone
from tests.e2e.steps import APP, await_matches, hand_over
from tests.world.appview import Actor, Circle, appview
from tests.world.chromium import Chromium
from tests.world.exchange import Ask
from tests.world.pds import Account, Pds
from tests.world.pictures import X_PICTURE
from tests.world.sites import APPVIEW, PDS, PICTURES
from tests.world.world import World

pytestmark = pytest.mark.e2e

_numbers = itertools.count(1)
WANTED = Someone("9000000000000777002", "zq_lanternfish", "Zebulon Lanternfish")
ON_X = f"https://{PICTURES}/profile_images/9/lanternfish_normal.png"
# People of the graph are named by X's pages; here the test says what such a page would have shown.
TELL = """async person => {
  const channel = new BroadcastChannel("passerelle-engine");
  const answered = new Promise(resolve => channel.addEventListener("message", ({ data }) => {
    if (data.reply?.id === "told") resolve(data.reply);
  }));
  await chrome.runtime.sendMessage({ type: "engine.wake" });
  channel.postMessage({ request: { id: "told", type: "people.add", people: [person], listed: null }, files: [] });
  return answered;
}"""


@pytest.fixture
def account(pds: Pds) -> Account:
    made = pds.create_account(f"lantern-{next(_numbers)}")
    pds.write_profile(made, {"displayName": WANTED.display_name}, X_PICTURE)
    return made


@pytest.fixture
def review(chromium: Chromium, everywhere: World, account: Account, tmp_path: Path) -> Iterator[Page]:
    """The review of one person, whose picture on X is known, and whose account has the same picture."""
    more = {"postsCount": 500, "createdAt": "2023-05-01T00:00:00Z"}
    actor = Actor(account.did, "zq-lanternfish.bsky.social", WANTED.display_name, "", more)
    archive = make_archive(
        tmp_path / "x.zip", following=[WANTED], followers=[], tweets=[tweet(1, "Bonjour", mentions=[WANTED])]
    )
    with everywhere.fault(APPVIEW, lambda site: appview(Circle([actor], friends=0))):
        page = chromium.open_page(APP)
        hand_over(page, archive)
        await_matches(page, 1)
        person = {"rest_id": WANTED.rest_id, "screen_name": WANTED.screen_name, "display_name": WANTED.display_name}
        told = page.evaluate(TELL, {**person, "seen": "2026-11-20T12:00:00Z", "picture": ON_X})
        assert "error" not in told
        page.get_by_test_id("search-start").click()
        expect(page.get_by_test_id("search-status")).to_have_attribute("data-state", "done", timeout=120_000)
        page.get_by_test_id("review-open").click()
        expect(page.get_by_test_id("review-pair")).to_have_attribute("data-rest-id", WANTED.rest_id)
        yield page


def pictures(world: World) -> list[Ask]:
    """Return the requests for pictures."""
    return [*world.asked_of(PICTURES), *(ask for ask in world.asked if "getBlob" in ask.path)]


def test_pictures_load_when_they_are_switched_on_are_compared_and_the_choice_stays(
    review: Page, everywhere: World
) -> None:
    expect(review.get_by_text(PICTURES)).to_be_visible()
    expect(review.locator("[data-testid=review] img")).to_have_count(0)
    assert pictures(everywhere) == []
    review.get_by_test_id("review-pictures").click()
    for side in ("x", "account"):
        image = review.get_by_test_id(f"picture-{side}")
        expect(image).to_be_visible()
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    expect(review.locator("[data-sign=same_picture]")).to_be_visible()
    assert {ask.host for ask in pictures(everywhere)} == {PICTURES, PDS}
    assert len(pictures(everywhere)) == 2
    review.reload()
    expect(review.get_by_test_id("picture-x")).to_be_visible()
    review.get_by_test_id("review-pictures").click()
    expect(review.locator("[data-testid=review] img")).to_have_count(0)
    sent = len(pictures(everywhere))
    review.reload()
    expect(review.get_by_test_id("review-pictures")).to_have_attribute("aria-checked", "false")
    assert len(pictures(everywhere)) == sent
