"""The real action popup: what is dropped there is read even when it closes at once, in every form it may have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.data.archives import make_archive
from tests.data.people import OWNER, PEOPLE
from tests.e2e.steps import APP, await_matches, choose, delete_all, hand_over, open_settings, sign_in
from tests.world.chromium import Chromium
from tests.world.pds import Account
from tests.world.residents import FOUND
from tests.world.world import World

pytestmark = pytest.mark.e2e


def test_work_goes_on_when_the_popup_closes_at_once(chromium: Chromium, sample: Path) -> None:
    with chromium.open_popup() as popup:
        hand_over(popup, sample)

    with chromium.open_popup() as popup:
        found = await_matches(popup, following=len(PEOPLE))
        expect(popup.get_by_test_id("archive-owner")).to_have_text(OWNER.display_name)

    assert found == len(FOUND)


def loose_files(folder: Path) -> list[Path]:
    return sorted((make_archive(folder / "unpacked") / "data").glob("*.js"))


SHAPES: dict[str, Callable[[Path], list[Path]]] = {
    "folder": lambda folder: [make_archive(folder / "unpacked")],
    "zip in a folder": lambda folder: [make_archive(folder / "nested.zip", top="twitter-2026-03-06/")],
    "loose files": loose_files,
    "following.js alone": lambda folder: [file for file in loose_files(folder) if file.name == "following.js"],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_archive_can_be_dropped(chromium: Chromium, tmp_path: Path, shape: str) -> None:
    files = SHAPES[shape](tmp_path)
    tab = chromium.open_page(APP)

    hand_over(tab, *files)

    await_matches(tab, following=len(PEOPLE))


def test_a_folder_can_be_chosen_in_the_dialog(chromium: Chromium, tmp_path: Path) -> None:
    tab = chromium.open_page(APP)

    choose(tab, make_archive(tmp_path / "unpacked"))

    await_matches(tab, following=len(PEOPLE))


def test_delete_all_signs_out_even_if_the_popup_closes_at_the_click(
    chromium: Chromium, world: World, sample: Path, person: Account
) -> None:
    tab = chromium.open_page(APP)
    hand_over(tab, sample)
    await_matches(tab)
    sign_in(tab, person)
    expect(tab.get_by_test_id("follow-all")).to_be_enabled()
    world.forget()
    with chromium.open_popup() as popup:
        popup.get_by_test_id("open-settings").click()
        popup.get_by_test_id("delete-all").click()
        popup.get_by_test_id("delete-yes").click(no_wait_after=True)

    tab.bring_to_front()
    expect(tab.get_by_test_id("drop-zone")).to_be_visible()
    assert [ask.path for ask in world.asked if "deleteSession" in ask.path and ask.method == "POST"]
    open_settings(tab)
    expect(tab.get_by_test_id("signed-in")).to_be_hidden()


def test_delete_all_leaves_nothing(chromium: Chromium, sample: Path) -> None:
    tab = chromium.open_page(APP)
    hand_over(tab, sample)
    await_matches(tab)

    delete_all(tab)

    expect(tab.get_by_test_id("main")).to_have_attribute("data-view", "home")  # it goes there by itself
    tab.reload()
    expect(tab.get_by_test_id("drop-zone")).to_be_visible()
    kept = tab.evaluate(
        """async () => {
            const names = (await indexedDB.databases()).map(({ name }) => name);
            const counts = await Promise.all(names.map((name) => new Promise((resolve, reject) => {
                const opening = indexedDB.open(name);
                opening.onerror = () => reject(opening.error);
                opening.onsuccess = () => {
                    const stores = [...opening.result.objectStoreNames];
                    if (stores.length === 0) return resolve(0);
                    const reading = opening.result.transaction(stores);
                    let sum = 0;
                    for (const store of stores) {
                        reading.objectStore(store).count().onsuccess = ({ target }) => (sum += target.result);
                    }
                    reading.oncomplete = () => resolve(sum);
                };
            })));
            const settings = Object.keys(await chrome.storage.local.get());
            return [counts.reduce((sum, count) => sum + count, 0), settings];
        }"""
    )
    assert kept == [0, []]
