"""What the lines of a file say -> the database, in one transaction; the same file again changes nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path

from passerelle.errors import InputError
from passerelle.identifiers import canonicalize_screen_name
from sqlalchemy import select
from sqlalchemy.orm import Session

from passerelle_directory.importers.accounts import KnownAccounts
from passerelle_directory.importers.lines import BadLine, Line, read_lines
from passerelle_directory.importers.parsing import AccountLine, DepartureLine, parse_line
from passerelle_directory.models import Account, Departure, Statement

LINES_AT_ONCE = 500
ROW_ID_BYTES = 8  # 64 random bits, in hex: unlikely to meet among millions, and the key forbids it

# What a source may say of an X account, field by field.
SAID = ("did", "handle", "acct", "kind", "country", "display_name")
TARGETS = ("did", "handle", "acct")
UNKNOWN = (None, "other")  # what a second line of the same file may still fill in

OUTCOMES = ("new", "changed", "known")  # of a line that says two things the first one counts
Said = tuple[AccountLine | None, DepartureLine | None]


@dataclass(slots=True)
class Report:
    """What an import did: lines that were new, that changed something, that were known, and those skipped."""

    new: int = 0
    changed: int = 0
    known: int = 0
    skipped: list[BadLine] = field(default_factory=list)

    @property
    def read(self) -> int:
        """Count the lines that could be used."""
        return self.new + self.changed + self.known


def import_file(session: Session, path: Path, today: date) -> Report:
    """Import a file of rows and departures; bad lines are skipped and reported. Raises UnreadableFile.

    The caller holds the transaction: when it fails, nothing of the file is there.
    """
    return import_lines(session, read_lines(path), today)


def import_lines(session: Session, lines: Iterable[Line | BadLine], today: date) -> Report:
    """Import lines that were read already."""
    importer = Importer(session)
    for batch in _batches(lines, LINES_AT_ONCE):
        importer.take(batch, today)
    return importer.report


class Importer:
    """Takes the lines of one file; remembers which line said what, so that a file cannot contradict itself unseen."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.report = Report()
        self._known = KnownAccounts()
        self._said_on: dict[tuple[str, str], int] = {}

    def take(self, batch: Sequence[Line | BadLine], today: date) -> None:
        """Store what some lines say, and count or report each of them."""
        parsed = [(line.number, _parsed(line, today)) for line in batch]
        self._known = KnownAccounts.fetch(
            self.session, [said[0] for _, said in parsed if not isinstance(said, str) and said[0]]
        )
        with self.session.no_autoflush:
            for number, said in parsed:
                if isinstance(said, str):
                    self.report.skipped.append(BadLine(number, said))
                else:
                    self._take_line(number, *said)
        self.session.flush()

    def _take_line(self, number: int, account: AccountLine | None, departure: DepartureLine | None) -> None:
        try:
            outcomes = {self._take_account(account, number)} if account else set()
        except InputError as error:
            self.report.skipped.append(BadLine(number, error.message))
            return
        if departure:
            outcomes.add(self._take_departure(departure))
        outcome = min(outcomes, key=OUTCOMES.index)
        setattr(self.report, outcome, getattr(self.report, outcome) + 1)

    def _take_account(self, line: AccountLine, number: int) -> str:
        account, namesake = self._known.find(line)
        source = line.said.source
        statement = next((said for said in account.statements if said.source == source), None) if account else None
        values = _values(line)
        if account and statement and (first := self._said_on.get((account.row_id, source))):
            values = _completed(statement, values, first)
        elif statement and _is_older(line.said.source_date, statement.source_date):
            return "known"
        if account is None:
            account = Account(row_id=secrets.token_hex(ROW_ID_BYTES))
            self.session.add(account)
        if namesake:
            self._absorb(account, namesake)
        self._said_on[account.row_id, source] = number
        _learn(account, line)
        self._known.remember(account)
        if statement is None:
            account.statements.append(Statement(source=source, **values))
            return "new"
        return _update(statement, values)

    def _absorb(self, account: Account, other: Account) -> None:
        """Make two accounts one: `other` was the same X account, known by its name only."""
        known = {statement.source for statement in account.statements}
        for statement in [said for said in other.statements if said.source not in known]:
            account.statements.append(statement)
        account.did = account.did or other.did
        self._known.forget(other)
        self.session.flush()
        self.session.expire(other, ["statements"])
        self.session.delete(other)

    def _take_departure(self, line: DepartureLine) -> str:
        key = f"{line.country or ''} {' '.join(line.organisation.casefold().split())}"
        query = select(Departure).where(Departure.key == key, Departure.source == line.said.source)
        departure = self.session.scalar(query)
        if departure:
            return _update(departure, _departure_values(line))
        self.session.add(Departure(key=key, source=line.said.source, **_departure_values(line)))
        self.session.flush()  # the file may speak of it again
        return "new"


def _batches(lines: Iterable[Line | BadLine], size: int) -> Iterator[list[Line | BadLine]]:
    rest = iter(lines)
    while batch := list(islice(rest, size)):
        yield batch


def _parsed(line: Line | BadLine, today: date) -> Said | str:
    """Give what a line says, or the reason why it cannot be used."""
    if isinstance(line, BadLine):
        return line.reason
    try:
        return parse_line(line.fields, today)
    except InputError as error:
        return error.message


def _departure_values(line: DepartureLine) -> dict[str, object]:
    return {
        "organisation": line.organisation,
        "kind": line.kind,
        "country": line.country,
        "left": line.left,
        "by": line.by,
        "how": line.how,
        "handle": line.handle,
        "acct": str(line.acct) if line.acct else None,
        "source_url": line.said.source_url,
        "source_date": line.said.source_date,
    }


def _values(line: AccountLine) -> dict[str, object]:
    said = {name: getattr(line, name) for name in SAID}
    said["acct"] = str(line.acct) if line.acct else None
    return said | {"source_url": line.said.source_url, "source_date": line.said.source_date}


def _completed(statement: Statement, values: dict[str, object], first: int) -> dict[str, object]:
    """Join a second line of the same file about the same X account with the first. Raises InputError if they differ."""
    for name in TARGETS:
        first_said, new = getattr(statement, name), values[name]
        if first_said and new and first_said != new:
            raise InputError(f"It names another {name} for the X account of line {first}.")
    known = {name: getattr(statement, name) for name in values}
    return {name: value if known[name] in UNKNOWN else known[name] for name, value in values.items()}


def _learn(account: Account, line: AccountLine) -> None:
    """Take over the id, the newest name, and the first did."""
    account.rest_id = account.rest_id or line.rest_id
    account.did = account.did or line.did
    if line.screen_name and not _is_older(line.said.source_date, account.name_seen):
        account.screen_name = line.screen_name
        account.screen_name_key = canonicalize_screen_name(line.screen_name)
        account.name_seen = line.said.source_date or account.name_seen


def _is_older(seen: date | None, known: date | None) -> bool:
    return known is not None and (seen is None or seen < known)


def _update(record: Statement | Departure, values: dict[str, object]) -> str:
    changes = {name: value for name, value in values.items() if getattr(record, name) != value}
    for name, value in changes.items():
        setattr(record, name, value)
    return "changed" if changes else "known"
