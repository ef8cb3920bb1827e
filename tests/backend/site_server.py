"""The directory's and the registrar's pages, served for a browser: the seed, a history, and long names."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from passerelle_directory.cli import main
from passerelle_directory.config import Config, read_config
from passerelle_directory.database import upgrade_database
from passerelle_directory.publishing.counts import NO_COUNTRY, Counts, DayCount, write_history
from passerelle_directory.publishing.public_pages import PublicPageContent, write_public_pages
from werkzeug.serving import make_server

from tests.backend.joining import Joining, joining
from tests.backend.site_paths import CLAIM
from tests.backend.test_cli import START_UP, free_port, get_when_up
from tests.core.claim_servers import ADA_ACCT, ADA_DID

LONG = "a-very-long-name-of-a-person.who_types@social.museum-of-the-sea.example.org"


@contextmanager
def serving_directory(folder: Path) -> Iterator[str]:
    """Serve the seed, with its data in `folder`; yield the server's address."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PASSERELLE_DATA", str(folder))
        patch.delenv("DATABASE_URL", raising=False)
        for command in (["keygen"], ["seed"], ["snapshot"]):
            assert main(command) == 0
        add_history_and_person(read_config(os.environ).pages)
        port = free_port()
        server = subprocess.Popen(
            [sys.executable, "-m", "passerelle_directory.cli", "serve", "--port", str(port)],
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            get_when_up(f"http://127.0.0.1:{port}/")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=START_UP)


def add_history_and_person(pages: Path) -> None:
    """Write a history of several days, and the page of a person with long names."""
    counts, first = Counts(), date(2026, 10, 1)
    counts.organisations_by_country.update({"FR": 900, "DE": 300, NO_COUNTRY: 12})
    write_history(pages, counts, [DayCount(first + timedelta(days=n), 100 + n * n) for n in range(30)])
    person = PublicPageContent(
        claim_id=CLAIM,
        screen_name="fifteen_letters",
        display_name=None,
        handle="a-very-long-name-of-a-person.social.museum-of-the-sea.example.org",
        did="did:plc:aaaabbbbccccddddeeeeffff",
        acct="a_very_long_name_of_a_person@social.museum-of-the-sea.example.org",
        checked_on="2026-11-20",
        leaving_on="2026-12-31",
        is_searchable=False,
    )
    write_public_pages(pages, [person])


@contextmanager
def serving_registrar(config: Config) -> Iterator[dict[str, str]]:
    """Serve a registrar; yield the addresses of its pages by what they show."""
    upgrade_database(config)
    with joining(config) as desk:
        with ThreadPoolExecutor(1) as other:  # Playwright's own event loop runs in this thread
            made = other.submit(_make, desk).result()
        server = make_server("127.0.0.1", 0, desk.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        claims = {name: f"/c/{one['claim_id']}" for name, one in made.items()}
        pages = {"home": "/", "docs": "/docs", "claim of no one": "/c/0011223344556677", **claims}
        yield {name: f"http://127.0.0.1:{server.port}{path}" for name, path in pages.items()}
        server.shutdown()
        thread.join()
        server.server_close()


def _make(desk: Joining) -> dict[str, dict[str, Any]]:
    """Make a proven claim, one with long names of which nothing is proven, and an objection."""
    return {
        "proven claim": desk.join(acct=ADA_ACCT),
        "claim with long names": desk.make(rest_id="777", screen_name="fifteen_letters", did=None, acct=LONG),
        "objection": desk.object(did=ADA_DID),
    }
