"""Invented lines of invented sources, as an import gets them."""

from __future__ import annotations

SOURCE = "lists/one"
OTHER_SOURCE = "records/two"


def line(screen_name: str = "museum", source: str = SOURCE, **fields: str) -> dict[str, str]:
    """Return a line about an X account; an account elsewhere must be among `fields`."""
    return {"screen_name": screen_name, "source": source, "source_date": "2026-05-07", "kind": "other"} | fields


def departure(organisation: str = "Stadtmuseum Beispielstadt", source: str = SOURCE, **fields: str) -> dict[str, str]:
    """Return a line about an organisation that left X."""
    return {
        "display_name": organisation,
        "left_x": "2025-01-20",
        "kind": "other",
        "country": "DE",
        "source": source,
    } | fields
