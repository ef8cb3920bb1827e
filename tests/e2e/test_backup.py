"""A saved copy is restored after a question that can be declined."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.steps import (
    APP,
    await_matches,
    go_home,
    hand_over,
    open_settings,
)
from tests.world.chromium import Chromium

pytestmark = pytest.mark.e2e


def save_backup(tab: Page, folder: Path) -> Path:
    open_settings(tab)
    with tab.expect_download() as download:
        tab.get_by_test_id("backup-save").click()
    saved = folder / download.value.suggested_filename
    download.value.save_as(saved)
    expect(tab.get_by_test_id("backup-saved")).to_contain_text(saved.name)
    return saved


def test_a_restored_copy_replaces_the_list_after_a_question_which_can_be_declined(
    chromium: Chromium, sample: Path, tmp_path: Path
) -> None:
    tab = chromium.open_page(APP)
    hand_over(tab, sample)
    found = await_matches(tab)
    saved = save_backup(tab, tmp_path)
    tab.get_by_test_id("backup-input").set_input_files(saved)
    question = tab.get_by_test_id("backup-question")
    expect(question).to_be_visible()
    tab.keyboard.press("Escape")
    expect(question).to_be_hidden()
    expect(tab.get_by_test_id("backup-restored")).to_have_count(0)

    tab.get_by_test_id("backup-input").set_input_files(saved)
    expect(question).to_be_visible()
    tab.get_by_test_id("backup-yes").click()
    expect(tab.get_by_test_id("backup-restored")).to_be_visible()
    go_home(tab)
    assert await_matches(tab) == found
