"""Claims, and what was read of their proofs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal, NewType, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic import model_validator as validates

from passerelle.claims.codes import ClaimCode, make_code
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
MAX_ACCT = 320  # characters: 64 before the @, 253 after it, as in a mail address

ProofKind = Literal["x_post", "x_oembed", "x_profile", "bluesky_record", "keytrace_record", "mastodon_field", "domain"]
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


def _acct(value: object) -> Acct:
    return value if isinstance(value, Acct) else parse_acct(value)


def _text(value: str) -> str:
    if "\0" in value:
        raise ValueError("control characters are not allowed")
    return value


RestIdText = Annotated[RestId, BeforeValidator(parse_rest_id), Field(max_length=20, pattern=r"^[1-9][0-9]{0,19}$")]
ScreenNameText = Annotated[
    ScreenName, BeforeValidator(parse_screen_name), Field(max_length=20, pattern=r"^[A-Za-z0-9_]{1,20}$")
]
DidText = Annotated[Did, BeforeValidator(parse_did), AfterValidator(_text), Field(max_length=2048)]
AcctText = Annotated[
    Acct,
    PlainValidator(_acct),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "maxLength": MAX_ACCT, "description": "user@domain"}),
]


class Claim(View):
    """One claim: this X account and these accounts are one person's. `nonce` is random and public, in hex."""

    claim_id: ClaimId = Field(pattern=CLAIM_ID_PATTERN)
    rest_id: RestIdText
    screen_name: ScreenNameText
    did: DidText | None = None
    acct: AcctText | None = None
    nonce: str = Field(pattern=NONCE_PATTERN)
    leaving_on: date | None = None

    @validates(mode="after")
    def _has_target(self) -> Self:
        if self.did is None and self.acct is None:
            raise ValueError("a claim names a did, an acct, or both")
        return self

    @property
    def code(self) -> ClaimCode:
        """Return the code that commits to this claim."""
        return make_code(self.rest_id, self.screen_name, self.did, self.acct, bytes.fromhex(self.nonce))


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
