"""The command `passerelle-directory harvest wikidata`."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime, timedelta

from passerelle.transport import Fetch

from passerelle_directory.config import Config
from passerelle_directory.database import prepare_database
from passerelle_directory.harvest.answers import StoredAnswers
from passerelle_directory.harvest.patience import PatientFetch
from passerelle_directory.harvest.running import (
    ASKED_IN_ONE_RUN,
    add_ask_option,
    make_asking_fetch,
    make_fetcher,
    store_with_wishes,
)
from passerelle_directory.harvest.wikidata.reading import ENDPOINT, PATIENCE, question, read_all
from passerelle_directory.harvest.wikidata.rows import SOURCE, make_found

FRESH = timedelta(hours=20)  # a nightly run asks anew; one begun again on the same day does not


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--endpoint", default=ENDPOINT, metavar="URL", help="SPARQL endpoint (default: %(default)s)")
    add_ask_option(parser)


def run(config: Config, options: argparse.Namespace) -> int:
    """Harvest Wikidata."""
    fetch = PatientFetch(make_fetcher(config, PATIENCE), tries=1)
    asking = make_asking_fetch(config)
    return harvest(config, options.endpoint, fetch, datetime.now(UTC), asking, options.ask)


def harvest(
    config: Config, endpoint: str, fetch: Fetch, now: datetime, asking: Fetch, ask: int = ASKED_IN_ONE_RUN
) -> int:
    """Read all items and import them; return the exit status. Raises HarvestStopped.

    `asking` is the fetch for the servers of the accounts, of which at most `ask` are asked whether they may be listed.
    """
    prepare_database(config)
    stored = StoredAnswers(config.harvest / SOURCE, question(endpoint), now, FRESH)
    items = asyncio.run(read_all(endpoint, stored, fetch, now))
    day = stored.begun.date()
    found = [make_found(item, day) for item in items]
    return store_with_wishes(config, f"harvest {SOURCE}", found, now.date(), asking, ask)
