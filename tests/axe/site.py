"""The pages of the directory's server and of the registrar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from passerelle_directory.config import Config
from playwright.sync_api import Browser, Page, Playwright

from tests.axe.report import Look, Report
from tests.axe.stage import ZOOMED
from tests.backend.site_paths import DEPARTURES, PATHS
from tests.backend.site_server import serving_directory, serving_registrar
from tests.world.axe import find_violations
from tests.world.chromium import QUIET, find_binary
from tests.world.layout import LEAST, find_moving, find_small_targets, find_too_wide

TELEPHONE = {"width": 360, "height": 740}
FIRST_ENTRY = "tbody th a"  # of the table of departures: the page of one of them


def look_at_site(playwright: Playwright, report: Report, folder: Path) -> None:
    """Look at every page of both servers."""
    browser = playwright.chromium.launch(executable_path=find_binary(), args=["--no-sandbox", *QUIET])
    with report.guard(*(f"directory{path}" for path in (*PATHS, *DEPARTURES))):
        data = folder / "directory"
        data.mkdir()
        with serving_directory(data) as address:
            pages = {path: address + path for path in (*PATHS, *DEPARTURES)}
            pages["/departures, one of them"] = _first_entry(browser, f"{address}/departures")
            _look_at_all(browser, report, {f"directory{path}": url for path, url in pages.items()})
    with report.guard("registrar/home"):
        data = folder / "registrar"
        data.mkdir()
        with serving_registrar(Config(data=data, database_url=f"sqlite:///{data / 'directory.sqlite'}")) as pages:
            _look_at_all(browser, report, {f"registrar/{name}": url for name, url in pages.items()})
    browser.close()


def _first_entry(browser: Browser, address: str) -> str:
    page = browser.new_page()
    page.goto(address)
    found = str(page.locator(FIRST_ENTRY).first.evaluate("({ origin, pathname }) => origin + pathname"))
    page.close()
    return found


def _look_at_all(browser: Browser, report: Report, pages: Mapping[str, str]) -> None:
    for name, url in pages.items():
        report.look_at(name, _finder(browser, url, partial(report.photograph, is_whole=True)))


def _finder(browser: Browser, url: str, photograph: Callable[[Page], None]) -> Callable[[Look], list[str]]:
    def find(look: Look) -> list[str]:
        scheme = "dark" if look.theme == "dark" else "light"
        page = browser.new_page(viewport=TELEPHONE, locale=look.language, color_scheme=scheme)  # type: ignore[arg-type]
        page.emulate_media(reduced_motion="reduce")
        try:
            page.goto(url)
            shown = page.locator("html").get_attribute("lang")
            assert shown == look.language, f"{url} is in {shown}"
            photograph(page)
            return find_violations(page) + find_moving(page) + _find_in_layout(page)
        finally:
            page.close()

    return find


def _find_in_layout(page: Page) -> list[str]:
    found = find_small_targets(page, LEAST, spaced=True) + find_too_wide(page)
    for width in ZOOMED:
        page.set_viewport_size({"width": width, "height": width})
        found += [f"at {width} px: {one}" for one in find_small_targets(page, LEAST, spaced=True) + find_too_wide(page)]
    return found
