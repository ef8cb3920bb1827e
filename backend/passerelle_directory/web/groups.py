"""Groups of which the number of members is known, and how many of them have left X: as JSON, and as pages."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from flask import Blueprint, Response, abort, render_template, url_for
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from passerelle.directory import Kind
from pydantic import BaseModel

from passerelle_directory.publishing.pages import read_groups_file
from passerelle_directory.web.answers import answer_kept, answer_page, config, find_visitors_language
from passerelle_directory.web.corrections import correction_link
from passerelle_directory.web.languages import Language
from passerelle_directory.web.paging import Page, page_asked

api = APIBlueprint("groups", __name__, url_prefix="/v1", abp_tags=[Tag(name="groups")])
pages = Blueprint("group_pages", __name__)

PER_PAGE = 100  # members
GONE = ("left", "suspended", "announced")  # a closed account may have been merged


class MemberDeparture(BaseModel):
    """The departure of a member: its id, state and date as in departures.json."""

    id: str
    how: str
    date: str | None
    by: str | None


class MemberAnswer(BaseModel):
    """One member, with what the directory has of it; `address` is one account elsewhere, or "no account found"."""

    member: str
    kind: Kind
    country: str | None
    address: str
    did: str | None
    handle: str | None
    acct: str | None
    rest_id: str | None
    row_id: str | None
    departure: MemberDeparture | None


class GroupSource(BaseModel):
    """Where a group's members are named, and when."""

    name: str
    url: str | None
    date: str | None


class GroupAnswer(BaseModel):
    """One group: `size` members by its source, `named` of them known by name; the others count the known ones.

    Of a selection, which has no number of members, `size` is how many are known. `names` are its names by language.
    """

    group: str
    name: str
    names: dict[str, str]
    size: int
    is_selection: bool
    named: int
    address: int
    id: int
    departure: int
    source: GroupSource
    members: list[MemberAnswer]

    @property
    def departed(self) -> frozenset[str]:
        """Return the ids of the members' departures."""
        return frozenset(one.departure.id for one in self.members if one.departure)

    @property
    def states(self) -> Counter[str]:
        """Return how many members are in each state."""
        return Counter(one.departure.how for one in self.members if one.departure)

    @property
    def gone(self) -> int:
        """Return how many members have left X or announced that they would."""
        return sum(self.states[how] for how in GONE)

    def name_in(self, language: Language) -> str:
        """Return its name in a language, or in the one of its file."""
        return self.names.get(language.code, self.name)


class GroupsAnswer(BaseModel):
    """All groups, in the order of their file."""

    groups: list[GroupAnswer]


@api.get("/groups.json", responses={200: GroupsAnswer})
def get_groups() -> Response:
    """Get the groups, with what the directory has of their members."""
    return answer_kept(_read(config().pages).model_dump_json().encode(), "application/json")


@pages.get("/groups")
def show_groups() -> Response:
    """Show all groups, and how many of each have left X."""
    language = find_visitors_language()
    return answer_page(render_template("groups.html", language=language, groups=read_groups(config().pages)), language)


@pages.get("/groups/<key>")
def show_group(key: str) -> Response:
    """Show each member of a group: where it is now, and its departure."""
    language = find_visitors_language()
    group = next((one for one in read_groups(config().pages) if one.group == key), None)
    if group is None:
        abort(404)
    name, address = group.name_in(language), url_for(".show_group", key=key, _external=True)
    html = render_template(
        "group.html",
        language=language,
        group=group,
        page=Page.of(group.members, page_asked(), PER_PAGE),
        correction=correction_link(config(), language, name, address),
    )
    return answer_page(html, language)


def read_groups(folder: Path) -> list[GroupAnswer]:
    """Return the groups as the last snapshot counted them."""
    return _read(folder).groups


def _read(folder: Path) -> GroupsAnswer:
    return GroupsAnswer.model_validate(read_groups_file(folder))
