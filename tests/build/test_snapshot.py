"""The snapshot of Python's memory: what it must not hold."""

from __future__ import annotations

import getpass
import gzip
import json
import os
import platform
import re
import socket
import tempfile
from pathlib import Path

from tests.conftest import ROOT, Packages

SHORTEST = 5  # letters; shorter words stand in Python's own texts
COMMON = re.compile(r"[a-z]{1,9}|C\.UTF-8|[0-9.:]*", re.IGNORECASE)  # values that stand in Python's own texts


def traces() -> set[str]:
    """What names this machine, its user, the folders of the build and the values in its environment."""
    folders = {str(ROOT), str(Path.home()), str(Path.cwd()), tempfile.gettempdir() + "/tmp"}
    names = {getpass.getuser(), socket.gethostname(), platform.node()}
    values = {value for value in os.environ.values() if not COMMON.fullmatch(value)}
    found = folders | {name for name in names if name != "root"} | values | {"node_modules/pyodide", "snapshot.mjs"}
    return {one for one in found if len(one) >= SHORTEST}


def read(packages: Packages) -> bytes:
    return gzip.decompress((packages.chromium / "snapshot" / "memory.bin").read_bytes())


def test_nothing_of_the_machine_that_made_it_is_in_the_snapshot(packages: Packages) -> None:
    memory = read(packages)
    encodings = ("utf-8", "utf-16-le", "utf-32-le")  # Python stores text in 1, 2 or 4 bytes
    left = {one for one in traces() for encoding in encodings if one.encode(encoding) in memory}
    assert not {one for one in left if not is_pyodides(one, packages)}


def is_pyodides(text: str, packages: Packages) -> bool:
    """Whether Pyodide's own files have this text: they were built in /root."""
    files = (packages.chromium / name for name in ("pyodide/pyodide.asm.wasm", "python/library.zip"))
    return any(text.encode() in file.read_bytes() for file in files)


def test_both_packages_have_the_same_snapshot_which_is_its_information_s(packages: Packages) -> None:
    for name in ("memory.bin", "info.json"):
        files = [package / "snapshot" / name for package in (packages.chromium, packages.firefox)]
        assert files[0].read_bytes() == files[1].read_bytes()
    info = json.loads((packages.chromium / "snapshot" / "info.json").read_text())
    assert info["size"] == len(read(packages))
