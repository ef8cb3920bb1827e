"""Bad input, in the popup's own pages: one clear sentence each, and what was there before is still there."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.data.archives import make_archive, zip_folder
from tests.data.people import OWNER, PEOPLE, STRANGER, crowd
from tests.e2e.steps import APP, await_matches, error, hand_over, open_settings, sign_in, sign_out
from tests.world.chromium import Chromium
from tests.world.directory import DirectoryServer, sign
from tests.world.pds import Account
from tests.world.residents import FOUND, make_newcomer_row
from tests.world.sites import APPVIEW, DIRECTORY, PDS, PLC
from tests.world.world import Fault, World, altered, unreachable

pytestmark = pytest.mark.e2e

_numbers = itertools.count()
LATEST = "/v1/directory/latest.json"


@pytest.fixture(scope="module")
def tab(shared: Chromium, sample: Path) -> Page:
    """A tab with the sample archive's matches; no case may spoil the next."""
    page = shared.open_page(APP)
    hand_over(page, sample)
    await_matches(page)
    return page


def expect_one_sentence(page: Page, code: str) -> None:
    """One message, for people: no code, no placeholder, no traceback, and at most three short sentences."""
    shown = error(page, code)
    expect(shown).to_be_visible()
    expect(page.get_by_test_id("error")).to_have_count(1)
    text = shown.inner_text()
    assert 20 < len(text) < 200
    assert not any(mark in text for mark in ("{", "Error", "Traceback", "undefined", code)), text


def not_a_zip(folder: Path) -> Path:
    file = folder / "holiday.zip"
    file.write_bytes(b"\xff\xd8\xff\xe0 a picture" * 100)
    return file


def truncated(folder: Path) -> Path:
    file = make_archive(folder / "truncated.zip")
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])
    return file


def another_zip(folder: Path) -> Path:
    (folder / "photos").mkdir()
    (folder / "photos" / "beach.jpg").write_bytes(b"\xff\xd8")
    return zip_folder(folder / "photos", folder / "photos.zip")


def without_following(folder: Path) -> Path:
    return make_archive(folder / "no-following.zip", omit=["following.js", "follower.js"])


BAD_FILES: dict[str, Callable[[Path], Path]] = {
    "not_a_zip": not_a_zip,
    "truncated_zip": truncated,
    "not_an_x_archive": another_zip,
    "no_following": without_following,
}


@pytest.mark.parametrize("code", BAD_FILES)
def test_a_bad_file_is_named_and_changes_nothing(tab: Page, tmp_path: Path, code: str) -> None:
    tab.get_by_test_id("replace-archive").click()
    hand_over(tab, BAD_FILES[code](tmp_path))

    expect_one_sentence(tab, code)
    assert await_matches(tab, following=len(PEOPLE)) == len(FOUND)


def others_archive(folder: Path) -> Path:
    """The archive of another X account than the sample's, that follows three people."""
    three = crowd(3, first=30_000)
    return make_archive(folder / "other.zip", owner=STRANGER, following=three, followers=[], tweets=[])


def answer_by_keyboard(page: Page, test_id: str) -> None:
    """Reach the button by Tab from where the focus is, and press Enter."""
    expect(page.get_by_test_id("other-archive")).to_be_focused()
    for _ in range(5):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.testid") == test_id:
            break
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("other-archive")).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body")


def test_the_archive_of_another_account_replaces_nothing_before_the_person_says_so(
    chromium: Chromium, sample: Path, tmp_path: Path
) -> None:
    tab = chromium.open_page(APP)
    hand_over(tab, sample)
    await_matches(tab)
    replace = tab.get_by_role("button", name="Another archive")
    replace.click()
    hand_over(tab, others_archive(tmp_path))

    expect(tab.get_by_test_id("other-here")).to_have_attribute("data-owner", OWNER.screen_name)
    expect(tab.get_by_test_id("other-here")).to_contain_text(f"follows {len(PEOPLE)} people")
    expect(tab.get_by_test_id("other-new")).to_have_attribute("data-owner", STRANGER.screen_name)
    expect(tab.get_by_test_id("other-new")).to_contain_text("follows 3 people")
    tab.reload()  # the question outlives the page
    answer_by_keyboard(tab, "keep-archive")
    assert await_matches(tab, following=len(PEOPLE)) == len(FOUND)

    with chromium.open_popup() as popup:
        popup.get_by_test_id("replace-archive").click()
        hand_over(popup, others_archive(tmp_path))
        expect(popup.get_by_test_id("other-archive")).to_be_visible()
    answer_by_keyboard(tab, "use-other-archive")
    await_matches(tab, following=3)
    expect(tab.get_by_test_id("archive-owner")).to_have_text(STRANGER.display_name)


def test_the_real_popup_names_bad_files_too_and_takes_a_good_one_next(
    chromium: Chromium, sample: Path, tmp_path: Path
) -> None:
    with chromium.open_popup() as popup:
        for code, make in BAD_FILES.items():
            hand_over(popup, make(tmp_path))
            expect_one_sentence(popup, code)

        hand_over(popup, sample)

        assert await_matches(popup, following=len(PEOPLE)) == len(FOUND)


def older(directory: DirectoryServer) -> Fault:
    """A version below the one the browser has, signed by the right key."""
    version = json.loads(directory.latest())["version"]
    return altered(LATEST, lambda body: sign(body, version=version - 1))


