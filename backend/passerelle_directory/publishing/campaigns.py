"""Campaigns as the operator writes them: `campaigns.toml` in the folder of data (docs/operators.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from passerelle.directory import Campaign, InvalidCampaign, make_campaigns, parse_campaign

from passerelle_directory.publishing.named import File, NewFile


class InvalidCampaigns(ValueError):
    """The file of the campaigns cannot be used; the message names it and says what is wrong."""


def load_campaigns(path: Path) -> list[Campaign]:
    """Read the campaigns; none where there is no file. Raises InvalidCampaigns, OSError."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("campaign", [])
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise InvalidCampaigns(f"{path} cannot be read: {error}.") from None
    if not isinstance(entries, list):
        raise InvalidCampaigns(f"{path}: each campaign begins with a line [[campaign]].")
    campaigns = [_parse(path, number, entry) for number, entry in enumerate(entries, start=1)]
    if len({one.campaign_id for one in campaigns}) < len(campaigns):
        raise InvalidCampaigns(f"{path}: two campaigns have the same id.")
    try:
        make_campaigns(campaigns)
    except InvalidCampaign as error:
        raise InvalidCampaigns(f"{path}: {error}.") from None
    return campaigns


def write_campaigns(folder: Path, campaigns: Sequence[Campaign]) -> File | None:
    """Write the file that clients download, named by its checksum; None where there are no campaigns."""
    if not campaigns:
        return None
    with NewFile(folder) as file:
        file.write(make_campaigns(campaigns))
        return file.keep("json")


def _parse(path: Path, number: int, entry: object) -> Campaign:
    if not isinstance(entry, Mapping):
        raise InvalidCampaigns(f"{path}: each campaign begins with a line [[campaign]].")
    if unknown := entry.keys() - {"id", "date", "name", "message"}:
        raise InvalidCampaigns(f"{path}, campaign {number}: {min(unknown)!r} is not one of id, date, name, message.")
    when = entry.get("date")
    fields = {
        "campaign_id": entry.get("id"),
        "date": when.isoformat() if isinstance(when, date) else when,
        "name": _stripped(entry.get("name")),
        "message": _stripped(entry.get("message")),
    }
    try:
        return parse_campaign(fields)
    except InvalidCampaign as error:
        raise InvalidCampaigns(f"{path}, campaign {number}: {error}.") from None


def _stripped(texts: Any) -> Any:
    """Return texts without the line breaks around those of several lines; anything else as it is."""
    if not isinstance(texts, Mapping):
        return texts
    return {language: text.strip() if isinstance(text, str) else text for language, text in texts.items()}
