"""Exit statuses of the commands, and what they print: one line each, without control characters. docs/operators.md"""

from __future__ import annotations

import sys
from typing import TextIO

from passerelle.text import escape_for_terminal

DONE, WRONG_USAGE, UNREADABLE, NO_NETWORK = 0, 2, 3, 4


def print_line(line: str, file: TextIO | None = None) -> None:
    """Print one line; control characters in names of files or in values are written out, never sent."""
    print(escape_for_terminal(line), file=file, flush=True)


def print_error(line: str) -> None:
    """Print one line on standard error."""
    print_line(line, sys.stderr)


def complain(message: object, status: int) -> int:
    """Print an error with the program's name; return the status."""
    print_error(f"passerelle-directory: {message}")
    return status
