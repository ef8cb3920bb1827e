"""What a published row carries of the claim that states it, so that anyone can read its proofs without the registrar.

The code is computed anew from it, so a changed field only makes the proofs fail. docs/claims.md
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, ValidationError

from passerelle.claims.models import (
    NONCE_PATTERN,
    AcctText,
    Claim,
    ClaimId,
    DidText,
    RestIdText,
    ScreenNameText,
)
from passerelle.view import View

KEY_PATTERN = r"^[A-Za-z0-9._:~-]{1,512}$"  # https://atproto.com/specs/record-key


class PublishedClaim(View):
    """The fields that a claim's code commits to, and where its proofs are besides the X post, which the source names.

    `keytrace`: the key of a Keytrace record; `domain`: its own domain states it, too.
    """

    rest_id: RestIdText
    screen_name: ScreenNameText
    did: DidText | None = None
    acct: AcctText | None = None
    nonce: str = Field(pattern=NONCE_PATTERN)
    keytrace: str | None = Field(None, pattern=KEY_PATTERN)
    domain: bool = False

    def to_claim(self, claim_id: ClaimId) -> Claim:
        """Return the claim."""
        fields = self.model_dump(exclude={"keytrace", "domain"})
        return Claim.model_validate({**fields, "claim_id": claim_id})

    def to_json(self) -> dict[str, Any]:
        """Return it as it stands in a source."""
        return self.model_dump(mode="json", exclude_defaults=True)


def read_published(value: object) -> PublishedClaim | None:
    """Parse it; None for anything else: the row counts without it."""
    try:
        found = PublishedClaim.model_validate(value)
    except ValidationError:
        return None
    return found if found.did or found.acct else None
