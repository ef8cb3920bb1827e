"""What `make run` prints: tables that line up in any script, and the numbers of a result explained."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from passerelle.text import clean_display_name

MOST_WIDTH = 38  # characters of a cell
MOST_ROWS = 15  # of a table, so that all that is printed fits on one screen
COLUMNS = ("name on X", "name", "follows you", "where", "why", "ticked")
WHY = {
    "proven": "proven",
    "attested": "two sources agree",
    "imported": "one source",
    "claimed": "unconfirmed",
    "hinted": "their X profile",
    "linked": "both profiles",
}
Match = Mapping[str, Any]


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


def near(path: Path) -> Path:
    """Return a path from the current folder where it lies in it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def explain(matches: Sequence[Match], following: int) -> str:
    """Return in words how many were found, where, and which of them are ticked."""
    found = [match for match in matches if match["following"]]
    networks = [{account["network"] for account in match["accounts"]} for match in found]
    bluesky = sum("bluesky" in one for one in networks)
    mastodon, both = sum("fediverse" in one for one in networks), sum(len(one) > 1 for one in networks)
    ticked = sum(_is_ticked(match) for match in found)
    ticked_bluesky, ticked_mastodon = (sum(_is_ticked(match, on) for match in found) for on in ("bluesky", "fediverse"))
    only_followers = len(matches) - len(found)
    lines = [
        f"Of {following} people followed, {len(found)} were found: {bluesky} on Bluesky, {mastodon} on Mastodon"
        f" ({both} on both).",
        f"{ticked} of them are ticked, {ticked_bluesky} on Bluesky and {ticked_mastodon} on Mastodon: proven, or named"
        " by two independent sources.",
        "Only one source names the others; the person decides about them.",
    ]
    if only_followers:
        lines.append(f"{only_followers} more follow this person without being followed.")
    return "\n".join(lines)


def list_matches(matches: Sequence[Match]) -> str:
    """Return a table of the people found, the first rows of it where there are many."""
    rows = [_cells(match) for match in matches[:MOST_ROWS]]
    rest = len(matches) - len(rows)
    return table([COLUMNS, *rows]) + (f"\n… and {rest} more" if rest else "")


def table(lines: Iterable[tuple[str, ...]]) -> str:
    """Return lines of cells in columns, for a terminal."""
    cut = [tuple(_shorten(cell) for cell in line) for line in lines]
    widths = [max(map(_width, column)) for column in zip(*cut, strict=True)]
    padded = [[cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)] for line in cut]
    rule = ["─" * width for width in widths]
    return "\n".join("  ".join(line).rstrip() for line in (padded[0], rule, *padded[1:]))


def _cells(match: Match) -> tuple[str, ...]:
    where = ", ".join(account["address"] for account in match["accounts"])
    name = clean_display_name(match["display_name"] or "") or ""
    screen_name = f"@{match['screen_name']}" if match["screen_name"] else ""
    ticked = "yes" if _is_ticked(match) else ""
    return (screen_name, name, "yes" if match["followed_by"] else "", where, WHY[match["grade"]], ticked)


def _is_ticked(match: Match, on: str | None = None) -> bool:
    """Return whether a person is ticked: on one network, or on any."""
    return any(account["chosen"] and on in (None, account["network"]) for account in match["accounts"])


def _shorten(cell: str) -> str:
    return cell if len(cell) <= MOST_WIDTH else cell[: MOST_WIDTH - 1] + "…"


def _width(text: str) -> int:
    """Return the columns that a terminal uses: none for marks, two for wide characters (Unicode, UAX #11)."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
