"""Campaigns that tests announce: an operator's file, and one that lies so many days from today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from passerelle.directory import Campaign, parse_campaign

TOML = '''
[[campaign]]
id = "spring-2027"
date = 2027-02-20
name = { en = "Leave together", fr = "Partons ensemble" }
[campaign.message]
en = """
On this day, we all leave.

Join us.
"""
fr = "Ce jour-là, nous partons."
'''


def in_days(days: int, **change: Any) -> list[Campaign]:
    """Return one campaign, so many days from today: the page counts from the day on which it is asked for."""
    fields = {
        "campaign_id": "together",
        "name": {"en": "Leaving <together>", "fr": "Partir ensemble"},
        "message": {"en": "First.\n\nSecond.", "fr": "Bonjour."},
        "date": (datetime.now(UTC).date() + timedelta(days=days)).isoformat(),
    }
    return [parse_campaign(fields | change)]
