"""`python -m tests.run [ARCHIVE]`: see the whole of it work, on real parts that all run on this machine.

With a display a browser opens with the extension, and a directory with the seed is up, until the browser is closed.
Without one the journey is driven in a closed world: drop the archive in the popup, look at the matches, sign in to a
local PDS, follow, visit the fake x.com. It prints what was found and leaves pictures in dist/run/.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from passerelle.text import clean_display_name
from playwright.sync_api import FloatRect, Page, Playwright, ViewportSize, expect, sync_playwright

from tests.data.archives import make_archive, zip_folder
from tests.data.people import ADA
from tests.e2e import steps
from tests.world.chromium import Chromium, closed_world, open_world
from tests.world.directory import CACHE, DirectoryServer, write_trust
from tests.world.pds import Account, Pds, Plc
from tests.world.residents import EXPORTED, make_rows, move_in
from tests.world.sites import DIRECTORY, X_PATTERNS, X, make_sites
from tests.world.stand_ins import with_stand_ins
from tests.world.world import World

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "dist" / "run"
PATIENCE = 300_000  # milliseconds: a large archive on a slow machine
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 360, "height": 740}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
COLUMNS = ("name on X", "name", "follows you", "where", "how sure")
MOST_WIDTH = 42  # characters of a cell


@dataclass(frozen=True, slots=True)
class Town:
    """The servers, and somebody with a new account who follows nobody yet."""

    world: World
    pds: Pds
    person: Account


def main() -> None:
    """Run with or without a display."""
    options = _options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="passerelle-run-")))
        archive = find_archive(options.archive, folder)
        say("Building the extension …")
        extension = build()
        playwright = stack.enter_context(sync_playwright())
        say("Starting the servers …")
        town = stack.enter_context(open_town(folder))
        if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
            wait_for_the_person(playwright, extension, folder, town, archive)
        else:
            travel(playwright, extension, folder, town, archive)


def find_archive(given: Path | None, folder: Path) -> Path:
    """Give the archive as one ZIP: the one given, a given folder zipped, or the sample."""
    if given is None:
        return make_archive(folder / "sample.zip", exported=EXPORTED)
    if not given.exists():
        sys.exit(f"There is no archive at {given}.")
    return zip_folder(given, folder / f"{given.resolve().name}.zip") if given.is_dir() else given.resolve()


def build() -> Path:
    """Build the extension, trusting the local directory's keys; gives the folder for Chromium."""
    trust, out = write_trust(CACHE / "directories.json"), CACHE / "run"
    command: list[str | Path] = [sys.executable, ROOT / "build" / "make.py", "--directories", trust, "--out", out]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return out / "chromium"


@contextmanager
def open_town(folder: Path) -> Iterator[Town]:
    """Start PLC, PDS, the seeded directory with the invented people, and the front before them."""
    for name in ("pds", "directory"):
        (folder / name).mkdir()
    with Plc() as plc, Pds(plc, folder / "pds") as pds:
        rows = make_rows(move_in(pds))
        with (
            DirectoryServer(folder / "directory", rows, seed=True) as directory,
            World(with_stand_ins(make_sites(plc, pds, directory))) as world,
        ):
            yield Town(world, pds, pds.create_account("newcomer"))


def wait_for_the_person(playwright: Playwright, extension: Path, folder: Path, town: Town, archive: Path) -> None:
    """Open a browser for the person; only the directory's name leads to this machine."""
    network = open_world(town.world, [DIRECTORY])
    with Chromium(playwright, extension, folder / "profile", network, headless=False) as browser:
        browser.open_page(steps.APP)
        say(f"A browser is open with the extension. An archive to try: {archive}\nClose the browser to end.")
        browser.context.wait_for_event("close", timeout=0)


def travel(playwright: Playwright, extension: Path, folder: Path, town: Town, archive: Path) -> None:
    """Drive the whole journey, print what was found and take pictures on the way."""
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    expect.set_options(timeout=PATIENCE)
    with Chromium(playwright, extension, folder / "profile", closed_world(town.world)) as browser:
        say(f"Dropping {archive.name} in the popup …")
        with browser.open_popup() as popup:
            take(popup, "popup-start")
            steps.hand_over(popup, archive)
            steps.await_matches(popup)
            take_both_themes(popup, "popup")
        tab = browser.open_page(steps.APP)
        steps.await_matches(tab)
        tell_archive(tab)
        tell_matches(tab.evaluate(STORED_MATCHES))
        take_tab(tab)
        can_follow = sign_in(tab, town)
        visit_x(browser, tab)
        if can_follow:
            follow(tab, town)
    say(f"\nPictures: {PICTURES.relative_to(ROOT)}/")


