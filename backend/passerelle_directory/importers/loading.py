"""What the lines of a file say -> the database, in one transaction; the same file again changes nothing."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from passerelle.errors import InputError
from passerelle.identifiers import canonicalize_screen_name
from sqlalchemy import select
from sqlalchemy.orm import Session

from passerelle_directory.importers.lines import BadLine, Line, read_lines
from passerelle_directory.importers.parsing import AccountLine, DepartureLine, parse_line
from passerelle_directory.models import Account, Departure, Statement

ROW_ID_BYTES = 8  # 64 random bits, in hex: unlikely to meet among millions, and the key forbids it

# What a source may say of an X account, field by field.
SAID = ("did", "handle", "acct", "kind", "country", "display_name")
TARGETS = ("did", "handle", "acct")


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
    report = Report()
    importer = Importer(session)
    for line in lines:
        if isinstance(line, BadLine):
            report.skipped.append(line)
            continue
        try:
            outcome = importer.take(line, today)
        except InputError as error:
            report.skipped.append(BadLine(line.number, error.message))
            continue
        setattr(report, outcome, getattr(report, outcome) + 1)
    session.flush()
    return report


class Importer:
    """Takes the lines of one file; remembers which line said what, so that a file cannot contradict itself unseen."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.said_on: dict[tuple[str, str], int] = {}

    def take(self, line: Line, today: date) -> str:
        """Store what one line says. Gives the outcome: "new", "changed" or "known". Raises InputError."""
        account, departure = parse_line(line.fields, today)
        outcomes = {self._take_account(account, line.number)} if account else set()
        if departure:
            outcomes.add(self._take_departure(departure))
        return min(outcomes, key=("new", "changed", "known").index)

    def _take_account(self, line: AccountLine, number: int) -> str:
        account, namesake = find_account(self.session, line)
        statement = _statement_of(self.session, account, line.said.source) if account else None
        values = _values(line)
        if account and statement and (first := self.said_on.get((account.row_id, line.said.source))):
            values = _completed(statement, values, first)
        elif statement and _is_older(line.said.source_date, statement.source_date):
            return "known"
        if account is None:
            account = Account(row_id=secrets.token_hex(ROW_ID_BYTES))
            self.session.add(account)
        if namesake:
            _absorb(self.session, account, namesake)
        self.said_on[account.row_id, line.said.source] = number
        _learn(account, line)
        if statement is None:
            account.statements.append(Statement(source=line.said.source, **values))
            return "new"
        return _update(statement, values)

    def _take_departure(self, line: DepartureLine) -> str:
        values: dict[str, object] = {
            "organisation": line.organisation,
            "kind": line.kind,
            "country": line.country,
            "left": line.left,
            "by": line.by,
            "how": line.how,
            "handle": line.handle,
            "acct": str(line.acct) if line.acct else None,
            "source_url": line.said.source_url,
        }
        key = f"{line.country or ''} {' '.join(line.organisation.casefold().split())}"
        query = select(Departure).where(Departure.key == key, Departure.source == line.said.source)
        departure = self.session.scalar(query)
        if departure is None:
            self.session.add(Departure(key=key, source=line.said.source, **values))
            return "new"
        return _update(departure, values)


def find_account(session: Session, line: AccountLine) -> tuple[Account | None, Account | None]:
    """Find the X account that a line is about: by id, else by the name, whoever bore it last.

    The second is an account known by its name only that the line shows to be the first one.
    """
    by_id = session.scalar(select(Account).where(Account.rest_id == line.rest_id)) if line.rest_id else None
    by_name = _find_by_name(session, line)
    if by_id is None:
        return by_name, None
    return by_id, (by_name if by_name is not by_id else None)


def _find_by_name(session: Session, line: AccountLine) -> Account | None:
    """Find by name: for a line with an id only an account without one, for X gives old names to new people."""
    if line.screen_name is None:
        return None
    query = select(Account).where(Account.screen_name_key == canonicalize_screen_name(line.screen_name))
    if line.rest_id:
        query = query.where(Account.rest_id.is_(None))
    bearers = session.scalars(query.order_by(Account.row_id)).all()
    return max(bearers, key=lambda account: account.name_seen or date.min, default=None)


def _absorb(session: Session, account: Account, other: Account) -> None:
    """Make two accounts one: `other` was the same X account, known by its name only."""
    known = {statement.source for statement in account.statements}
    for statement in [said for said in other.statements if said.source not in known]:
        statement.account = account
    account.did = account.did or other.did
    session.flush()
    session.expire(other, ["statements"])
    session.delete(other)


def _statement_of(session: Session, account: Account, source: str) -> Statement | None:
    return session.scalar(select(Statement).where(Statement.row_id == account.row_id, Statement.source == source))


def _values(line: AccountLine) -> dict[str, object]:
    said = {name: getattr(line, name) for name in SAID}
    said["acct"] = str(line.acct) if line.acct else None
    return said | {"source_url": line.said.source_url, "source_date": line.said.source_date}


def _completed(statement: Statement, values: dict[str, object], first: int) -> dict[str, object]:
    """Join a second line of the same file about the same X account with the first. Raises InputError if they differ."""
    for name in TARGETS:
        known, new = getattr(statement, name), values[name]
        if known and new and known != new:
            raise InputError(f"It names another {name} for the X account of line {first}.")
    return {name: getattr(statement, name) or value for name, value in values.items()}


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
