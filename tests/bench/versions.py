"""The versions of the extension that are measured in one run: the present one and commits before it, each as built."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.bench.report import Failure
from tests.bench.runtimes import ROOT
from tests.bench.tools import Session, Tools, note_memories
from tests.world.directory import DirectoryServer, write_trust
from tests.world.earlier import Earlier
from tests.world.world import Site, proxy

LOCK = "extension/package-lock.json"
SHORT = 8  # digits of a commit in a table


@dataclass(frozen=True, slots=True)
class Version:
    """A package for Chromium, its name in the table, and the environment of its own directory server."""

    name: str
    extension: Path
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Served:
    """A version beside its directory, which answers as long as the block of `serve` lasts."""

    tools: Tools
    version: Version
    site: Site

    @contextmanager
    def browser(self) -> Iterator[Session]:
        """Start a browser with this version and a fresh profile."""
        with self.tools.browser_with(self.site, self.version.extension) as session:
            yield session


def make_version(tools: Tools, commit: str) -> Version:
    """Build `commit` with the dependencies that are installed. Raises RuntimeError, which says where they differ."""
    full = _git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}").strip()
    if not full:
        raise RuntimeError(f"{commit} is no commit of this repository (a shallow clone has few: git fetch --unshallow)")
    earlier = Earlier(full)
    try:
        built = earlier.build(write_trust(tools.folder / "directories.json"))
    except AssertionError as error:
        other = _git("show", f"{full}:{LOCK}") != (ROOT / LOCK).read_text()
        hint = f"; its {LOCK} differs from what is installed" if other else ""
        raise RuntimeError(f"{commit} cannot be built{hint}: {str(error).strip()[-1000:]}") from error
    return Version(full[:SHORT], note_memories(built / "chromium"), earlier.env)


def versions(tools: Tools, commits: Sequence[str]) -> tuple[list[Version], list[Failure]]:
    """Return the present version and those of `commits` that can be built; and why the others cannot."""
    made, failures = [Version("present", tools.extension)], []
    for commit in commits:
        try:
            made.append(make_version(tools, commit))
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            failures.append(Failure.of("first", error))
    return made, failures


@contextmanager
def serve(tools: Tools, made: Sequence[Version], rows: Sequence[Mapping[str, str]]) -> Iterator[list[Served]]:
    """Start the directory server of each version, with the seed and `rows`."""
    with ExitStack() as stack:
        yield [Served(tools, version, _directory(stack, tools, version, rows)) for version in made]


def _directory(stack: ExitStack, tools: Tools, version: Version, rows: Sequence[Mapping[str, str]]) -> Site:
    folder = tools.folder / f"directory-{version.name}"
    folder.mkdir()
    server = stack.enter_context(DirectoryServer(folder, rows, seed=True, env=version.env))
    return proxy(partial(_port, server))


def _port(server: DirectoryServer) -> int:
    return server.port


def _git(*command: str) -> str:
    done = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout
