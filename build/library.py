"""Python's library as the engine starts with it -> extension/public/python/.

    library.zip         bytecode of the standard library's modules that are used (build/standard_library.txt), of all
                        wheels, with their data, and of ours; stored, so that a module is read without unpacking
    pydantic_core.wasm  the shared library of pydantic_core, to be compiled while other files are read
    rest.zip            the standard library's other modules, as Pyodide's release has them
    start.json          `lock` for Pyodide, and `files`: pydantic_core's modules (path -> base64), which have to lie
                        beside their shared library and therefore not in a ZIP

The engine adds rest.zip once it has started: a module that the list lacks is found there.
"""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from commands import run
from places import BUILD, EXTENSION, PUBLIC
from pyodide_files import RELEASE, STANDARD_LIBRARY
from stamps import files_under, once
from wheels import FOLDER as WHEELS
from wheels import LOCK
from zips import zip_bytes

FOLDER = PUBLIC / "python"
LIBRARY = FOLDER / "library.zip"
REST = FOLDER / "rest.zip"
START = FOLDER / "start.json"
LISTED = BUILD / "standard_library.txt"
OURS = tuple(EXTENSION / "engine" / name for name in ("browser.py", "rest.py", "restored.py"))
SHARED_LIBRARY = "pydantic_core/_pydantic_core.cpython-314-wasm32-emscripten.so"
# Of wheels: what neither the engine nor a module that it imports can need.
LEFT_OUT = ("passerelle/cli/", "pydantic/v1/", "pydantic/mypy.py")
NOT_DATA = (".pyi", "py.typed", ".so", ".py")


def make_library() -> Path:
    """Write the files unless they are up to date; return their folder."""
    inputs = [
        STANDARD_LIBRARY,
        LISTED,
        *OURS,
        *files_under(WHEELS),
        *(BUILD / name for name in ("library.py", "compile.mjs")),
    ]
    once("library", inputs, lambda: files_under(FOLDER), _make)
    return FOLDER


def listed_modules() -> list[str]:
    """Return the paths of the standard library's modules that the library holds, such as `json/decoder.py`."""
    return [line for line in LISTED.read_text().splitlines() if not line.startswith("#")]


def _make() -> None:
    shutil.rmtree(PUBLIC / "wheels", ignore_errors=True)  # where earlier versions of this build put the wheels
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    wheels = dict(_members())
    (FOLDER / "pydantic_core.wasm").write_bytes(wheels[SHARED_LIBRARY])
    data = {path: content for path, content in wheels.items() if not path.endswith(NOT_DATA)}
    sources = {path: content for path, content in wheels.items() if path.endswith(".py")}
    sources |= _standard_library() | {file.name: file.read_bytes() for file in OURS}
    modules = {f"{path}c": code for path, code in _compiled(sources).items()}
    beside = {path: modules.pop(path) for path in sorted(modules) if path.startswith("pydantic_core/")}
    zip_bytes(data | modules, LIBRARY, stored=True)
    zip_bytes(_rest(), REST)
    lock = {"info": json.loads(LOCK.read_text())["info"], "packages": {}}
    files = {path: base64.b64encode(code).decode() for path, code in beside.items()}
    START.write_text(json.dumps({"lock": lock, "files": files}, sort_keys=True) + "\n")


def _members() -> Iterator[tuple[str, bytes]]:
    """Yield every file of the wheels that is part of a package, with its path."""
    for entry in json.loads(LOCK.read_text())["packages"].values():
        with zipfile.ZipFile(WHEELS / entry["file_name"]) as wheel:
            for name in wheel.namelist():
                if ".dist-info/" not in name and not name.endswith("/") and not name.startswith(LEFT_OUT):
                    yield name, wheel.read(name)


def _standard_library() -> dict[str, bytes]:
    with zipfile.ZipFile(STANDARD_LIBRARY) as archive:
        return {path: archive.read(path) for path in listed_modules()}


def _rest() -> dict[str, bytes]:
    listed = set(listed_modules())
    with zipfile.ZipFile(STANDARD_LIBRARY) as archive:
        return {path: archive.read(path) for path in archive.namelist() if path not in listed and path[-1] != "/"}


def _compiled(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        packed, out = Path(folder) / "sources.zip", Path(folder) / "bytecode.json"
        run("node", BUILD / "compile.mjs", RELEASE, zip_bytes(sources, packed), out)
        return {path: base64.b64decode(code) for path, code in json.loads(out.read_text()).items()}
