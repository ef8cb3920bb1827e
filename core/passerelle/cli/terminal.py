"""Print to a terminal: untrusted text may hold escape sequences, which must not reach it."""

from __future__ import annotations

import re
import sys

from passerelle.text import UNPRINTABLE, escape_for_terminal


def print_line(line: str) -> None:
    """Print one line to stdout, with controls and reordering marks written out."""
    print(escape_for_terminal(line))


def warn(message: str) -> None:
    """Print one line to stderr, with controls and reordering marks written out."""
    print(f"passerelle: {escape_for_terminal(message)}", file=sys.stderr)


def escape_json(text: str) -> str:
    """Return JSON of the same meaning whose strings hold no control character and no reordering mark."""
    return UNPRINTABLE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    if found[0] == "\n":  # between the lines of the JSON; inside of strings it is written as \n already
        return found[0]
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
