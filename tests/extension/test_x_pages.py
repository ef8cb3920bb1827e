"""The shipped adapters on real saved pages, which are not part of the project: skipped where they are absent.

What the adapters find is compared with what the pages say elsewhere: the avatar's test id, which the adapters never
read a name from, or in the new client the alternative text of the picture.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.data.shared import PAGES

ROOT = Path(__file__).parents[2]
NAME_LINE = re.compile(r'data-testid="(?:User-Name|UserName|UserCell)"')
AVATAR = re.compile(r'data-testid="UserAvatar-Container-(?!unknown)(\w+)"|<img alt="@(\w+)"')


@pytest.fixture(scope="module")
def found() -> dict[Path, dict[str, Any]]:
    if not PAGES.is_dir():
        pytest.skip(f"{PAGES} is not here")
    command = [sys.executable, "-m", "tests.x_pages", str(PAGES)]
    printed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    return {PAGES / name: page for name, page in json.loads(printed).items()}


def people(found: dict[Path, dict[str, Any]]) -> list[tuple[Path, dict[str, Any]]]:
    return [(file, person) for file, page in found.items() for person in page["people"]]


def test_every_page_is_known_and_every_name_line_is_read(found: dict[Path, dict[str, Any]]) -> None:
    for file, page in found.items():
        text = file.read_text()
        if page["client"] == "classic":
            readable = [person for person in page["people"] if person["surface"] not in ("reposter", "hover")]
            assert len(readable) == len(NAME_LINE.findall(text)), file
        else:
            assert len(page["people"]) == text.count("<article"), file


def test_every_name_is_one_that_the_pages_pictures_bear(found: dict[Path, dict[str, Any]]) -> None:
    for file, page in found.items():
        pictured = Counter((one or other).lower() for one, other in AVATAR.findall(file.read_text()))
        named = {person["handle"].lower() for person in page["people"] if person["surface"] != "profile"}
        assert named <= pictured.keys(), file


def test_ids_are_those_of_follow_buttons_for_the_same_name(found: dict[Path, dict[str, Any]]) -> None:
    for file, person in people(found):
        if person["rest_id"] and person["surface"] == "cell":
            button = rf'@{person["handle"]}"[^>]*data-testid="{person["rest_id"]}-(?:un)?follow"'
            assert re.search(button, file.read_text(), re.IGNORECASE), (file, person)


def test_cells_of_a_following_page_bear_their_ids(found: dict[Path, dict[str, Any]]) -> None:
    cells = [person for _, person in people(found) if person["surface"] == "cell"]
    assert sum(person["rest_id"] is not None for person in cells) >= 0.9 * len(cells)


def test_a_badge_never_gets_a_line_of_its_own(found: dict[Path, dict[str, Any]]) -> None:
    assert not [person for _, person in people(found) if person["place"].endswith("column")]
