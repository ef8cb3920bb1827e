"""The report of `make axe`: one figure for each page and look, whatever fails."""

from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.axe.report import LOOKS, Look, Report

FRENCH = [Look("fr", "light"), Look("fr", "dark")]


@pytest.fixture
def report(tmp_path: Path) -> Report:
    return Report(tmp_path / "axe.json", FRENCH)


def test_every_language_is_looked_at_in_both_themes() -> None:
    assert len(LOOKS) == 12
    assert len({one.language for one in LOOKS}) == 6


def test_a_figure_stands_under_page_language_and_theme(report: Report, tmp_path: Path) -> None:
    report.look_at("tab/list", lambda look: [])
    assert json.loads(report.text()) == {
        "tab/list [fr light]": {"language": "fr", "theme": "light", "violations": 0},
        "tab/list [fr dark]": {"language": "fr", "theme": "dark", "violations": 0},
    }
    assert report.is_clean
    assert (tmp_path / "axe.json").read_text() == report.text()


def test_violations_are_counted_and_told(report: Report) -> None:
    report.look_at("tab/list", lambda look: ["a", "b"] if look.theme == "dark" else [])
    assert report.pages["tab/list [fr dark]"]["violations"] == 2
    assert report.pages["tab/list [fr dark]"]["found"] == ["a", "b"]
    assert not report.is_clean


def test_a_page_that_fails_has_no_figure_and_keeps_no_other_from_having_one(report: Report) -> None:
    def fail(look: Look) -> list[str]:
        raise TimeoutError(look)

    report.look_at("tab/list", fail)
    with report.guard("tab/history"):
        raise LookupError("not reached")
    report.look_at("tab/settings", lambda look: [])

    assert report.pages["tab/list [fr dark]"]["violations"] is None
    assert report.pages["tab/history [fr light]"]["error"] == "LookupError: not reached"
    assert report.pages["tab/settings [fr light]"]["violations"] == 0
    assert not report.is_clean


def test_a_guard_keeps_the_figures_that_there_are(report: Report) -> None:
    with report.guard("tab/list", "tab/history"):
        report.look_at("tab/list", lambda look: [])
        raise LookupError("the browser ended")

    assert report.pages["tab/list [fr dark]"]["violations"] == 0
    assert report.pages["tab/history [fr dark]"]["violations"] is None


def test_a_fault_after_the_last_figure_is_not_hidden(report: Report) -> None:
    report.look_at("tab/list", lambda look: [])
    with pytest.raises(LookupError, match="the browser ended"), report.guard("tab/list"):
        raise LookupError("the browser ended")


def test_pictures_are_named_after_page_language_and_theme(tmp_path: Path) -> None:
    page = Mock()
    report = Report(tmp_path / "axe.json", FRENCH, tmp_path)

    def find(look: Look) -> list[str]:
        report.photograph(page)
        return []

    for name in ("directory/departures?how=left&page=2", "tab/sign-in with an error"):
        report.look_at(name, find)
    files = [call.kwargs["path"].name for call in page.screenshot.mock_calls]
    assert files[::2] == ["directory-departures-how-left-page-2-fr-light.png", "tab-sign-in-with-an-error-fr-light.png"]
    assert len(set(files)) == 4


def test_two_figures_for_one_page_are_an_error(report: Report) -> None:
    report.look_at("tab/list", lambda look: [])
    with pytest.raises(AssertionError, match="two figures"):
        report.look_at("tab/list", lambda look: [])


def test_nothing_looked_at_is_not_clean(report: Report) -> None:
    assert not report.is_clean
