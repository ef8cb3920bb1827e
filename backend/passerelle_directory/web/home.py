"""The home page: what this is, how many are in it, how to check it, and what it does not know."""

from __future__ import annotations

import json

from flask import Blueprint, Response, render_template
from sqlalchemy import select

from passerelle_directory.models import Departure, Publication
from passerelle_directory.publishing.departures import make_departures
from passerelle_directory.publishing.snapshot import LATEST
from passerelle_directory.web.answers import answer_page, config, find_visitors_language, open_session

pages = Blueprint("home", __name__)


@pages.get("/")
def show_home() -> Response:
    """Show what this directory is."""
    language = find_visitors_language()
    with open_session() as session:
        publication = session.scalar(select(Publication).order_by(Publication.version.desc()).limit(1))
        departures = make_departures(session.scalars(select(Departure)))
    html = render_template(
        "home.html",
        language=language,
        publication=publication,
        latest=_read_latest(),
        departures=sum(entry.how == "left" for entry in departures),
        contact=config().contact,
    )
    return answer_page(html, language)


def _read_latest() -> dict[str, object] | None:
    try:
        latest: dict[str, object] = json.loads((config().public / LATEST).read_bytes())
    except FileNotFoundError:
        return None
    return latest
