"""All rows as one plain text, in which a browser finds a name by itself: everyone opens the same text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from passerelle.directory import Evidence, Row

from passerelle_directory.publishing.files import WORLD_READABLE, write_whole

NAMES = "names.txt"
MOST_NAMES = 20_000  # rows; about 1.5 MB, which a telephone opens and searches


class NameCollector:
    """Collects a line for each row while the rows are written; nothing once there are more than MOST_NAMES."""

    def __init__(self, most: int = MOST_NAMES) -> None:
        self._most = most
        self._lines: list[str] = []
        self._rows = 0

    def pass_on(self, rows: Iterable[tuple[Row, Evidence]]) -> Iterator[tuple[Row, Evidence]]:
        """Yield the rows as they are."""
        for row, evidence in rows:
            self._rows += 1
            if self._rows <= self._most:
                self._lines.append(describe_row(row))
            yield row, evidence

    def write(self, folder: Path) -> None:
        """Write the text; delete it where the rows are too many for one."""
        path = folder / NAMES
        if self._rows > self._most:
            path.unlink(missing_ok=True)
            return
        lines = sorted(self._lines, key=str.casefold)
        write_whole(path, "".join(f"{line}\n" for line in lines).encode(), WORLD_READABLE, overwrite=True)


def describe_row(row: Row) -> str:
    """Return the accounts of a row in one line, X's first."""
    on_x = (f"@{row.screen_name}" if row.screen_name else "", row.rest_id or "")
    elsewhere = (row.handle or row.did or "", f"@{row.acct}" if row.acct else "")
    return f"{' '.join(filter(None, on_x))} -> {' '.join(filter(None, elsewhere))} ({row.grade})"
