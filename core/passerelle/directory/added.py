"""Rows of a directory that the person added: `claimed` only, but for those whose proofs were read on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from passerelle.directory.lookup import RowLookup
from passerelle.directory.rows import GRADES, EvidenceSource, Grade, Row
from passerelle.identifiers import RestId, ScreenName

LOWEST_GRADE = GRADES[-1]
PROVEN = GRADES[0]

# What a row says of a person: row_id, rest_id, screen_name, did, handle, acct.
Statement = tuple[str, str | None, str | None, str | None, str | None, str | None]


def statement_of(row: Row) -> Statement:
    """Return what a row says of a person."""
    acct = str(row.acct) if row.acct else None
    return (row.row_id, row.rest_id, row.screen_name, row.did, row.handle, acct)


@dataclass(frozen=True, slots=True)
class AddedRows:
    """What such a directory has of people, with the directory as first source.

    Rows are in the lowest grade; `checked` are those whose proofs were read here: they are proven.
    """

    rows: RowLookup
    url: str
    checked: Set[Statement] = frozenset()

    def find_by_id(self, rest_id: RestId) -> tuple[Row, ...]:
        """Return the rows about this X id, usually none or one."""
        return self._graded(self.rows.find_by_id(rest_id))

    def find_by_name(self, screen_name: ScreenName) -> tuple[Row, ...]:
        """Return the rows with this X name in any case."""
        return self._graded(self.rows.find_by_name(screen_name))

    def find_named(self, row_id: str, rest_id: str | None, screen_name: str) -> Row | None:
        """Return the row of this `row_id`, if it has that id or that name. Raises InvalidIdentifier."""
        row = self.rows.find_named(row_id, rest_id, screen_name)
        return self._graded([row])[0] if row else None

    def _graded(self, rows: Iterable[Row]) -> tuple[Row, ...]:
        source = EvidenceSource(urlsplit(self.url).hostname or self.url, self.url)
        return tuple(
            replace(row, grade=self._grade(row), sources=(source, *map(_without_page, row.sources))) for row in rows
        )

    def _grade(self, row: Row) -> Grade:
        return PROVEN if statement_of(row) in self.checked else LOWEST_GRADE


def _without_page(source: EvidenceSource) -> EvidenceSource:
    """Return a source without the claim that it carries, where a claim page is part of that claim's proof.

    Such a directory could give another person's claim page to a claim of its own; the registrar says whose page it is.
    The record and the post of a claim that names a Bluesky account alone name the whole claim, so it needs no page.
    """
    return replace(source, claim=None) if source.claim and source.claim.acct else source
