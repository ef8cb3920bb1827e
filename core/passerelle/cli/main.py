"""The command `passerelle`: the engine's rules on the desktop.

    passerelle read PATH...                        the account, its lists, and how many people have names
    passerelle match PATH... --directory URL|FILE  people that the directory knows, with the evidence
    passerelle hints                               addresses in names, bios and links

Exit status: 0 done, 2 wrong usage, 3 unreadable input (an archive, or a directory not to be believed), 4 network.
One clear line on stderr, no traceback.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from passerelle import __version__
from passerelle.cli import hints as cli_hints
from passerelle.cli import match as cli_match
from passerelle.cli import read as cli_read
from passerelle.cli.terminal import warn
from passerelle.errors import DirectoryError, InputError, NetworkError, PasserelleError, ServerRefused

DONE, UNREADABLE, NETWORK, INTERRUPTED = 0, 3, 4, 130
# The first that fits; argparse itself leaves with 2.
STATUSES: tuple[tuple[type[PasserelleError], int], ...] = (
    (InputError, UNREADABLE),
    (DirectoryError, UNREADABLE),
    (NetworkError, NETWORK),
    (ServerRefused, NETWORK),
)


@dataclass(frozen=True, slots=True)
class Command:
    """One word of the command line: `add_arguments` fills its parser, `run` does it and gives the exit status."""

    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


COMMANDS: dict[str, Command] = {
    "read": Command("show what an X archive holds", cli_read.add_arguments, cli_read.run),
    "hints": Command("find addresses in names, bios and links", cli_hints.add_arguments, cli_hints.run),
    "match": Command("find the people of an X archive in a directory", cli_match.add_arguments, cli_match.run),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command in `arguments` (default: those of the process); give the exit status."""
    use_utf8()
    parsed = make_parser().parse_args(arguments)
    try:
        return COMMANDS[parsed.command].run(parsed)
    except PasserelleError as error:
        warn(error.message)
        return next((status for kind, status in STATUSES if isinstance(error, kind)), UNREADABLE)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `passerelle read … | head`: the reader of our output has left
        sys.stderr.close()
        return DONE


def make_parser() -> argparse.ArgumentParser:
    """Build the parser from COMMANDS."""
    parser = argparse.ArgumentParser(prog="passerelle", description="Find the people of your X archive elsewhere.")
    parser.add_argument("--version", action="version", version=f"passerelle {__version__}")
    words = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for word, command in COMMANDS.items():
        command.add_arguments(words.add_parser(word, help=command.help, description=command.help.capitalize() + "."))
    return parser


def use_utf8() -> None:
    """Write UTF-8 in every locale: names are in every script."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
