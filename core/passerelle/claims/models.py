"""Claims, and what was read of their proofs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, NewType, Self

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic import model_validator as validates

from passerelle.claims.codes import ClaimCode, Purpose, make_code
from passerelle.identifiers import (
    Acct,
    Did,
    RestId,
    ScreenName,
    parse_acct,
    parse_did,
    parse_rest_id,
    parse_screen_name,
)
from passerelle.view import View

ClaimId = NewType("ClaimId", str)

CLAIM_ID_PATTERN = r"^[0-9a-f]{16}$"
NONCE_PATTERN = r"^[0-9a-f]{32}$"
# https://atproto.com/specs/did, for readers of the OpenAPI document; identifiers.py decides
DID_PATTERN = r"^did:[a-z]+:(?:[a-zA-Z0-9._:-]|%[0-9a-fA-F]{2})*(?:[a-zA-Z0-9._-]|%[0-9a-fA-F]{2})$"
MAX_ACCT = 320  # characters: 64 before the @, 253 after it, as in a mail address

ProofKind = Literal["x_post", "x_oembed", "x_profile", "bluesky_record", "keytrace_record", "mastodon_field", "domain"]
# A page about a proven claim, which its owner may wish for: `unlisted` has a link and stays out of search engines.
PublicPage = Literal["unlisted", "searchable"]
Side = Literal["x", "x_name", "bluesky", "fediverse", "none"]
ProofState = Literal["holds", "gone", "contradicts", "unknown"]

# Which side of a claim a proof is about; `domain` is about the side that it was read for.
SIDES: Mapping[ProofKind, frozenset[Side]] = {
    "x_post": frozenset({"x"}),
    "x_oembed": frozenset({"x_name"}),
    "x_profile": frozenset({"none"}),
    "bluesky_record": frozenset({"bluesky"}),
    "keytrace_record": frozenset({"bluesky"}),
    "mastodon_field": frozenset({"fediverse"}),
    "domain": frozenset({"bluesky", "fediverse"}),
}


# A row's source that is a claim is named by this and the claim's id.
SOURCE_PREFIX = "claim "


def source_name(claim_id: str) -> str:
    """Return the name by which a row names a claim among its sources."""
    return SOURCE_PREFIX + claim_id


def claim_id_of(source: str) -> ClaimId | None:
    """Return the id of the claim that a source is; None for other sources."""
    claim_id = source.removeprefix(SOURCE_PREFIX)
    is_claim = source.startswith(SOURCE_PREFIX) and re.fullmatch(CLAIM_ID_PATTERN, claim_id)
    return ClaimId(claim_id) if is_claim else None


def _acct(value: object) -> Acct:
    return value if isinstance(value, Acct) else parse_acct(value)


# X's ids are signed 64-bit numbers wherever they are made today: 19 digits.
RestIdText = Annotated[RestId, Field(max_length=19, pattern=r"^[1-9][0-9]{0,18}$"), AfterValidator(parse_rest_id)]
ScreenNameText = Annotated[
    ScreenName, Field(max_length=20, pattern=r"^[A-Za-z0-9_]{1,20}$"), AfterValidator(parse_screen_name)
]
DidText = Annotated[Did, Field(max_length=2048, pattern=DID_PATTERN), AfterValidator(parse_did)]
AcctText = Annotated[
    Acct,
    PlainValidator(_acct),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "maxLength": MAX_ACCT, "description": "user@domain"}),
]


class Claim(View):
    """One claim: this X account and these accounts are one person's. `nonce` is random and public, in hex.

    An objection is written alike: its owner proves one of the accounts that it names, and all that others state about
    that account is removed.
    """

    claim_id: ClaimId = Field(pattern=CLAIM_ID_PATTERN)
    purpose: Purpose = "claim"
    rest_id: RestIdText | None = None
    screen_name: ScreenNameText | None = None
    did: DidText | None = None
    acct: AcctText | None = None
    nonce: str = Field(pattern=NONCE_PATTERN)

    @validates(mode="after")
    def _names_accounts(self) -> Self:
        if (self.rest_id is None) != (self.screen_name is None):
            raise ValueError("an X account is named by its id and its name")
        has_target = self.did is not None or self.acct is not None
        if self.purpose == "claim" and not (has_target and self.rest_id):
            raise ValueError("a claim names an X account and a did, an acct, or both")
        if not (has_target or self.rest_id):
            raise ValueError("an objection names an account")
        return self

    @property
    def code(self) -> ClaimCode:
        """Return the code that commits to this claim."""
        nonce = bytes.fromhex(self.nonce)
        return make_code(self.rest_id, self.screen_name, self.did, self.acct, nonce, self.purpose)


class Proof(View):
    """What was read at a public URL for one side of a claim.

    `holds`: it proves that side. `gone`: it is not there. `contradicts`: it says something else. `unknown`: no answer.
    `reason` is a code (docs/claims.md). `name`: the X name that a post shows. `gone_at`: when a post that held
    was first found gone.
    """

    kind: ProofKind
    side: Side
    url: str
    state: ProofState
    reason: str | None = None
    name: ScreenNameText | None = None
    read_at: datetime
    gone_at: datetime | None = None
