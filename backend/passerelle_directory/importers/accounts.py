"""The X accounts that a batch of lines may be about: fetched in a few queries, then found in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from passerelle.identifiers import canonicalize_screen_name
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from passerelle_directory.importers.parsing import AccountLine
from passerelle_directory.models import Account, Statement
from passerelle_directory.publishing.sources import family


class KnownAccounts:
    """Finds the account of a line: by id if the line gives one, else by name among the accounts without id.

    A name alone never leads to an account with an id, because X gives free names to new people. The exception is a
    source's own earlier statement: a list that gave the id once and only the name now speaks of the same account.
    """

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self._by_id: dict[str, Account] = {}
        self._by_name: dict[str, list[Account]] = {}
        for account in accounts:
            self.add(account)

    @classmethod
    def fetch(cls, session: Session, lines: Sequence[AccountLine]) -> KnownAccounts:
        """Read every account that these lines may be about, with its statements."""
        ids = {line.rest_id for line in lines if line.rest_id}
        names = {canonicalize_screen_name(line.screen_name) for line in lines if line.screen_name}
        query = select(Account).where(or_(Account.rest_id.in_(ids), Account.screen_name_key.in_(names)))
        return cls(session.scalars(query.order_by(Account.row_id).options(selectinload(Account.statements))))

    def add(self, account: Account) -> None:
        """Find this account from now on, under its id and its name."""
        if account.rest_id:
            self._by_id[account.rest_id] = account
        if account.screen_name_key:
            named = self._by_name.setdefault(account.screen_name_key, [])
            if account not in named:
                named.append(account)

    def remove(self, account: Account) -> None:
        """Stop finding this account."""
        for named in self._by_name.values():
            if account in named:
                named.remove(account)

    def find(self, line: AccountLine) -> Account | None:
        """Return the account that this line is about, or None if it is new."""
        if line.rest_id:
            return self._by_id.get(line.rest_id)
        return next((one for one in self._named(line) if find_statement(one, line)), None) or self.find_unidentified(
            line
        )

    def find_unidentified(self, line: AccountLine) -> Account | None:
        """Return the account that is known under the line's name only, or None."""
        return next((account for account in self._named(line) if account.rest_id is None), None)

    def _named(self, line: AccountLine) -> list[Account]:
        key = canonicalize_screen_name(line.screen_name) if line.screen_name else ""
        return [account for account in self._by_name.get(key, ()) if account.screen_name_key == key]


def find_statement(account: Account, line: AccountLine) -> Statement | None:
    """Return what the line's source has stated about this account."""
    return next((one for one in account.statements if one.source == line.source.name), None)


def find_family(account: Account, line: AccountLine) -> list[Statement]:
    """Return what the line's source, and the sources that it copies or that copy it, have stated about this account."""
    return [one for one in account.statements if family(one.source) == family(line.source.name)]
