"""A correction: a letter or the operator's form with name and page filled in, wherever an entry is shown."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from passerelle_directory.config import InvalidSetting, read_config
from passerelle_directory.web.app import create_app
from passerelle_directory.web.languages import LANGUAGES

from tests.backend.conftest import Directory
from tests.backend.people import departure

FORM = "https://code.example.org/passerelle/issues/new?title={title}&body={text}"
WORDS = {"en": "Send a correction", "fr": "Envoyer une correction", "ar": "أرسل تصحيحًا"}


def visit(directory: Directory, path: str, **settings: Any) -> str:
    """Return a page of a directory with these settings."""
    return create_app(replace(directory.config, **settings)).test_client().get(path).text


def link_named(page: str, words: str) -> str:
    """Return the address of the link with these words."""
    (address,) = re.findall(rf'<a[^>]* href="([^"]+)"[^>]*>{re.escape(words)}</a>', page)
    return unescape(address)


def entry_path(directory: Directory, client: FlaskClient, name: str) -> str:
    """Publish a departure; return the path of its page."""
    directory.add(departure(name))
    directory.publish()
    (entry,) = (client.get("/v1/departures.json").json or {})["departures"]
    return f"/departures/{entry['id']}"


HOSTILE = 'Zoo & Co?subject=x&bcc=all@example.com" onclick="%0D%0ABcc: a@b.example'


@pytest.mark.parametrize("language", sorted(WORDS))
def test_a_letter_has_the_name_as_subject_and_the_page_in_its_text(
    directory: Directory, client: FlaskClient, language: str
) -> None:
    path = entry_path(directory, client, HOSTILE)
    page = visit(directory, f"{path}?lang={language}", contact="fix+us@example.org")
    letter = urlsplit(link_named(page, WORDS[language]))
    assert (letter.scheme, letter.path) == ("mailto", "fix+us@example.org")
    fields = parse_qs(letter.query, strict_parsing=True)
    assert fields.keys() == {"subject", "body"}
    assert HOSTILE in fields["subject"][0]
    assert f"http://localhost{path}" in fields["body"][0]
    assert "\r\n" in fields["body"][0]
    assert "\n" not in fields["body"][0].replace("\r\n", "")


def test_an_operators_form_comes_before_the_letter(directory: Directory, client: FlaskClient) -> None:
    path = entry_path(directory, client, HOSTILE)
    page = visit(directory, f"{path}?lang=en", contact="a@example.org", corrections=FORM)
    form = urlsplit(link_named(page, WORDS["en"]))
    assert (form.netloc, form.path) == ("code.example.org", "/passerelle/issues/new")
    fields = parse_qs(form.query, strict_parsing=True)
    assert fields.keys() == {"title", "body"}
    assert HOSTILE in fields["title"][0]


@pytest.mark.parametrize("contact", ["", "Write to us, please", "a@example.org?bcc=b@example.org"])
def test_without_an_address_the_page_says_so(directory: Directory, client: FlaskClient, contact: str) -> None:
    path = entry_path(directory, client, "Zoo")
    page = visit(directory, f"{path}?lang=en", contact=contact)
    assert "mailto:" not in page
    assert "has not named an address" in page


def test_a_missing_organisation_can_be_reported_and_people_learn_how_to_object(
    directory: Directory, client: FlaskClient
) -> None:
    path = entry_path(directory, client, "Zoo")
    listed = visit(directory, "/departures?lang=en&q=nothing+like+it", contact="a@example.org")
    assert "Name and country:" in parse_qs(urlsplit(link_named(listed, "Report it")).query)["body"][0]
    page = visit(directory, f"{path}?lang=en", registrar_url="https://join.example.org")
    assert link_named(page, "How to object") == "https://join.example.org"


def test_the_setting_is_a_web_address() -> None:
    assert read_config({"PASSERELLE_CORRECTIONS": FORM}).corrections == FORM
    with pytest.raises(InvalidSetting, match="PASSERELLE_CORRECTIONS"):
        read_config({"PASSERELLE_CORRECTIONS": "javascript:alert(1)"})


def test_every_language_has_words_for_the_link() -> None:
    assert set(WORDS) <= set(LANGUAGES)
