"""The commands below `passerelle-directory harvest`: one entry each."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from passerelle_directory.config import Config
from passerelle_directory.harvest.coalition import command as coalition
from passerelle_directory.harvest.domains import command as domains
from passerelle_directory.harvest.lists import command as lists
from passerelle_directory.harvest.records import command as records
from passerelle_directory.harvest.wikidata import command as wikidata


@dataclass(frozen=True, slots=True)
class Harvest:
    """One source: what `--help` says of it, its options, and what runs."""

    help: str
    add_options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[Config, argparse.Namespace], int]


HARVESTS: Mapping[str, Harvest] = {
    "claims": Harvest("claims in people's own Bluesky repositories", records.add_options, records.run_claims),
    "coalition": Harvest("members of a coalition, from its file and theirs", coalition.add_options, coalition.run),
    "domains": Harvest("organisations, from their own websites", domains.add_options, domains.run),
    "keytrace": Harvest("X accounts that Keytrace records name", records.add_options, records.run_keytrace),
    "list": Harvest("a curated list in its own format, through a mapping", lists.add_options, lists.run),
    "wikidata": Harvest("organisations and office holders, from Wikidata", wikidata.add_options, wikidata.run),
}


def add_harvest(commands: Any) -> None:
    """Add the command `harvest` with its sources to the commands of the program."""
    parser = commands.add_parser("harvest", help="fill the directory from public sources")
    sources = parser.add_subparsers(required=True, metavar="SOURCE")
    for name, harvest in HARVESTS.items():
        source = sources.add_parser(name, help=harvest.help)
        harvest.add_options(source)
        source.set_defaults(run=harvest.run)
