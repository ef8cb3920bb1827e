"""The shipped adapters on real saved pages, which are not part of the project: skipped where they are absent.

What the adapters find is held, place by place, to a second reading of each page (x_oracle.py), and to what the pages
say elsewhere: the pictures of people, which the classic adapter never reads a name from.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.data.shared import PAGES
from tests.extension.x_oracle import expected_people
from tests.x_pages import read_pages

NAME_LINE = re.compile(r'data-testid="(?:User-Name|UserName|UserCell)"')
AVATAR = re.compile(r'data-testid="UserAvatar-Container-(?!unknown)(\w+)"|<img alt="@(\w+)"')

Pages = dict[Path, dict[str, Any]]


@pytest.fixture(scope="module")
def found() -> Pages:
    if not PAGES.is_dir():
        pytest.skip(f"{PAGES} is not here")
    return {file: page for file, page in read_pages(PAGES) if page is not None}


def people(found: Pages) -> list[dict[str, Any]]:
    return [person for page in found.values() for person in page["people"]]


def test_every_page_shows_exactly_whom_a_second_reading_finds_in_its_order(found: Pages) -> None:
    assert found.keys() == {*PAGES.rglob("*.html")}
    for file, page in found.items():
        read = [(person["surface"], person["handle"], person["rest_id"]) for person in page["people"]]
        assert read == expected_people(file.read_text()), file


def test_every_name_line_is_read_and_no_place_twice(found: Pages) -> None:
    for file, page in found.items():
        text = file.read_text()
        if page["client"] == "classic":
            readable = [person for person in page["people"] if person["surface"] not in ("reposter", "hover")]
            assert len(readable) == len(NAME_LINE.findall(text)), file
        else:
            assert len(page["people"]) == text.count("<article"), file


def test_every_name_is_one_that_the_pages_pictures_bear(found: Pages) -> None:
    for file, page in found.items():
        pictured = Counter((one or other).lower() for one, other in AVATAR.findall(file.read_text()))
        named = {person["handle"].lower() for person in page["people"] if person["surface"] != "profile"}
        assert named <= pictured.keys(), file


def test_cells_of_a_following_page_bear_their_ids(found: Pages) -> None:
    cells = [person for person in people(found) if person["surface"] == "cell"]
    assert sum(person["rest_id"] is not None for person in cells) >= 0.9 * len(cells)


def test_a_badge_never_gets_a_line_of_its_own(found: Pages) -> None:
    assert not [person for person in people(found) if person["place"].endswith("column")]
