"""The home page: what the directory is, how many rows it has, and how to check it."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from sqlalchemy import select

from passerelle_directory.models import Departure, Publication
from passerelle_directory.publishing.departures import make_departures
from passerelle_directory.web.answers import answer_page, find_visitors_language, open_session, read_latest

pages = Blueprint("home", __name__)


@pages.get("/")
def show_home() -> Response:
    """Show the home page."""
    language = find_visitors_language()
    with open_session() as session:
        publication = session.scalar(select(Publication).order_by(Publication.version.desc()).limit(1))
        departures = make_departures(session.scalars(select(Departure)))
    html = render_template(
        "home.html",
        language=language,
        publication=publication,
        latest=read_latest(),
        departures=sum(entry.how == "left" for entry in departures),
    )
    return answer_page(html, language)
