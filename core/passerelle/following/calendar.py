"""A calendar file with one day, for any calendar program: https://www.rfc-editor.org/rfc/rfc5545."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

MAX_LINE = 75  # octets of a line without its end: section 3.1
PRODUCT = "-//Passerelle//Passerelle//EN"


def make_calendar(day: date, title: str, text: str, uid: str, now: datetime) -> str:
    """Return the file: an event of a whole day that blocks no time, with an alarm on the day before, at nine."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escape(title)}",
        f"DESCRIPTION:{_escape(text)}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escape(title)}",
        "TRIGGER:-PT15H",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{folded}\r\n" for line in lines for folded in _fold(line))


def _escape(text: str) -> str:
    """Return a value of type TEXT (section 3.3.11): without control characters, on one line."""
    lines = re.sub(r"\r\n?", "\n", text)
    plain = re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", " ", lines)
    return re.sub(r"([\\;,])", r"\\\1", plain).replace("\n", "\\n")


def _fold(line: str) -> Iterator[str]:
    """Yield the parts of a line, none longer than MAX_LINE octets of UTF-8; all but the first begin with a blank."""
    part = ""
    for character in line:
        if len((part + character).encode()) > MAX_LINE:
            yield part
            part = " "
        part += character
    yield part
