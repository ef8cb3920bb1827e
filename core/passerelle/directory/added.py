"""Rows of a directory that the person added: its proofs were not checked here, so they count as `claimed` only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from passerelle.directory.lookup import RowLookup
from passerelle.directory.rows import GRADES, EvidenceSource, Row
from passerelle.identifiers import RestId, ScreenName

LOWEST_GRADE = GRADES[-1]


@dataclass(frozen=True, slots=True)
class AddedRows:
    """What such a directory has of people, in the lowest grade and with the directory as first source."""

    rows: RowLookup
    url: str

    def find_by_id(self, rest_id: RestId) -> tuple[Row, ...]:
        """Return the rows about this X id, usually none or one."""
        return self._demoted(self.rows.find_by_id(rest_id))

    def find_by_name(self, screen_name: ScreenName) -> tuple[Row, ...]:
        """Return the rows with this X name in any case."""
        return self._demoted(self.rows.find_by_name(screen_name))

    def find_named(self, row_id: str, rest_id: str | None, screen_name: str) -> Row | None:
        """Return the row of this `row_id`, if it has that id or that name. Raises InvalidIdentifier."""
        row = self.rows.find_named(row_id, rest_id, screen_name)
        return self._demoted([row])[0] if row else None

    def _demoted(self, rows: Iterable[Row]) -> tuple[Row, ...]:
        source = EvidenceSource(urlsplit(self.url).hostname or self.url, self.url)
        return tuple(replace(row, grade=LOWEST_GRADE, sources=(source, *_without_claims(row))) for row in rows)


def _without_claims(row: Row) -> tuple[EvidenceSource, ...]:
    """Return the sources of a row without what they carry of claims.

    Such a directory could give another person's claim page to a claim of its own; the registrar says whose page it is.
    """
    return tuple(replace(source, claim=None) for source in row.sources)
