"""A campaign's day as a calendar file, in the visitor's language."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort
from passerelle.directory import Campaign, current_campaigns
from passerelle.following.calendar import make_calendar

from passerelle_directory.publishing.pages import read_campaigns_of_pages
from passerelle_directory.web.answers import answer_page, config, find_visitors_language, read_latest
from passerelle_directory.web.languages import Language

pages = Blueprint("campaigns", __name__)


@pages.get("/campaigns/<campaign_id>.ics")
def get_calendar(campaign_id: str) -> Response:
    """Get the day of a campaign as a calendar file (RFC 5545); 404 for one that is not announced, or long over."""
    listed = current_campaigns(read_campaigns_of_pages(config().pages), datetime.now(UTC).date())
    campaign = next((one for one in listed if one.campaign_id == campaign_id), None)
    latest = read_latest()
    if campaign is None or latest is None:
        abort(404)
    language = find_visitors_language()
    text = _calendar(campaign, language, datetime.fromisoformat(str(latest["generated_at"])))
    response = answer_page(text, language, "text/calendar")
    response.headers["Content-Disposition"] = f'attachment; filename="{campaign_id}.ics"'
    return response


def _calendar(campaign: Campaign, language: Language, published: datetime) -> str:
    """Return the file. The same campaign has the same UID in each language and version, so a calendar has it once."""
    spoken = campaign.language_for(language.code)
    text = f"{campaign.message[spoken]}\n\n{language.say('campaign_how')}"
    uid = f"{campaign.campaign_id}@{urlsplit(config().url).hostname}"
    return make_calendar(campaign.day, campaign.name[spoken], text, uid, published)
