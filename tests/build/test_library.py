"""Python's library as the package holds it: modules that are listed, and the rest where it is asked for."""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from pathlib import Path

from tests.conftest import ROOT, Packages

# A module that no list has, one in a package of the library, and one that no Python has.
PROGRAM = """
import { readFileSync } from "node:fs";
import { startPython } from "./build/engine.mjs";

const python = await startPython("extension");
const imported = (name) => python.runPython(`
import importlib
try:
    found = importlib.import_module("${name}").__name__
except ModuleNotFoundError:
    found = None
found`) ?? null;
const names = ["wave", "email.mime.text", "no_such_module", "importlib.no_such_module"];
const before = names.map(imported);
python.FS.writeFile("/lib/rest.zip", readFileSync("extension/public/python/rest.zip"));
const reported = [];
python.pyimport("rest").add_rest((name) => reported.push(name));
console.log(JSON.stringify([before, names.map(imported), reported]));
"""


# What a traceback says of an error in a function of the standard library, and the columns that its code knows.
TRACEBACK = """
import { startPython } from "./build/engine.mjs";

const python = await startPython("extension");
console.log(python.runPython(`
import json, json.decoder, traceback
try:
    json.loads("{")
except ValueError:
    text = traceback.format_exc()
columns = {place[2] for place in json.decoder.JSONDecoder.decode.__code__.co_positions()}
json.dumps([text, list(columns)])`));
"""


def run_node(program: str) -> str:
    command = ["node", "--input-type=module", "--eval", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def modules(file: Path) -> set[str]:
    return {name.removesuffix("c") for name in zipfile.ZipFile(file).namelist() if name.endswith((".py", ".pyc"))}


def test_each_module_of_the_standard_library_is_in_one_of_the_two_files(packages: Packages) -> None:
    python = packages.chromium / "python"
    listed, rest = modules(python / "library.zip"), modules(python / "rest.zip")
    assert not listed & rest
    assert modules(ROOT / "extension" / "node_modules" / "pyodide" / "python_stdlib.zip") <= listed | rest
    assert not (packages.chromium / "pyodide" / "python_stdlib.zip").exists()


def test_tracebacks_name_lines_and_bytecode_has_no_columns(packages: Packages) -> None:
    text, columns = json.loads(run_node(TRACEBACK))
    assert re.search(r"json/decoder\.py\", line [0-9]+, in raw_decode", text)
    assert columns == [None]


def test_modules_that_are_not_listed_come_from_the_rest(packages: Packages) -> None:
    before, after, reported = json.loads(run_node(PROGRAM))
    assert before == [None, None, None, None]
    assert after == ["wave", "email.mime.text", None, None]
    assert {"wave", "email.mime"} <= set(reported)
