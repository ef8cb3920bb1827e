"""What all harvests have in common: a fetcher that tells who asks, and storing what was found."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from passerelle.transport import Fetch
from sqlalchemy.orm import Session

from passerelle_directory.config import Config, InvalidSetting
from passerelle_directory.console import DONE, print_line
from passerelle_directory.database import open_session
from passerelle_directory.harvest.found import Found, import_found
from passerelle_directory.locks import hold_writer_lock

if TYPE_CHECKING:
    from passerelle_directory.registrar.fetcher import Fetcher

ANSWER_PATIENCE = 10.0  # seconds for an answer of an account's server, as the registrar has
ASKED_IN_ONE_RUN = 3_000  # accounts; about two hours, for many are on a few servers, a second apart
COUNTED = ("new", "changed", "held", "known", "skipped")


def make_fetcher(config: Config, seconds: float) -> Fetcher:
    """Return a fetcher that names this program and how to reach its operator. Raises InvalidSetting without a contact.

    https://foundation.wikimedia.org/wiki/Policy:Wikimedia_Foundation_User-Agent_Policy
    """
    from passerelle_directory.registrar.fetcher import Fetcher  # half a second of imports

    if not config.contact:
        raise InvalidSetting("Set PASSERELLE_CONTACT: servers that are asked many times must be able to reach you.")
    contact = config.contact.encode("ascii", "ignore").decode()
    return Fetcher(user_agent=f"passerelle-harvest/1 (+https://dir.passerelle.eu; {contact})", seconds=seconds)


def make_asking_fetch(config: Config, seconds: float = ANSWER_PATIENCE) -> Fetch:
    """Return a fetch for many servers: a pause for each, handles resolved by themselves. Raises InvalidSetting."""
    from passerelle_directory.registrar.fetcher import look_up_txt  # half a second of imports
    from passerelle_directory.registrar.handles import ResolvingFetch
    from passerelle_directory.registrar.recheck import PoliteFetch

    return ResolvingFetch(PoliteFetch(make_fetcher(config, seconds)), look_up_txt)


def store_with_wishes(
    config: Config,
    name: str,
    found: Sequence[Found],
    today: date,
    fetch: Fetch,
    limit: int,
    prepare: Callable[[Session], None] = lambda _session: None,
) -> int:
    """Ask the owners' servers who may be listed, at most `limit` of them, and store the others; return the status.

    `prepare` runs before, in the same transaction.
    """
    from passerelle_directory.harvest.wishes import Wishes, delete_hidden, respect

    wishes = Wishes(config.harvest, today)
    allowed = asyncio.run(respect(found, wishes, fetch, limit))

    def prepare_both(session: Session) -> None:
        prepare(session)
        delete_hidden(session, wishes)

    return store(config, name, allowed, today, prepare_both)


def add_ask_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that says for how many accounts their servers are asked in one run."""
    parser.add_argument(
        "--ask",
        type=int,
        default=ASKED_IN_ONE_RUN,
        metavar="N",
        help="ask at most N accounts' servers whether they may be listed (default: %(default)s)",
    )


def store(
    config: Config,
    name: str,
    found: Sequence[Found],
    today: date,
    prepare: Callable[[Session], None] = lambda _session: None,
) -> int:
    """Import what was found, and print a line for each and one with the sums; return the exit status.

    `prepare` runs before, in the same transaction.
    """
    with hold_writer_lock(config.data), open_session(config) as session:
        prepare(session)
        counts = import_found(session, found, today, print_line)
    print_line(f"{name}: {', '.join(f'{counts[outcome]} {outcome}' for outcome in COUNTED)}")
    return DONE
