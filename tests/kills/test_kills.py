"""Following goes on by itself after whatever interrupts it: everyone is followed once, on both networks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright

from tests.conftest import Packages
from tests.kills.judge import add_up, judge
from tests.kills.points import choose_points
from tests.kills.run import FAULTS, KINDS, run


def check(playwright: Playwright, packages: Packages, folder: Path, kind: str, kills: int, seed: int) -> None:
    """Carry out a run and assert that nothing was lost or doubled."""
    result: dict[str, Any] = run(playwright, packages.chromium, folder, kind, kills, seed)
    assert {name: result[name] for name in FAULTS} == dict.fromkeys(FAULTS, 0), result
    assert (result["kills"], result["followed"]) == (kills, result["planned"]), result


@pytest.mark.e2e
@pytest.mark.timeout(420)
@pytest.mark.parametrize(("kind", "kills"), [("browser", 6), ("servers", 3), ("answers", 3), ("clock", 4)])
def test_interrupted_at_every_kind_of_point_everyone_is_followed_once(
    playwright: Playwright, packages: Packages, tmp_path: Path, kind: str, kills: int, seed: int
) -> None:
    check(playwright, packages, tmp_path, kind, kills, seed)


@pytest.mark.e2e
@pytest.mark.soak
@pytest.mark.parametrize(("kind", "kills"), [("browser", 200), ("servers", 40), ("answers", 40), ("clock", 40)])
def test_interrupted_again_and_again_everyone_is_followed_once(
    playwright: Playwright, packages: Packages, tmp_path: Path, kind: str, kills: int, seed: int
) -> None:
    check(playwright, packages, tmp_path, kind, kills, seed)


def test_a_seed_chooses_the_same_points_and_each_kind_equally_often() -> None:
    whens = KINDS["browser"].whens
    points = choose_points(7, 20, whens, {"bluesky": 1, "fediverse": 4}, 8.0)
    assert points == choose_points(7, 20, whens, {"bluesky": 1, "fediverse": 4}, 8.0)
    assert points != choose_points(8, 20, whens, {"bluesky": 1, "fediverse": 4}, 8.0)
    assert [sum(point.when == when for point in points) for when in whens] == [5, 5, 5, 5]


def test_lost_doubled_and_strange_follows_are_counted() -> None:
    verdict = judge({"a", "b", "c"}, ["a", "a", "a", "b", "z"])
    assert (verdict.planned, verdict.followed, verdict.lost, verdict.doubled, verdict.strange) == (3, 2, 1, 2, 1)
    assert not verdict.is_clean
    assert judge({"a"}, ["a"]).is_clean


def test_the_results_of_rounds_are_added() -> None:
    assert add_up([{"a": 1, "b": {"c": 2}}, {"a": 3, "b": {"c": 4, "d": 5}}]) == {"a": 4, "b": {"c": 6, "d": 5}}
