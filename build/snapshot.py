"""Python's memory with the engine imported, from which a start restores it -> extension/public/snapshot/.

    memory.bin  the memory, packed by gzip
    info.json   what has to hold when it is restored, and where its parts stand: SnapshotInfo of
                extension/engine/snapshot.ts

Made by Node (build/snapshot.mjs) with time and chance standing still: the same bytes on every machine. A start that
cannot restore it starts Python on library.zip instead.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import tempfile
from pathlib import Path

from commands import run
from library import make_library
from places import BUILD, EXTENSION, PUBLIC
from pyodide_files import PINNED, RELEASE
from stamps import files_under, once

FOLDER = PUBLIC / "snapshot"
ENGINE = EXTENSION / "engine"
INPUTS = (
    *(BUILD / name for name in ("snapshot.py", "snapshot.mjs", "hashed.mjs", "engine.mjs", "warm_up.py")),
    *(ENGINE / name for name in ("layouts.ts", "linking.ts", "rehash.ts", "snapshot.ts")),
)
LEVEL = 9


def make_snapshot() -> Path:
    """Write the files unless they are up to date; return their folder."""
    inputs = [*INPUTS, *(RELEASE / name for name in PINNED), *files_under(make_library())]
    once("snapshot", inputs, lambda: files_under(FOLDER), _make)
    return FOLDER


def _make() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run("node", BUILD / "snapshot.mjs", EXTENSION, BUILD / "warm_up.py", folder)
        memory = Path(folder, "snapshot").read_bytes()
        info = json.loads(Path(folder, "snapshot.json").read_text())
    packed = gzip.compress(memory, LEVEL, mtime=0)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "memory.bin").write_bytes(packed)
    (FOLDER / "info.json").write_text(json.dumps({**info, "sha256": hashlib.sha256(packed).hexdigest()}) + "\n")
