"""Claim codes: the text in a person's X post that commits to the whole claim. docs/claims.md

A code is the start of a hash over the claim, so that anyone can recompute it, and a code fits no other target.
Mirrored by vectors in tests/data/vectors/claim-codes.json.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Literal, NewType

from passerelle.identifiers import Acct, Did, RestId, ScreenName, canonicalize_acct, canonicalize_screen_name

ClaimCode = NewType("ClaimCode", str)
Purpose = Literal["claim", "objection"]

# Without I, L, O and U, which are read as other characters: https://www.crockford.com/base32.html
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = "psr"
GROUPS = 4
GROUP_LENGTH = 5
LENGTH = GROUPS * GROUP_LENGTH  # 100 bits: a second claim with the same code takes 2**100 tries
BITS_PER_CHARACTER = 5
NONCE_BYTES = 16
# What begins the hashed text, so that the code of one purpose serves no other.
DOMAINS: Mapping[Purpose, str] = {"claim": "eu.passerelle.claim/1", "objection": "eu.passerelle.objection/1"}

_GROUP = f"[{ALPHABET}{ALPHABET.lower()}]{{{GROUP_LENGTH}}}"
# A whole word: not a part of a link, a mention, a hashtag or a host name.
_CODE = re.compile(
    rf"(?<![\w@#/.:=&?%+$~-]){PREFIX}((?:-{_GROUP}){{{GROUPS}}})(?![\w/:=&?%@~-]|\.\w)", re.IGNORECASE | re.ASCII
)


def make_code(
    rest_id: RestId | None,
    screen_name: ScreenName | None,
    did: Did | None,
    acct: Acct | None,
    nonce: bytes,
    purpose: Purpose = "claim",
) -> ClaimCode:
    """Return the code of a claim or objection; `nonce` are NONCE_BYTES random bytes."""
    fields = (
        DOMAINS[purpose],
        rest_id or "",
        canonicalize_screen_name(screen_name) if screen_name else "",
        did or "",
        canonicalize_acct(acct) if acct else "",
        nonce.hex(),
    )
    return _format(hashlib.sha256("\n".join(fields).encode()).digest())


def find_codes(text: str) -> frozenset[ClaimCode]:
    """Return the codes that stand in a text as words of their own.

    >>> sorted(find_codes("#eXit psr-01234-56789-abcde-fghjk. See x.org/psr-01234-56789-abcde-fghjm"))
    ['psr-01234-56789-ABCDE-FGHJK']
    """
    return frozenset(ClaimCode(PREFIX + found[1].upper()) for found in _CODE.finditer(text))


def _format(digest: bytes) -> ClaimCode:
    number = int.from_bytes(digest) >> (len(digest) * 8 - LENGTH * BITS_PER_CHARACTER)
    characters = "".join(
        ALPHABET[number >> (BITS_PER_CHARACTER * place) & (len(ALPHABET) - 1)] for place in reversed(range(LENGTH))
    )
    groups = (characters[start : start + GROUP_LENGTH] for start in range(0, LENGTH, GROUP_LENGTH))
    return ClaimCode("-".join((PREFIX, *groups)))
