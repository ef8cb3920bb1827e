"""Campaigns: the operator's file, what a snapshot publishes of it, and what a backup keeps."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from passerelle.directory import Campaign, parse_latest, read_campaigns
from passerelle_directory.cli import main
from passerelle_directory.publishing.campaigns import InvalidCampaigns, load_campaigns
from passerelle_directory.publishing.snapshot import publish
from passerelle_directory.web.app import create_app
from werkzeug.test import TestResponse

from tests.backend.campaigns import TOML, in_days
from tests.backend.conftest import NOW, Directory

LINK = re.compile(r'href="(/campaigns/together\.ics\?lang=\w+)"')


@pytest.fixture
def campaigns(directory: Directory) -> list[Campaign]:
    """The operator's campaigns."""
    directory.config.campaigns.write_text(TOML, encoding="utf-8")
    return load_campaigns(directory.config.campaigns)


def publish_with(directory: Directory, campaigns: list[Campaign], days: int = 0, **options: Any) -> dict[str, Any]:
    with directory.session() as session:
        now = NOW + timedelta(days=days)
        return publish(session, directory.config.public, directory.key, now, campaigns=campaigns, **options)


def test_the_operators_file_is_read(campaigns: list[Campaign]) -> None:
    (one,) = campaigns
    assert (one.campaign_id, one.date, one.name["fr"]) == ("spring-2027", "2027-02-20", "Partons ensemble")
    assert one.message["en"] == "On this day, we all leave.\n\nJoin us."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[campaign]", "cannot be read"),
        ("campaign = 1", "begins with a line"),
        ("campaign = [1]", "begins with a line"),
        (TOML + TOML, "same id"),
        (TOML.replace("spring-2027", "Spring"), "campaign 1: campaign_id"),
        (TOML.replace("2027-02-20", '"soon"'), "campaign 1: date"),
        (TOML.replace("date", "day"), "'day' is not one of"),
        (TOML.replace('fr = "Ce', 'de = "Ce'), "same languages"),
    ],
)
def test_a_file_that_cannot_be_used_is_explained(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "campaigns.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidCampaigns, match=reason):
        load_campaigns(path)


def test_clients_find_the_campaigns_that_were_published(
    directory: Directory, campaigns: list[Campaign], client: FlaskClient
) -> None:
    publish_with(directory, campaigns)
    promise = parse_latest(client.get("/v1/directory/latest.json").get_json()).campaigns
    assert promise
    answer = client.get(f"/{promise.path}", buffered=True)
    assert list(read_campaigns(answer.data)) == campaigns
    assert (answer.mimetype, len(answer.data)) == ("application/json", promise.bytes)
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.head(f"/{promise.path}", buffered=True).headers["ETag"] == answer.headers["ETag"]


def test_unchanged_campaigns_leave_what_is_published(directory: Directory, campaigns: list[Campaign]) -> None:
    fresh = timedelta(hours=20)
    first = publish_with(directory, campaigns)
    assert publish_with(directory, campaigns, fresh=fresh) == first
    assert publish_with(directory, [], fresh=fresh)["campaigns"] == []
    changed = [campaigns[0].model_copy(update={"date": "2027-03-01"})]
    assert publish_with(directory, changed, fresh=fresh)["campaigns"] != first["campaigns"]


def test_campaigns_are_signed_again_every_night_and_withdrawn_ones_are_deleted(
    directory: Directory, campaigns: list[Campaign]
) -> None:
    first = publish_with(directory, campaigns)
    again = publish_with(directory, campaigns, days=1, fresh=timedelta(hours=20))
    assert (again["campaigns"], again["version"] > first["version"]) == (first["campaigns"], True)
    file = directory.config.public / "files" / first["campaigns"][0]["path"].rpartition("/")[2]
    publish_with(directory, [], days=2)
    assert file.exists()
    publish_with(directory, [], days=18)
    assert not file.exists()


def test_the_command_lists_them_and_a_damaged_file_stops_the_snapshot(
    directory: Directory,
    campaigns: list[Campaign],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PASSERELLE_DATA", str(directory.config.data))
    monkeypatch.setenv("DATABASE_URL", "")
    assert main(["campaigns"]) == 0
    assert capsys.readouterr().out == "2027-02-20 spring-2027: en, fr\n"
    assert main(["snapshot"]) == 0
    latest = (directory.config.public / "latest.json").read_bytes()
    assert json.loads(latest)["campaigns"]
    directory.config.campaigns.write_text("[[campaign]", encoding="utf-8")
    assert main(["snapshot"]) == 3
    assert "campaigns.toml cannot be read" in capsys.readouterr().err
    assert (directory.config.public / "latest.json").read_bytes() == latest


def test_a_backup_keeps_the_campaigns(
    directory: Directory, campaigns: list[Campaign], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup, new = tmp_path / "backup.zip", tmp_path / "new"
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("PASSERELLE_DATA", str(directory.config.data))
    assert main(["backup", str(backup)]) == 0
    new.mkdir()
    monkeypatch.setenv("PASSERELLE_DATA", str(new))
    (new / "campaigns.toml").write_text("# other\n", encoding="utf-8")
    assert main(["restore", str(backup)]) == 3
    (new / "campaigns.toml").unlink()
    assert main(["restore", str(backup)]) == 0
    assert load_campaigns(new / "campaigns.toml") == campaigns


def home(directory: Directory, language: str) -> str:
    """Return the home page."""
    return str(create_app(directory.config).test_client().get(f"/?lang={language}").text)


def test_the_home_page_says_when_in_the_visitors_language(directory: Directory) -> None:
    publish_with(directory, in_days(5))
    english, french, japanese = (home(directory, language) for language in ("en", "fr", "ja"))
    assert "<h2>Leaving &lt;together&gt;</h2>" in english
    assert "<p>First.</p>" in english
    assert "<p>Second.</p>" in english
    assert "In 5 days" in english
    assert "<h2>Partir ensemble</h2>" in french
    assert "Dans 5 jours" in french
    assert '<h2 lang="en" dir="auto">Leaving &lt;together&gt;</h2>' in japanese


@pytest.mark.parametrize(("days", "sentence"), [(0, "Today"), (1, "Tomorrow"), (-3, "This date has passed.")])
def test_the_home_page_counts_the_days(directory: Directory, days: int, sentence: str) -> None:
    publish_with(directory, in_days(days))
    assert sentence in home(directory, "en")


def test_the_home_page_says_nothing_without_a_campaign_or_long_after_it(directory: Directory) -> None:
    publish_with(directory, [])
    assert 'class="campaign"' not in home(directory, "en")
    publish_with(directory, in_days(-32), days=1)
    assert 'class="campaign"' not in home(directory, "en")


def calendar_of(directory: Directory, path: str) -> TestResponse:
    """Ask for a calendar file."""
    return create_app(directory.config).test_client().get(path)


def test_a_campaigns_day_is_a_calendar_file_in_the_visitors_language(directory: Directory) -> None:
    latest = publish_with(directory, in_days(5, name={"en": "Leave, together", "fr": "Partir ensemble"}))
    day = f"{datetime.now(UTC).date() + timedelta(days=5):%Y%m%d}"
    link = LINK.search(home(directory, "fr"))
    assert link
    french, english = (calendar_of(directory, path) for path in (link[1], "/campaigns/together.ics?lang=en"))
    assert (french.status_code, french.mimetype) == (200, "text/calendar")
    assert french.headers["Content-Disposition"] == 'attachment; filename="together.ics"'
    assert "SUMMARY:Partir ensemble\r\n" in french.text
    assert "SUMMARY:Leave\\, together\r\n" in english.text
    assert f"DTSTART;VALUE=DATE:{day}\r\n" in english.text
    unfolded = english.text.replace("\r\n ", "")
    assert "DESCRIPTION:First.\\n\\nSecond.\\n\\nChoose this date in the extension" in unfolded
    assert f"DTSTAMP:{latest['generated_at'].replace('-', '').replace(':', '')}\r\n" in english.text
    assert "UID:together@dir.passerelle.eu\r\n" in english.text
    assert calendar_of(directory, link[1]).headers["ETag"] == french.headers["ETag"]


def test_a_campaign_that_is_over_has_no_link_and_one_that_is_not_announced_no_file(directory: Directory) -> None:
    publish_with(directory, in_days(-3))
    assert not LINK.search(home(directory, "en"))
    assert calendar_of(directory, "/campaigns/together.ics").status_code == 200
    assert calendar_of(directory, "/campaigns/other.ics").status_code == 404
    publish_with(directory, in_days(-32), days=1)
    assert calendar_of(directory, "/campaigns/together.ics").status_code == 404
