"""Organisations that have left X: as JSON, and as a page."""

from __future__ import annotations

import json
from typing import Any, Literal

from flask import Blueprint, Response, render_template, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from passerelle.directory import Kind
from pydantic import BaseModel
from sqlalchemy import select

from passerelle_directory.answers import answer_kept, answer_page, find_visitors_language, open_session
from passerelle_directory.merge import make_departures
from passerelle_directory.models import Departure

api = APIBlueprint("departures", __name__, url_prefix="/v1", abp_tags=[Tag(name="departures")])
pages = Blueprint("departures_page", __name__)


class SourceAnswer(BaseModel):
    """Who says so, and where."""

    name: str
    url: str | None


class DepartureAnswer(BaseModel):
    """One organisation. `date` is a year, month or day; where it is null, `by` is the latest it can have been.

    `how` is `left`, or `closed` where the source says no more than that the account is gone: it may have been merged.
    """

    organisation: str
    kind: Kind
    country: str | None
    date: str | None
    by: str | None
    how: Literal["left", "closed"]
    handle: str | None
    acct: str | None
    sources: list[SourceAnswer]


class DeparturesAnswer(BaseModel):
    """All organisations known to have left X, the latest first."""

    departures: list[DepartureAnswer]


@api.get("/departures.json", responses={200: DeparturesAnswer})
def get_departures() -> Response:
    """Get the organisations that have left X."""
    body = json.dumps({"departures": _read_departures()}, ensure_ascii=False).encode()
    return answer_kept(body, "application/json")


@pages.get("/departures")
def show_departures() -> Response:
    """Show the organisations that have left X; those whose account was merely closed stand apart."""
    language = find_visitors_language()
    departures = _read_departures()
    country, kind = request.args.get("country", ""), request.args.get("kind", "")
    chosen = [entry for entry in departures if _fits(entry, country, kind)]
    html = render_template(
        "departures.html",
        language=language,
        left=[entry for entry in chosen if entry["how"] == "left"],
        closed=[entry for entry in chosen if entry["how"] == "closed"],
        countries=sorted(
            ((code, language.country(code)) for code in {entry["country"] for entry in departures} - {None}),
            key=lambda named: named[1],
        ),
        kinds=sorted({entry["kind"] for entry in departures}),
        country=country,
        kind=kind,
    )
    return answer_page(html, language)


def _fits(entry: dict[str, Any], country: str, kind: str) -> bool:
    return country in ("", entry["country"]) and kind in ("", entry["kind"])


def _read_departures() -> list[dict[str, Any]]:
    with open_session() as session:
        return make_departures(session.scalars(select(Departure).order_by(Departure.id)))
