"""Invented directories and graphs of any size, the same on every machine: what the matching benchmark works on.

The larger directory has the rows of the smaller one, so a graph finds the same people in each.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from passerelle.archive.records import Name, Owner
from passerelle.directory import Evidence, EvidenceSource, PackedRows, Row, pack_rows, published_line
from passerelle.identifiers import Acct, Did, Handle, RestId, ScreenName
from passerelle.people.graph import FollowGraph, Person

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SEEN = date(2026, 5, 1)
IDS = 1_000_000_000_000_000_000  # X's ids have had 19 digits since 2018
SPREAD = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio: multiples of it are spread evenly
STRANGERS = 10_000_000  # numbers from here on are in no directory
# Of five rows two know only a name, as curated lists do; of five people two have a name known from the archive, as
# measured in real archives.
NAMELESS_IDS = 2
NAMED_PEOPLE = 2
SOURCE = EvidenceSource("Invented list", "https://example.org/people", SEEN)
NOBODY = Owner(RestId("12"), ScreenName("nobody"), "Nobody")


def pack_directory(rows: int) -> PackedRows:
    """Return the files that a directory of so many rows publishes."""
    return pack_rows((row, published_line(row, reasons)) for row, reasons in make_rows(rows))


def make_rows(count: int) -> Iterator[tuple[Row, Evidence]]:
    """Invent so many rows and their reasons, sorted by row_id: as on a server, neighbours by number lie far apart."""
    return ((_row(number), Evidence(_row_id(number), (SOURCE,))) for number in sorted(range(count), key=_row_id))


def make_graph(following: int, rows: int) -> FollowGraph:
    """Return the graph of a person who follows so many people: every second one is in the first `rows` rows."""
    step = rows // following
    people = (_person(n * step if n % 2 else STRANGERS + n, named=n % 5 < NAMED_PEOPLE) for n in range(following))
    return FollowGraph(NOBODY, {person.rest_id: person for person in people})


def _row(number: int) -> Row:
    return Row(
        row_id=_row_id(number),
        rest_id=None if number % 5 < NAMELESS_IDS else _rest_id(number),
        screen_name=screen_name(number),
        name_seen=SEEN,
        did=Did(f"did:plc:{number:024d}"),
        handle=Handle(f"invented-{number}.bsky.social"),
        acct=None if number % 3 else Acct(f"invented_{number}", "social.example.org"),
        kind="person",
        country="FR",
        display_name=f"Élodie Invented {number}",
        grade="attested",
    )


def _person(number: int, *, named: bool) -> Person:
    name = Name(screen_name(number), f"Invented {number}", NOW, "mention") if named else None
    return Person(_rest_id(number), name, (), following=True, followed_by=False, blocked=False, muted=False)


def _row_id(number: int) -> str:
    return f"{number * SPREAD % 2**64:016x}"


def rest_id_of(name: str) -> RestId:
    """Return the id of the person whom `screen_name` named; the same for other names that end in a number."""
    kind, _, number = name.rpartition("_")
    return _rest_id(int(number) + (0 if kind == "Invented" else STRANGERS))


def _rest_id(number: int) -> RestId:
    return RestId(str(IDS + number * 7919))


def screen_name(number: int) -> ScreenName:
    """Return the @name in the row of this number."""
    return ScreenName(f"Invented_{number}")
