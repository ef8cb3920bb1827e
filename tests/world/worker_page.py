"""A page on loopback whose worker loads Python as the extension's does: from the package's files, by the same code."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.world.static_server import StaticServer

ESBUILD = Path(__file__).parents[2] / "extension" / "node_modules" / ".bin" / "esbuild"
PACKAGED = ("pyodide", "python", "snapshot")
POLICY = "/*\n  Content-Security-Policy: default-src 'self'; script-src 'self' 'wasm-unsafe-eval'\n"


@contextmanager
def serve_page(page: Path, package: Path, folder: Path) -> Iterator[str]:
    """Serve `page` (a folder with index.html, page.js and worker.ts) inside the block; yield its address.

    `package` has the packaged files. What is served stands in `folder`, beside what the caller has put there.
    """
    for name in PACKAGED:
        (folder / name).symlink_to((package / name).resolve())
    for name in ("index.html", "page.js"):
        (folder / name).symlink_to(page / name)
    (folder / "_headers").write_text(POLICY)
    command: list[str | Path] = [ESBUILD, page / "worker.ts", "--bundle", "--format=esm"]
    subprocess.run([*command, f"--outfile={folder / 'worker.js'}"], check=True, capture_output=True)
    with StaticServer(folder) as server:
        yield server.url
