"""`python build/name_counts.py FOLDER`: make core/passerelle/matching/data/name-counts.bin, how often names occur.

FOLDER holds the three files of the 1990 census of the United States (public domain): dist.all.last, dist.female.first,
dist.male.first. https://www.census.gov/topics/population/genealogy/data/1990_census.html has them, and so has the
sdist of the PyPI package `names` 0.3.0. The same files make the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from passerelle.matching.rarity import CELLS, ROWS, positions, to_cell

TARGET = Path(__file__).parents[1] / "core" / "passerelle" / "matching" / "data" / "name-counts.bin"
# File -> which part of all people its percentages are about.
FILES = {"dist.all.last": 1.0, "dist.female.first": 0.5, "dist.male.first": 0.5}


def read_shares(folder: Path) -> Mapping[str, float]:
    """Return the share of people that have each name, as first or last name."""
    shares: dict[str, float] = {}
    for file, part in FILES.items():
        for name, percent in _lines(folder / file):
            shares[name] = shares.get(name, 0.0) + part * percent / 100
    return shares


def make_sketch(shares: Mapping[str, float]) -> bytes:
    """Return the cells of the sketch: each holds the largest share that falls into it."""
    cells = bytearray(ROWS * CELLS)
    for name, share in shares.items():
        for position in positions(name):
            cells[position] = max(cells[position], to_cell(share))
    return bytes(cells)


def _lines(file: Path) -> Iterator[tuple[str, float]]:
    for line in file.read_text(encoding="ascii").splitlines():
        name, percent, *_ = line.split()
        yield name.lower(), float(percent)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(make_sketch(read_shares(Path(sys.argv[1]))))
