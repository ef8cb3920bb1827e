"""Members of a coalition -> what is imported: what the member's own domain states, and what the coalition does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from passerelle.claims.domain_files import PATH, domain_file_request
from sqlalchemy import select
from sqlalchemy.orm import Session

from passerelle_directory.harvest.coalition.reading import Member
from passerelle_directory.harvest.found import Found
from passerelle_directory.models import Account, Statement


def make_found(members: Iterable[Member], host: str, day: date) -> list[Found]:
    """Return two statements for each member that counts, and the reason for each that does not."""
    return [found for member in members for found in _make(member, host, day)]


def _make(member: Member, host: str, day: date) -> Iterator[Found]:
    name = f"entry {member.number}" + (f" (@{member.listed.screen_name})" if member.listed else "")
    if member.listed is None or member.domain is None or member.reason:
        yield Found(name, reason=member.reason)
        return
    listed = member.listed
    account: dict[str, object] = {"rest_id": listed.rest_id, "screen_name": listed.screen_name, **listed.about}
    own: dict[str, object] = {"did": member.did, "handle": member.handle, "acct": member.acct}
    yield Found(f"{name} by {member.domain}", _fields(account | own, member.domain, day), is_own_domain=True)
    if member.domain != host:
        stated = {"did": own["did"], "handle": own["handle"]} if listed.did else {}
        stated |= {"acct": own["acct"]} if listed.acct else {}
        yield Found(f"{name} by {host}", _fields(account | stated, host, day))


def _fields(values: dict[str, object], host: str, day: date) -> dict[str, str]:
    url = domain_file_request(host).url
    stated = {name: str(value) for name, value in values.items() if value is not None}
    return stated | {"source": url, "source_url": url, "source_date": day.isoformat()}


def delete_former(session: Session, members: Iterable[Member], host: str) -> list[str]:
    """Delete what earlier runs have imported of members that are listed no longer, or that their domain disowns.

    Returns the names of the X accounts. A member whose servers did not answer stays as it was.
    """
    kept = {one.rest_id for one in members if one.is_unknown or not one.reason}
    of_coalition = domain_file_request(host).url
    query = select(Account).where(Account.statements.any(Statement.source == of_coalition))
    former = [one for one in session.scalars(query) if one.rest_id not in kept]
    names = [f"@{account.statements[0].screen_name}" for account in former]
    for account in former:
        for one in list(account.statements):
            if one.source == of_coalition or (one.is_own_domain and one.source.endswith(PATH)):
                account.statements.remove(one)
        if not account.statements:
            session.delete(account)
    session.flush()
    return names
