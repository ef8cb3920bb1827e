"""On a copy of x.com: badges, their cards, the bar of a reading; and the extension's windows that open from there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, Playwright, expect

from tests.axe.extension import open_town
from tests.axe.report import Look, Report
from tests.axe.stage import UNFOLD, set_look
from tests.data.archives import make_archive
from tests.data.people import ADA, BRUNO, OWNER
from tests.e2e.steps import APP, await_matches, go_home, hand_over, switch_badges
from tests.world.axe import find_violations, find_violations_in_hosts
from tests.world.chromium import Chromium, await_hidden, closed_world
from tests.world.residents import EXPORTED
from tests.world.sites import X_PATTERNS, X

BADGE = "[data-passerelle-badge]"
BAR = "[data-passerelle-reading]"
# A mark stands in a line of X's text, and a link in the next line may cover the edge of its target. WCAG excepts such
# targets ("Inline": https://www.w3.org/TR/WCAG22/#target-size-minimum). What stands in its card counts.
IN_A_LINE = re.compile(r'target-size: .*<button class="mark[ "]')
# What the card of a badge asks of the window that confirms a follow: extension/lib/background/confirm.ts
ROW = """(rest_id) => new Promise((done) => {
    indexedDB.open("passerelle").onsuccess = ({ target: { result } }) => {
        result.transaction("matches").objectStore("matches").get(rest_id).onsuccess = ({ target }) => {
            result.close();
            const { row_id, accounts, screen_name } = target.result;
            const { address } = accounts.find(({ network }) => network === "bluesky");
            done({ row_id, address, screen_name, rest_id });
        };
    };
})"""


class OnX:
    """A browser whose tab has read the sample archive, with badges switched on."""

    def __init__(self, browser: Chromium, folder: Path, photograph: Callable[[Page], None]) -> None:
        self.browser = browser
        self.photograph = photograph
        browser.allow_sites(*X_PATTERNS)
        self.tab = browser.open_page(APP)
        hand_over(self.tab, make_archive(folder / "sample.zip", exported=EXPORTED))
        await_matches(self.tab)
        switch_badges(self.tab)
        go_home(self.tab)
        self.page = browser.context.new_page()

    def show(self, look: Look, path: str) -> Page:
        """Show a page of x.com."""
        set_look(self.tab, look)
        self.page.goto(f"https://{X}/{path}")
        self.page.evaluate("(theme) => window.__theme?.(theme)", look.theme)
        self.page.bring_to_front()
        return self.page

    def badges(self, look: Look) -> list[str]:
        """Look at the badges of a timeline."""
        page = self.show(look, "home")
        expect(page.locator(BADGE).first).to_be_visible()
        return self._found_in_badges(page)

    def card(self, look: Look) -> list[str]:
        """Look at badges of which one has its card open."""
        page = self.show(look, "home")
        page.locator(f'[data-passerelle-badge="{ADA.screen_name}"]').first.click()
        await_hidden(page, ".press")
        return self._found_in_badges(page)

    def _found_in_badges(self, page: Page) -> list[str]:
        self.photograph(page)
        found = find_violations_in_hosts(page, BADGE, self.browser.id)
        return [one for one in found if not IN_A_LINE.match(one)]

    def bar(self, look: Look) -> list[str]:
        """Look at the bar while a list is read."""
        if not self.tab.get_by_test_id("reading-stop").count():
            self._start_reading()
        page = self.show(look, f"{OWNER.screen_name}/following")
        await_hidden(page, "section.bar")
        self.photograph(page)
        return find_violations_in_hosts(page, BAR, self.browser.id)

    def _start_reading(self) -> None:
        self.tab.bring_to_front()
        go_home(self.tab)
        self.tab.evaluate(UNFOLD)
        with self.browser.context.expect_page() as opened:
            self.tab.get_by_test_id("read-following").first.click()
        opened.value.close()
        expect(self.tab.get_by_test_id("reading-stop").first).to_be_visible()

    def confirm(self, look: Look) -> list[str]:
        """Look at the window that asks before a follow."""
        target = self.tab.evaluate(ROW, ADA.rest_id)
        page = self._open(look, f"confirm.html#{quote(json.dumps(target))}")
        expect(page.get_by_test_id("confirm-follow")).to_be_enabled()
        return self._found(page)

    def from_server(self, look: Look) -> list[str]:
        """Look at the page that leads to one's own server."""
        page = self._open(look, f"from-server.html#{quote(f'{BRUNO.screen_name}@quai.example.org')}")
        expect(page.get_by_test_id("server-typed")).to_be_focused()
        return self._found(page)

    def from_server_with_an_error(self, look: Look) -> list[str]:
        """Look at it when what was typed is no server."""
        page = self._open(look, f"from-server.html#{quote(f'{BRUNO.screen_name}@quai.example.org')}")
        page.get_by_test_id("server-typed").fill("192.168.1.1")
        page.get_by_test_id("server-open").click()
        expect(page.get_by_test_id("server-error")).not_to_be_empty()
        return self._found(page)

    def _open(self, look: Look, address: str) -> Page:
        set_look(self.tab, look)
        page = self.browser.context.new_page()
        page.emulate_media(color_scheme="dark" if look.theme == "dark" else "light", reduced_motion="reduce")
        page.goto(self.browser.url(address))
        return page

    def _found(self, page: Page) -> list[str]:
        self.photograph(page)
        found = find_violations(page)
        page.close()
        return found


PAGES: Mapping[str, Callable[[OnX, Look], list[str]]] = {
    "x/badges": OnX.badges,
    "x/card": OnX.card,
    "confirm/question": OnX.confirm,
    "from-server/form": OnX.from_server,
    "from-server/error": OnX.from_server_with_an_error,
    "x/bar": OnX.bar,
}


def look_at_x(playwright: Playwright, extension: Path, report: Report, folder: Path) -> None:
    """Look at all of these, in a browser of its own."""
    with (
        report.guard(*PAGES),
        open_town(folder) as servers,
        Chromium(playwright, extension, folder / "profile", closed_world(servers.world)) as browser,
    ):
        on_x = OnX(browser, folder, report.photograph)
        for name, find in PAGES.items():
            report.look_at(name, partial(find, on_x))
