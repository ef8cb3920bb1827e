"""The feed of departures, read by a feed reader's parser."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import feedparser
import pytest
from flask.testing import FlaskClient

from tests.backend.conftest import NOW, Directory
from tests.backend.people import OTHER_SOURCE, departure, line

ATOM = "{http://www.w3.org/2005/Atom}"
ACCT = "museum@social.example.org"


def read(client: FlaskClient, query: str = "lang=en") -> Any:
    """Ask for the feed; return what the parser makes of it."""
    answer = client.get(f"/departures.atom?{query}")
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
    feed = feedparser.parse(answer.data, response_headers={"content-type": answer.content_type})
    assert feed.bozo is False, feed
    assert feed.version == "atom10"
    return feed


def test_a_reader_sees_state_date_accounts_and_sources(directory: Directory, client: FlaskClient) -> None:
    directory.add(
        line("museum", handle="museum.example.com", acct=ACCT),
        departure("Museum", screen_name="museum", source_url="https://news.example.net/1"),
    )
    directory.publish()
    feed = read(client)
    (entry,) = feed.entries
    assert entry.title == "Museum: left X, 20 January 2025"
    assert entry.updated == feed.feed.updated == "2026-11-20T12:00:00Z"
    links = {(link.rel, link.href) for link in entry.links}
    assert links == {
        ("alternate", f"http://localhost/departures/{entry.id.removeprefix('urn:uuid:')}?lang=en"),
        ("related", "https://bsky.app/profile/museum.example.com"),
        ("related", "https://social.example.org/@museum"),
        ("via", "https://news.example.net/1"),
    }
    assert feed.feed.author == "Passerelle directory"
    assert client.get(entry.link.removeprefix("http://localhost")).status_code == 200


def test_ids_stay_and_what_changed_comes_first(directory: Directory, client: FlaskClient) -> None:
    directory.add(*(departure(name) for name in ("Archive", "Museum", "Zoo")))
    directory.publish()
    before = {entry.title: entry.id for entry in read(client).entries}
    assert len({UUID(one.removeprefix("urn:uuid:")) for one in before.values()}) == 3
    directory.add(departure("Zoo", source=OTHER_SOURCE))
    directory.publish(NOW + timedelta(days=1))
    feed = read(client)
    assert {entry.title: entry.id for entry in feed.entries} == before
    assert feed.entries[0].title.startswith("Zoo")
    assert feed.feed.updated == "2026-11-21T12:00:00Z"
    assert [entry.updated[:10] for entry in feed.entries] == ["2026-11-21", "2026-11-20", "2026-11-20"]


def test_a_feed_of_a_choice_has_an_id_of_its_own(directory: Directory, client: FlaskClient) -> None:
    directory.add(departure("Museum"), departure("Université", country="FR", kind="university"))
    directory.publish()
    everything, chosen = read(client), read(client, "lang=en&country=FR")
    assert [entry.title.partition(":")[0] for entry in chosen.entries] == ["Université"]
    assert chosen.feed.id != everything.feed.id
    (itself,) = (link.href for link in chosen.feed.links if link.rel == "self")
    assert itself == "http://localhost/departures.atom?country=FR&lang=en"
    page = client.get("/departures?lang=en&country=FR").text
    assert 'type="application/atom+xml" title="Who has left X" href="/departures.atom?country=FR&amp;lang=en"' in page


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_markup_and_rare_characters_in_names_stay_text(
    directory: Directory, client: FlaskClient, language: str
) -> None:
    name = "<b>Zoo</b> & \u202eMuseum \u0007 ]]> “Ω” 𝕏"
    directory.add(departure(name, source="<i>one</i>"))
    directory.publish()
    answer = client.get(f"/departures.atom?lang={language}")
    (entry,) = ET.fromstring(answer.data).iter(f"{ATOM}entry")
    assert "<b>Zoo</b> & Museum" in (entry.findtext(f"{ATOM}title") or "")
    assert "<i>one</i>" in (entry.findtext(f"{ATOM}summary") or "")
    assert answer.headers["Content-Language"] == language


def test_an_empty_directory_has_a_valid_feed_and_a_full_one_is_bounded(
    directory: Directory, client: FlaskClient
) -> None:
    assert read(client).entries == []
    directory.add(*(departure(f"Museum {number:03}") for number in range(150)))
    directory.publish()
    assert len(read(client).entries) == 100


def test_an_unchanged_feed_is_not_sent_again(directory: Directory, client: FlaskClient) -> None:
    directory.add(departure())
    directory.publish()
    etag = client.get("/departures.atom").headers["ETag"]
    directory.publish(NOW)
    assert client.get("/departures.atom", headers={"If-None-Match": etag}).status_code == 304


def test_announced_for_a_day_to_come_is_not_yet_in_the_feed(directory: Directory, client: FlaskClient) -> None:
    directory.add(departure("Verein", left_x="2027-01-20", how="announced"))
    directory.publish()
    assert read(client).entries == []
