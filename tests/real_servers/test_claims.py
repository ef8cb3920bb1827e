"""The Bluesky side of a claim, read from a real PDS: a record that is there, removed, or in another repository."""

from __future__ import annotations

import asyncio

import pytest
from passerelle.claims.grades import judge, renew_all
from passerelle.claims.models import Claim, Proof
from passerelle.claims.records import COLLECTION, make_record
from passerelle.proofs import Reading, Sources, read_proofs
from passerelle.transport import Fetch, Request, Response

from tests.core.claim_servers import NOW, PAGE, POST, RANDOM, Servers, make_claim, make_post
from tests.real_servers.test_profiles import bluesky
from tests.world.pds import Account, Pds

__all__ = ["bluesky"]


@pytest.fixture
def fetch(bluesky: Fetch) -> Fetch:
    """Fetch from the real PDS, and the posts of every claim from an invented X."""

    async def fetch_from(request: Request) -> Response:
        if "twimg.com" in request.url:
            return await X.fetch(request)
        return await bluesky(request)

    return fetch_from


X = Servers()


def claim_of(pds: Pds, account: Account, did: str | None = None) -> Claim:
    """Write an account's claim, or its claim to another did, into its repository; post the code on X."""
    claim = make_claim(did=did or account.did)
    pds.write_record(account, COLLECTION, claim.claim_id, make_record(claim, NOW))
    X.posts[POST] = make_post(claim.code)
    return claim


def read(claim: Claim, fetch: Fetch) -> Reading:
    sources = Sources(page=PAGE + claim.claim_id, post=POST)  # type: ignore[arg-type]
    return asyncio.run(read_proofs(claim, sources, NOW, RANDOM, fetch))


def bluesky_proof(reading: Reading) -> Proof:
    return next(one for one in reading.proofs if one.side == "bluesky")


def test_a_record_proves_the_claim_until_it_is_deleted(pds: Pds, fetch: Fetch) -> None:
    account = pds.create_account("claimant")
    claim = claim_of(pds, account)
    first = read(claim, fetch)
    assert (judge(claim, first.proofs).grade, first.handle) == ("proven", account.handle)
    pds.write_record(account, COLLECTION, claim.claim_id, None)
    second = read(claim, fetch)
    assert (bluesky_proof(second).state, bluesky_proof(second).reason) == ("gone", "no_record")
    assert judge(claim, renew_all(first.proofs, second.proofs)).grade is None


def test_a_record_in_another_repository_proves_nothing(pds: Pds, fetch: Fetch) -> None:
    victim, poser = pds.create_account("victim"), pds.create_account("poser")
    claim = claim_of(pds, poser, did=victim.did)
    assert judge(claim, read(claim, fetch).proofs).grade is None


def test_a_deactivated_account_proves_nothing(pds: Pds, fetch: Fetch) -> None:
    account = pds.create_account("sleeper")
    claim = claim_of(pds, account)
    pds.deactivate(account)
    assert bluesky_proof(read(claim, fetch)).state == "gone"


def test_a_taken_down_account_proves_nothing(pds: Pds, fetch: Fetch) -> None:
    account = pds.create_account("removed")
    claim = claim_of(pds, account)
    pds.take_down(account)
    assert bluesky_proof(read(claim, fetch)).state == "gone"


def test_an_unknown_did_proves_nothing(fetch: Fetch) -> None:
    assert bluesky_proof(read(make_claim(did="did:plc:" + "z" * 24), fetch)).reason == "account_gone"
