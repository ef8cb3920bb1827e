"""Python's library as the package holds it: modules that are listed, and the rest where it is asked for."""

from __future__ import annotations

import json
import subprocess

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
python.FS.writeFile("/lib/python_stdlib.zip", readFileSync("extension/public/pyodide/python_stdlib.zip"));
const reported = [];
python.pyimport("rest").add_rest((name) => reported.push(name));
console.log(JSON.stringify([before, names.map(imported), reported]));
"""


def test_modules_that_are_not_listed_come_from_pyodides_own_library(packages: Packages) -> None:
    command = ["node", "--input-type=module", "--eval", PROGRAM]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    before, after, reported = json.loads(done.stdout)
    assert before == [None, None, None, None]
    assert after == ["wave", "email.mime.text", None, None]
    assert {"wave", "email.mime"} <= set(reported)
