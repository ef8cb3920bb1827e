"""Run pytest inside Pyodide; the runners (Node, Chromium) have stored the repository's files and pytest before."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import rest

from tests.pyodide.outcomes import Outcomes
from tests.pyodide.unlisted import watch_imports

ROOT = Path(__file__).parents[2]
ENGINE = "passerelle.engine.engine"  # is imported in the snapshot
# The conftest.py above tests/core starts servers and browsers.
OPTIONS = (
    *("--confcutdir=tests/core", "-p", "tests.pyodide.in_pyodide", "-p", "no:cacheprovider"),
    *("-m", "not (desktop or soak or e2e)", "--quiet"),
)


def main(chosen: str) -> str:
    """Run pytest with `chosen` arguments (JSON text of a list).

    Returns JSON text: whether this Python was restored from the snapshot, pytest's exit status, each test's outcome.
    """
    is_restored = ENGINE in sys.modules
    rest.add_rest(lambda name: None)
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = "/tmp/hypothesis"
    os.chdir(ROOT)
    sys.dont_write_bytecode = True
    unlisted = watch_imports()
    import passerelle
    import pytest

    passerelle.__path__.append(str(ROOT / "core" / "passerelle"))  # for its command line, which the extension lacks
    outcomes = Outcomes()
    status = int(pytest.main([*OPTIONS, *json.loads(chosen)], [outcomes]))
    for module, importer in sorted(unlisted()):
        print(f"build/standard_library.txt lacks {module}, which {importer} imports; add it")
        status = status or 1
    return json.dumps({"isRestored": is_restored, "status": status, "outcomes": outcomes.of})
