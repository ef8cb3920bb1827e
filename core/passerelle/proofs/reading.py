"""Read all proofs of a claim."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from passerelle.claims.domain_files import domain_file_request, own_domain, states_target
from passerelle.claims.models import Claim, Proof, ProofKind, Side
from passerelle.claims.posts import PostId
from passerelle.claims.records import KEYTRACE, is_same_name, read_keytrace
from passerelle.errors import NetworkError, ServerRefused
from passerelle.identifiers import Handle, Network
from passerelle.networks import bluesky
from passerelle.networks.bluesky import Identity
from passerelle.networks.profile import bounded
from passerelle.proofs.bluesky import load_record, read_record_proof, record_url
from passerelle.proofs.domains import Registrable, load_domain_file
from passerelle.proofs.fediverse import read_field_proof
from passerelle.proofs.outcome import Outcome
from passerelle.proofs.x import names_did, read_x_side
from passerelle.transport import Fetch

# An answer that says "not there", as opposed to no answer.
ABSENT = {"account_not_found": "account_gone", "knows_everybody": "knows_everybody", "account_moved": "account_moved"}
DOMAIN_SIDES: dict[Network, Side] = {"bluesky": "bluesky", "fediverse": "fediverse"}


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a claim's proofs may be: its page, its post on X, the key of a Keytrace record, the organisation's domain.

    `registrable` returns the registrable domain of a host, or None where visitors get names there (domain_files.py).
    """

    page: str
    post: PostId | None = None
    keytrace: str | None = None
    has_domain: bool = False
    registrable: Registrable = lambda _host: None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: a proof for each place, and the did's handle where it resolves both ways."""

    proofs: tuple[Proof, ...]
    handle: Handle | None = None


async def read_proofs(claim: Claim, sources: Sources, now: datetime, random_name: str, fetch: Fetch) -> Reading:
    """Read every proof of a claim. `random_name` is a random username; a server that accepts it is a catch-all."""
    return await _Reader(claim, sources, now, random_name, bounded(fetch)).read()


class _Reader:
    """The reading of one claim."""

    def __init__(self, claim: Claim, sources: Sources, now: datetime, random_name: str, fetch: Fetch) -> None:
        self.claim, self.sources, self.now = claim, sources, now
        self.random_name, self.fetch = random_name, fetch
        self.proofs: list[Proof] = []
        self.identity: Identity | None = None

    async def read(self) -> Reading:
        if self.claim.did:
            await self._read("bluesky_record", "bluesky", self._read_record)
        if self.claim.acct:
            await self._read("mastodon_field", "fediverse", self._read_field)
        if self.sources.has_domain:
            await self._read_domains()
        if self.sources.keytrace and self.identity and self.claim.acct is None:
            await self._read_keytrace(self.identity, self.sources.keytrace)
        elif self.sources.post:
            self.proofs.append(await read_x_side(self.claim, self.sources.post, self.now, self.fetch))
        return Reading(tuple(self.proofs), self.identity.handle if self.identity else None)

    async def _read(self, kind: ProofKind, side: Side, read: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Read one place; errors become a state."""
        try:
            outcome = await read()
        except ServerRefused as error:
            is_absent = error.code in ABSENT
            outcome = Outcome("", "gone" if is_absent else "unknown", ABSENT.get(error.code, error.code))
        except NetworkError as error:
            outcome = Outcome("", "unknown", error.code)
        self._add(kind, side, outcome)
        return outcome

    def _add(self, kind: ProofKind, side: Side, outcome: Outcome) -> None:
        self.proofs.append(
            Proof(kind=kind, side=side, url=outcome.url, state=outcome.state, reason=outcome.reason, read_at=self.now)
        )

    async def _read_record(self) -> Outcome:
        self.identity = await bluesky.find_identity_of_did(self.claim.did, self.fetch)  # type: ignore[arg-type]
        return await read_record_proof(self.claim, self.identity, self.fetch)

    async def _read_field(self) -> Outcome:
        assert self.claim.acct is not None
        return await read_field_proof(self.claim.acct, self.sources.page, self.random_name, self.fetch)

    async def _read_domains(self) -> None:
        handle = self.identity.handle if self.identity else None
        for network, side in DOMAIN_SIDES.items():
            domain = own_domain(self.claim, network, handle)
            if domain:
                await self._read("domain", side, partial(self._read_file, domain, network))

    async def _read_file(self, domain: str, network: Network) -> Outcome:
        document = await load_domain_file(domain, self.sources.registrable, self.fetch)
        if isinstance(document, Outcome):
            return document
        is_stated = states_target(document, self.claim, network)
        url = domain_file_request(domain).url
        return Outcome(url, "holds") if is_stated else Outcome(url, "gone", "not_in_file")

    async def _read_keytrace(self, identity: Identity, rkey: str) -> None:
        """Read a Keytrace record, and then its post again: the record alone proves the Bluesky side only.

        Its post commits to the did alone, so a claim that has an acct too cannot be proven by it.
        """
        post: list[PostId] = []

        async def read_record() -> Outcome:
            url = record_url(identity, KEYTRACE, rkey)
            record = await load_record(identity, KEYTRACE, rkey, self.fetch)
            named = read_keytrace(record) if record is not None else None
            if named is None:
                return Outcome(url, "gone", "no_record")
            if not is_same_name(named[0], self.claim.screen_name):
                return Outcome(url, "contradicts", "other_record")
            post.append(named[1])
            return Outcome(url, "holds")

        await self._read("keytrace_record", "bluesky", read_record)
        for one in post:
            self.proofs.append(await read_x_side(self.claim, one, self.now, self.fetch, names_did(identity.did)))
