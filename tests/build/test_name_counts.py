"""The count sketch of names: made from the census's files, read back by the core."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from passerelle.matching.rarity import from_cell, positions

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "build" / "name_counts.py"))


def test_a_share_is_read_back_from_the_sketch(tmp_path: Path) -> None:
    (tmp_path / "dist.all.last").write_text("NOUVELLE       1.000  1.000      1\n")
    (tmp_path / "dist.female.first").write_text("ADA            2.000  2.000      1\n")
    (tmp_path / "dist.male.first").write_text("ADA            1.000  1.000      1\n")
    shares = SCRIPT["read_shares"](tmp_path)
    assert shares == pytest.approx({"nouvelle": 0.01, "ada": 0.015})
    sketch = SCRIPT["make_sketch"](shares)
    found = {name: from_cell(min(sketch[one] for one in positions(name))) for name in shares}
    assert found == pytest.approx(shares, rel=0.2)
    assert min(sketch[one] for one in positions("quackenbush")) == 0
