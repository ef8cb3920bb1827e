"""Organisations that have left X, for programs: one JSON file."""

from __future__ import annotations

from typing import Literal

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from passerelle.directory import Kind
from pydantic import BaseModel

from passerelle_directory.publishing.departures import Left
from passerelle_directory.publishing.pages import read_departures
from passerelle_directory.web.answers import answer_kept, config

api = APIBlueprint("departures", __name__, url_prefix="/v1", abp_tags=[Tag(name="departures")])


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


def _answer(entry: Left) -> DepartureAnswer:
    named = DepartureAnswer.model_fields.keys() - {"id", "date", "sources"}
    own = {name: getattr(entry, name) for name in named}
    sources = [SourceAnswer(**source.to_json()) for source in entry.sources]
    return DepartureAnswer(id=entry.entry_id, date=entry.day, sources=sources, **own)
