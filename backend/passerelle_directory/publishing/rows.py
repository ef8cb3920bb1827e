"""The statements of sources about one X account -> its published row and evidence.

The rule itself, which needs no database, is `passerelle.directory.agreement`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import cast

from passerelle.claims.grades import ClaimGrade
from passerelle.claims.published import PublishedClaim
from passerelle.directory import Conflict, Evidence, EvidenceSource, Kind, Row
from passerelle.directory.agreement import Agreement, Contradiction, find_agreement
from passerelle.directory.agreement import Statement as Stated
from passerelle.identifiers import Did, Handle, RestId, ScreenName, parse_acct

from passerelle_directory.models import Account, Departure, Statement
from passerelle_directory.publishing.sources import family

UNKNOWN_KIND = "other"


def make_row(account: Account, statements: Sequence[Statement]) -> tuple[Row, Evidence]:
    """Merge what sources state about one X account, the oldest first, into the published row and its evidence.

    A person's own claim without its X side counts only where nothing else is stated. What a proven one says of kind and
    country comes after what sources say.
    """
    statements = [one for one in statements if one.claim != "claimed"] or statements
    agreed = agree(account, statements)
    newest_first = sorted(statements, key=lambda one: one.source_date or date.min, reverse=True)
    newest_first.sort(key=lambda one: one.claim is not None)
    row = Row(
        row_id=account.row_id,
        rest_id=agreed.rest_id,
        screen_name=agreed.screen_name,
        name_seen=agreed.name_seen,
        did=agreed.did,
        handle=agreed.handle,
        acct=agreed.acct,
        kind=_kind(newest_first),
        country=next((one.country for one in newest_first if one.country), None),
        display_name=next((one.display_name for one in newest_first if one.display_name), None),
        grade=agreed.grade,
        leaving_on=next((one.leaving_on for one in newest_first if one.leaving_on), None),
    )
    return row, Evidence(account.row_id, tuple(map(make_source, statements)), _conflicts(agreed.contradictions))


def agree(account: Account, statements: Iterable[Statement]) -> Agreement:
    """Return what the sources of one X account agree on."""
    return find_agreement([stated for one in statements for stated in _parse(account, one)])


def _parse(account: Account, one: Statement) -> Iterator[Stated]:
    """Return the statement; if its source changed the did, also as it was first made, which comes before."""
    dids = dict.fromkeys((one.first_did, one.did)) if one.first_did and one.did else (one.did,)
    for did in dids:
        yield Stated(
            source=one.source,
            family=family(one.source),
            rest_id=RestId(account.rest_id) if account.rest_id else None,
            screen_name=ScreenName(one.screen_name) if one.screen_name else None,
            seen=one.source_date,
            did=Did(did) if did else None,
            handle=Handle(one.handle) if one.handle else None,
            acct=parse_acct(one.acct) if one.acct else None,
            claim=cast(ClaimGrade | None, one.claim),  # registrar/intake.py writes nothing else
            is_own_domain=one.is_own_domain and did == one.did,
        )


def make_source(one: Statement | Departure) -> EvidenceSource:
    """Return the source of a statement as the evidence shows it."""
    published = one.published_claim if isinstance(one, Statement) else None
    claim = PublishedClaim.model_validate_json(published) if published else None
    return EvidenceSource(one.source, one.source_url, one.source_date, claim)


def _conflicts(contradictions: Iterable[Contradiction]) -> tuple[Conflict, ...]:
    """Return one conflict for each contradicting account, with its sources."""
    sources: dict[tuple[str, str], set[str]] = {}
    for one in contradictions:
        sources.setdefault((one.network, one.address), set()).add(one.source)
    return tuple(
        Conflict("bluesky" if network == "bluesky" else "fediverse", address, tuple(sorted(named)))
        for (network, address), named in sources.items()
    )


def _kind(newest_first: Iterable[Statement]) -> Kind:
    known = (one.kind for one in newest_first if one.kind != UNKNOWN_KIND)
    return cast(Kind, next(known, UNKNOWN_KIND))  # the importer admits nothing else