def expired(_: DirectoryServer) -> Fault:
    """A newer version whose date has passed, signed by the right key."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return altered(LATEST, lambda body: sign(body, version=json.loads(body)["version"] + 1, expires=yesterday))


def ahead(_: DirectoryServer) -> Fault:
    """The highest version there is, which would bar every later one, signed by the right key."""
    return altered(LATEST, lambda body: sign(body, version=2**53 - 1))


def lasting(_: DirectoryServer) -> Fault:
    """A newer version that would never expire, signed by the right key."""
    return altered(
        LATEST, lambda body: sign(body, version=json.loads(body)["version"] + 1, expires="7023-01-01T00:00:00Z")
    )


def forged(_: DirectoryServer) -> Fault:
    """One row more than was signed."""

    def forge(body: bytes) -> bytes:
        latest = json.loads(body)
        return json.dumps({**latest, "rows": latest["rows"] + 1, "version": latest["version"] + 1}).encode()

    return altered(LATEST, forge)


def foreign(_: DirectoryServer) -> Fault:
    """A signature by nobody's key."""
    nobody = base64.b64encode(bytes(64)).decode()
    return altered(LATEST, lambda body: json.dumps({**json.loads(body), "signature": nobody}).encode())


BAD_DIRECTORIES: dict[str, tuple[str, Callable[[DirectoryServer], Fault]]] = {
    "unreachable": ("server_unreachable", lambda _: unreachable),
    "forged": ("directory_signature", forged),
    "foreign signature": ("directory_signature", foreign),
    "older": ("directory_older", older),
    "expired": ("directory_expired", expired),
    "version far ahead": ("directory_ahead", ahead),
    "expires in 7023": ("directory_invalid", lasting),
    "not JSON": ("directory_invalid", lambda _: altered(LATEST, lambda _: b"<!doctype html><h1>Wi-Fi login</h1>")),
}


def path_of(directory: DirectoryServer, kind: str) -> str:
    """Return where the published file of a kind is asked for."""
    return "/" + next(str(file["path"]) for file in json.loads(directory.latest())["files"] if file["kind"] == kind)


# Files are fetched only where there are none yet.
DAMAGED_DIRECTORIES: dict[str, tuple[str, Callable[[DirectoryServer], Fault]]] = {
    "truncated rows": ("directory_corrupt", lambda one: altered(path_of(one, "rows"), lambda body: body[:-1])),
    "other keys of the same size": (
        "directory_corrupt",
        lambda one: altered(path_of(one, "keys"), lambda body: body[::-1]),
    ),
    "endless places": ("directory_corrupt", lambda one: altered(path_of(one, "places"), lambda body: body * 1000)),
}


@pytest.mark.parametrize("case", BAD_DIRECTORIES)
def test_a_bad_directory_is_refused_and_the_copy_before_it_stays(
    tab: Page, everywhere: World, directory: DirectoryServer, case: str
) -> None:
    code, fault = BAD_DIRECTORIES[case]
    directory.add([make_newcomer_row(next(_numbers))])
    version = str(json.loads(directory.latest())["version"])
    open_settings(tab)
    update = tab.get_by_test_id("update-directory")
    update.click()
    expect(tab.get_by_test_id("directory")).to_have_attribute("data-version", version)
    expect(update).to_be_enabled()

    with everywhere.fault(DIRECTORY, fault(directory)):
        update.click()
        expect(error(tab, code).first).to_be_visible()
    expect(tab.get_by_test_id("directory")).to_have_attribute("data-version", version)
    tab.get_by_test_id("back").click()

    expect_one_sentence(tab, code)
    assert await_matches(tab) == len(FOUND)


# Nothing is older than nothing.
@pytest.mark.parametrize("case", [*(case for case in BAD_DIRECTORIES if case != "older"), *DAMAGED_DIRECTORIES])
def test_a_bad_directory_at_the_first_start_keeps_the_archive(
    chromium: Chromium, everywhere: World, directory: DirectoryServer, sample: Path, case: str
) -> None:
    code, fault = (BAD_DIRECTORIES | DAMAGED_DIRECTORIES)[case]
    tab = chromium.open_page(APP)

    with everywhere.fault(DIRECTORY, fault(directory)):
        hand_over(tab, sample)
        expect_one_sentence(tab, code)
    expect(tab.get_by_test_id("count-following")).to_have_attribute("data-count", str(len(PEOPLE)))

    tab.get_by_test_id("look-again").click()
    assert await_matches(tab) == len(FOUND)


def test_a_wrong_password_is_said_and_the_right_one_works_after(tab: Page, person: Account) -> None:
    sign_in(tab, person, password="wron-gwro-ngwr-ongg")
    expect_one_sentence(tab, "sign_in_refused")

    tab.get_by_test_id("sign-in-password").fill(person.app_password)
    tab.get_by_test_id("sign-in-submit").click()
    expect(tab.get_by_test_id("follow-all")).to_be_enabled()

    sign_out(tab)


@pytest.mark.parametrize("host", [APPVIEW, PLC, PDS])
def test_a_server_that_does_not_answer_is_not_a_wrong_password(
    tab: Page, everywhere: World, person: Account, host: str
) -> None:
    with everywhere.fault(host, unreachable):
        sign_in(tab, person)
        expect_one_sentence(tab, "server_unreachable")
    tab.get_by_test_id("back").click()


def test_an_unknown_handle_is_not_a_server_that_does_not_answer(tab: Page) -> None:
    sign_in(tab, Account("", "nobody-at-all.pds.passerelle.eu", "", "aaaa-bbbb-cccc-dddd"))
    expect_one_sentence(tab, "account_not_found")
    tab.get_by_test_id("back").click()
