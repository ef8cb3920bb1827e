"""Debian's nginx on free ports of 127.0.0.1, with deploy/nginx.conf or another configuration."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import trustme

from tests.backend.test_cli import free_port

ROOT = Path(__file__).parents[2]
CONFIGURATION = ROOT / "deploy" / "nginx.conf"
DIRECTORY, REGISTRAR = "dir.example.org", "join.example.org"
PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Nginx:
    """A running server: its folder with the logs, its ports, and the authority of its certificates."""

    folder: Path
    http_port: int
    https_port: int
    authority: Path

    def get(self, path: str, host: str = DIRECTORY, method: str = "GET", **options: object) -> httpx.Response:
        """Ask for a path of a host over TLS."""
        headers = {"Host": host, "Accept-Encoding": "identity", **dict(options.pop("headers", {}))}  # type: ignore[call-overload]
        url = f"https://127.0.0.1:{self.https_port}{path}"
        with httpx.Client(verify=ssl.create_default_context(cafile=self.authority), timeout=60) as client:
            return client.request(method, url, headers=headers, extensions={"sni_hostname": host}, **options)  # type: ignore[arg-type]

    def logs(self) -> str:
        """Return what it has logged."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


def make_configuration(folder: Path, data: Path, ports: Mapping[str, int], certificates: Path) -> str:
    """Return deploy/nginx.conf with the paths and ports of a test in place of its own; every one must be there."""
    text = CONFIGURATION.read_text()
    replacements = {
        r"^user www-data;": "user root;",
        r"/run/nginx\.pid": str(folder / "nginx.pid"),
        r"/var/log/nginx/": f"{folder}/",
        r"/var/cache/nginx/passerelle": str(folder / "cache"),
        r"/etc/letsencrypt/live/": f"{certificates}/",
        r"/srv/passerelle/": f"{data}/",
        r"127\.0\.0\.1:8600": f"127.0.0.1:{ports['directory']}",
        r"127\.0\.0\.1:8601": f"127.0.0.1:{ports['registrar']}",
        r"^ *listen \[::\].*\n": "",
        r"listen 80\b": f"listen 127.0.0.1:{ports['http']}",
        r"listen 443\b": f"listen 127.0.0.1:{ports['https']}",
    }
    for pattern, replacement in replacements.items():
        text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        assert count, f"deploy/nginx.conf has no {pattern}"
    return text


def make_certificates(folder: Path) -> Path:
    """Write an authority and a certificate for each host; return the authority's file."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    for host in (DIRECTORY, REGISTRAR):
        (folder / host).mkdir()
        issued = authority.issue_cert(host)
        issued.private_key_pem.write_to_path(str(folder / host / "privkey.pem"))
        for part in issued.cert_chain_pems:
            part.write_to_path(str(folder / host / "fullchain.pem"), append=True)
    return folder / "authority.pem"


@contextmanager
def running_nginx(folder: Path, configuration: str, ready_port: int) -> Iterator[None]:
    """Run the server with a configuration inside the block, and stop it by its own process id."""
    assert PROGRAM
    file = folder / "nginx.conf"
    file.write_text(configuration)
    command = [PROGRAM, "-c", str(file), "-e", str(folder / "error.log"), "-g", "daemon off;"]
    subprocess.run([*command[:-2], "-t", "-q"], check=True, capture_output=True)
    process = subprocess.Popen(command)
    try:
        _wait(ready_port)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=START_SECONDS)


@contextmanager
def running_front(folder: Path, data: Path, directory: int, registrar: int) -> Iterator[Nginx]:
    """Run deploy/nginx.conf in front of the programs on two ports."""
    ports = {"http": free_port(), "https": free_port(), "directory": directory, "registrar": registrar}
    authority = make_certificates(folder)
    with running_nginx(folder, make_configuration(folder, data, ports, folder), ports["https"]):
        yield Nginx(folder, ports["http"], ports["https"], authority)


def _wait(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"nginx does not listen on port {port}")
