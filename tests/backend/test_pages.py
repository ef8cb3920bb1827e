"""The pages: what they say, in which language, and that strangers' text stays text."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from passerelle_directory.web.app import create_app
from passerelle_directory.web.languages import CATALOGUES, LANGUAGES, find_language

from tests.backend.conftest import Directory
from tests.backend.people import departure, line


def test_home_counts_people_and_organisations(directory: Directory, client: FlaskClient) -> None:
    directory.say(line("mp", kind="person", handle="mp.example.com"), departure())
    directory.say(*(line(f"museum{n}", handle=f"museum{n}.example.com") for n in range(3)))
    directory.publish()
    text = re.sub(r"<[^>]+>", "", client.get("/?lang=en").text)
    assert re.search(r"1\s+person\b", text)
    assert re.search(r"3\s+organisations\b", text)
    assert re.search(r"1\s+organisation has left X", text)


def test_home_says_when_nothing_is_published(client: FlaskClient) -> None:
    assert "has published nothing yet" in client.get("/?lang=en").text


def test_home_shows_the_key_and_where_to_complain(directory: Directory) -> None:
    latest = directory.publish()
    app = create_app(replace(directory.config, contact="directory@example.org"))
    page = app.test_client().get("/?lang=en").text
    app.extensions["engine"].dispose()
    assert latest["key_id"] in page
    assert "directory@example.org" in page


def test_closed_accounts_are_not_among_those_that_left(directory: Directory, client: FlaskClient) -> None:
    closed = [departure(name, how="closed", left_x="by 2026-02", country="SE") for name in ("Myndigheten", "Kommunen")]
    directory.say(departure("Museum"), *closed)
    left, apart = client.get("/departures?lang=en").text.split("Accounts that were closed")
    assert "Museum" in left
    assert "Myndigheten" not in left
    assert "Myndigheten" in apart
    assert "by February 2026" in apart
    assert "no list of protests" in apart
    assert "<strong>1</strong>" in client.get("/").text


def test_departures_can_be_narrowed_to_a_country_and_a_kind(directory: Directory, client: FlaskClient) -> None:
    directory.say(departure("Museum"), departure("Université", country="FR", kind="university"))
    assert "Université" not in client.get("/departures?country=DE").text
    assert "Museum" not in client.get("/departures?kind=university").text
    assert "No organisation fits." in client.get("/departures?lang=en&country=DE&kind=university").text


def test_a_strangers_markup_stays_text(directory: Directory, client: FlaskClient) -> None:
    directory.say(departure("<script>alert(1)</script>", acct="a@social.example.org"))
    page = client.get("/departures?country=%22%3E%3Cscript%3E").text
    assert "<script" not in page
    directory.say(departure("<script>alert(1)</script>"))
    assert "&lt;script&gt;alert(1)" in client.get("/departures").text


@pytest.mark.parametrize(
    ("query", "accept", "language", "direction"),
    [
        ("", "fr-CH, fr;q=0.9, en;q=0.8", "fr", "ltr"),
        ("", "ar", "ar", "rtl"),
        ("", "ja", "en", "ltr"),
        ("", "", "en", "ltr"),
        ("?lang=ar", "fr", "ar", "rtl"),
        ("?lang=xx", "fr", "fr", "ltr"),
    ],
)
def test_pages_speak_the_visitors_language(
    client: FlaskClient, query: str, accept: str, language: str, direction: str
) -> None:
    answer = client.get(f"/{query}", headers={"Accept-Language": accept})
    assert f'<html lang="{language}" dir="{direction}">' in answer.text
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]


def test_a_missing_page_says_so_in_the_visitors_language(client: FlaskClient) -> None:
    answer = client.get("/nowhere?lang=fr")
    assert answer.status_code == 404
    assert "Cette page n’existe pas" in answer.text


def test_pages_hold_no_script_and_nothing_from_elsewhere(directory: Directory, client: FlaskClient) -> None:
    directory.publish()
    for path in ("/", "/departures"):
        page = client.get(path).text
        assert "<script" not in page
        assert not re.findall(r'(?:src|<link[^>]*href)="https?:', page)


def test_style_sheets_are_there_under_the_address_the_page_names(client: FlaskClient) -> None:
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/").text)
    assert len(set(addresses)) == 2
    for address in addresses:
        assert "?v=" in address
        assert client.get(address, buffered=True).status_code == 200


def forms(sentence: str | dict[str, str]) -> list[str]:
    """Return a sentence's plural forms, or itself."""
    return list(sentence.values()) if isinstance(sentence, dict) else [sentence]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_every_sentence_with_the_same_values(code: str) -> None:
    english, other = (json.loads((CATALOGUES / f"{name}.json").read_text()) for name in ("en", code))
    assert list(other) == list(english)
    for key, sentence in english.items():
        allowed = {value for form in forms(sentence) for value in re.findall(r"{(\w+)}", form)} | (
            {"n"} if isinstance(sentence, dict) else set()
        )
        for form in forms(other[key]):
            assert set(re.findall(r"{(\w+)}", form)) <= allowed, (key, form)
            assert form.strip()


def test_numbers_dates_and_plurals_are_in_the_language() -> None:
    english, french, arabic = (find_language(code) for code in LANGUAGES)
    assert english.number(1234567) == "1,234,567"
    assert french.say("count_departures", n=1) == "organisation a quitté X"
    assert arabic.say("count_people", n=2) == "شخصان"
    assert arabic.say("count_people", n=11) == "شخصًا"
    assert [english.day(day) for day in ("2025", "2025-01", "2025-01-20")] == [
        "2025",
        "January 2025",
        "20 January 2025",
    ]
    assert arabic.country("DE") == "ألمانيا"
