"""Groups on the pages: "12 of 87", each member with where it is now, and no link to nowhere."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from passerelle_directory.cli import SEED_FILES
from passerelle_directory.config import SEED
from passerelle_directory.importers.loading import import_file
from passerelle_directory.publishing.groups import Group, read_groups
from passerelle_directory.publishing.snapshot import publish

from tests.backend.conftest import NOW, TODAY, Directory
from tests.backend.people import departure, line
from tests.backend.test_departure_pages import text_of

GROUPS = """group,name,name_fr,members,source,source_url,source_date
quay,Everyone on the quay,Tout le quai,9,A newspaper,https://news.example.net/quay,2025-01
others,Others,,,A newspaper,,
"""
MEMBERS = """group,member,kind,country,rest_id,screen_name
quay,Museum,other,DE,,museum
quay,Zoo,other,DE,,
quay,Verein,ngo,DE,,
quay,Café,company,DE,,
others,Zoo,other,DE,,
"""


@pytest.fixture
def groups(tmp_path: Path) -> list[Group]:
    """Invented groups."""
    (tmp_path / "groups.csv").write_text(GROUPS, encoding="utf-8")
    (tmp_path / "members.csv").write_text(MEMBERS, encoding="utf-8")
    return read_groups(tmp_path)


@pytest.fixture
def published(directory: Directory, groups: list[Group]) -> None:
    """Publish rows and departures of some members."""
    directory.add(
        line("museum", rest_id="4242", handle="museum.example.com"),
        departure("The museum", screen_name="museum"),
        departure("Zoo", how="closed"),
        departure("Verein", kind="ngo", how="announced", left_x="2027-01-20"),
    )
    publish_with(directory, groups)


def publish_with(directory: Directory, groups: list[Group]) -> None:
    """Publish with these groups."""
    with directory.session() as session:
        publish(session, directory.config.public, directory.key, NOW, groups=groups)


@pytest.mark.usefixtures("published")
def test_a_group_says_how_many_of_how_many_and_a_closed_account_has_not_left(client: FlaskClient) -> None:
    text = text_of(client.get("/groups/quay?lang=en").text)
    assert "2 of 9 have left X or announced it." in text
    assert "4 of 9 are known by name." in text
    assert "1 has an account on Bluesky or Mastodon." in text
    assert "A newspaper , January 2025" in text
    assert "1 sur 9" not in text
    assert "This group is a selection" in text_of(client.get("/groups/others?lang=en").text)


@pytest.mark.usefixtures("published")
def test_every_member_is_on_the_page_with_its_state_and_where_it_is_now(client: FlaskClient) -> None:
    page = client.get("/groups/quay?lang=en").text
    rows = [text_of(row) for row in re.findall(r"<tr role=\"row\">.*?</tr>", page, re.DOTALL)[1:]]
    assert rows == [
        "Museum left X, 20 January 2025 @museum.example.com",
        "Zoo account closed, 20 January 2025 no account found",
        "Verein announced, 20 January 2027 no account found",
        "Café no departure known no account found",
    ]


@pytest.mark.usefixtures("published")
def test_links_of_groups_lead_to_pages(client: FlaskClient) -> None:
    for path in ("/groups?lang=en", "/groups/quay?lang=en", "/groups/others?lang=fr", "/departures?lang=en"):
        for address in re.findall(r'href="(/(?:groups|departures)[^"]*)"', client.get(path).text):
            assert client.get(unescape(address)).status_code == 200, address


@pytest.mark.usefixtures("published")
def test_names_are_in_the_visitors_language_where_the_file_has_them(client: FlaskClient) -> None:
    french = client.get("/groups?lang=fr").text
    assert "Tout le quai" in french
    assert "Others" in french


@pytest.mark.usefixtures("published")
def test_departures_can_be_narrowed_to_a_group(client: FlaskClient) -> None:
    page = client.get("/departures?lang=en&group=others").text
    assert ("Zoo" in page, "The museum" in page) == (True, False)
    assert "The museum" not in client.get("/departures?lang=en&group=nowhere").text


@pytest.mark.usefixtures("published")
def test_programs_get_the_same(client: FlaskClient) -> None:
    (quay, others) = (client.get("/v1/groups.json").json or {})["groups"]
    assert (quay["size"], quay["named"], quay["address"], quay["id"], quay["departure"]) == (9, 4, 1, 1, 3)
    assert quay["members"][3]["address"] == "no account found"
    assert others["is_selection"] is True


@pytest.mark.parametrize("path", ["/groups/nowhere", "/groups/..%2f..", "/groups/%00"])
def test_an_unknown_group_is_no_page(directory: Directory, client: FlaskClient, path: str) -> None:
    directory.publish()
    assert client.get(path).status_code == 404


def test_before_the_first_snapshot_there_are_no_groups(client: FlaskClient) -> None:
    assert client.get("/groups").status_code == 200
    assert client.get("/v1/groups.json").json == {"groups": []}


def test_every_organisation_that_the_campaigns_documents_name_is_on_a_page(
    directory: Directory, client: FlaskClient
) -> None:
    with directory.session() as session:
        for path in SEED_FILES:
            import_file(session, path, TODAY)
    seeded = read_groups(SEED)
    publish_with(directory, seeded)
    (campaign,) = (group for group in seeded if group.key == "campaign")
    page = unescape(client.get("/groups/campaign?lang=en").text)
    organisations = [member.name for member in campaign.members if member.kind != "person"]
    assert len(organisations) >= 35
    assert [name for name in organisations if f"<bdi>{name}</bdi>" not in page] == []


def test_a_group_of_five_hundred_is_shown_in_pages(directory: Directory, client: FlaskClient, tmp_path: Path) -> None:
    lines = "".join(f"many,Member {number:03},other,DE\n" for number in range(500))
    (tmp_path / "groups.csv").write_text("group,name,members\nmany,Many,500\n", encoding="utf-8")
    (tmp_path / "members.csv").write_text(f"group,member,kind,country\n{lines}", encoding="utf-8")
    publish_with(directory, read_groups(tmp_path))
    pages: list[Any] = [client.get(f"/groups/many?page={number}") for number in range(1, 6)]
    assert len({name for page in pages for name in re.findall(r"Member \d{3}", page.text)}) == 500
    assert max(len(page.data) for page in pages) < 300_000
