"""The shipped reader on X's real answers, which are not part of the project: skipped where they are absent.

What it takes is compared with a second, much simpler reading in Python: every object that says it is a User.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.data.shared import ANSWERS
from tests.x_users import find_answers, read_users

ERAS = ("twscrape-2025-03-5488037", "twscrape-2026-07-8ce44e4", "twscrape-2026-08-b71007c")


@pytest.fixture(scope="module")
def read() -> Mapping[Path, list[dict[str, Any]]]:
    if not ANSWERS.is_dir():
        pytest.skip(f"{ANSWERS} is not here")
    users = read_users(find_answers(ANSWERS))
    return {file: found for file, found in users.items() if found is not None}


def users_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of type User that is more than a number."""
    if isinstance(value, dict):
        named = value.get("core", {}).get("screen_name") or value.get("legacy", {}).get("screen_name")
        if value.get("__typename") == "User" and value.get("rest_id") and named:
            yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from users_in(inner)


def profiles_of(user: dict[str, Any]) -> list[dict[str, Any]]:
    """Where the eras keep biography and links; from 2025 to 2026 in both places."""
    return [user.get("profile_bio", {}), user.get("legacy", {})]


def websites(user: dict[str, Any]) -> list[str]:
    links = [profile.get("entities", {}).get("url", {}).get("urls", []) for profile in profiles_of(user)]
    return [url["expanded_url"] for urls in links for url in urls if "expanded_url" in url]


def test_everybody_present_is_read_with_the_name_that_stands_there(read: Mapping[Path, list[dict[str, Any]]]) -> None:
    assert [*read] == find_answers(ANSWERS)
    for file, users in read.items():
        present = {user["rest_id"]: user for user in users_in(json.loads(file.read_text()))}
        assert [user["rest_id"] for user in users] == list(present), file
        for user in users:
            there = present[user["rest_id"]]
            assert user["screen_name"] == (there.get("core") or there["legacy"])["screen_name"]


def test_bio_and_website_are_read_wherever_they_stand(read: Mapping[Path, list[dict[str, Any]]]) -> None:
    for file, users in read.items():
        bios: dict[str, set[str]] = {}
        sites: dict[str, set[str]] = {}
        for one in users_in(json.loads(file.read_text())):
            told = {profile["description"] for profile in profiles_of(one) if "description" in profile}
            bios.setdefault(one["rest_id"], set()).update(told)
            sites.setdefault(one["rest_id"], set()).update(websites(one))
        for user in users:
            assert_read(user["bio"], bios[user["rest_id"]])
            assert_read(user["website"], sites[user["rest_id"]])


def assert_read(text: str | None, present: set[str]) -> None:
    """What is there is read as it stands there, and nothing where nothing is."""
    assert text in present if present else text is None


def test_the_same_accounts_are_the_same_in_three_eras(read: Mapping[Path, list[dict[str, Any]]]) -> None:
    """Only what people changed themselves differs: 21 of 35 in sixteen months, 6 of 60 in seventeen days (by eye).

    One of the 6 changed the picture only.
    """
    spring, july, august = ({one["rest_id"]: one for one in read[ANSWERS / era / "raw_following.json"]} for era in ERAS)
    assert [len(spring), len(july), len(august)] == [60, 60, 60]
    for before, after, accounts, changed in ((spring, july, 35, 21), (july, august, 60, 6)):
        both = before.keys() & after.keys()
        assert len(both) == accounts
        assert len([rest_id for rest_id in both if before[rest_id] != after[rest_id]]) == changed
