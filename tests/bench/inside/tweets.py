"""Read an archive with a large tweets.js: as Passerelle does, or its whole text at once with json.loads."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from passerelle.archive import read


def run(arguments: Mapping[str, Any], _peak: Callable[[], int]) -> dict[str, Any]:
    """Return how many tweets are in the archive at `path`, read in the way named by `how`, and the seconds it took."""
    started = time.perf_counter()
    tweets = WAYS[arguments["how"]](Path(arguments["path"]))
    return {"tweets": tweets, "seconds": time.perf_counter() - started}


def _row_by_row(path: Path) -> int:
    return read([path]).tweets


def _at_once(path: Path) -> int:
    with zipfile.ZipFile(path) as archive:
        text = archive.read("data/tweets.js").decode()
    return len(json.loads(text[text.index("=") + 1 :]))


WAYS: Mapping[str, Callable[[Path], int]] = {"row by row": _row_by_row, "at once": _at_once}
