"""Rows for the real directory server: where invented people are now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.data.people import Someone

SOURCES = ("Invented list", "Another invented list")  # two sources: attested, so preselected
SEEN = "2026-03-01"


def rows_for(people: Sequence[Someone]) -> Iterator[dict[str, str]]:
    """Give two sources' rows for each of `people`, as `passerelle-directory import` reads them."""
    for one in people:
        handle = f"{one.screen_name.replace('_', '-')}.bsky.social"
        row = {"rest_id": one.rest_id, "screen_name": one.screen_name, "handle": handle, "kind": "person"}
        for source in SOURCES:
            yield {**row, "source": source, "source_date": SEEN}
