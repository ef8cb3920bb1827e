"""The command `passerelle-directory harvest list MAPPING FILE`."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from pathlib import Path

from passerelle.transport import Fetch

from passerelle_directory.config import Config, InvalidSetting
from passerelle_directory.database import prepare_database
from passerelle_directory.harvest.lists.entries import read_entries
from passerelle_directory.harvest.lists.mapping import InvalidMapping, names_built_in, read_mapping
from passerelle_directory.harvest.running import ASKED_IN_ONE_RUN, add_ask_option, make_asking_fetch, store_with_wishes


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("mapping", metavar="MAPPING", help=f"a TOML file, or one of: {', '.join(names_built_in())}")
    parser.add_argument("file", type=Path, metavar="FILE", help="the list as its source publishes it")
    parser.add_argument("--date", type=date.fromisoformat, metavar="DAY", help="when the list was so (default: today)")
    add_ask_option(parser)


def run(config: Config, options: argparse.Namespace) -> int:
    """Import a list; return the exit status."""
    fetch = make_asking_fetch(config)
    return harvest(config, options.mapping, options.file, options.date, fetch, options.ask)


def harvest(
    config: Config, mapping_name: str, file: Path, day: date | None, fetch: Fetch, ask: int = ASKED_IN_ONE_RUN
) -> int:
    """Import a list as it was on `day`; return the exit status. Raises InvalidSetting, UnreadableFile."""
    today = datetime.now(UTC).date()
    try:
        mapping = read_mapping(mapping_name)
    except InvalidMapping as error:
        raise InvalidSetting(str(error)) from None
    found = read_entries(file, mapping, day or today)
    prepare_database(config)
    return store_with_wishes(config, f"harvest list {mapping.source}", found, today, fetch, ask)
