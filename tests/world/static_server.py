"""A plain static server on loopback, which sends the headers that a file `_headers` names and notes each request."""

from __future__ import annotations

import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

REPORTS = "/csp"  # where browsers report what the policy has stopped, also in workers


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Log nothing: a browser may close a connection before it has read the answer."""


class StaticServer:
    """Serve the folder; `requests` are the paths asked for, reports of the policy included."""

    def __init__(self, folder: Path) -> None:
        self.requests: list[str] = []
        self.headers = _headers_for_all(folder / "_headers")
        self.headers["Content-Security-Policy"] += f"; report-uri {REPORTS}"
        outer = self

        class Handler(SimpleHTTPRequestHandler):
            extensions_map = {  # noqa: RUF012 - the type of the base class
                **SimpleHTTPRequestHandler.extensions_map,
                ".mjs": "text/javascript",
                ".wasm": "application/wasm",
            }

            def __init__(self, *given: Any) -> None:
                super().__init__(*given, directory=str(folder))

            def send_head(self) -> Any:
                outer.requests.append(self.path)
                return super().send_head()

            def do_POST(self) -> None:
                outer.requests.append(self.path)
                self.send_error(405)

            def end_headers(self) -> None:
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                super().end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = _QuietServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _headers_for_all(file: Path) -> dict[str, str]:
    """Return the headers of the first section of the file, that of every path."""
    section = file.read_text().split("\n/")[0].splitlines()[1:]
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in section)}
