"""What the sources say of one X account -> the row that is published, with its evidence; nothing here reads or writes.

Statements that can be about the same account elsewhere form a Target. Two targets on one network are a conflict: the
one seen first stays, the other is shown in the evidence, and the grade falls to the lowest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from passerelle.directory import Conflict, Evidence, EvidenceSource, Grade, Kind, Row
from passerelle.identifiers import Acct, Did, Handle, Network, RestId, ScreenName, parse_acct

from passerelle_directory.models import Account, Departure, Statement
from passerelle_directory.publishing.sources import count_independent

ENOUGH_SOURCES = 2  # independent ones make a row `attested` (DESIGN, section 5)
UNKNOWN_KIND = "other"


@dataclass(slots=True)
class Target:
    """One account elsewhere, as several statements may name it."""

    network: Network
    dids: set[str] = field(default_factory=set)
    addresses: list[tuple[date, str]] = field(default_factory=list)  # when it was called so
    sources: set[str] = field(default_factory=set)

    def is_same(self, did: str | None, address: str | None) -> bool:
        """Say whether a statement can mean this account: the same did, or the same address and no other did."""
        if did and self.dids:
            return did in self.dids
        return address is not None and address.lower() in {known.lower() for _, known in self.addresses}

    def take(self, other: Target) -> None:
        """Add what another statement says of the same account."""
        self.dids |= other.dids
        self.addresses += other.addresses
        self.sources |= other.sources

    @property
    def address(self) -> str | None:
        """Give the handle or acct seen last."""
        return max(self.addresses, key=lambda seen: seen[0])[1] if self.addresses else None

    @property
    def did(self) -> str | None:
        """Give the did, where one is known."""
        return min(self.dids) if self.dids else None

    @property
    def is_attested(self) -> bool:
        """Say whether enough independent sources agree."""
        return count_independent(self.sources) >= ENOUGH_SOURCES


def make_row(account: Account, statements: Sequence[Statement]) -> tuple[Row, Evidence]:
    """Merge what sources say of one X account into the published row and its evidence. `statements`: oldest first."""
    bluesky = find_targets("bluesky", statements, pinned=account.did)
    fediverse = find_targets("fediverse", statements)
    published = [*bluesky[:1], *fediverse[:1]]
    others = [*bluesky[1:], *fediverse[1:]]
    row = Row(
        row_id=account.row_id,
        rest_id=RestId(account.rest_id) if account.rest_id else None,
        screen_name=ScreenName(account.screen_name) if account.screen_name else None,
        name_seen=account.name_seen,
        did=Did(bluesky[0].did) if bluesky and bluesky[0].did else None,
        handle=Handle(bluesky[0].address) if bluesky and bluesky[0].address else None,
        acct=_acct(fediverse[0].address) if fediverse else None,
        kind=_kind(statements),
        country=next((said.country for said in _newest_first(statements) if said.country), None),
        display_name=next((said.display_name for said in _newest_first(statements) if said.display_name), None),
        grade=_grade(published, others),
    )
    conflicts = tuple(_conflict(target) for target in others)
    return row, Evidence(account.row_id, tuple(_source(said) for said in statements), conflicts)


def find_targets(network: Network, statements: Iterable[Statement], pinned: str | None = None) -> list[Target]:
    """Group statements by the account on `network` they can mean: the pinned did first, then as they were seen."""
    targets = [Target(network, dids={pinned})] if pinned else []
    for said in statements:
        did, address = (said.did, said.handle) if network == "bluesky" else (None, said.acct)
        if not (did or address):
            continue
        new = Target(network, sources={said.source})
        new.dids |= {did} if did else set()
        new.addresses += [(said.source_date or date.min, address)] if address else []
        same = [target for target in targets if target.is_same(did, address)]
        for target in same[1:]:
            if not (target.dids and same[0].dids):  # two dids are two accounts, even if they had one handle in turn
                same[0].take(target)
                targets.remove(target)
        if same:
            same[0].take(new)
        else:
            targets.append(new)
    return targets


@dataclass(frozen=True, slots=True)
class Left:
    """An organisation that left X: `day` is a year, month or day; where it is None, `by` may say the latest."""

    organisation: str
    kind: str
    country: str | None
    day: str | None
    by: str | None
    how: str
    handle: str | None
    acct: str | None
    sources: tuple[EvidenceSource, ...]


def make_departures(statements: Iterable[Departure]) -> list[Left]:
    """Merge what sources say of organisations that left X: one entry each, the latest departures first.

    Where sources differ, the most exact date wins, then the earliest; every source is named.
    """
    groups: dict[str, list[Departure]] = {}
    for said in statements:
        groups.setdefault(said.key, []).append(said)
    entries = sorted(map(_left, groups.values()), key=lambda entry: entry.organisation.casefold())
    return sorted(entries, key=lambda entry: entry.day or "", reverse=True)


def _left(group: Sequence[Departure]) -> Left:
    best = min(group, key=lambda said: (-len(said.left or ""), said.left or "", said.id))
    return Left(
        organisation=best.organisation,
        kind=next((said.kind for said in group if said.kind != UNKNOWN_KIND), UNKNOWN_KIND),
        country=best.country,
        day=best.left,
        by=None if best.left else best.by,
        how=best.how,
        handle=next((said.handle for said in group if said.handle), None),
        acct=next((said.acct for said in group if said.acct), None),
        sources=tuple(map(_source, group)),
    )


def _grade(published: Sequence[Target], others: Sequence[Target]) -> Grade:
    if others:
        return "claimed"
    return "attested" if all(target.is_attested for target in published) else "imported"


def _kind(statements: Sequence[Statement]) -> Kind:
    known = (said.kind for said in _newest_first(statements) if said.kind != UNKNOWN_KIND)
    return cast(Kind, next(known, UNKNOWN_KIND))  # the importer admits nothing else


def _newest_first(statements: Sequence[Statement]) -> list[Statement]:
    return sorted(statements, key=lambda said: said.source_date or date.min, reverse=True)


def _source(said: Statement | Departure) -> EvidenceSource:
    return EvidenceSource(said.source, said.source_url, said.source_date)


def _conflict(target: Target) -> Conflict:
    return Conflict(target.network, target.address or target.did or "", tuple(sorted(target.sources)))


def _acct(address: str | None) -> Acct | None:
    return parse_acct(address) if address else None
