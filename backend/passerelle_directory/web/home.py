"""The home page: what the directory is, how many rows it has, and how to check it."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, render_template
from passerelle.chart import HEIGHT, WIDTH

from passerelle_directory.publishing.counts import read_written_history
from passerelle_directory.publishing.pages import read_counts, read_departures
from passerelle_directory.web.answers import answer_page, config, find_visitors_language, read_latest

pages = Blueprint("home", __name__)


@pages.get("/")
def show_home() -> Response:
    """Show the home page."""
    today = datetime.now(UTC).date()
    language = find_visitors_language()
    history = read_written_history(config().pages)
    html = render_template(
        "home.html",
        language=language,
        publication=read_counts(config().pages),
        history=history,
        chart_size=(WIDTH, HEIGHT),
        latest=read_latest(),
        departures=sum(entry.has_happened(today) for entry in read_departures(config().pages)),
    )
    return answer_page(html, language)
