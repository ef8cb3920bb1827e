"""The X accounts that a batch of lines may be about: fetched in a few queries, then found in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from passerelle.identifiers import ScreenName, canonicalize_screen_name
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from passerelle_directory.importers.parsing import AccountLine
from passerelle_directory.models import Account


class KnownAccounts:
    """Finds the account of a line by its id, else by the name, whoever bore it last."""

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self._by_id: dict[str, Account] = {}
        self._by_name: dict[str, list[Account]] = {}
        for account in accounts:
            self.remember(account)

    @classmethod
    def fetch(cls, session: Session, lines: Sequence[AccountLine]) -> KnownAccounts:
        """Read from the database whatever these lines may be about, with its statements."""
        ids = {line.rest_id for line in lines if line.rest_id}
        names = {canonicalize_screen_name(line.screen_name) for line in lines if line.screen_name}
        query = select(Account).where(or_(Account.rest_id.in_(ids), Account.screen_name_key.in_(names)))
        return cls(session.scalars(query.order_by(Account.row_id).options(selectinload(Account.statements))))

    def remember(self, account: Account) -> None:
        """Find this account from now on, under its id and its name of now."""
        if account.rest_id:
            self._by_id[account.rest_id] = account
        if account.screen_name_key and account not in (
            bearers := self._by_name.setdefault(account.screen_name_key, [])
        ):
            bearers.append(account)

    def forget(self, account: Account) -> None:
        """Find this account no more."""
        for bearers in self._by_name.values():
            if account in bearers:
                bearers.remove(account)

    def find(self, line: AccountLine) -> tuple[Account | None, Account | None]:
        """Give the account of a line; the second is one known by its name only that the line shows to be the same."""
        by_id = self._by_id.get(line.rest_id) if line.rest_id else None
        by_name = self._bearer(line.screen_name, without_id=line.rest_id is not None) if line.screen_name else None
        if by_id is None:
            return by_name, None
        return by_id, (by_name if by_name is not by_id else None)

    def _bearer(self, name: ScreenName, *, without_id: bool) -> Account | None:
        """Find by name; a line with an id means nobody else's, for X gives old names to new people."""
        key = canonicalize_screen_name(name)
        bearers = [
            account
            for account in self._by_name.get(key, ())
            if account.screen_name_key == key and not (without_id and account.rest_id)
        ]
        return max(bearers, key=lambda account: account.name_seen or date.min, default=None)
