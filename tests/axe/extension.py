"""Popup and tab, each in every state, in a browser of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, Playwright

from tests.axe.report import Look, Report
from tests.axe.stage import SIZES, Stage, find_in_look, find_zoomed
from tests.axe.states import STATES, State
from tests.world import town
from tests.world.chromium import Chromium, closed_world
from tests.world.pds import Pds, Plc
from tests.world.residents import make_rows, move_in
from tests.world.sites import X_PATTERNS

TALL = 2400  # pixels, so that a picture shows the whole page


@contextmanager
def open_town(folder: Path) -> Iterator[town.Town]:
    """Start PLC, PDS, directory, registrar, X and Mastodon, with their data in `folder`."""
    for name in ("pds", "directory"):
        (folder / name).mkdir(parents=True)
    with (
        Plc() as plc,
        Pds(plc, folder / "pds", appview=True) as pds,
        town.open_town(plc, pds, folder / "directory", make_rows(move_in(pds))) as servers,
    ):
        yield servers


def look_at_states(stage: Stage, report: Report, place: str, states: Mapping[str, State] = STATES) -> None:
    """Look at popup or tab in each state, one after the other; a state that is not reached keeps no other from it."""
    for name, show in states.items():
        with report.guard(f"{place}/{name}"), stage.held:
            show(stage)
            report.look_at(f"{place}/{name}", lambda look: _find(stage.page, look, report.photograph))


def _find(page: Page, look: Look, photograph: Callable[[Page], None]) -> list[str]:
    found = find_in_look(page, look, photograph)
    return found + find_zoomed(page) if look.theme == "light" else found  # a layout has no colours


def look_at_place(playwright: Playwright, extension: Path, report: Report, folder: Path, place: str) -> None:
    """Look at popup or tab in every state."""
    address, size = SIZES[place]
    with (
        report.guard(*(f"{place}/{name}" for name in STATES)),
        open_town(folder) as servers,
        Chromium(playwright, extension, folder / "profile", closed_world(servers.world)) as browser,
    ):
        browser.allow_sites(*X_PATTERNS)
        page = browser.open_page(address)
        page.set_viewport_size({**size, "height": TALL} if report.has_pictures else size)
        person = servers.pds.create_account(f"person-{place}")
        look_at_states(Stage(browser, page, servers.world, folder, person), report, place)
