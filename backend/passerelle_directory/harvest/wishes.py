"""Accounts whose owners ask not to be listed: asked at the account's own server, and again after some weeks.

`discoverable` and `indexable` are Mastodon's (https://docs.joinmastodon.org/spec/activitypub/#discoverable), the label
`!no-unauthenticated` is Bluesky's (https://atproto.com/specs/label#global-label-values).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from passerelle.errors import InvalidIdentifier, NetworkError, ServerRefused
from passerelle.identifiers import parse_acct, parse_did, parse_handle
from passerelle.networks import bluesky
from passerelle.networks.bluesky.profile import (
    expect_active,
    is_hidden,
    profile_request,
    read_profile_record,
    status_request,
)
from passerelle.networks.fediverse.profile import load_actor
from passerelle.networks.fediverse.webfinger import read_webfinger, webfinger_request
from passerelle.transport import Fetch
from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from passerelle_directory.harvest.found import Found
from passerelle_directory.models import Account, Statement
from passerelle_directory.publishing.files import write_whole

FILE = "wishes.json"
KEPT = timedelta(days=30)
STORED_EACH = 50  # accounts
PRIVATE = 0o600
TARGETS = ("acct", "handle", "did")
AT_ONCE = 500  # accounts in one statement of SQL

LISTED, HIDDEN, GONE = "listed", "hidden", "gone"
REASONS = {
    HIDDEN: "its owner asks not to be listed.",
    GONE: "there is no such account.",
    None: "its server did not answer, or was not asked yet; left for the next run.",
}


class Wishes:
    """What owners of accounts ask for, by address; kept in a file, so that a run that was stopped goes on there."""

    def __init__(self, folder: Path, today: date) -> None:
        self._path, self._today = folder / FILE, today
        folder.mkdir(parents=True, exist_ok=True)
        self._known: dict[str, list[str]] = _read(self._path)

    def get(self, address: str) -> str | None:
        """Return LISTED, HIDDEN or GONE; None where it is not known, or not known any more."""
        wish, day = self._known.get(address.lower(), (None, ""))
        return wish if wish and self._today - date.fromisoformat(day) < KEPT else None

    async def ask(self, addresses: Iterable[str], fetch: Fetch, limit: int) -> None:
        """Ask for the accounts that are not known, at most `limit`."""
        wanted = [one for one in dict.fromkeys(addresses) if self.get(one) is None][:limit]
        for number, address in enumerate(wanted, start=1):
            try:
                self._known[address.lower()] = [await read_wish(address, fetch), self._today.isoformat()]
            except (NetworkError, ServerRefused):
                continue
            if number % STORED_EACH == 0:
                self.store()
        self.store()

    def forget_old(self) -> int:
        """Delete from the file what is not known any more; return how many accounts that were."""
        kept = {address: wish for address, wish in self._known.items() if self.get(address)}
        forgotten = len(self._known) - len(kept)
        if forgotten:
            self._known = kept
            self.store()
        return forgotten

    def store(self) -> None:
        """Write the file."""
        write_whole(self._path, json.dumps(self._known).encode(), PRIVATE, overwrite=True)

    def hidden(self) -> list[str]:
        """Return the accounts whose owners ask not to be listed."""
        return [address for address in self._known if self.get(address) == HIDDEN]


async def respect(found: Sequence[Found], wishes: Wishes, fetch: Fetch, limit: int) -> list[Found]:
    """Ask for the accounts of what was found, and return it without those that may not be listed."""
    await wishes.ask((address for one in found for address in _addresses(one.fields or {})), fetch, limit)
    return [_respected(one, wishes) for one in found]


def delete_hidden(session: Session, wishes: Wishes) -> None:
    """Delete what sources state about accounts whose owners ask not to be listed; people's own claims stay."""
    hidden = wishes.hidden()
    found: list[int] = []
    for start in range(0, len(hidden), AT_ONCE):
        part = hidden[start : start + AT_ONCE]
        names = or_(*(func.lower(getattr(Statement, name)).in_(part) for name in TARGETS))
        found += session.scalars(select(Statement.id).where(Statement.claim.is_(None), names))
    for start in range(0, len(found), AT_ONCE):
        session.execute(delete(Statement).where(Statement.id.in_(found[start : start + AT_ONCE])))
    session.execute(delete(Account).where(~Account.statements.any()))
    session.expire_all()


def _respected(one: Found, wishes: Wishes) -> Found:
    for address in _addresses(one.fields or {}):
        wish = wishes.get(address)
        if wish != LISTED:
            return Found(one.name, reason=f"{address}: {REASONS[wish]}")
    return one


def _addresses(fields: Mapping[str, str]) -> Iterator[str]:
    if bluesky_address := fields.get("did") or fields.get("handle"):
        yield bluesky_address
    if acct := fields.get("acct"):
        yield acct


async def read_wish(address: str, fetch: Fetch) -> str:
    """Return what the owner asks for: LISTED, HIDDEN or GONE. Raises NetworkError, ServerRefused if it is unknown."""
    try:
        is_wished = await (_hides_acct(address, fetch) if "@" in address else _hides_bluesky(address, fetch))
    except InvalidIdentifier:
        return GONE
    except ServerRefused as error:
        if error.code != "account_not_found":
            raise
        return GONE
    return HIDDEN if is_wished else LISTED


async def _hides_acct(address: str, fetch: Fetch) -> bool:
    acct = parse_acct(address)
    found = read_webfinger(await fetch(webfinger_request(acct)), acct)
    actor = await load_actor(found.actor, fetch)
    if actor is None:
        raise NetworkError("The server shows this account to other servers only.", host=acct.domain)
    return actor.get("discoverable") is False or actor.get("indexable") is False


async def _hides_bluesky(address: str, fetch: Fetch) -> bool:
    name = parse_did(address) if address.startswith("did:") else parse_handle(address)
    identity = await bluesky.find_named(name, fetch)
    response = await fetch(profile_request(identity))
    if response.status in (400, 404):  # a profile is optional
        expect_active(await fetch(status_request(identity)))
        return False
    return is_hidden(read_profile_record(response))


def _read(path: Path) -> dict[str, Any]:
    try:
        known: dict[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    return known
