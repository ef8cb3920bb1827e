"""How rare a name is: the expected number of other accounts with the same name, from a count sketch in the package.

The sketch holds how often first and last names occur in the 1990 census of the United States, a work of its government
and so in the public domain: https://www.census.gov/topics/population/genealogy/data/1990_census.html. Words that are
not in it, and other scripts, are estimated from their length. build/name_counts.py makes the file.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from math import log2, prod

ROWS = 3  # a word's share is the lowest of three cells, so that a collision must happen three times to matter
CELLS = 32_768
STEP = 4  # a cell holds 1 + STEP * log2(share / LEAST_SHARE), 0 for no word
LEAST_SHARE = 2.0**-16  # 15 in a million; rarer names are left out of the sketch

# Accounts on Bluesky, a round number: it scales every estimate alike.
ACCOUNTS = 40_000_000
# Expected namesakes up to which a name is rare. Set by hand.
RARE_UP_TO = 1_000.0
# Share of people with one given word where the sketch has none, by hand: a Latin word, and each further character of
# kana (about 50 syllables, unevenly used) and of Chinese characters (a few hundred are usual in names).
_SHORT_WORD = 0.02
_PER_LETTER = 0.35
_PER_KANA = 0.12
_PER_IDEOGRAPH = 0.03
_RAREST_WORD = 1e-6


def expected_namesakes(words: Sequence[str]) -> float:
    """Return how many of ACCOUNTS are expected to have the name that consists of these normalized words.

    >>> expected_namesakes(("john", "smith")) > 1000 > expected_namesakes(("zebulon", "quackenbush"))
    True
    """
    return ACCOUNTS * prod(map(share_of, words)) if words else ACCOUNTS


def is_rare(words: Sequence[str]) -> bool:
    """Return whether so few namesakes are expected that the same name is a strong sign."""
    return expected_namesakes(words) <= RARE_UP_TO


@cache
def share_of(word: str) -> float:
    """Return the estimated share of people whose name contains this word."""
    cell = min(_sketch()[position] for position in positions(word))
    return from_cell(cell) if cell else _guess(word)


def positions(word: str) -> Iterable[int]:
    """Return the cells of a word, one in each row."""
    text = word.encode()
    return [row * CELLS + zlib.crc32(text, row * 0x9E3779B1 & 0xFFFFFFFF) % CELLS for row in range(ROWS)]


def to_cell(share: float) -> int:
    """Return the byte for a share; 0 for one that is left out."""
    return min(255, 1 + round(STEP * log2(share / LEAST_SHARE))) if share >= LEAST_SHARE else 0


def from_cell(cell: int) -> float:
    """Return the share that a byte stands for."""
    return float(LEAST_SHARE * 2 ** ((cell - 1) / STEP))


def _guess(word: str) -> float:
    if word.isascii():
        return max(_RAREST_WORD, _SHORT_WORD * _PER_LETTER ** max(0, len(word) - 2))
    return max(_RAREST_WORD, prod(_PER_KANA if _is_kana(one) else _PER_IDEOGRAPH for one in word))


def _is_kana(character: str) -> bool:
    return "\u3040" <= character <= "\u30ff"


@cache
def _sketch() -> bytes:
    return files("passerelle.matching").joinpath("data/name-counts.bin").read_bytes()
