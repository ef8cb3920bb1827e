"""The pages: content, language, escaping of imported text, search and paging."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from passerelle_directory.web.app import create_app
from passerelle_directory.web.languages import CATALOGUES, LANGUAGES, MissingSentence, find_language

from tests.backend.conftest import Directory
from tests.backend.people import departure, line

PATHS = ("/", "/departures", "/install", "/listed", "/privacy", "/legal")


def test_home_counts_people_and_organisations(directory: Directory, client: FlaskClient) -> None:
    directory.add(line("mp", kind="person", handle="mp.example.com"), departure())
    directory.add(*(line(f"museum{n}", handle=f"museum{n}.example.com") for n in range(3)))
    directory.publish()
    text = re.sub(r"<[^>]+>", "", client.get("/?lang=en").text)
    assert re.search(r"1\s+person\b", text)
    assert re.search(r"3\s+organisations\b", text)
    assert re.search(r"1\s+organisation or office holder has left X", text)


def test_home_says_when_nothing_is_published(client: FlaskClient) -> None:
    assert "has published nothing yet" in client.get("/?lang=en").text


def test_home_shows_the_key_and_where_to_complain(directory: Directory) -> None:
    latest = directory.publish()
    app = create_app(replace(directory.config, contact="directory@example.org"))
    page = app.test_client().get("/?lang=en").text
    assert latest["key_id"] in page
    assert "directory@example.org" in page


def test_closed_accounts_are_not_among_those_that_left(directory: Directory, client: FlaskClient) -> None:
    closed = [departure(name, how="closed", left_x="by 2026-02", country="SE") for name in ("Myndigheten", "Kommunen")]
    directory.add(departure("Museum"), *closed)
    directory.publish()
    left, apart = client.get("/departures?lang=en").text.split("Accounts that were closed")
    assert "Museum" in left
    assert "Myndigheten" not in left
    assert "Myndigheten" in apart
    assert "by February 2026" in apart
    assert "does not mean they left in protest" in apart
    assert "<strong>1</strong>" in client.get("/").text


def test_departures_can_be_narrowed_to_a_country_and_a_kind(directory: Directory, client: FlaskClient) -> None:
    directory.add(departure("Museum"), departure("Université", country="FR", kind="university"))
    directory.publish()
    assert "Université" not in client.get("/departures?country=DE").text
    assert "Museum" not in client.get("/departures?kind=university").text
    assert "No organisation fits." in client.get("/departures?lang=en&country=DE&kind=university").text


def test_the_number_of_a_choice_is_not_said_of_all(directory: Directory, client: FlaskClient) -> None:
    directory.add(departure("Museum"), departure("Université", country="FR", kind="university"))
    directory.publish()
    assert "2 organisations and office holders have left X" in client.get("/departures?lang=en").text
    for choice in ("country=FR", "kind=university", "q=museum"):
        chosen = client.get(f"/departures?lang=en&{choice}").text
        assert "1 entry fits your choice" in chosen
        assert "office holders have left X" not in chosen


def test_markup_in_imported_names_is_escaped(directory: Directory, client: FlaskClient) -> None:
    directory.add(departure("<script>alert(1)</script>", acct="a@social.example.org"))
    directory.publish()
    page = client.get("/departures?country=%22%3E%3Cscript%3E").text
    assert "<script" not in page
    directory.add(departure("<script>alert(1)</script>"))
    directory.publish()
    assert "&lt;script&gt;alert(1)" in client.get("/departures").text


@pytest.mark.parametrize(
    ("query", "accept", "language", "direction"),
    [
        ("", "fr-CH, fr;q=0.9, en;q=0.8", "fr", "ltr"),
        ("", "ar", "ar", "rtl"),
        ("", "de-AT, en;q=0.5", "de", "ltr"),
        ("", "es-MX", "es", "ltr"),
        ("", "ja", "ja", "ltr"),
        ("", "xx", "en", "ltr"),
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
    for path in PATHS:
        page = client.get(path).text
        assert "<script" not in page
        assert not re.findall(r'(?:src|<link[^>]*href)="https?:', page)


def test_style_sheets_are_there_under_the_address_the_page_names(client: FlaskClient) -> None:
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/").text)
    assert len(set(addresses)) == 3
    for address in addresses:
        assert "?v=" in address
        assert client.get(address, buffered=True).status_code == 200


def test_the_filter_survives_a_change_of_language_and_of_page(directory: Directory, client: FlaskClient) -> None:
    directory.add(*(departure(f"Museum {number:03}", country="FR") for number in range(100)))
    directory.publish()
    page = client.get("/departures?lang=en&q=museum&country=FR&kind=other").text
    links = {unescape(link) for link in re.findall(r'href="(/departures\?[^"]+)"', page)}
    assert "/departures?lang=fr&q=museum&country=FR&kind=other" in links
    assert "/departures?lang=en&q=museum&country=FR&kind=other&page=2" in links


def test_the_search_ignores_case_and_accents_and_finds_addresses(directory: Directory, client: FlaskClient) -> None:
    directory.add(departure("Université de Montbel", handle="univ.example.com"), departure("Zoo"))
    directory.publish()
    for query in ("universite", "MONTBEL", "univ.example"):
        page = client.get("/departures", query_string={"q": query}).text
        assert ("Montbel" in page, "Zoo" in page) == (True, False)


def test_a_page_holds_forty_entries_and_every_entry_is_on_one(directory: Directory, client: FlaskClient) -> None:
    directory.add(*(departure(f"Museum {number:03}", how="left" if number % 2 else "closed") for number in range(100)))
    directory.publish()
    pages = [client.get(f"/departures?page={number}").text for number in ("1", "2", "3")]
    found = [re.findall(r"Museum \d{3}", page) for page in pages]
    assert [len(names) for names in found] == [40, 40, 20]
    assert len({name for names in found for name in names}) == 100
    for wrong in ("0", "99", "-1", "x", "9" * 5000):
        assert client.get("/departures", query_string={"page": wrong}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_every_page_leads_to_the_extension_privacy_notice_contact_and_am_i_listed(
    client: FlaskClient, path: str
) -> None:
    page = client.get(f"{path}?lang=en").text
    for target in (
        "/install?lang=en",
        "/listed?lang=en",
        "/privacy?lang=en",
        "/legal?lang=en",
        "/legal?lang=en#contact",
    ):
        assert f'href="{target}"' in page


def test_operator_contact_and_places_to_install_from_are_shown(directory: Directory) -> None:
    app = create_app(
        replace(
            directory.config,
            contact="directory@example.org",
            operator="Verein Beispiel, Gasse 1, Beispielstadt",
            source_code="https://code.example.org/passerelle",
            install_firefox="https://addons.example.org/passerelle",
        )
    )
    client = app.test_client()
    legal, listed, install = (client.get(f"/{name}?lang=en").text for name in ("legal", "listed", "install"))
    assert "Verein Beispiel, Gasse 1, Beispielstadt" in legal
    assert "https://code.example.org/passerelle" in legal
    assert "directory@example.org" in legal
    assert "directory@example.org" in listed
    assert "https://addons.example.org/passerelle" in install
    assert "does not name a place" not in install


def test_robots_and_icon_are_there(client: FlaskClient) -> None:
    assert "Disallow: /v1/" in client.get("/robots.txt").text
    icon = client.get("/favicon.ico", buffered=True)
    assert (icon.status_code, icon.mimetype, icon.data[:4]) == (200, "image/png", b"\x89PNG")


def test_no_sentence_stands_where_the_server_kept_its_own() -> None:
    assert not list(CATALOGUES.parent.glob("languages/*")), (
        "sentences of the pages stand in extension/locales/ as site.…"
    )


def test_every_sentence_of_the_pages_is_asked_for() -> None:
    server = Path(__file__).parents[2] / "backend" / "passerelle_directory"
    source = "".join(path.read_text() for path in server.rglob("*") if path.suffix in (".py", ".html"))
    # Families whose keys are put together from a state.
    families = re.compile(r"(kind|how|claim|count|error|nav|column)_")
    keys = [key.removeprefix("site.") for key in sentences("en") if key.startswith("site.")]
    assert [key for key in keys if not families.match(key) and not re.search(rf"""["']{key}["']""", source)] == []


def test_every_sentence_that_a_template_names_exists() -> None:
    server = Path(__file__).parents[2] / "backend" / "passerelle_directory"
    source = "".join(path.read_text() for path in server.rglob("*.html"))
    named = set(re.findall(r"""say\(["'](\w[\w-]*)["'][,)]""", source))
    assert len(named) > 80
    assert {f"site.{key}" for key in named} <= sentences("en").keys()


def test_a_sentence_that_is_missing_is_named_with_its_file() -> None:
    with pytest.raises(MissingSentence, match=r"extension/locales/fr\.json has no sentence 'site\.no_such'"):
        find_language("fr").say("no_such")


def test_the_number_of_a_sentence_is_written_as_the_language_does() -> None:
    assert "1,234 entries" in find_language("en").say("departures_chosen", n=1234)
    assert find_language("fr").say("page_of", page=1, pages=1234) == "Page 1 sur 1\u202f234"


def test_only_a_language_that_no_native_speaker_reviewed_says_so(client: FlaskClient) -> None:
    for code in LANGUAGES:
        foot = client.get(f"/?lang={code}").text.partition("<footer>")[2]
        language = find_language(code)
        assert (unescape(language.say_shared("unreviewed")) in unescape(foot)) is not language.is_reviewed
    assert find_language("fr").is_reviewed


def sentences(code: str) -> dict[str, str]:
    """Return a catalogue: those of the pages begin with `site.`."""
    catalogue: dict[str, str] = json.loads((CATALOGUES / f"{code}.json").read_text())
    return catalogue


def test_numbers_dates_and_plurals_are_in_the_language() -> None:
    english, french, arabic = (find_language(code) for code in ("en", "fr", "ar"))
    assert english.number(1234567) == "1,234,567"
    assert french.say("count_departures", n=1) == "organisation ou personne en fonction a quitté X ou l’a annoncé"
    assert arabic.say("count_people", n=2) == "شخصان"
    assert arabic.say("count_people", n=11) == "شخصًا"
    assert [english.day(day) for day in ("2025", "2025-01", "2025-01-20")] == [
        "2025",
        "January 2025",
        "20 January 2025",
    ]
    assert arabic.country("DE") == "ألمانيا"
    assert [find_language(code).day("2025-01-20") for code in ("de", "es", "ja")] == [
        "20. Januar 2025",
        "20 de enero de 2025",
        "2025年1月20日",
    ]
    assert [find_language(code).separator for code in ("en", "ja")] == [", ", "、"]
    assert find_language("es").say("count_people", n=1_000_000) == "personas"
