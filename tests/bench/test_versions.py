"""Versions measured in turns: one that cannot be built or used is written as a failure, and the others are measured."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from tests.bench import first_match
from tests.bench.first_match import REPEATS, Turn
from tests.bench.report import Failure, Figure
from tests.bench.tools import Tools, note_memories
from tests.bench.versions import Served, Version, versions

ABSENT = "0" * 40


class Built:
    """Tools whose package is already there."""

    def __init__(self, extension: Path) -> None:
        self.extension = self.folder = extension


def served(name: str) -> Served:
    return Served(cast(Tools, None), Version(name, Path()), cast(object, None))  # type: ignore[arg-type]


def test_a_commit_that_is_not_here_stops_no_other(tmp_path: Path) -> None:
    made, failures = versions(cast(Tools, Built(tmp_path)), [ABSENT])
    assert [version.name for version in made] == ["present"]
    assert ABSENT in failures[0].error


def test_the_engine_of_each_version_notes_its_memory_before_its_own_script(tmp_path: Path) -> None:
    (tmp_path / "engine.js").write_text("start();")
    noted = (note_memories(tmp_path) / "engine.js").read_text()
    assert noted.index("memoryBytes") < noted.index("start();")


def test_versions_take_turns_and_one_that_fails_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def turn(one: Served, _: Path) -> Turn:
        asked.append(one.version.name)
        if one.version.name == "broken":
            raise RuntimeError("No match after 600 s")
        return Turn(1.0, 30.0, 200.0, 2.0)

    monkeypatch.setattr(first_match, "_turn", turn)
    turns, failures = first_match._take_turns([served("present"), served("before"), served("broken")], Path())
    assert asked[:5] == ["present", "before", "broken", "before", "present"]
    assert {name: len(taken) for name, taken in turns.items()} == {"present": REPEATS, "before": REPEATS}
    assert [failure.error for failure in failures] == ["RuntimeError: broken: No match after 600 s"]
    assert "in turn" in failures[0].trace  # the line that went wrong is named


def test_a_version_is_compared_by_time_and_by_both_memories() -> None:
    before, after = [Turn(4.0, 45.0, 300.0, 2.0)], [Turn(1.0, 45.0, 310.0, 2.0)]
    figures: list[Figure | Failure] = [*first_match._compare("170ccfc1", after, before)]
    assert [figure.is_met for figure in figures if isinstance(figure, Figure)] == [True, True, False]
