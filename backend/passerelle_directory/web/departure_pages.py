"""Organisations that have left X, for readers: a list with search, a page for each, and a feed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import uuid5

from flask import Blueprint, Response, abort, render_template, request, url_for

from passerelle_directory.folding import fold
from passerelle_directory.publishing.departures import ENTRY_IDS, Left
from passerelle_directory.publishing.pages import read_departures
from passerelle_directory.web.answers import answer_page, config, find_visitors_language, read_latest
from passerelle_directory.web.chart import make_chart
from passerelle_directory.web.corrections import addition_link, correction_link
from passerelle_directory.web.filters import Filter, is_shown
from passerelle_directory.web.groups import GroupAnswer, read_groups
from passerelle_directory.web.languages import Language
from passerelle_directory.web.paging import Page, page_asked

pages = Blueprint("departure_pages", __name__)

PER_PAGE = 40  # entries; on a telephone about 8,000 px
COUNTRIES_LINKED = 8  # those with the most departures; the form has all
IN_FEED = 100  # entries, the last ones changed
STATES = ("left", "suspended", "announced", "closed", "returned")
BEFORE_ALL = "1970-01-01T00:00:00Z"


@pages.get("/departures")
def show_departures() -> Response:
    """Show a page of the organisations that have left X; accounts that were merely closed come last."""
    language, chosen, groups = find_visitors_language(), Filter.from_query(request.args), read_groups(config().pages)
    entries, members = _read_shown(), _members_of(groups, chosen.group)
    found = sorted(chosen.choose(entries, members), key=lambda entry: entry.how == "closed")
    page = Page.of(found, page_asked(), PER_PAGE)
    html = render_template(
        "departures.html",
        language=language,
        chosen=chosen,
        left=[entry for entry in page.entries if entry.how != "closed"],
        closed=[entry for entry in page.entries if entry.how == "closed"],
        totals=Counter("closed" if entry.how == "closed" else "left" for entry in found if entry.how != "returned"),
        countries=_named({entry.country for entry in entries if entry.country}, language),
        kinds=sorted({entry.kind for entry in entries}),
        states=STATES,
        groups=groups,
        by_country=chosen.count_by("country", entries, members, lambda entry: entry.country)[:COUNTRIES_LINKED],
        by_kind=chosen.count_by("kind", entries, members, lambda entry: entry.kind),
        chart=make_chart(found) if page.number == 1 else None,
        feed=_feed_address(chosen, language),
        addition=addition_link(config(), language, url_for(".show_departures", _external=True)),
        page=page,
    )
    return answer_page(html, language)


@pages.get("/departures/<uuid:entry_id>")
def show_departure(entry_id: object) -> Response:
    """Show all that is known of one departure, also of one announced for a day to come."""
    language = find_visitors_language()
    entry = next((one for one in read_departures(config().pages) if one.entry_id == str(entry_id)), None)
    if entry is None:
        abort(404)
    page = url_for(".show_departure", entry_id=entry.entry_id, _external=True)
    html = render_template(
        "departure.html",
        language=language,
        entry=entry,
        groups=[group for group in read_groups(config().pages) if entry.entry_id in group.departed],
        correction=correction_link(config(), language, entry.organisation, page),
    )
    return answer_page(html, language)


@pages.get("/departures.atom")
def get_feed() -> Response:
    """Get the departures that were last added or changed, as a feed (RFC 4287)."""
    language, chosen = find_visitors_language(), Filter.from_query(request.args)
    latest = read_latest() or {}
    published = str(latest.get("generated_at", BEFORE_ALL))
    found = chosen.choose(_read_shown(), _members_of(read_groups(config().pages), chosen.group))
    found.sort(key=lambda entry: entry.updated or published, reverse=True)
    query = {**chosen.query(), "lang": language.code}
    xml = render_template(
        "feed.xml",
        language=language,
        entries=found[:IN_FEED],
        published=published,
        feed_id=uuid5(ENTRY_IDS, urlencode(query)),
        itself=f"{url_for('.get_feed', _external=True)}?{urlencode(query)}",
        list_page=f"{url_for('.show_departures', _external=True)}?{urlencode(query)}",
    )
    return answer_page(xml, language, "application/atom+xml")


def _read_shown() -> list[Left]:
    today = datetime.now(UTC).date()
    return [entry for entry in read_departures(config().pages) if is_shown(entry, today)]


def _members_of(groups: Sequence[GroupAnswer], key: str) -> frozenset[str]:
    """Return the ids of the entries of a group's members; none where there is no such group."""
    return next((group.departed for group in groups if group.group == key), frozenset())


def _feed_address(chosen: Filter, language: Language) -> str:
    return f"{url_for('.get_feed')}?{urlencode({**chosen.query(), 'lang': language.code})}"


def _named(countries: set[str], language: Language) -> list[tuple[str, str]]:
    """Return codes and names of countries, ordered by name."""
    return sorted(((code, language.country(code)) for code in countries), key=lambda named: fold(named[1]))
