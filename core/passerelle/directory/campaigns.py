"""Campaigns: a day on which people leave together, as the directory's operator announces it (docs/directory-format.md).

`latest.json` promises their file by its checksum, so its signature, dates and version cover them, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date as day
from datetime import timedelta
from typing import Any

import rfc8785

from passerelle.errors import DirectoryError
from passerelle.jsons import parse_json
from passerelle.text import clean_display_name, clean_paragraphs
from passerelle.view import View

MAX_CAMPAIGNS = 20
MAX_CAMPAIGNS_FILE = 1 << 18  # bytes
MAX_LANGUAGES = 40  # of a text
MAX_NAME = 100  # characters
MAX_MESSAGE = 500  # characters
FIRST_DAY, LAST_DAY = day(2025, 1, 1), day(2099, 12, 31)
SHOWN_AFTER = timedelta(days=30)  # so long a past campaign is still of use: to those who come late

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_MAX_ID = 60
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)  # https://www.rfc-editor.org/rfc/rfc5646
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class InvalidCampaign(ValueError):
    """What should describe a campaign does not; the text says what is wrong."""


class Campaign(View):
    """A campaign. `name` and `message` are texts by language (BCP 47), `date` is YYYY-MM-DD."""

    campaign_id: str
    name: dict[str, str]
    message: dict[str, str]
    date: str


def parse_campaign(fields: object) -> Campaign:
    """Check a campaign's fields. Raises InvalidCampaign, also for texts that hold what may not be shown."""
    if not isinstance(fields, Mapping):
        raise InvalidCampaign("a campaign is an object")
    campaign_id = fields.get("campaign_id")
    if not isinstance(campaign_id, str) or len(campaign_id) > _MAX_ID or not _ID.fullmatch(campaign_id):
        raise InvalidCampaign(f"campaign_id is made of at most {_MAX_ID} small letters, digits and single hyphens")
    name, message = _texts(fields, "name", MAX_NAME), _texts(fields, "message", MAX_MESSAGE)
    if name.keys() != message.keys():
        raise InvalidCampaign("name and message have the same languages")
    return Campaign(campaign_id=campaign_id, name=name, message=message, date=_date(fields.get("date")))


def make_campaigns(campaigns: Iterable[Campaign]) -> bytes:
    """Return the file with these campaigns; equal campaigns give equal bytes. Raises InvalidCampaign for too many."""
    listed = [one.model_dump(mode="json") for one in campaigns]
    body = rfc8785.dumps({"campaigns": listed})
    if len(listed) > MAX_CAMPAIGNS or len(body) > MAX_CAMPAIGNS_FILE:
        raise InvalidCampaign(f"there are at most {MAX_CAMPAIGNS} campaigns, in {MAX_CAMPAIGNS_FILE} bytes")
    return body


def read_campaigns(body: bytes) -> tuple[Campaign, ...]:
    """Parse the file of campaigns; one that cannot be used is left out, and so is a second one of the same id.

    Raises DirectoryError where the file is something else.
    """
    try:
        listed = parse_json(body)["campaigns"]
    except (ValueError, KeyError, TypeError, RecursionError):
        listed = None
    if not isinstance(listed, list):
        raise DirectoryError(DirectoryError.CODES["directory_corrupt"], code="directory_corrupt")
    by_id: dict[str, Campaign] = {}
    for campaign in filter(None, map(_parse_or_none, listed[:MAX_CAMPAIGNS])):
        by_id.setdefault(campaign.campaign_id, campaign)
    return tuple(by_id.values())


def current_campaigns(campaigns: Iterable[Campaign], today: day) -> list[Campaign]:
    """Return the campaigns that are not over for longer than SHOWN_AFTER, by their date."""
    oldest = (today - SHOWN_AFTER).isoformat()
    return sorted((one for one in campaigns if one.date >= oldest), key=lambda one: (one.date, one.campaign_id))


def _parse_or_none(fields: Any) -> Campaign | None:
    try:
        return parse_campaign(fields)
    except InvalidCampaign:
        return None


def _texts(fields: Mapping[str, object], field: str, limit: int) -> dict[str, str]:
    texts = fields.get(field)
    if not isinstance(texts, Mapping) or not 0 < len(texts) <= MAX_LANGUAGES:
        raise InvalidCampaign(f"{field} has a text for each of 1 to {MAX_LANGUAGES} languages")
    clean = clean_display_name if field == "name" else clean_paragraphs
    for language, text in texts.items():
        if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
            raise InvalidCampaign(f"{field} has a language that is no code such as en or pt-BR")
        if clean(text, limit) != text:
            raise InvalidCampaign(f"{field} in {language} is empty, too long ({limit} characters), or has hidden ones")
    return dict(texts)


def _date(text: object) -> str:
    try:
        if isinstance(text, str) and _DAY.fullmatch(text) and FIRST_DAY <= day.fromisoformat(text) <= LAST_DAY:
            return text
    except ValueError:
        pass
    raise InvalidCampaign(f"date is a day from {FIRST_DAY} to {LAST_DAY}, such as 2027-02-20")
