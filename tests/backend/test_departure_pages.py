"""The pages of departures: each entry, ways to narrow the list, the chart by month, and their sizes."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from passerelle_directory.publishing.departures import Left
from passerelle_directory.web.chart import make_chart

from tests.backend.conftest import Directory
from tests.backend.people import OTHER_SOURCE, departure, line

LARGEST = 300_000  # bytes of a page
ACCT = "museum@social.example.org"


def text_of(page: str) -> str:
    """Return a page without its markup, in single blanks."""
    page = re.sub(r"</?(?:bdi|time)\b[^>]*>", "", page)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def entries(client: FlaskClient) -> dict[str, Any]:
    """Return the published entries by name."""
    published = client.get("/v1/departures.json").json or {}
    return {one["organisation"]: one for one in published["departures"]}


def test_the_page_of_an_entry_has_all_that_is_known_of_it(directory: Directory, client: FlaskClient) -> None:
    directory.add(
        line("museum", handle="museum.example.com", acct=ACCT),
        departure("Museum", screen_name="museum", left_x="2025-01", source_url="https://news.example.net/1"),
        departure("Museum", how="announced", source=OTHER_SOURCE, source_date="2025-01-02"),
    )
    directory.publish()
    page = client.get(f"/departures/{entries(client)['Museum']['id']}?lang=en").text
    for address in ("https://bsky.app/profile/museum.example.com", "https://social.example.org/@museum"):
        assert f'href="{address}"' in page
    assert 'href="https://news.example.net/1"' in page
    text = text_of(page)
    assert "left X, 20 January 2025" in text
    assert "@museum" in text
    assert f"{OTHER_SOURCE} · 2 January 2025" in text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"left_x": "2025"}, "left X, 2025"),
        ({"left_x": "2025-02"}, "left X, February 2025"),
        ({"left_x": "unknown"}, "left X, date unknown"),
        ({"left_x": "by 2024-11-22"}, "left X, by 22 November 2024"),
        ({"how": "closed", "left_x": "by 2026-02"}, "account closed, by February 2026"),
        ({"how": "suspended"}, "posts nothing there any more, 20 January 2025"),
        ({"how": "announced", "left_x": "2027-01-20"}, "announced, 20 January 2027"),
        ({"how": "returned"}, "posts on X again, 20 January 2025"),
    ],
)
def test_each_state_and_each_kind_of_date_is_said(
    directory: Directory, client: FlaskClient, fields: dict[str, str], said: str
) -> None:
    directory.add(departure("Museum", **fields))
    directory.publish()
    text = text_of(client.get(f"/departures/{entries(client)['Museum']['id']}?lang=en").text)
    assert said in text
    assert "no account found" in text


@pytest.mark.parametrize("path", ["not-a-uuid", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_entry_is_no_page(directory: Directory, client: FlaskClient, path: str) -> None:
    directory.publish()
    assert client.get(f"/departures/{path}").status_code == 404


def test_links_narrow_to_a_country_then_to_a_kind_and_say_how_many(directory: Directory, client: FlaskClient) -> None:
    directory.add(
        *(departure(f"Université {number}", country="FR", kind="university") for number in range(3)),
        departure("Mairie", country="FR", kind="public-body"),
        departure("Museum"),
    )
    directory.publish()

    def follow(path: str, words: str) -> str:
        links = re.findall(r'<a class="button" href="([^"]+)"[^>]*>([^<]+) <span class="quiet">(\d+)</span>', path)
        (address,) = (href for href, name, n in links if f"{name} {n}" == words)
        return client.get(unescape(address)).text

    france = follow(client.get("/departures?lang=en").text, "France 4")
    assert "Museum" not in france
    universities = follow(france, "university or research 3")
    assert [name in universities for name in ("Université 0", "Université 2", "Mairie")] == [True, True, False]


def test_countries_and_organisations_are_ordered_by_name_whatever_their_accents(
    directory: Directory, client: FlaskClient
) -> None:
    directory.add(*(departure(name, country=code) for name, code in (("Zoo", "CY"), ("École", "AT"), ("Musée", "PL"))))
    directory.publish()
    page = client.get("/departures?lang=de").text
    assert re.findall(r"<option value=\"[A-Z]{2}\">([^<]+)", page) == ["Österreich", "Polen", "Zypern"]
    assert list(entries(client)) == ["École", "Musée", "Zoo"]


def test_the_search_finds_an_x_name_and_a_state_narrows(directory: Directory, client: FlaskClient) -> None:
    directory.add(departure("Museum", screen_name="musee_x"), departure("Zoo", how="suspended"))
    directory.publish()
    assert "Museum" in client.get("/departures?q=MUSEE_X").text
    suspended = client.get("/departures?how=suspended").text
    assert ("Museum" in suspended, "Zoo" in suspended) == (False, True)


def left(day: str | None, how: str = "left") -> Left:
    """Return an entry with this date."""
    return Left("Zoo", "other", "DE", day, None, how, None, None, ())


def test_the_chart_counts_each_month_from_the_first_to_the_last() -> None:
    days = ["2024-11-22", "2025-02", "2025-02-01", "2025-02-28", "2025-03-01", "2025", None]
    chart = make_chart([*map(left, days), left("2025-01-01", "closed"), left("2025-01-01", "returned")])
    assert chart is not None
    assert [(bar.month, bar.count) for bar in chart.bars] == [
        ("2024-11", 1),
        ("2024-12", 0),
        ("2025-01", 0),
        ("2025-02", 3),
        ("2025-03", 1),
    ]
    assert (chart.most.month, chart.most.height, chart.undated) == ("2025-02", 80, 2)
    assert chart.years == (("2025", 40.0),)
    assert max(bar.x + bar.width for bar in chart.bars) <= 100


def test_years_are_written_where_there_is_room() -> None:
    chart = make_chart(left(f"{year}-{month}") for year in range(2007, 2027) for month in ("01", "02"))
    assert chart is not None
    assert 2 < len(chart.years) <= 8
    assert max(x for _, x in chart.years) <= 88


def test_few_dates_need_no_chart() -> None:
    assert make_chart([left("2025-02"), left(None)]) is None
    assert make_chart([]) is None


def test_the_table_under_the_chart_has_its_numbers_and_the_drawing_no_script_or_style(
    directory: Directory, client: FlaskClient
) -> None:
    directory.add(*(departure(f"Museum {number}", left_x="2025-02") for number in range(6)))
    directory.publish()
    page = client.get("/departures?lang=en").text
    table = page.partition("The same as a table")[2].partition("</table>")[0]
    assert "February 2025" in table
    assert ">6</td>" in table
    assert "style=" not in page
    assert page.count("<rect") == 1


def test_pages_of_five_hundred_organisations_with_long_names_stay_small(
    directory: Directory, client: FlaskClient
) -> None:
    sources = [(f"source-{n}.example.net", f"https://source-{n}.example.net/{'x' * 150}") for n in range(5)]
    directory.add(
        *(
            departure(
                f"{'Universität ' * 7}{number}", source=name, source_url=url, acct=f"a{number}@social.example.org"
            )
            for number in range(500)
            for name, url in sources
        )
    )
    directory.publish()
    sizes = [len(client.get(f"/departures?lang=ar&page={number}").data) for number in (1, 13)]
    assert max(sizes) < LARGEST
    assert len(client.get("/departures.atom").data) < LARGEST
