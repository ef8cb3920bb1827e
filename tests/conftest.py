"""What several kinds of tests share: the servers of the closed world and the extension that trusts them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from tests.lanes import pytest_collection_modifyitems, pytest_xdist_make_scheduler
from tests.seeds import seed
from tests.world.directory import DirectoryServer, write_trust
from tests.world.mastodon import Mastodon
from tests.world.mastodons import make_mastodons
from tests.world.pds import Account, Pds, Plc
from tests.world.residents import make_rows, move_in
from tests.world.sites import make_sites
from tests.world.world import World

__all__ = ["pytest_collection_modifyitems", "pytest_xdist_make_scheduler", "seed"]  # they stand elsewhere

ROOT = Path(__file__).parents[1]

# An example may take long on a machine whose cores also carry browsers; pytest's own timeout still ends a test.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@dataclass(frozen=True, slots=True)
class Packages:
    """The built extension, unpacked, for each browser."""

    chromium: Path
    firefox: Path


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """Build the extension as `make dist` does, but for the tests' directory; nothing is done twice."""
    out = tmp_path_factory.mktemp("packages")
    trust = write_trust(out / "directories.json")
    command: list[str | Path] = [sys.executable, ROOT / "build" / "make.py", "--directories", trust, "--out", out]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return Packages(out / "chromium", out / "firefox")


@pytest.fixture(scope="session")
def plc() -> Iterator[Plc]:
    with Plc() as running:
        yield running


@pytest.fixture(scope="session")
def pds(plc: Plc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pds]:
    with Pds(plc, tmp_path_factory.mktemp("pds"), appview=True) as running:
        yield running


@pytest.fixture(scope="session")
def accounts(pds: Pds) -> Mapping[str, Account]:
    """The residents' accounts, by their names on X."""
    return move_in(pds)


@pytest.fixture(scope="session")
def directory(accounts: Mapping[str, Account], tmp_path_factory: pytest.TempPathFactory) -> Iterator[DirectoryServer]:
    with DirectoryServer(tmp_path_factory.mktemp("directory"), make_rows(accounts)) as running:
        yield running


@pytest.fixture(scope="session")
def mastodons() -> Mapping[str, Mastodon]:
    """The servers on which a person can have an account, by host name."""
    return make_mastodons()


@pytest.fixture(scope="session")
def everywhere(plc: Plc, pds: Pds, directory: DirectoryServer, mastodons: Mapping[str, Mastodon]) -> Iterator[World]:
    """The one front for the whole run; tests take `world`."""
    with World(make_sites(plc, pds, directory, mastodons)) as running, pds.led_to(running.port, running.authority):
        yield running


@pytest.fixture
def world(everywhere: World) -> Iterator[World]:
    """The closed world with an empty log. A request to any other host, or a bug in the front, fails the test."""
    everywhere.forget()
    yield everywhere
    assert everywhere.strangers == []
    assert everywhere.bugs == []
