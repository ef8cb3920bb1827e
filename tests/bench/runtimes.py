"""Where the programs in tests/bench/inside run: alone on CPython, or in Pyodide in a worker of Chromium."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "tests" / "bench"
INSIDE = BENCH / "inside"
PACKAGE = "tests.bench.inside"
SECONDS = 600.0  # for one run of one program

PYODIDE = ROOT / "extension" / "node_modules" / "pyodide"
ZIP_JS = BENCH / "node_modules" / "@zip.js" / "zip.js"


@dataclass(frozen=True, slots=True)
class Run:
    """What a program gave, and its memory in bytes: of the interpreter before it, and at its highest."""

    result: Any
    idle: int
    peak: int

    @property
    def growth(self) -> int:
        """Memory above the idle interpreter, in bytes."""
        return self.peak - self.idle


def run_on_cpython(program: str, argument: Mapping[str, Any], seconds: float = SECONDS) -> Run:
    """Run `program`, a module of tests/bench/inside, in a process of its own."""
    command = [sys.executable, "-m", f"{PACKAGE}.child", f"{PACKAGE}.{program}"]
    done = subprocess.run(
        command, cwd=ROOT, input=json.dumps(argument), capture_output=True, text=True, timeout=seconds, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Run(**json.loads(done.stdout))


def run_in_pyodide(page: Page, program: str, argument: Mapping[str, Any], files: Sequence[Path]) -> Run:
    """Run `program` in a fresh Pyodide on the baseline's page, with `files` in the folder /in."""
    choose(page, files)
    sources = {f"{PACKAGE.replace('.', '/')}/{file.name}": file.read_text() for file in INSIDE.glob("*.py")}
    question = {
        "program": f"{PACKAGE}.{program}",
        "modules": sources,
        "folders": [PACKAGE.replace(".", "/")],
        "argument": json.dumps(argument),
    }
    answer = ask(page, "python.js", question)
    return Run(answer["result"], answer["idle"], answer["peak"])


def choose(page: Page, files: Sequence[Path]) -> None:
    """Choose the files that the next workers get."""
    page.locator("input").set_input_files(files)


def ask(page: Page, script: str, question: Mapping[str, Any] | None = None) -> Any:
    """Start a worker of the baseline's page and give its answer, with `milliseconds`."""
    return page.evaluate("([script, question]) => ask(script, question)", [f"/{script}", dict(question or {})])


class _Handler(SimpleHTTPRequestHandler):
    """Files of a few folders, never cached: every start of an engine is a first one."""

    def __init__(self, folders: Mapping[str, Path], *connection: Any) -> None:
        self._folders = folders
        super().__init__(*connection)

    def translate_path(self, path: str) -> str:
        prefix = next(prefix for prefix in self._folders if path.startswith(prefix))
        return str(self._folders[prefix] / path.removeprefix(prefix))

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@contextmanager
def baseline_address(wheels: Path) -> Iterator[str]:
    """Serve the baseline's page on loopback inside the block, beside the extension's `wheels`; returns its address."""
    folders = {"/pyodide/": PYODIDE, "/wheels/": wheels, "/zip.js/": ZIP_JS, "/": BENCH / "baseline"}
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, folders))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/index.html"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
