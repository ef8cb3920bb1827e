"""Parsed lines of a file -> the database; the same file again changes nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from passerelle.errors import InputError
from passerelle.identifiers import canonicalize_screen_name
from sqlalchemy import select
from sqlalchemy.orm import Session

from passerelle_directory.importers.accounts import KnownAccounts, find_family, find_statement
from passerelle_directory.importers.holding import TARGETS, is_held
from passerelle_directory.importers.lines import BadLine, Line, read_lines
from passerelle_directory.importers.parsing import AccountLine, DepartureLine, parse_line
from passerelle_directory.models import Account, Departure, Statement
from passerelle_directory.publishing.departures import organisation_key

LINES_AT_ONCE = 500
ROW_ID_BYTES = 8  # 64 random bits, in hex: unlikely to meet among millions, and the key forbids it

# What a source may state about an X account.
STATED = ("screen_name", "did", "handle", "acct", "kind", "country", "display_name")
UNKNOWN = (None, "other")  # what a second line of the same file may still fill in

HELD = "held"
# Where a source that is harvested every day says the same as before, its row gets another date once a month: each
# change of a row is a delta that every client downloads.
DATED_AGAIN = timedelta(days=30)
OUTCOMES = ("new", "changed", HELD, "known")  # a line about an account and a departure counts as the first of its two
Parsed = tuple[AccountLine | None, DepartureLine | None]


@dataclass(slots=True)
class Report:
    """Result of an import: how many lines were new, changed something or were known, and the skipped lines."""

    new: int = 0
    changed: int = 0
    held: int = 0
    known: int = 0
    skipped: list[BadLine] = field(default_factory=list)

    @property
    def read(self) -> int:
        """Count the lines that could be used."""
        return self.new + self.changed + self.held + self.known


def import_file(session: Session, path: Path, today: date) -> Report:
    """Import a file of rows and departures; bad lines are skipped and reported.

    Raises UnreadableFile before anything is stored. Commits every LINES_AT_ONCE lines, so that other writers wait for
    a moment only; after an interruption, importing the file again stores the rest.
    """
    for _ in read_lines(path):
        pass
    return import_lines(session, read_lines(path), today)


def import_lines(session: Session, lines: Iterable[Line | BadLine], today: date) -> Report:
    """Import parsed lines; commits every LINES_AT_ONCE lines."""
    importer = Importer(session)
    for batch in batches(lines, LINES_AT_ONCE):
        importer.add(batch, today)
        session.commit()
    return importer.report


class Importer:
    """Imports the lines of one file, and reports a line that contradicts an earlier one of the same file.

    With `holds_changes`, a source that names another account than before is believed only after HELD_FOR.
    """

    def __init__(self, session: Session, *, holds_changes: bool = False) -> None:
        self.session = session
        self._holds_changes = holds_changes
        self.report = Report()
        self.outcomes: dict[int, str] = {}  # of the lines that could be used, by their number
        self._known = KnownAccounts()
        self._line_of: dict[tuple[str, str], int] = {}

    def add(self, batch: Sequence[Line | BadLine], today: date) -> None:
        """Store some lines, and count or report each of them."""
        parsed = [(line.number, _parsed(line, today)) for line in batch]
        self._known = KnownAccounts.fetch(
            self.session, [stated[0] for _, stated in parsed if not isinstance(stated, str) and stated[0]]
        )
        with self.session.no_autoflush:
            for number, stated in parsed:
                if isinstance(stated, str):
                    self.report.skipped.append(BadLine(number, stated))
                else:
                    self._import_line(number, today, *stated)
        self.session.flush()

    def _import_line(
        self, number: int, today: date, account: AccountLine | None, departure: DepartureLine | None
    ) -> None:
        try:
            outcomes = {self._import_account(account, number, today)} if account else set()
        except InputError as error:
            self.report.skipped.append(BadLine(number, error.message))
            return
        if departure:
            outcomes.add(self._import_departure(departure))
        outcome = min(outcomes, key=OUTCOMES.index)
        self.outcomes[number] = outcome
        setattr(self.report, outcome, getattr(self.report, outcome) + 1)

    def _import_account(self, line: AccountLine, number: int, today: date) -> str:
        account = self._known.find(line) or self._identify(line) or self._add_account(line)
        if line.rest_id:
            self._move_family(line, account)
        statement = find_statement(account, line)
        values = _values(line)
        if statement and (first := self._line_of.get((account.row_id, line.source.name))):
            values = _completed(statement, values, first)
        elif statement and _is_older(line.source.seen, statement.source_date):
            return "known"
        elif statement and self._holds_changes and is_held(self.session, statement, values, today):
            return HELD
        elif statement and self._holds_changes and _is_dated_lately(statement, values):
            values["source_date"] = statement.source_date
        self._line_of[account.row_id, line.source.name] = number
        if line.screen_name:
            account.screen_name_key = canonicalize_screen_name(line.screen_name)
        self._known.add(account)
        if statement is None:
            account.statements.append(Statement(source=line.source.name, first_did=line.did, **values))
            return "new"
        statement.first_did = statement.first_did or line.did
        return _update(statement, values)

    def _add_account(self, line: AccountLine) -> Account:
        account = Account(row_id=secrets.token_hex(ROW_ID_BYTES), rest_id=line.rest_id)
        self.session.add(account)
        return account

    def _identify(self, line: AccountLine) -> Account | None:
        """Return the line's id to the account known by its name, if only the line's own family has stated that account.

        Other families have not stated this id; their account keeps the name only.
        """
        account = self._known.find_unidentified(line) if line.rest_id else None
        if account is None or len(find_family(account, line)) != len(account.statements):
            return None
        account.rest_id = line.rest_id
        return account

    def _move_family(self, line: AccountLine, account: Account) -> None:
        """Move what the line's family stated about the account known by name to the one with the line's id."""
        other = self._known.find_unidentified(line)
        if other is None or other is account:
            return
        already_there = {one.source for one in account.statements}
        for statement in find_family(other, line):
            if statement.source in already_there:
                other.statements.remove(statement)
            else:
                account.statements.append(statement)
        self.session.flush()
        if not other.statements:
            self._known.remove(other)
            self.session.delete(other)

    def _import_departure(self, line: DepartureLine) -> str:
        key = organisation_key(line.country, line.organisation)
        query = select(Departure).where(Departure.key == key, Departure.source == line.source.name)
        departure = self.session.scalar(query)
        if departure:
            return _update(departure, _departure_values(line))
        self.session.add(Departure(key=key, source=line.source.name, **_departure_values(line)))
        self.session.flush()  # the file may speak of it again
        return "new"


def batches(lines: Iterable[Line | BadLine], size: int) -> Iterator[list[Line | BadLine]]:
    """Yield lists of up to `size` lines."""
    rest = iter(lines)
    while batch := list(islice(rest, size)):
        yield batch


def _parsed(line: Line | BadLine, today: date) -> Parsed | str:
    """Return the parsed line, or the reason why it cannot be used."""
    if isinstance(line, BadLine):
        return line.reason
    try:
        return parse_line(line.fields, today, is_own_domain=line.is_own_domain)
    except InputError as error:
        return error.message


def _departure_values(line: DepartureLine) -> dict[str, object]:
    return {
        "organisation": line.organisation,
        "office": line.office,
        "rest_id": line.rest_id,
        "screen_name": line.screen_name,
        "kind": line.kind,
        "country": line.country,
        "left": line.left,
        "by": line.by,
        "how": line.how,
        "handle": line.handle,
        "acct": str(line.acct) if line.acct else None,
        "source_url": line.source.url,
        "source_date": line.source.seen,
    }


def _values(line: AccountLine) -> dict[str, object]:
    stated = {name: getattr(line, name) for name in STATED}
    stated["acct"] = str(line.acct) if line.acct else None
    return stated | {
        "source_url": line.source.url,
        "source_date": line.source.seen,
        "is_own_domain": line.source.is_own_domain,
    }


def _completed(statement: Statement, values: dict[str, object], first: int) -> dict[str, object]:
    """Join a second line of the same file about the same X account with the first. Raises InputError if they differ."""
    for name in TARGETS:
        stated_first, new = getattr(statement, name), values[name]
        if stated_first and new and stated_first != new:
            raise InputError(f"It names another {name} for the X account of line {first}.")
    known = {name: getattr(statement, name) for name in values}
    return {name: value if known[name] in UNKNOWN else known[name] for name, value in values.items()}


def _is_older(seen: date | None, known: date | None) -> bool:
    return known is not None and (seen is None or seen < known)


def _is_dated_lately(statement: Statement, values: Mapping[str, object]) -> bool:
    """Return whether the date of a statement is still good enough for one that is read every day and says the same."""
    seen, known = values["source_date"], statement.source_date
    is_late = isinstance(seen, date) and known is not None and seen - known < DATED_AGAIN
    return is_late and all(getattr(statement, name) == value for name, value in values.items() if name != "source_date")


def _update(record: Statement | Departure, values: dict[str, object]) -> str:
    changes = {name: value for name, value in values.items() if getattr(record, name) != value}
    for name, value in changes.items():
        setattr(record, name, value)
    return "changed" if changes else "known"
