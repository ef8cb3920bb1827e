"""The core's wheel and the pinned wheels it needs -> .cache/build/frozen/, with a lock that names only these.

micropip resolves them inside Pyodide, as it would in a browser, but from local files and with no index to fall back
to: a wheel that is missing from requirements/browser.txt ends the build.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from commands import run
from core_wheel import make_core_wheel
from places import BUILD, CACHE, ROOT
from pyodide_files import PINNED, RELEASE
from stamps import files_under, once

FOLDER = CACHE / "frozen"
LOCK = FOLDER / "lock.json"
REQUIREMENTS = ROOT / "requirements"
BROWSER = REQUIREMENTS / "browser.txt"
ROOT_PACKAGE = "passerelle"

# What a wheel must be made for to run in this Pyodide (https://peps.python.org/pep-0783/).
PYODIDE_WHEELS = (
    *("--python-version", "3.14", "--implementation", "cp", "--abi", "cp314", "--abi", "none"),
    *("--platform", "pyemscripten_2026_0_wasm32", "--only-binary", ":all:"),
)


def make_wheels() -> Path:
    """Put every wheel and `lock.json` into .cache/build/frozen unless they are current; return the folder."""
    core = make_core_wheel()
    pinned = download(BROWSER)
    inputs = [core, *pinned, *(RELEASE / name for name in PINNED), BUILD / "wheels.py", BUILD / "freeze.mjs"]
    once("wheels", inputs, lambda: files_under(FOLDER), lambda: _freeze([core, *pinned]))
    return FOLDER


def download(requirements: Path) -> list[Path]:
    """Fetch the wheels of a hashed lock for Pyodide into the cache, once; returns their paths."""
    folder = CACHE / "wheels" / requirements.stem

    def fetch() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        run(sys.executable, "-m", "ensurepip")  # environments made by uv have no pip
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--require-hashes", "--no-deps")
        run(*pip, *PYODIDE_WHEELS, "--requirement", requirements, "--dest", folder)

    once(f"download-{requirements.stem}", [requirements], lambda: files_under(folder), fetch)
    return files_under(folder)


def _freeze(wheels: list[Path]) -> None:
    lock = json.loads(run("node", BUILD / "freeze.mjs", RELEASE, *wheels))
    needed = _needed(lock["packages"], ROOT_PACKAGE)
    originals = {wheel.name: wheel for wheel in wheels}
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    for entry in needed.values():
        entry["file_name"] = Path(entry["file_name"]).name
        original = originals[entry["file_name"]]
        if _sha256(original) != entry["sha256"]:
            raise SystemExit(f"{original} is not what was frozen")
        shutil.copyfile(original, FOLDER / original.name)
    LOCK.write_text(json.dumps({"info": lock["info"], "packages": needed}, indent=1, sort_keys=True) + "\n")


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _needed(packages: dict[str, dict[str, Any]], name: str) -> dict[str, dict[str, Any]]:
    """Return `name` and all that it depends on, however far."""
    needed: dict[str, dict[str, Any]] = {}
    waiting = [name]
    while waiting:
        key = waiting.pop()
        if key not in needed:
            needed[key] = packages[key]
            waiting += packages[key]["depends"]
    return needed
