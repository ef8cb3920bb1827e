"""deploy/nginx-try.conf in Debian’s nginx: types, packed files, caching, and the headers of build/try_page.py."""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.backend.test_cli import free_port
from tests.deploy.nginx import PROGRAM, ROOT, Nginx, running_nginx

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="nginx is not installed; build/system.py does it as root")

HOST = "try.example.org"
FILES = {
    "index.html": b"<!doctype html>" + b" " * 2000,
    "assets/worker-1a2b3c.js": b"export {};" + b" " * 2000,
    "pyodide/pyodide.mjs": b"export {};" + b" " * 2000,
    "pyodide/pyodide.asm.wasm": b"\0asm" + b" " * 2000,
    "licences/index.html": b"<!doctype html>",
    "_headers": b"/*",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    folder, port = tmp_path_factory.mktemp("nginx-try"), free_port()
    for name, content in FILES.items():
        file = folder / "site" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(content))
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    issued = authority.issue_cert(HOST)
    (folder / HOST).mkdir()
    issued.private_key_and_cert_chain_pem.write_to_path(str(folder / HOST / "fullchain.pem"))
    issued.private_key_pem.write_to_path(str(folder / HOST / "privkey.pem"))
    with running_nginx(folder, configuration(folder, port), port):
        yield Nginx(folder, 0, port, folder / "authority.pem")


def configuration(folder: Path, port: int) -> str:
    """Return a whole configuration around the file, with a test's paths and port in place of its own."""
    text = (ROOT / "deploy" / "nginx-try.conf").read_text()
    for pattern, replacement in {
        r"^ *listen \[::\].*\n": "",
        r"listen 443\b": f"listen 127.0.0.1:{port}",
        r"/etc/letsencrypt/live/": f"{folder}/",
        r"/srv/passerelle-try": str(folder / "site"),
    }.items():
        text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        assert count, f"deploy/nginx-try.conf has no {pattern}"
    modules = "include /etc/nginx/modules-enabled/*.conf;"
    logs = f"pid {folder}/nginx.pid; error_log {folder}/error.log;"
    return f"user root; {modules} {logs} events {{}} http {{ access_log off; {text} }}"


def test_it_sends_the_headers_that_the_build_names(server: Nginx, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(ROOT / "build"), *sys.path])
    from try_page import FOR_EVER, HEADERS, REVALIDATE

    for path, kept in (("/", REVALIDATE), ("/pyodide/pyodide.mjs", REVALIDATE), ("/assets/worker-1a2b3c.js", FOR_EVER)):
        answer = server.get(path, HOST)
        assert answer.status_code == 200, path
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert answer.headers["Cache-Control"] == kept


def test_modules_and_webassembly_have_the_types_that_browsers_ask_for(server: Nginx) -> None:
    assert server.get("/pyodide/pyodide.mjs", HOST).headers["Content-Type"] == "text/javascript"
    assert server.get("/pyodide/pyodide.asm.wasm", HOST).headers["Content-Type"] == "application/wasm"
    assert server.get("/licences/index.html", HOST).headers["Content-Type"] == "text/html"


def test_packed_files_are_sent_as_they_are(server: Nginx) -> None:
    answer = server.get("/pyodide/pyodide.asm.wasm", HOST, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.content == FILES["pyodide/pyodide.asm.wasm"]


def test_nothing_else_is_answered(server: Nginx) -> None:
    assert server.get("/_headers", HOST).status_code == 404
    assert server.get("/index.html.gz", HOST).status_code == 404
    assert server.get("/", HOST, method="POST").status_code == 403
