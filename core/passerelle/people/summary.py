"""The numbers above the list of people, as pages and `passerelle read` show them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from passerelle.archive.records import Archive, Owner
from passerelle.people.graph import FLAGS, FollowGraph, Person, make_graph
from passerelle.view import View


class WarningView(View):
    """Something in the archive that did not stop the reading."""

    code: str
    file: str | None
    message: str


class OwnerView(View):
    """The owner of the archive."""

    rest_id: str | None
    screen_name: str | None
    display_name: str | None


class ArchiveView(View):
    """The numbers of `passerelle read --json`, for people. Store `state`, key archive.

    `origin` is where the people come from; `pages_read_at` is when the owner's own lists on x.com were read last.
    """

    account: OwnerView
    exported_at: str | None
    following: int
    followers: int
    mutuals: int
    blocked: int
    muted: int
    tweets: int
    named_following: int
    named_followers: int
    warnings: list[WarningView]
    origin: Literal["archive", "pages", "both"] = "archive"
    pages_read_at: str | None = None


def count(graph: FollowGraph) -> dict[str, int]:
    """Count the people of a graph as `summary` counts those of an archive."""
    people = graph.people.values()
    return {
        "following": sum(person.following for person in people),
        "followers": sum(person.followed_by for person in people),
        "mutuals": sum(person.following and person.followed_by for person in people),
        "named_following": sum(person.following and person.name is not None for person in people),
        "named_followers": sum(person.followed_by and person.name is not None for person in people),
    }


def summarize(archive: Archive, *, full: bool = False) -> dict[str, Any]:
    """Return the counts that `passerelle read --json` prints and ArchiveView shows; with `full`, the people too."""
    warnings = [{"code": one.code, "file": one.file, "message": one.message} for one in archive.warnings]
    return describe(make_graph(archive), iso_date(archive.exported_at), archive.tweets, warnings, full=full)


def describe(
    graph: FollowGraph, exported_at: str | None, tweets: int, warnings: list[dict[str, Any]], *, full: bool = False
) -> dict[str, Any]:
    """Return the summary of an archive from its graph and the numbers that the graph lacks."""
    people, counts = graph.people.values(), count(graph)
    numbers = {
        "account": _labels(graph.owner),
        "exported_at": exported_at,
        "following": counts["following"],
        "followers": counts["followers"],
        "mutuals": counts["mutuals"],
        "blocked": sum(person.blocked for person in people),
        "muted": sum(person.muted for person in people),
        "tweets": tweets,
        "named_following": counts["named_following"],
        "named_followers": counts["named_followers"],
        "warnings": warnings,
    }
    return {**numbers, "people": list(map(_line, people))} if full else numbers


def summary_json(summary: Mapping[str, Any]) -> str:
    """Write a summary as text: the same bytes for the same archive in every interface."""
    return json.dumps(summary, ensure_ascii=False, indent=2) + "\n"


def iso_date(date: datetime | None) -> str | None:
    """Write a date in UTC to the second: `2026-03-06T13:15:31Z`."""
    return date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if date else None


def _line(person: Person) -> dict[str, Any]:
    return {
        "rest_id": person.rest_id,
        "screen_name": person.name.screen_name if person.name else None,
        "display_name": person.name.display_name if person.name else None,
        **{flag: getattr(person, flag) for flag in FLAGS},
    }


def _labels(owner: Owner) -> dict[str, str | None]:
    return {"rest_id": owner.rest_id, "screen_name": owner.screen_name, "display_name": owner.display_name}
