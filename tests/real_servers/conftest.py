"""Servers of their own for each file here: some tests kill them, and the shared ones are for the tests of browsers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.world.pds import Pds, Plc


@pytest.fixture(scope="module")
def plc() -> Iterator[Plc]:
    with Plc() as running:
        yield running


@pytest.fixture(scope="module")
def pds(plc: Plc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pds]:
    with Pds(plc, tmp_path_factory.mktemp("pds")) as running:
        yield running
