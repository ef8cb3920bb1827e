"""What each member's computer does: read the archive, match it with the directory of all members."""

from __future__ import annotations

import asyncio
import time
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from random import Random

from passerelle.archive.reading import read
from passerelle.directory import BlockIndex, PackedRows, RowLookup
from passerelle.matching.match import find_matches
from passerelle.people import graph
from passerelle.people.graph import FollowGraph, names_of

from tests.campaign.members import Kind, Member, make_stranger
from tests.data.archives import chatter, make_archive
from tests.data.people import Someone

EXPORTED = datetime(2026, 11, 20, tzinfo=UTC)
NOW = datetime(2026, 11, 21, tzinfo=UTC)
STRANGERS = 10  # of a hundred in each list
NAMED = 3  # of a hundred are named by a real archive; those known by name only are named in all, or no one finds them
AT_ONCE = 20  # members per task of a worker


@dataclass(slots=True)
class Town:
    """All that the clients share. `following` and `followers`: numbers of members, by number of member."""

    members: Sequence[Member]
    following: Sequence[array[int]]
    followers: Sequence[array[int]]
    directory: PackedRows
    folder: Path
    seed: int
    index: BlockIndex = field(init=False)

    def __post_init__(self) -> None:
        sizes = [len(file) for file in self.directory.rows]
        self.index = BlockIndex(self.directory.keys, self.directory.places, sizes)

    def find_rows(self, people: FollowGraph) -> RowLookup:
        """Open the blocks in which people of an archive stand."""

        async def read(file: int, start: int, end: int) -> bytes:
            return self.directory.rows[file][start:end]

        names = (name for person in people.people.values() for name in names_of(person))
        return asyncio.run(self.index.collect(people.people, names, read))


@dataclass(slots=True)
class Tally:
    """Pairs of an archive and a member in it: found, missed; and what was found that is not so. Times in seconds."""

    found: int = 0
    missed: int = 0
    wrong: int = 0
    reading: float = 0.0
    matching: float = 0.0

    def add(self, other: Tally) -> None:
        """Add the numbers of other clients."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def run_clients(town: Town, workers: int) -> Iterator[Tally]:
    """Yield what some clients found, until all have looked; in so many processes, which get the town by fork."""
    starts = range(0, len(town.members), AT_ONCE)
    _TOWNS[:] = [town]
    with get_context("fork").Pool(workers) as pool:
        yield from pool.imap_unordered(_run_some, starts)


_TOWNS: list[Town] = []


def _run_some(start: int) -> Tally:
    (town,) = _TOWNS
    tally = Tally()
    for member in town.members[start : start + AT_ONCE]:
        tally.add(run_client(town, member))
    return tally


def run_client(town: Town, member: Member) -> Tally:
    """Read one member's archive and match it; compare with the truth."""
    path = town.folder / f"{member.number}.zip"
    make_archive(path, **_recipe(town, member))
    began = time.perf_counter()
    people = graph.make_graph(read([path]))
    opened = time.perf_counter()
    matches = [match for match in find_matches(people, town.find_rows(people), NOW) if match]
    ended = time.perf_counter()
    path.unlink()
    tally = _judge(town, member, {match.person.rest_id: {one.did for one in match.accounts} for match in matches})
    tally.reading, tally.matching = opened - began, ended - opened
    return tally


def _judge(town: Town, member: Member, found: dict[str, set[str | None]]) -> Tally:
    """Compare the dids found, by X id, with those of the members in the archive."""
    here = {*town.following[member.number], *town.followers[member.number]}
    truth = {town.members[number].someone.rest_id: town.members[number].did for number in here}
    right = sum(found.get(rest_id) == {did} for rest_id, did in truth.items())
    wrong = sum(bool(dids - {truth.get(rest_id)}) for rest_id, dids in found.items())
    return Tally(found=right, missed=len(truth) - right, wrong=wrong)


def _recipe(town: Town, member: Member) -> dict[str, object]:
    rng = Random(f"{town.seed} {member.number}")
    following, followers = (
        [town.members[number] for number in lists[member.number]] for lists in (town.following, town.followers)
    )
    named = [
        one.someone for one in {*following, *followers} if one.kind is Kind.NAME_ONLY or rng.randrange(100) < NAMED
    ]
    named.sort(key=lambda one: one.rest_id)
    return {
        "owner": member.someone,
        "following": _with_strangers(following, rng),
        "followers": _with_strangers(followers, rng),
        "tweets": chatter(named, len(named)),
        "exported": EXPORTED,
    }


def _with_strangers(members: Sequence[Member], rng: Random) -> list[Someone]:
    strangers = [make_stranger(rng.randrange(10**9)) for _ in range(len(members) * STRANGERS // 100)]
    return [*(member.someone for member in members), *strangers]
