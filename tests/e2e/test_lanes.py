"""The first minute with a directory that knows no one: lanes, the search for people, and deciding by keyboard alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from passerelle.directory.departures import read_departures
from playwright.sync_api import Page, expect

from tests.data.archives import make_archive, tweet
from tests.data.people import Someone, crowd, neighbours
from tests.e2e.steps import APP, await_matches, go_home, hand_over
from tests.world.appview import Actor, Circle, appview
from tests.world.chromium import Chromium
from tests.world.sites import APPVIEW
from tests.world.world import World

pytestmark = pytest.mark.e2e

FOLLOWED = 812
NAMED = 300  # with names as people have them; of the others the archive has only the number
THERE = 60  # of the named people have an account under their own name
CONFIRMED = 40
MOST_SECONDS = 120.0  # for confirming them, by keyboard alone


def actor_of(number: int, one: Someone) -> Actor:
    handle = f"{one.screen_name.lower().replace('_', '-').strip('-')}.bsky.social"
    did = f"did:plc:{number:024d}".replace("0", "a").replace("1", "b").replace("8", "c").replace("9", "d")
    more = {"postsCount": 500, "createdAt": "2023-05-01T00:00:00Z"}
    return Actor(did, handle, one.display_name, f"Also {one.screen_name} on X", more)


# Not found anywhere, but their name is that of an organisation that has left X, as the program itself knows.
GONE = Someone("9000000000000555001", "gone_from_x", next(one.organisation for one in read_departures()))
PEOPLE = (*neighbours(NAMED - 1), GONE, *crowd(FOLLOWED - NAMED, first=40_000))
RESIDENTS = Circle([actor_of(number, one) for number, one in enumerate(PEOPLE[:THERE])], friends=4)


@pytest.fixture
def unknown(tmp_path: Path) -> Path:
    tweets = [tweet(number, f"Bonjour @{one.screen_name}", mentions=[one]) for number, one in enumerate(PEOPLE[:NAMED])]
    return make_archive(tmp_path / "x.zip", following=PEOPLE, followers=[], tweets=tweets)


@pytest.fixture
def opened(chromium: Chromium, everywhere: World, unknown: Path) -> Iterator[Page]:
    """The tab after the archive was read; the AppView knows RESIDENTS."""
    with everywhere.fault(APPVIEW, lambda site: appview(RESIDENTS)):
        page = chromium.open_page(APP)
        hand_over(page, unknown)
        assert await_matches(page, FOLLOWED) == 0
        yield page


def lane(page: Page, name: str) -> int:
    return int(page.locator(f'[data-testid="lane"][data-lane="{name}"]').get_attribute("data-count") or 0)


def search(page: Page) -> None:
    page.get_by_test_id("search-start").click()
    expect(page.get_by_test_id("search-status")).to_have_attribute("data-state", "done", timeout=120_000)


def test_the_lanes_are_shown_and_the_button_finds_the_probable_people(
    chromium: Chromium, opened: Page, everywhere: World
) -> None:
    assert (lane(opened, "watching"), lane(opened, "no_name")) == (NAMED, FOLLOWED - NAMED)
    assert everywhere.asked_of(APPVIEW) == []
    assert lane(opened, "left") == 1
    opened.get_by_test_id("departed").click()
    expect(opened.get_by_test_id("departed-one")).to_contain_text(GONE.display_name)
    with chromium.open_popup() as popup:
        shown = {name: lane(popup, name) for name in ("watching", "no_name", "left")}
        assert shown == {"watching": NAMED, "no_name": FOLLOWED - NAMED, "left": 1}
    before = len(everywhere.asked)
    search(opened)
    assert lane(opened, "probable") == THERE
    assert lane(opened, "watching") == NAMED - THERE
    sent = everywhere.asked[before:]
    assert {ask.host for ask in sent} == {APPVIEW}
    methods = [urlsplit(ask.path).path.rpartition("/")[2] for ask in sent]
    batches = [parse_qs(urlsplit(ask.path).query)["actors"] for ask in sent if "getProfiles" in ask.path]
    assert set(methods) == {"app.bsky.actor.getProfiles", "app.bsky.graph.getFollows"}
    assert max(map(len, batches)) <= 25
    assert methods.count("app.bsky.graph.getFollows") == THERE


def test_forty_people_are_confirmed_by_keyboard_and_a_rejected_one_never_returns(
    opened: Page, everywhere: World
) -> None:
    search(opened)
    sent = len(everywhere.asked)
    opened.get_by_test_id("review-open").focus()
    opened.keyboard.press("Enter")
    left = opened.get_by_test_id("review-left")
    expect(left).to_have_attribute("data-left", str(THERE))
    rejected = opened.get_by_test_id("review-pair").get_attribute("data-rest-id")
    opened.keyboard.press("n")
    expect(left).to_have_attribute("data-left", str(THERE - 1))
    began = time.monotonic()
    for number in range(CONFIRMED):
        opened.keyboard.press("y")
        expect(left).to_have_attribute("data-left", str(THERE - 2 - number))
    assert time.monotonic() - began < MOST_SECONDS
    opened.keyboard.press("s")
    expect(left).to_have_attribute("data-left", str(THERE - 1 - CONFIRMED))
    assert len(everywhere.asked) == sent
    opened.get_by_test_id("review-back").click()
    expect(opened.locator('[data-testid="lane"][data-lane="sure"]')).to_have_attribute("data-count", str(CONFIRMED))
    chosen = opened.locator('[data-testid="match-row"] [data-testid="choose"]:checked')
    expect(chosen.first).to_be_visible()
    expect(opened.get_by_test_id("search-start")).to_have_count(0)  # everyone was asked about within this month
    opened.reload()
    opened.get_by_test_id("review-open").click()
    for _ in range(THERE - 1 - CONFIRMED):
        assert opened.get_by_test_id("review-pair").get_attribute("data-rest-id") != rejected
        opened.keyboard.press("j")


# Handles have no underscore: some write a dash, some drop it, and here both handles are taken.
TWO = Someone("9000000000000777002", "rosa_linden", "Rosa Linden")
DASHED = Actor("did:plc:" + "e" * 24, "rosa-linden.bsky.social", TWO.display_name, "Also rosa_linden on X")
BARE = Actor("did:plc:" + "f" * 24, "rosalinden.bsky.social", TWO.display_name, "Also rosa_linden on X")


@pytest.fixture
def twice(chromium: Chromium, everywhere: World, tmp_path: Path) -> Iterator[Page]:
    """The review of one person with two proposed accounts."""
    tweets = [tweet(1, f"Bonjour @{TWO.screen_name}", mentions=[TWO])]
    archive = make_archive(tmp_path / "x.zip", following=[TWO], followers=[], tweets=tweets)
    with everywhere.fault(APPVIEW, lambda site: appview(Circle([DASHED, BARE], friends=1))):
        page = chromium.open_page(APP)
        hand_over(page, archive)
        await_matches(page, 1)
        page.get_by_test_id("search-one").locator("summary").click()
        page.get_by_test_id("search-one-field").fill("rosa")
        page.get_by_test_id("search-one-ask").click()
        page.get_by_test_id("search-one-compare").click()
        yield page


def chosen(page: Page) -> str | None:
    return page.locator('[data-testid="candidate"][data-chosen="true"]').get_attribute("data-address")


def test_what_was_searched_for_stands_there_still_after_the_review(twice: Page) -> None:
    expect(twice.get_by_test_id("candidate")).to_have_count(2)
    go_home(twice)
    expect(twice.get_by_test_id("search-one-field")).to_have_value("rosa")
    expect(twice.get_by_test_id("search-one-found")).to_contain_text(".bsky.social")


def test_two_accounts_of_one_person_stand_side_by_side_and_a_key_chooses_one(twice: Page) -> None:
    candidates = twice.get_by_test_id("candidate")
    expect(candidates).to_have_count(2)
    assert all(one.locator("[data-sign]").count() for one in candidates.all())
    boxes = [one.bounding_box() for one in candidates.all()]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["y"] == boxes[1]["y"]
    first = chosen(twice)
    twice.keyboard.press("2")
    second = chosen(twice)
    assert {first, second} == {DASHED.handle, BARE.handle}
    twice.get_by_test_id("candidate-choose").first.focus()
    twice.keyboard.press("ArrowDown")
    assert chosen(twice) == second
    twice.keyboard.press("n")
    expect(candidates).to_have_count(1)
    assert chosen(twice) == first
    twice.keyboard.press("u")
    expect(candidates).to_have_count(2)
    twice.keyboard.press("2")
    twice.keyboard.press("y")
    expect(twice.get_by_test_id("review-left")).to_have_attribute("data-left", "0")
    twice.get_by_test_id("review-back").click()
    account = twice.locator('[data-testid="match-row"] [data-testid="account"]')
    expect(account).to_have_attribute("data-address", second or "")
    expect(account.get_by_test_id("choose")).to_be_checked()


# The handle agrees, but there is no name and hardly a post: one in eight of such accounts is right.
WEAK = Actor("did:plc:" + "g" * 24, "rosa-linden.bsky.social", "", "", {"postsCount": 3})


def test_a_less_likely_account_is_in_a_list_of_its_own(chromium: Chromium, everywhere: World, tmp_path: Path) -> None:
    tweets = [tweet(1, f"Bonjour @{TWO.screen_name}", mentions=[TWO])]
    archive = make_archive(tmp_path / "x.zip", following=[TWO], followers=[], tweets=tweets)
    with everywhere.fault(APPVIEW, lambda site: appview(Circle([WEAK], friends=0))):
        page = chromium.open_page(APP)
        hand_over(page, archive)
        await_matches(page, 1)
        search(page)
        assert lane(page, "watching") == 1
        expect(page.get_by_test_id("review-open")).to_have_count(0)
        expect(page.get_by_test_id("less-likely-open")).to_have_attribute("data-count", "1")
        page.get_by_test_id("less-likely-open").click()
        expect(page.get_by_test_id("review-less-likely-what")).to_be_visible()
        expect(page.get_by_test_id("review-pair")).to_have_attribute("data-address", WEAK.handle)
        page.keyboard.press("y")
        expect(page.get_by_test_id("review-left")).to_have_attribute("data-left", "0")
        page.get_by_test_id("review-back").click()
        assert lane(page, "sure") == 1
