from pathlib import Path
import pytest
from playwright.sync_api import Page, expect
from tests.axe.report import Look
from tests.axe.stage import find_in_look, set_look
from tests.e2e.test_join import *  # noqa
from tests.e2e.test_join import join, make_page, tab, town, everywhere
from tests.world.chromium import Chromium

OUT = Path("/tmp/small_shots"); OUT.mkdir(exist_ok=True)
for name in [n for n in globals() if n.startswith("test_")]:
    del globals()[name]

def shots(page, name, full=True):
    found = {}
    for lang, theme, width in [("en","light",1280),("fr","dark",360),("ar","light",360),("de","light",360),("ja","dark",1280)]:
        page.set_viewport_size({"width": width, "height": 800})
        found[(lang,theme)] = find_in_look(page, Look(lang, theme))
        page.screenshot(path=OUT / f"{name}-{lang}-{theme}-{width}.png", full_page=full)
    page.emulate_media(forced_colors="active")
    page.screenshot(path=OUT / f"{name}-forced.png", full_page=full)
    page.emulate_media(forced_colors="none")
    page.set_viewport_size({"width": 1280, "height": 800})
    set_look(page, Look("en", "light"))
    print(name, found)

def test_shots(chromium: Chromium, tab: Page, town):
    tab.get_by_test_id("open-join").click()
    tab.get_by_test_id("back").click()
    join(chromium, tab)
    shots(tab, "joined")
    make_page(tab)
    tab.get_by_test_id("objection").locator("summary").click()
    shots(tab, "page")
    tab.get_by_test_id("back").click()
    shots(tab, "home")
