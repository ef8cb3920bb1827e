"""Accounts whose owners do not want to be listed: keyed hashes, so that what is kept names no one.

An X id or a did can be guessed and hashed; without the key, which is the operator's, that leads nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from passerelle.claims.grades import proven_sides
from passerelle.claims.models import Claim, Proof
from passerelle.identifiers import ScreenName, canonicalize_acct, canonicalize_screen_name, parse_acct
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from passerelle_directory.models import Account, Refusal, Statement
from passerelle_directory.publishing.files import OWNER_ONLY, write_whole

KEY_BYTES = 32
ACCOUNTS_AT_ONCE = 500


def load_key(path: Path) -> bytes:
    """Return the operator's key for hashes; made when first needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with suppress(FileExistsError):
            write_whole(path, secrets.token_hex(KEY_BYTES).encode(), OWNER_ONLY, overwrite=False)
    return bytes.fromhex(path.read_text())


def claim_text(claim_id: str) -> str:
    """Return what is refused of a withdrawn claim itself: its record may stand in the repository still."""
    return f"claim:{claim_id}"


def hash_account(key: bytes, text: str) -> str:
    """Return the keyed hash of `id:…`, `name:…`, `did:…`, `handle:…`, `acct:…` or `claim:…`."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def refused_accounts(claim: Claim, handle: str | None, proofs: Iterable[Proof]) -> Iterator[str]:
    """Yield the accounts that a person has proven to be theirs; only these may they have removed."""
    sides = proven_sides(proofs)
    if "x" in sides and claim.rest_id:
        yield f"id:{claim.rest_id}"
    if sides & {"x", "x_name"} and claim.screen_name:
        yield f"name:{canonicalize_screen_name(claim.screen_name)}"
    if "bluesky" in sides and claim.did:
        yield f"did:{claim.did}"
        if handle:
            yield f"handle:{handle}"
    if "fediverse" in sides and claim.acct:
        yield f"acct:{canonicalize_acct(claim.acct)}"


def refuse(session: Session, key: bytes, accounts: Iterable[str], now: datetime) -> None:
    """Store refusals; one that is there already has the new date."""
    for hashed in {hash_account(key, account) for account in accounts}:
        session.merge(Refusal(hash=hashed, made_at=now))


def find_refusal(session: Session, key: bytes, text: str) -> datetime | None:
    """Return when an account or claim was refused, in UTC; None where it is not."""
    refusal = session.get(Refusal, hash_account(key, text))
    if refusal is None:
        return None
    return refusal.made_at if refusal.made_at.tzinfo else refusal.made_at.replace(tzinfo=UTC)


def delete_refused(session: Session, key: bytes) -> int:
    """Delete the statements of sources about refused accounts, and accounts without any; return how many statements.

    People's own claims stay: a later claim of the same person is their own wish.
    """
    refused = set(session.scalars(select(Refusal.hash)))
    if not refused:
        return 0
    query = select(Account).options(selectinload(Account.statements)).execution_options(yield_per=ACCOUNTS_AT_ONCE)
    found = [
        one.id
        for account in session.scalars(query)
        for one in account.statements
        if one.claim is None and any(hash_account(key, text) in refused for text in _accounts(account, one))
    ]
    for start in range(0, len(found), ACCOUNTS_AT_ONCE):
        session.execute(delete(Statement).where(Statement.id.in_(found[start : start + ACCOUNTS_AT_ONCE])))
    session.execute(delete(Account).where(~Account.statements.any()))
    session.expire_all()
    return len(found)


def _accounts(account: Account, statement: Statement) -> Iterator[str]:
    if account.rest_id:
        yield f"id:{account.rest_id}"
    elif statement.screen_name:  # with an id, the name may be another person's by now
        yield f"name:{canonicalize_screen_name(ScreenName(statement.screen_name))}"
    if statement.did:
        yield f"did:{statement.did}"
    if statement.handle:
        yield f"handle:{statement.handle}"
    if statement.acct:
        yield f"acct:{canonicalize_acct(parse_acct(statement.acct))}"
