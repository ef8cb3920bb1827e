"""Requests per second through deploy/nginx.conf, with its headers, limits and log, and through nginx's own defaults.

Both serve the same published files over TLS on this machine and are asked in turns by ApacheBench.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.backend.test_cli import free_port
from tests.bench.report import Figure
from tests.bench.runtimes import ROOT
from tests.bench.tools import Tools
from tests.deploy.nginx import DIRECTORY, make_certificates, make_configuration, running_nginx

TURNS = 7
REQUESTS = {"latest.json": 12_000, "rows": 6_000}
CONNECTIONS = 16
LEAST = 0.9  # of what bare nginx answers
RATE = re.compile(rb"^Requests per second: +([0-9.]+)", re.MULTILINE)
FAILED = re.compile(rb"^(?:Failed requests|Non-2xx responses): +[1-9]", re.MULTILINE)

# What nginx needs to serve a folder over TLS; everything else is its default.
BARE = """
user root; worker_processes auto; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ }}
http {{
    sendfile on; access_log {folder}/access.log;
    server {{
        listen 127.0.0.1:{port} ssl; root {folder};
        ssl_certificate {certificates}/fullchain.pem; ssl_certificate_key {certificates}/privkey.pem;
    }}
}}
"""


def measure(tools: Tools) -> Iterator[Figure]:
    """Ask both servers for latest.json and for the first file of rows."""
    folder = tools.folder / "front"
    data, ours, bare = folder / "data", folder / "ours", folder / "bare"
    for each in (data, ours, bare / "v1"):
        each.mkdir(parents=True)
    _publish(data)
    (bare / "v1" / "directory").symlink_to(data / "public")
    make_certificates(ours)
    ports = {name: free_port() for name in ("directory", "registrar", "http", "https", "bare")}
    with ExitStack() as stack:
        configuration = _lift_limits(make_configuration(ours, data, ports, ours))
        stack.enter_context(running_nginx(ours, configuration, ports["https"]))
        plain = BARE.format(folder=bare, port=ports["bare"], certificates=ours / DIRECTORY)
        stack.enter_context(running_nginx(bare, plain, ports["bare"]))
        for what, path in _paths(data).items():
            yield _compare(what, path, ports["https"], ports["bare"])


def _publish(data: Path) -> None:
    environment = {**os.environ, "PASSERELLE_DATA": str(data)}
    environment.pop("DATABASE_URL", None)
    for command in ("keygen", "seed", "snapshot"):
        program = [sys.executable, "-m", "passerelle_directory.cli", command]
        subprocess.run(program, env=environment, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)


def _lift_limits(configuration: str) -> str:
    """Raise the rate limit, which is still counted, and serve the host name that ab asks for."""
    lifted, count = re.subn(r"rate=20r/s", "rate=1000000r/s", configuration)
    assert count == 1
    return lifted.replace(f"server_name {DIRECTORY};", "server_name localhost;")


def _paths(data: Path) -> dict[str, str]:
    latest = json.loads((data / "public" / "latest.json").read_bytes())
    rows = next(one["path"] for one in latest["files"] if one["kind"] == "rows")
    return {"latest.json": "/v1/directory/latest.json", "rows": f"/{rows}"}


def _compare(what: str, path: str, ours: int, bare: int) -> Figure:
    runs: dict[int, list[float]] = {ours: [], bare: []}
    for turn in range(TURNS + 1):
        for port in (ours, bare) if turn % 2 else (bare, ours):
            rate = _ask(port, path, REQUESTS[what])
            if turn:  # the first one warms up
                runs[port].append(rate)
    name = f"{what} through deploy/nginx.conf"
    return Figure("nginx", name, "requests/s", runs[ours], "bare nginx", runs[bare], least_ratio=LEAST)


def _ask(port: int, path: str, requests: int) -> float:
    """Return how many requests a second were answered, all of them well, over connections that are kept."""
    command = ["ab", "-q", "-k", "-n", str(requests), "-c", str(CONNECTIONS), f"https://localhost:{port}{path}"]
    done = subprocess.run(command, capture_output=True, check=True)
    rate = RATE.search(done.stdout)
    if rate is None or FAILED.search(done.stdout):
        raise AssertionError(done.stdout.decode()[-1500:])
    return float(rate[1])
