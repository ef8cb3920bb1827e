"""The stores' texts: whole in every language, within what each store takes, made of the catalogues' sentences."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from passerelle_directory.web.languages import LANGUAGES
from passerelle_directory.web.text_pages import PRIVACY

from tests.store import frames, listing
from tests.store.listing import LIMITS, STORES, catalogue, justifications, texts, write_listing


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_listing_is_whole_and_within_the_stores_limits(store: str, language: str) -> None:
    made = texts(store, language)
    assert made.keys() == LIMITS[store].keys()
    for name, most in LIMITS[store].items():
        assert 0 < len(made[name]) <= most
        assert not re.search(r"[{}<>]", made[name])  # no pattern to be filled in, no markup
    assert len(made["description"]) >= 250  # what Edge asks at least


def test_a_text_that_is_too_long_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(listing.LIMITS, "mozilla", {**LIMITS["mozilla"], "summary": 20})
    with pytest.raises(ValueError, match=r"^summary for mozilla in fr has \d+ characters of 20$"):
        texts("mozilla", "fr")


def test_there_is_a_folder_for_each_store_and_language(tmp_path: Path) -> None:
    write_listing(tmp_path)
    assert {folder.name for folder in (tmp_path / "mozilla").iterdir()} == {"ar", "de", "en-US", "es-ES", "fr", "ja"}
    assert {folder.name for folder in (tmp_path / "chrome").iterdir() if folder.is_dir()} == set(LANGUAGES)
    assert (tmp_path / "chrome" / "fr" / "summary.txt").read_text().strip() == catalogue("fr")["manifest.description"]


def test_every_sentence_for_the_stores_is_used() -> None:
    used = {key for section in (*listing.DESCRIPTION, *listing.PRIVACY) for key in section}
    used |= {*listing.SUMMARY.values(), *(f"store.picture_{scene}" for scene in frames.SCENES)}
    assert {key for key in catalogue("en") if key.startswith("store.")} == {
        key for key in used if key.startswith("store.")
    }


def test_the_privacy_text_holds_what_the_directorys_own_page_says() -> None:
    listed = {key for section in listing.PRIVACY for key in section}
    assert len(PRIVACY.sections) > 5
    for section in PRIVACY.sections:
        own = [key for key in section.paragraphs if isinstance(key, str)]  # others name the operator
        assert {f"site.{key}" for key in (section.title, *own)} <= listed


def test_every_permission_of_the_package_is_justified_within_chromes_limit() -> None:
    reasons = dict(justifications())
    asked = {"storage", "unlimitedStorage", "alarms", "scripting", "identity", "offscreen", "notifications"}
    named = {name for names in reasons for name in names.split(", ")}
    assert {name for name in named if not name.startswith("https://")} == asked
    assert {"https://x.com/*", "https://publish.x.com/*", "https://dir.passerelle.eu/*"} <= named
    assert all(0 < len(reason) <= 1000 and "](" not in reason for reason in reasons.values())
