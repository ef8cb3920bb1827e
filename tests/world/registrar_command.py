"""`python -m tests.world.registrar_command serve|recheck|snapshot`: registrar and operator in the closed world.

The same parts as `passerelle-directory registrar`, `recheck` and `snapshot`. Two things differ: the fetcher finds every
host at the front of the closed world and trusts its authority, and the clock is ahead by `--ahead`.
"""

from __future__ import annotations

import argparse
import os
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from passerelle_directory.config import Config, read_config
from passerelle_directory.database import open_database
from passerelle_directory.publishing.keys import load_key
from passerelle_directory.publishing.snapshot import publish
from passerelle_directory.registrar.app import create_registrar, make_registrar
from passerelle_directory.registrar.fetcher import Fetcher
from passerelle_directory.registrar.intake import take_in
from passerelle_directory.registrar.recheck import PoliteFetch, recheck
from passerelle_directory.registrar.refusals import load_key as load_refusals_key
from passerelle_directory.web.server import serve
from sqlalchemy.orm import Session

LOOPBACK = "127.0.0.1"
THREADS = 8


def main() -> None:
    """Run one command on the folder and database that the environment names."""
    options = _parser().parse_args()
    config = read_config(os.environ)

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=options.ahead)

    if options.command == "snapshot":
        _snapshot(config, clock())
        return
    fetcher = _fetcher(options.front, options.authority)
    if options.command == "recheck":
        _recheck(config, fetcher, clock)
        return
    print(f"The registrar answers on port {options.port}", flush=True)
    serve(create_registrar(make_registrar(config, fetcher, clock)), LOOPBACK, options.port, THREADS)


def _recheck(config: Config, fetcher: Fetcher, clock: Callable[[], datetime]) -> None:
    polite = PoliteFetch(fetcher, sleep=lambda _seconds: None)
    counts = recheck(make_registrar(config, polite, clock), clock())
    print(f"{counts.read} claims read, {counts.unanswered} without an answer")


def _snapshot(config: Config, now: datetime) -> None:
    engine = open_database(config)
    with Session(engine) as session:
        take_in(session, load_refusals_key(config.refusals_key), now)
        latest = publish(session, config.public, load_key(config.keys), now)
    engine.dispose()
    print(f"Version {latest['version']}: {latest['rows']} rows")


def _fetcher(front: int, authority: Path) -> Fetcher:
    """Return a fetcher for which every host is at the front."""
    tls = ssl.create_default_context(cafile=authority)
    return Fetcher(lambda _host, _port: [(LOOPBACK, front)], {LOOPBACK}.__contains__, tls)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("serve", "recheck", "snapshot"))
    parser.add_argument("--front", type=int, default=0, help="port of the closed world")
    parser.add_argument("--authority", type=Path, help="its certificate authority, as PEM")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ahead", type=float, default=0.0, help="seconds that the clock is ahead")
    return parser


if __name__ == "__main__":
    main()
