"""The sentence of the post on X, in each language of the catalogues: whole, with the code, within what X takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from passerelle.claims.codes import ClaimCode
from passerelle.claims.post_text import MAX_WEIGHT, make_post_text, weigh

from tests.conftest import ROOT

CODE = ClaimCode("psr-01234-56789-ABCDE-FGHJK")
CATALOGUES = sorted((ROOT / "extension" / "locales").glob("*.json"))
USUAL = "ada-nouvelle.bsky.social"
LONGEST = ".".join(["a" * 61] * 4)  # of a handle: 253 characters at most, https://atproto.com/specs/handle
MASTODON = f"@{'a' * 64}@{'b' * 60}.example.org"


def message(catalogue: Path, address: str) -> str:
    sentence: str = json.loads(catalogue.read_text())["join.message"]
    return sentence.replace("{address}", address)


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.stem)
@pytest.mark.parametrize("address", [USUAL, MASTODON])
def test_the_sentence_is_posted_whole(catalogue: Path, address: str) -> None:
    said = message(catalogue, address)
    assert make_post_text(said, CODE) == f"{said}\n{CODE}"
    assert weigh(f"{said}\n{CODE}") <= MAX_WEIGHT


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.stem)
def test_with_the_longest_address_the_code_is_whole(catalogue: Path) -> None:
    text = make_post_text(message(catalogue, LONGEST), CODE)
    assert text.endswith(f"\n{CODE}")
    assert weigh(text) <= MAX_WEIGHT
