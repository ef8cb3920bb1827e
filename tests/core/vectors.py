"""The vector files that pytest and vitest both run: one rule, two languages, the same cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parents[1] / "data" / "vectors"


def read_vectors(name: str) -> Any:
    """Return the content of tests/data/vectors/<name>.json."""
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
