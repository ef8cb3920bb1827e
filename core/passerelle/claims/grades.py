"""What counts as proof: the readings of a claim's proofs -> its grade and what is published. docs/claims.md"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from passerelle.claims.models import SIDES, Claim, Proof, Side
from passerelle.identifiers import Acct, Did, RestId

ClaimGrade = Literal["proven", "claimed"]

ENOUGH_READINGS = 2  # until a claim is published: what was right for a moment does not suffice
OTHER_NAME = "other_name"  # the post's author has the claim's id and another name


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is published of a claim; nothing where `grade` is None. `rest_id` is None where only the name is proven."""

    grade: ClaimGrade | None
    rest_id: RestId | None = None
    did: Did | None = None
    acct: Acct | None = None


NOTHING = Verdict(None)


def judge(claim: Claim, proofs: Iterable[Proof]) -> Verdict:
    """Return the verdict on a claim from the latest reading of each of its proofs."""
    held = proven_sides(proofs)
    did = claim.did if "bluesky" in held else None
    acct = claim.acct if "fediverse" in held else None
    if did is None and acct is None:
        return NOTHING
    is_proven = "x" in held
    is_name_only = not is_proven and "x_name" in held
    return Verdict("proven" if is_proven else "claimed", None if is_name_only else claim.rest_id, did, acct)


def proven_sides(proofs: Iterable[Proof]) -> frozenset[Side]:
    """Return the sides that the latest readings prove."""
    return frozenset(one.side for one in proofs if one.state == "holds" and one.side in SIDES[one.kind])


def renew(known: Proof | None, read: Proof) -> Proof:
    """Return what counts after another reading of a proof.

    No answer leaves what was known, and so does an older reading. An X post that held and is gone still holds: people
    leave X. One whose author bears another name today holds with that name: the id is the same.
    """
    if known is None:
        return read
    if read.state == "unknown" or read.read_at < known.read_at:
        return known
    if _has_vanished(known, read):
        return known.model_copy(update={"gone_at": known.gone_at or read.read_at, "read_at": read.read_at})
    if _is_renamed(known, read):
        return read.model_copy(update={"state": "holds", "reason": None})
    return read


def renew_all(known: Iterable[Proof], read: Iterable[Proof]) -> tuple[Proof, ...]:
    """Return what counts of all proofs after a reading; proofs that were not read stay."""
    proofs: dict[tuple[str, Side], Proof] = {(one.kind, one.side): one for one in known}
    for one in read:
        proofs[one.kind, one.side] = renew(proofs.get((one.kind, one.side)), one)
    return tuple(proofs.values())


def _has_vanished(known: Proof, read: Proof) -> bool:
    is_same_post = known.kind == read.kind == "x_post" and known.url == read.url
    return is_same_post and known.state == "holds" and read.state == "gone"


def _is_renamed(known: Proof, read: Proof) -> bool:
    is_same_post = known.kind == read.kind == "x_post" and known.url == read.url
    return is_same_post and known.state == "holds" and read.reason == OTHER_NAME
