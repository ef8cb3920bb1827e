"""extension/try -> OUT/try: the core as a web page for a host of its own, which reads an archive without an extension.

    index.html, assets/   the page and its worker, made by Vite (extension/try/vite.config.ts)
    pyodide/, python/     the runtime and the library, as in the extension, with the directory of build time
    licences/             the texts, with a page that lists them
    _headers              the headers to send, in the form that several static hosts read
    *.gz                  every file that packing makes smaller, for servers that send it as it is

Whose headers: deploy/nginx-try.conf has the same, and says how the page is served. docs/try.md
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator, Mapping
from functools import partial
from html import escape
from pathlib import Path

from commands import run
from packages import SOURCES
from places import BUILD, EXTENSION
from stamps import files_under, once

SOURCE = EXTENSION / "try"
BUNDLE = EXTENSION / ".output" / "try"
WORTH_PACKING = 1024  # bytes
PACKED_ALREADY = {".png"}
# The second is for what bears a hash of its content in its name; the others are asked for again at each visit.
REVALIDATE, FOR_EVER = "no-cache", "public, max-age=31536000, immutable"
HEADERS = {
    "Content-Security-Policy": (SOURCE / "policy.txt").read_text().strip(),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def make_try(out: Path) -> Path:
    """Write OUT/try; returns the folder."""
    once("bundle-try", files_under(*SOURCES, SOURCE, BUILD / "try_page.py"), partial(files_under, BUNDLE), _bundle)
    folder = out / "try"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(BUNDLE, folder, ignore=shutil.ignore_patterns("snapshot"))  # which this page does not use
    (folder / "licences" / "index.html").write_text(_licences(folder / "licences" / "index.json"))
    (folder / "_headers").write_text("\n".join(_header_lines()) + "\n")
    for file in files_under(folder):
        _pack(file)
    return folder


def _bundle() -> None:
    run("node", "node_modules/vite/bin/vite.js", "build", "--config", "try/vite.config.ts", cwd=EXTENSION)


def _licences(index: Path) -> str:
    """Return the page that lists the licence texts beside it."""
    parts = "\n".join(map(_licence, json.loads(index.read_text())))
    head = '<meta charset="utf-8" /><meta name="viewport" content="width=device-width" /><title>Licences</title>'
    return f'<!doctype html>\n<html lang="en">\n<head>{head}</head>\n<body>\n<ul>\n{parts}\n</ul>\n</body>\n</html>\n'


def _licence(part: Mapping[str, str]) -> str:
    name, version, licence, file = (escape(part[key]) for key in ("name", "version", "licence", "file"))
    return f'<li><a href="{file}">{name} {version}</a> {licence}</li>'


def _header_lines() -> Iterator[str]:
    """Yield the lines of a file `_headers`: https://developers.cloudflare.com/pages/configuration/headers/."""
    yield "/*"
    yield from (f"  {name}: {value}" for name, value in HEADERS.items())
    yield f"  Cache-Control: {REVALIDATE}"
    yield "/assets/*"
    yield "  ! Cache-Control"
    yield f"  Cache-Control: {FOR_EVER}"


def _pack(file: Path) -> None:
    """Write FILE.gz beside a file where that is smaller; the same bytes whenever it is made."""
    content = file.read_bytes()
    packed = gzip.compress(content, 9, mtime=0)
    if len(content) >= WORTH_PACKING and file.suffix not in PACKED_ALREADY and len(packed) < len(content):
        file.with_name(f"{file.name}.gz").write_bytes(packed)
