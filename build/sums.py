"""Files -> SHA256SUMS beside them, as `sha256sum --check` reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def write_sums(files: Iterable[Path], target: Path) -> Path:
    """Write one line per file, `<hex digits>  <name>`, sorted by name; returns the path of `target`.

    The files lie in the folder of `target`.
    """
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    target.write_text("".join(sorted(lines, key=lambda line: line.split()[1])))
    return target
