"""The seed of tests that choose by chance: a fixture of all tests, which those inside Pyodide have, too."""

from __future__ import annotations

import pytest

USUAL_SEED = 7


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Return the seed given to Hypothesis, else always the same."""
    return int(request.config.getoption("--hypothesis-seed") or USUAL_SEED)
