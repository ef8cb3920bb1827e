"""Check a row: read its proofs again from the browser, with the code that the registrar runs, when the person asks.

A row carries its claim, so the registrar is not asked and does not learn which row is looked at; only where a part of
the claim is not published, it is. Nothing it says is believed: the claim's code is computed anew. A row of a directory
that the person added, proven here in every field, counts as proven from then on, until a check says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from passerelle.claims import oembed, posts
from passerelle.claims.domain_files import domain_file_request
from passerelle.claims.grades import ClaimGrade, Verdict, judge
from passerelle.claims.models import Claim, ClaimId, Proof, claim_id_of
from passerelle.claims.posts import PostId, parse_post_url
from passerelle.claims.published import PublishedClaim
from passerelle.claims.records import is_same_name
from passerelle.claims.registrar import ClaimAnswer, Registrar, read_public
from passerelle.directory import EvidenceSource, Row
from passerelle.directory.added import Statement, statement_of
from passerelle.engine.environment import Environment
from passerelle.engine.join_views import RowCheckView, RowProofsView, RowProofView
from passerelle.engine.matches import Matches
from passerelle.engine.messages import RowOf
from passerelle.engine.repository import Repository
from passerelle.engine.work import Works
from passerelle.errors import CommandError, InputError, NetworkError
from passerelle.hints.check import RANDOM_NAME_BYTES
from passerelle.identifiers import Handle, canonicalize_acct
from passerelle.networks import bluesky
from passerelle.proofs import Sources, read_proofs
from passerelle.transport import Fetch, Request, Response

MAX_CLAIMS = 3  # of one row; more than one only while they are in dispute
X_HOSTS = (posts.HOST, oembed.HOST)
LOWEST_FIRST: tuple[ClaimGrade | None, ...] = (None, "claimed", "proven")
NOT_READ_HERE = "not_read_here"  # a proof that only the registrar reads: domains need the public suffix list


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was read of one claim: its verdict, whether that is what the row says, and whether in every field."""

    verdict: Verdict
    agrees: bool
    agrees_wholly: bool
    proofs: tuple[RowProofView, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A claim, where its proofs are, and those that are not read here."""

    claim: Claim
    sources: Sources
    not_read: tuple[RowProofView, ...]


class RowChecks:
    """Tell which servers a check asks, and ask them."""

    def __init__(self, environment: Environment, repository: Repository, works: Works, matches: Matches) -> None:
        self._environment = environment
        self._repository = repository
        self._works = works
        self._matches = matches

    async def on_proofs(self, fields: RowOf) -> RowProofsView:
        """Answer row.proofs; nothing is sent. Raises CommandError: no such row is here."""
        row, _ = await self._find(fields)
        claims = _claims_of(row)
        registrar = self._environment.directories[0].registrar
        if not claims or registrar is None:
            return RowProofsView(claims=[], servers=[], with_own_server=False, may_refer=False, x_origins=[])
        asked = [] if all(source.claim for source in claims.values()) else [urlsplit(registrar).netloc]
        return RowProofsView(
            claims=list(claims),
            servers=[*asked, *_servers_of(row)],
            with_own_server=row.did is not None,
            may_refer=row.acct is not None,
            x_origins=[f"https://{host}/*" for host in X_HOSTS],
        )

    async def on_check(self, fields: RowOf) -> RowCheckView:
        """Answer row.check. Raises CommandError: no such row, or no claim states it; ServerRefused, NetworkError."""
        return await self._works.finish(self._check(fields))

    async def _check(self, fields: RowOf) -> RowCheckView:
        row, added_url = await self._find(fields)
        origin, claims = self._environment.directories[0].registrar, _claims_of(row)
        if not claims or origin is None:
            raise CommandError("No claim states this row, so it has no proofs to be read again.")
        readings = [
            await self._read(row, await self._find_claim(claim_id, source, Registrar(origin)))
            for claim_id, source in claims.items()
        ]
        best = max(readings, key=lambda one: LOWEST_FIRST.index(one.verdict.grade))
        if added_url:
            await self._count(row, added_url, is_proven=any(one.agrees_wholly for one in readings))
        return RowCheckView(
            grade=best.verdict.grade,
            agrees=best.agrees,
            proofs=[proof for one in readings for proof in one.proofs],
            read_at=self._environment.now().isoformat(),
        )

    async def _read(self, row: Row, found: _Found) -> _Reading:
        random_name = self._environment.random(RANDOM_NAME_BYTES).hex()
        fetch = _only_named(self._environment.fetch, found.claim, row)
        reading = await read_proofs(found.claim, found.sources, self._environment.now(), random_name, fetch)
        verdict = judge(found.claim, reading.proofs)
        agrees = verdict.grade is not None and _agrees(verdict, found.claim, row)
        return _Reading(
            verdict=verdict,
            agrees=agrees,
            agrees_wholly=agrees and _agrees_wholly(verdict, found.claim, reading.handle, row),
            proofs=(*map(_view, reading.proofs), *found.not_read),
        )

    async def _count(self, row: Row, url: str, *, is_proven: bool) -> None:
        """Store what this check says of a row of an added directory, and match the person anew."""
        others = frozenset(one for one in await self._repository.files.checked(url) if one[0] != row.row_id)
        stated: frozenset[Statement] = frozenset({statement_of(row)}) if is_proven else frozenset()
        await self._repository.write([self._repository.files.put_checked(url, others | stated)])
        async with self._repository.changing():
            await self._repository.write(await self._matches.match_some({row.rest_id} if row.rest_id else frozenset()))

    async def _find_claim(self, claim_id: ClaimId, source: EvidenceSource, registrar: Registrar) -> _Found:
        """Return a claim as the row carries it, else as the registrar has it."""
        page = registrar.page(claim_id)
        if source.claim:
            sources = Sources(page=page, post=_post(source.url), keytrace=source.claim.keytrace)
            return _Found(source.claim.to_claim(claim_id), sources, _domains(source.claim))
        claim, answer = read_public(
            await self._environment.fetch(registrar.state_request(claim_id)), claim_id, registrar
        )
        return _Found(claim, Sources(page=page, post=_post_of(answer)), tuple(_not_read(answer)))

    async def _find(self, fields: RowOf) -> tuple[Row, str | None]:
        row, added_url = await self._repository.row_and_directory(fields.row_id, fields.rest_id, fields.screen_name)
        if row is None:
            raise CommandError("There is no such row here.")
        return row, added_url


def _claims_of(row: Row) -> Mapping[ClaimId, EvidenceSource]:
    """Return the claims that state a row, the newest source first."""
    named = ((claim_id_of(one.name), one) for one in reversed(row.sources))
    return dict(islice(((claim_id, one) for claim_id, one in named if claim_id), MAX_CLAIMS))


def _servers_of(row: Row) -> Iterator[str]:
    """Yield the hosts that reading the proofs of a row asks, besides the registrar and the account's own server."""
    if row.did:
        yield urlsplit(bluesky.did_document_request(row.did).url).netloc
        yield urlsplit(bluesky.PUBLIC_API).netloc
    if row.acct:
        yield row.acct.domain
    yield from X_HOSTS


def _post_of(answer: ClaimAnswer) -> PostId | None:
    named = (_post(one.url) for one in answer.proofs if one.kind in ("x_post", "x_oembed"))
    return next((post for post in named if post), None)


def _post(url: str | None) -> PostId | None:
    try:
        return parse_post_url(url)
    except InputError:
        return None


def _domains(claim: PublishedClaim) -> tuple[RowProofView, ...]:
    """Return the proof by an own domain, which is not read here: the row names the domain of its acct alone."""
    if not claim.domain or claim.acct is None:
        return ()
    url = domain_file_request(claim.acct.domain).url
    return (RowProofView(kind="domain", side="fediverse", url=url, state="unknown", reason=NOT_READ_HERE),)


def _only_named(fetch: Fetch, claim: Claim, row: Row) -> Fetch:
    """Return a fetch that leaves out servers that were not named: those of accounts that the row does not have."""
    is_same_acct = claim.acct and row.acct and canonicalize_acct(claim.acct) == canonicalize_acct(row.acct)
    closed = set() if is_same_acct or claim.acct is None else {claim.acct.domain}

    async def fetch_named(request: Request) -> Response:
        host = urlsplit(request.url).hostname
        if host in closed:
            raise NetworkError("This server was not to be asked.", host=str(host))
        return await fetch(request)

    return fetch_named


def _not_read(answer: ClaimAnswer) -> Iterator[RowProofView]:
    for one in answer.proofs:
        if one.kind in ("domain", "keytrace_record"):
            yield RowProofView(kind=one.kind, side=one.side, url=one.url, state="unknown", reason=NOT_READ_HERE)


def _view(proof: Proof) -> RowProofView:
    return RowProofView(kind=proof.kind, side=proof.side, url=proof.url, state=proof.state, reason=proof.reason)


def _agrees(verdict: Verdict, claim: Claim, row: Row) -> bool:
    """Return whether what is proven is what the row says. A row without X id is about the X name that it has."""
    acct = canonicalize_acct(verdict.acct) if verdict.acct else None
    row_acct = canonicalize_acct(row.acct) if row.acct else None
    is_same_x = verdict.rest_id in (None, row.rest_id) if row.rest_id else _has_same_name(claim, row)
    return is_same_x and (row.did, row_acct) == (verdict.did, acct)


def _agrees_wholly(verdict: Verdict, claim: Claim, handle: Handle | None, row: Row) -> bool:
    """Return whether every field that a person is shown of the row was read: id and name on X, and the handle."""
    is_x_proven = verdict.grade == "proven" and verdict.rest_id is not None and verdict.rest_id == row.rest_id
    return is_x_proven and _has_same_name(claim, row) and row.handle in (None, handle)


def _has_same_name(claim: Claim, row: Row) -> bool:
    return row.screen_name is not None and is_same_name(row.screen_name, claim.screen_name)
