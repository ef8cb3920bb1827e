"""Claims -> statements that the snapshot takes in. Run under the writer's lock, before a snapshot; changes no claim."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from passerelle.claims.grades import ENOUGH_READINGS
from passerelle.claims.models import source_name
from passerelle.claims.published import PublishedClaim
from passerelle.claims.replacement import settle
from passerelle.identifiers import Acct, Did, ScreenName, canonicalize_acct, canonicalize_screen_name
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from passerelle_directory.importers.loading import ROW_ID_BYTES
from passerelle_directory.models import Account, Statement, StoredClaim
from passerelle_directory.registrar.refusals import delete_refused
from passerelle_directory.registrar.standing import proven_target
from passerelle_directory.registrar.store import to_verdict, utc


@dataclass(frozen=True, slots=True)
class Stated:
    """One claim as it is published: the X account, and those of its targets that stand."""

    claim: StoredClaim
    rest_id: str | None
    name: str
    did: Did | None
    acct: Acct | None

    @property
    def key(self) -> tuple[str, str]:
        """Return what identifies the X account."""
        return ("id", self.rest_id) if self.rest_id else ("name", canonicalize_screen_name(ScreenName(self.name)))

    def fields(self) -> dict[str, object]:
        """Return the values of the statement."""
        claim = self.claim
        return {
            "source": source_name(claim.claim_id),
            "source_url": next((one.url for one in claim.proofs if one.side in ("x", "x_name") and one.url), None),
            "source_date": utc(claim.checked_at).date() if claim.checked_at else None,
            "screen_name": self.name,
            "did": self.did,
            "first_did": self.did,
            "handle": claim.handle if self.did else None,
            "acct": str(self.acct) if self.acct else None,
            "kind": claim.kind,
            "country": claim.country,
            "display_name": None,
            "claim": claim.grade,
            "leaving_on": claim.leaving_on,
            "published_claim": self._published(),
        }

    def _published(self) -> str | None:
        """Return what the row carries of the claim; None unless all accounts that the claim names are published."""
        claim = self.claim
        acct = str(self.acct) if self.acct else None
        if (self.rest_id, self.did, acct) != (claim.rest_id, claim.did, claim.acct):
            return None
        fields = {name: getattr(claim, name) for name in ("rest_id", "screen_name", "did", "acct", "nonce", "keytrace")}
        return PublishedClaim.model_validate({**fields, "domain": claim.has_domain}).model_dump_json(
            exclude_defaults=True
        )


def take_in(session: Session, refusals_key: bytes, now: datetime) -> int:
    """Make the statements of claims what the claims say now, and delete what people refused; return how many claims."""
    wanted: dict[tuple[str, str], list[Stated]] = defaultdict(list)
    for one in _read_stated(session, now):
        wanted[one.key].append(one)
    for account in _accounts_with_claims(session):
        _write(session, account, wanted.pop(_key(account), []))
    for (kind, value), stated in wanted.items():
        _write(session, _find_account(session, kind, value), stated)
    session.flush()
    session.execute(delete(Account).where(~Account.statements.any()))
    delete_refused(session, refusals_key)
    session.commit()
    return session.query(Statement).where(Statement.claim.is_not(None)).count()


def _read_stated(session: Session, now: datetime) -> Iterator[Stated]:
    """Yield the claims that stand, the first proven one of an X account first."""
    query = (
        select(StoredClaim)
        .where(StoredClaim.purpose == "claim", StoredClaim.grade.is_not(None), StoredClaim.readings >= ENOUGH_READINGS)
        .order_by(StoredClaim.proven_at, StoredClaim.id)
        .options(selectinload(StoredClaim.proofs))
    )
    proven: dict[str, list[Stated]] = defaultdict(list)
    for claim in session.scalars(query):
        stated = _stated(claim)
        if claim.grade == "proven" and stated.rest_id:
            proven[stated.rest_id].append(stated)
        else:
            yield stated
    for claims in proven.values():
        yield from _settled(claims, now)


def _stated(claim: StoredClaim) -> Stated:
    verdict = to_verdict(claim)
    shown = next((one.name for one in claim.proofs if one.side == "x" and one.state == "holds" and one.name), None)
    return Stated(claim, verdict.rest_id, shown or str(claim.screen_name), verdict.did, verdict.acct)


def _settled(claims: Sequence[Stated], now: datetime) -> Iterator[Stated]:
    """Yield the proven claims of one X account with the targets that stand or are disputed."""
    targets = {target.claim_id: target for one in claims if (target := proven_target(one.claim))}
    standing = settle(targets.values(), now)
    for one in claims:
        is_disputing = targets.get(one.claim.claim_id) in standing.disputed_by
        did = one.did if is_disputing or one.did == standing.did else None
        acct = one.acct if is_disputing or _is_same(one.acct, standing.acct) else None
        if did or acct is not None:
            yield Stated(one.claim, one.rest_id, one.name, did, acct)


def _is_same(one: Acct | None, other: Acct | None) -> bool:
    return one is not None and other is not None and canonicalize_acct(one) == canonicalize_acct(other)


def _accounts_with_claims(session: Session) -> Iterable[Account]:
    query = select(Account).where(Account.statements.any(Statement.claim.is_not(None)))
    return list(session.scalars(query.options(selectinload(Account.statements))))


def _key(account: Account) -> tuple[str, str]:
    return ("id", account.rest_id) if account.rest_id else ("name", account.screen_name_key or "")


def _find_account(session: Session, kind: str, value: str) -> Account:
    """Return the account of an id, or of a name without id; made where there is none."""
    is_it = (
        Account.rest_id == value if kind == "id" else (Account.rest_id.is_(None)) & (Account.screen_name_key == value)
    )
    account = session.scalar(select(Account).where(is_it).order_by(Account.row_id).limit(1))
    if account is None:
        account = Account(row_id=secrets.token_hex(ROW_ID_BYTES), rest_id=value if kind == "id" else None)
        session.add(account)
    return account


def _write(session: Session, account: Account, stated: Sequence[Stated]) -> None:
    """Replace the claims of an account where they differ. Their order counts: the first one is published."""
    known = [one for one in account.statements if one.claim is not None]
    fields = [one.fields() for one in stated]
    if [{name: getattr(one, name) for name in (fields[0] if fields else ())} for one in known] == fields and fields:
        return
    for one in known:
        account.statements.remove(one)
    session.flush()
    for values in fields:
        account.statements.append(Statement(**values))
    is_named_by_others = any(one.claim is None for one in account.statements)
    if stated and (stated[-1].claim.grade == "proven" or not is_named_by_others):
        account.screen_name_key = canonicalize_screen_name(ScreenName(stated[-1].name))
    session.flush()
