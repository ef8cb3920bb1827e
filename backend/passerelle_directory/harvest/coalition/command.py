"""The command `passerelle-directory harvest coalition https://host`."""

from __future__ import annotations

import argparse
import asyncio
import secrets
from datetime import UTC, datetime

from passerelle.errors import InputError
from passerelle.transport import Fetch
from sqlalchemy.orm import Session

from passerelle_directory.config import Config, InvalidSetting
from passerelle_directory.console import print_line
from passerelle_directory.database import prepare_database
from passerelle_directory.harvest.coalition.reading import parse_address, read_members
from passerelle_directory.harvest.coalition.rows import delete_former, make_found
from passerelle_directory.harvest.running import ASKED_IN_ONE_RUN, add_ask_option, make_asking_fetch, store_with_wishes

RANDOM_NAME_BYTES = 8


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("address", metavar="https://HOST", help="the coalition, which lists its members in its file")
    add_ask_option(parser)


def run(config: Config, options: argparse.Namespace) -> int:
    """Harvest a coalition."""
    try:
        host = parse_address(options.address)
    except InputError as error:
        raise InvalidSetting(error.message) from None
    return harvest(config, host, make_asking_fetch(config), datetime.now(UTC), options.ask)


def harvest(config: Config, host: str, fetch: Fetch, now: datetime, ask: int = ASKED_IN_ONE_RUN) -> int:
    """Read a coalition and its members and import them; return the exit status. Raises HarvestStopped.

    A member's domain may state an account that one of its people has there: the account's own wish counts as well.
    """
    from passerelle_directory.registrar.suffixes import registrable_domain

    prepare_database(config)
    name = secrets.token_hex(RANDOM_NAME_BYTES)
    members = asyncio.run(read_members(host, registrable_domain, name, fetch))

    def prepare(session: Session) -> None:
        for former in delete_former(session, members, host):
            print_line(f"{former}: deleted, since it is listed no longer or its domain states it no longer")

    day = now.date()
    found = make_found(members, host, day)
    return store_with_wishes(config, f"harvest coalition {host}", found, day, fetch, ask, prepare)
