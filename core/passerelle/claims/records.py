"""Claim records in a person's own Bluesky repository: ours, and Keytrace's. Lexicon: docs/lexicons/"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from passerelle.claims.models import Claim
from passerelle.claims.posts import PostId, parse_post_url
from passerelle.errors import InputError, InvalidIdentifier
from passerelle.identifiers import (
    Did,
    ScreenName,
    canonicalize_acct,
    canonicalize_screen_name,
    parse_acct,
    parse_screen_name,
)

COLLECTION = "eu.passerelle.claim"  # build/identity.toml
# packages/lexicon/lexicons/dev/keytrace/claim.json in https://github.com/orta/keytrace
KEYTRACE = "dev.keytrace.claim"
KEYTRACE_TYPE = "twitter"
RETRACTED = "retracted"


def make_record(claim: Claim, now: datetime) -> dict[str, Any]:
    """Return the record that a person writes under `rkey` = claim_id."""
    record = {
        "$type": COLLECTION,
        "restId": claim.rest_id,
        "screenName": claim.screen_name,
        "acct": str(claim.acct) if claim.acct else None,
        "nonce": claim.nonce,
        "code": claim.code,
        "createdAt": now.isoformat(),
    }
    return {name: value for name, value in record.items() if value is not None}


def states_claim(record: Mapping[str, Any], claim: Claim) -> bool:
    """Return whether a record of the claim's did states this claim, with its code."""
    return (
        record.get("$type") == COLLECTION
        and record.get("restId") == claim.rest_id
        and record.get("nonce") == claim.nonce
        and record.get("code") == claim.code
        and _acct_key(record.get("acct")) == (canonicalize_acct(claim.acct) if claim.acct else None)
    )


def read_claim(record: Mapping[str, Any], did: Did, rkey: str) -> Claim:
    """Return the claim that a record in the repository of `did` makes. Raises InputError, which says why it is none."""
    fields = {"claim_id": rkey, "did": did, "nonce": record.get("nonce"), "acct": record.get("acct")}
    x_account = {"rest_id": record.get("restId"), "screen_name": record.get("screenName")}
    try:
        claim = Claim.model_validate(fields | x_account)
    except ValidationError:
        raise InputError("It is no claim: its key, nonce or accounts are not as its lexicon says.") from None
    if not states_claim(record, claim):
        raise InputError("Its code is not that of this claim.")
    return claim


def read_post(record: Mapping[str, Any]) -> PostId | None:
    """Return the post that a claim record names as its proof; None without one."""
    try:
        return parse_post_url(record.get("post"))
    except InputError:
        return None


def read_keytrace(record: Mapping[str, Any]) -> tuple[ScreenName, PostId] | None:
    """Return the X name and the post that a Keytrace record names; None for other and retracted ones."""
    identity = record.get("identity")
    is_x = record.get("$type") == KEYTRACE and record.get("type") == KEYTRACE_TYPE
    if not is_x or record.get("status") == RETRACTED or not isinstance(identity, Mapping):
        return None
    try:
        return parse_screen_name(identity.get("subject")), parse_post_url(record.get("claimUri"))
    except InputError:
        return None


def is_same_name(one: ScreenName, other: ScreenName | None) -> bool:
    """Return whether two X names are the same."""
    return other is not None and canonicalize_screen_name(one) == canonicalize_screen_name(other)


def _acct_key(value: object) -> str | None:
    try:
        return canonicalize_acct(parse_acct(value)) if value is not None else None
    except InvalidIdentifier:
        return ""
