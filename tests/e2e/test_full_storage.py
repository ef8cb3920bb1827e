"""A disk without room: the page says so, nothing is lost, and the work goes on by itself once there is room."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.conftest import Packages
from tests.e2e.steps import APP, await_matches, error, hand_over
from tests.world.chromium import Chromium, closed_world
from tests.world.world import World

pytestmark = pytest.mark.e2e

DISK = "200m"  # a new profile of Chromium takes 30 MB
BLOCK = bytes(1 << 16)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder], capture_output=True, check=False
    )
    if mount.returncode != 0:
        pytest.skip("this needs the right to mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path, spare: int = 0) -> Path:
    """Write a file until there is no room left but `spare` bytes."""
    with (file := disk / "fill").open("wb", buffering=0) as written:
        try:
            while True:
                written.write(BLOCK)
        except OSError as stopped:
            if stopped.errno != errno.ENOSPC:
                raise
    os.truncate(file, file.stat().st_size - spare)
    return file


# Without any room Chromium cannot store the archive, with this much the archive and none of the directory's files.
@pytest.mark.parametrize("spare", [0, 300_000])
def test_an_archive_is_read_to_the_end_once_there_is_room(
    playwright: Playwright, packages: Packages, world: World, disk: Path, sample: Path, spare: int
) -> None:
    with Chromium(playwright, packages.chromium, disk / "profile", closed_world(world)) as browser:
        tab = browser.open_page(APP)
        expect(tab.get_by_test_id("main")).to_have_attribute("data-loaded", "true")
        filler = fill(disk, spare)
        hand_over(tab, sample)
        expect(error(tab, "storage_full")).to_be_visible()
        filler.unlink()
        await_matches(tab)
        expect(error(tab, "storage_full")).to_be_hidden()
