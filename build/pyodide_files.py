"""The files of the pinned Pyodide release that run -> extension/public/pyodide/, byte for byte.

Stores check third-party files against their published releases, so they are neither minified nor patched
(https://extensionworkshop.com/documentation/publish/third-party-library-usage/).
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from places import BUILD, EXTENSION, PUBLIC
from stamps import files_under, once

RELEASE = EXTENSION / "node_modules" / "pyodide"
FOLDER = PUBLIC / "pyodide"

# SHA-256 of what is taken from the npm tarball of pyodide 314.0.7.
PINNED = {
    "pyodide.mjs": "6f1d60f7bf529beb300f0f47983c921d3982363640ba20af0e38efdddbc66109",
    "pyodide.asm.mjs": "f7cdc8ece80678ceb712f8e65ebe6d3a83203a180c399865f49612a051693635",
    "pyodide.asm.wasm": "cc36e3cab04fdfc9a63ff13eb52eae2b911bf46c025cc7b281f394bd3de1d5e6",
    "python_stdlib.zip": "fa1957e5777068fc4f7437f96d860ae2fbe9c19732ba06c84e004ec16dd7dd7a",
}
# Its modules are in python/library.zip and python/rest.zip: build/library.py.
STANDARD_LIBRARY = RELEASE / "python_stdlib.zip"


def copy_pyodide() -> Path:
    """Copy the pinned files that run where they are not there yet; returns their folder. Ends the build if one differs.

    The standard library is only checked.
    """
    inputs = [*(RELEASE / name for name in PINNED), BUILD / "pyodide_files.py"]
    once("pyodide", inputs, lambda: files_under(FOLDER), _copy)
    return FOLDER


def _copy() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for name, sha256 in PINNED.items():
        content = (RELEASE / name).read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise SystemExit(f"{RELEASE / name} is not the pinned file; run `npm ci` in extension/")
        if name != STANDARD_LIBRARY.name:
            (FOLDER / name).write_bytes(content)
