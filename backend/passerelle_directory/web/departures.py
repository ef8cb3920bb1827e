"""Organisations that have left X: as JSON, and as a page."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from math import ceil
from typing import Literal

from flask import Blueprint, Response, render_template, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from passerelle.directory import Kind
from pydantic import BaseModel

from passerelle_directory.publishing.departures import Left
from passerelle_directory.publishing.pages import read_departures
from passerelle_directory.web.answers import answer_kept, answer_page, config, find_visitors_language
from passerelle_directory.web.languages import Language

api = APIBlueprint("departures", __name__, url_prefix="/v1", abp_tags=[Tag(name="departures")])
pages = Blueprint("departures_page", __name__)

PER_PAGE = 40  # entries; on a telephone about 8,000 px
MAX_DIGITS = 6  # of a page's number


class SourceAnswer(BaseModel):
    """A source: its name, its address, and when it was read or written."""

    name: str
    url: str | None
    date: str | None


class DepartureAnswer(BaseModel):
    """One organisation, or one person in public `office`.

    `id` is permanent; `updated` is when the entry was first published as it is now. `date` is a year, month or day;
    where it is null, `by` is the latest it can have been. `how` is `left`; `suspended` where nothing is posted any more
    and the account stays; `closed` where the source says no more than that the account is gone: it may have been
    merged; `announced`, which may be in the future; or `returned`. `rest_id`, `screen_name`: the X account that was
    left; `row_id`: its row in the directory, where there is one, with which it shares `did`, `handle` and `acct`.
    """

    id: str
    organisation: str
    kind: Kind
    country: str | None
    date: str | None
    by: str | None
    how: Literal["announced", "suspended", "left", "closed", "returned"]
    office: str | None
    rest_id: str | None
    screen_name: str | None
    did: str | None
    handle: str | None
    acct: str | None
    row_id: str | None
    updated: str | None
    sources: list[SourceAnswer]


class DeparturesAnswer(BaseModel):
    """All organisations known to have left X, the latest first."""

    departures: list[DepartureAnswer]


@api.get("/departures.json", responses={200: DeparturesAnswer})
def get_departures() -> Response:
    """Get the organisations that have left X."""
    answer = DeparturesAnswer(departures=[_answer(entry) for entry in read_departures(config().pages)])
    return answer_kept(answer.model_dump_json().encode(), "application/json")


@pages.get("/departures")
def show_departures() -> Response:
    """Show a page of the organisations that have left X; accounts that were merely closed come last.

    Those announced for a day to come are in the file only.
    """
    today = datetime.now(UTC).date()
    language = find_visitors_language()
    departures = read_departures(config().pages)
    query, country, kind = (request.args.get(name, "") for name in ("q", "country", "kind"))
    chosen = [
        entry
        for entry in departures
        if _is_shown(entry, today)
        and country in ("", entry.country)
        and kind in ("", entry.kind)
        and _fold(query) in _searched(entry)
    ]
    chosen.sort(key=lambda entry: entry.how == "closed")
    number, shown = _page(chosen, request.args.get("page", ""))
    html = render_template(
        "departures.html",
        language=language,
        left=[entry for entry in shown if entry.how != "closed"],
        closed=[entry for entry in shown if entry.how == "closed"],
        totals=Counter("closed" if entry.how == "closed" else "left" for entry in chosen if entry.how != "returned"),
        countries=_named({entry.country for entry in departures if entry.country}, language),
        kinds=sorted({entry.kind for entry in departures}),
        query=query,
        country=country,
        kind=kind,
        page=number,
        pages=max(1, ceil(len(chosen) / PER_PAGE)),
    )
    return answer_page(html, language)


def _page(entries: Sequence[Left], asked: str) -> tuple[int, Sequence[Left]]:
    """Return the number of the page asked for, from 1 to the last, and its entries."""
    last = max(1, ceil(len(entries) / PER_PAGE))
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < MAX_DIGITS else 1
    number = min(max(wanted, 1), last)
    return number, entries[(number - 1) * PER_PAGE : number * PER_PAGE]


def _is_shown(entry: Left, today: date) -> bool:
    return entry.how in ("closed", "returned") or entry.has_happened(today)


def _searched(entry: Left) -> str:
    return _fold(" ".join(filter(None, (entry.organisation, entry.office, entry.handle, entry.acct))))


def _fold(text: str) -> str:
    """Return a text as it is searched: without case, accents and outer blanks.

    >>> _fold(" Université ")
    'universite'
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).strip()


def _named(countries: set[str], language: Language) -> list[tuple[str, str]]:
    """Return codes and names of countries, ordered by name."""
    return sorted(((code, language.country(code)) for code in countries), key=lambda named: named[1])


def _answer(entry: Left) -> DepartureAnswer:
    named = DepartureAnswer.model_fields.keys() - {"id", "date", "sources"}
    own = {name: getattr(entry, name) for name in named}
    sources = [SourceAnswer(**source.to_json()) for source in entry.sources]
    return DepartureAnswer(id=entry.entry_id, date=entry.day, sources=sources, **own)
