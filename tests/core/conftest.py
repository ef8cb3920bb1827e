"""Fixtures of the core's tests; they need nothing but the core, so that they work in Pyodide too."""

from __future__ import annotations

import pytest

from tests.core.engine_steps import FOLLOWED
from tests.data.archives import make_archive
from tests.data.people import ADA
from tests.seeds import seed

__all__ = ["seed"]  # of the conftest.py above, which Pyodide does not read


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An archive whose owner follows FOLLOWED."""
    return str(make_archive(tmp_path_factory.mktemp("archive") / "x.zip", following=FOLLOWED, followers=[ADA]))
