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
from passerelle_directory.harvest.running import make_fetcher, store
from passerelle_directory.harvest.wikidata.reading import ENDPOINT, PATIENCE, question, read_all
from passerelle_directory.harvest.wikidata.rows import SOURCE, make_found

FRESH = timedelta(hours=20)  # a nightly run asks anew; one begun again on the same day does not


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--endpoint", default=ENDPOINT, metavar="URL", help="SPARQL endpoint (default: %(default)s)")


def run(config: Config, options: argparse.Namespace) -> int:
    """Harvest Wikidata."""
    fetch = PatientFetch(make_fetcher(config, PATIENCE), tries=1)
    return harvest(config, options.endpoint, fetch, datetime.now(UTC))


def harvest(config: Config, endpoint: str, fetch: Fetch, now: datetime) -> int:
    """Read all items and import them; return the exit status. Raises HarvestStopped."""
    prepare_database(config)
    stored = StoredAnswers(config.harvest / SOURCE, question(endpoint), now, FRESH)
    items = asyncio.run(read_all(endpoint, stored, fetch, now))
    day = stored.begun.date()
    return store(config, f"harvest {SOURCE}", [make_found(item, day) for item in items], now.date())
