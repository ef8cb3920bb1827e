"""The commands `passerelle-directory harvest claims` and `harvest keytrace`."""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from passerelle.claims.records import COLLECTION, KEYTRACE
from passerelle.hosts import public_host
from passerelle.transport import Fetch

from passerelle_directory.config import Config, InvalidSetting
from passerelle_directory.console import DONE, NO_NETWORK, print_line
from passerelle_directory.database import check_database, prepare_database
from passerelle_directory.harvest.answers import StoredAnswers
from passerelle_directory.harvest.patience import PatientFetch
from passerelle_directory.harvest.records.done import Done
from passerelle_directory.harvest.records.relay import RELAY, read_dids
from passerelle_directory.harvest.running import make_fetcher

if TYPE_CHECKING:
    from passerelle_directory.registrar.checking import Registrar

PATIENCE = 30.0  # seconds for one page of the relay's list
FRESH = timedelta(hours=20)  # a daily run asks anew; one begun again on the same day does not
COUNTED = ("new", "known", "left out", "unanswered")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the commands."""
    parser.add_argument("--relay", default=RELAY, metavar="URL", help="which lists repositories (default: %(default)s)")


def run(collection: str, config: Config, options: argparse.Namespace) -> int:
    """Harvest the records of a collection."""
    from passerelle_directory.registrar.app import make_registrar  # half a second of imports
    from passerelle_directory.registrar.fetcher import look_up_txt
    from passerelle_directory.registrar.handles import ResolvingFetch
    from passerelle_directory.registrar.recheck import PoliteFetch

    relay = options.relay.rstrip("/")
    if public_host(relay) is None:
        raise InvalidSetting(f"Give the relay's address as https://host, not {options.relay!r}.")
    fetcher = make_fetcher(config, PATIENCE)
    prepare_database(config)
    check_database(config)
    registrar = make_registrar(config, ResolvingFetch(PoliteFetch(fetcher), look_up_txt))
    return harvest(registrar, relay, collection, PatientFetch(fetcher), datetime.now(UTC))


run_claims = partial(run, COLLECTION)
run_keytrace = partial(run, KEYTRACE)


def harvest(registrar: Registrar, relay: str, collection: str, fetch: Fetch, now: datetime) -> int:
    """Read the relay's list with `fetch`, then each repository; return the exit status. Raises HarvestStopped.

    A repository whose servers did not answer is read again by the next run. The status tells where none did.
    """
    from passerelle_directory.harvest.records.adopting import Adopter  # as in run

    folder = registrar.config.harvest / collection
    stored = StoredAnswers(folder, f"{relay} {collection}", now, FRESH)
    dids = asyncio.run(read_dids(relay, collection, stored, fetch))
    adopter, done = Adopter(registrar), Done(folder)
    counts: Counter[str] = Counter()
    for did in dids:
        if did in done:
            continue
        outcomes = adopter.read(did, collection)
        for name, outcome in outcomes:
            print_line(f"{name}: {outcome.kind}" + (f", {outcome.detail}" if outcome.detail else ""))
            counts[outcome.kind] += 1
        if all(outcome.kind != "unanswered" for _, outcome in outcomes):
            done.add(did)
    stored.finish(now)
    print_line(f"harvest {collection}: {', '.join(f'{counts[kind]} {kind}' for kind in COUNTED)}")
    return NO_NETWORK if set(counts) == {"unanswered"} else DONE
