"""What a mark in the page shows of a row, as a number of four bits: the file `keys` has one for each key.

A page can then show a mark without opening a block. 0 says nothing: the row has to be looked up first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from passerelle.directory.rows import GRADES, Row
from passerelle.identifiers import Network

UNKNOWN_LOOK = 0
LOOK_BITS = 4
_NETWORKS: tuple[Network, ...] = get_args(Network)
_SETS = (1 << len(_NETWORKS)) - 1  # of networks that a row may have: all but none


def look_of(row: Row) -> int:
    """Return the look of a row: 1 to 12, by its grade and the networks on which it names an account."""
    names = {"bluesky": row.did or row.handle, "fediverse": row.acct}
    networks = sum(1 << rank for rank, network in enumerate(_NETWORKS) if names[network])
    return UNKNOWN_LOOK + GRADES.index(row.grade) * _SETS + networks


def pack_looks(looks: Iterable[int]) -> bytes:
    """Return looks in pairs, the first one in the lower half of a byte."""
    halves = bytes(looks)
    upper = halves[1::2] + bytes(len(halves) % 2)
    return bytes(low | high << LOOK_BITS for low, high in zip(halves[::2], upper, strict=True))