def tell_archive(tab: Page) -> None:
    """Print whose archive it is and its numbers."""
    counts = {
        name: tab.get_by_test_id(f"count-{name}").get_attribute("data-count")
        for name in ("following", "followers", "mutuals", "tweets")
    }
    owner = clean_display_name(tab.get_by_test_id("archive-owner").inner_text())
    say(f"\nThe archive of {owner}: " + ", ".join(f"{name} {count}" for name, count in counts.items()))


# Sorted as the list shows them: who follows back first.
STORED_MATCHES = """() => new Promise((resolve, reject) => {
    const opening = indexedDB.open("passerelle");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
        const asking = opening.result.transaction("matches").objectStore("matches").getAll();
        asking.onsuccess = () => resolve(asking.result.sort((a, b) => b.followed_by - a.followed_by));
        asking.onerror = () => reject(asking.error);
    };
})"""


def tell_matches(matches: Sequence[Mapping[str, Any]]) -> None:
    """Print a table of the people found."""
    followed = [match for match in matches if match["following"]]
    say(f"{len(followed)} of the people followed were found, and {len(matches) - len(followed)} who only follow.\n")
    if matches:
        say(table([COLUMNS, *map(_cells, matches)]))


def _cells(match: Mapping[str, Any]) -> tuple[str, ...]:
    where = ", ".join(account["address"] for account in match["accounts"])
    name = clean_display_name(match["display_name"] or "") or ""
    return (f"@{match['screen_name']}", name, "yes" if match["followed_by"] else "", where, match["grade"])


def table(lines: Iterable[tuple[str, ...]]) -> str:
    """Write lines of cells in columns, for a terminal."""
    cut = [tuple(_shorten(cell) for cell in line) for line in lines]
    widths = [max(map(_width, column)) for column in zip(*cut, strict=True)]
    padded = [[cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)] for line in cut]
    rule = ["─" * width for width in widths]
    return "\n".join("  ".join(line).rstrip() for line in (padded[0], rule, *padded[1:]))


def _shorten(cell: str) -> str:
    return cell if len(cell) <= MOST_WIDTH else cell[: MOST_WIDTH - 1] + "…"


def _width(text: str) -> int:
    """Count the columns a terminal uses: none for marks, two for wide characters (Unicode, UAX #11)."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def sign_in(tab: Page, town: Town) -> bool:
    """Sign in to the local PDS; gives whether there is anybody to follow there."""
    if not tab.get_by_test_id("follow-bar").is_visible():
        say("\nNobody was found on Bluesky, so there is nobody to follow there.")
        return False
    steps.sign_in(tab, town.person)
    expect(tab.get_by_test_id("follow-all")).to_be_visible()
    return True


def follow(tab: Page, town: Town) -> None:
    """Follow everyone preselected; print what stands in the repository afterwards."""
    tab.bring_to_front()
    steps.go_home(tab)
    button = tab.get_by_test_id("follow-all")
    if button.is_disabled():
        say("\nNobody is preselected: a single source is no proof. In the extension, tick whom you know.")
        return
    say(f"\nFollowing as {town.person.handle} …")
    button.click()
    steps.await_followed(tab)
    take(tab, "tab-followed")
    records = town.pds.list_follows(town.person.did)
    doubles = len(records) - len({record.subject for record in records})
    say(f"{len(records)} follow records stand in the repository on the local PDS, {doubles} of them double.")


def take_tab(tab: Page) -> None:
    """Take pictures of the tab: light and dark, French and Arabic, narrow."""
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
    say(f"Badges are on {X}'s pages (a fake one, with invented people).")


def take_both_themes(page: Page, name: str) -> None:
    """Take a picture of the page in light and in dark."""
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        take(page, f"{name}-{theme}")
    page.emulate_media(color_scheme="light")


def take(page: Page, name: str) -> None:
    """Take a picture of what the page shows."""
    width = page.evaluate("document.body.offsetWidth")  # a popup's window may be wider than what it shows
    clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": page.evaluate("innerHeight")}
    page.screenshot(path=PICTURES / f"{name}.png", animations="disabled", clip=clip)


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", nargs="?", type=Path, help="a ZIP, or an unzipped folder; a sample when left out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
