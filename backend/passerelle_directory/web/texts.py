"""The pages of text: how to install the extension, am I listed, privacy, legal notice; robots.txt and favicon.ico."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template

from passerelle_directory.web.answers import answer_kept, answer_page, find_visitors_language, read_latest

pages = Blueprint("texts", __name__)

NAMES = ("install", "listed", "privacy", "legal")  # each is a path and a template
# Search engines may show the pages; the files are for programs.
ROBOTS = b"User-agent: *\nDisallow: /v1/\nDisallow: /departures?\n"


@pages.get(f"/<any({', '.join(NAMES)}):name>")
def show_text(name: str) -> Response:
    """Show a page of text."""
    language = find_visitors_language()
    return answer_page(render_template(f"{name}.html", language=language, latest=read_latest()), language)


@pages.get("/robots.txt")
def get_robots() -> Response:
    """Get the rules for search engines."""
    return answer_kept(ROBOTS, "text/plain")


@pages.get("/favicon.ico")
def get_icon() -> Response:
    """Get the icon, for browsers that ask without reading the page."""
    return current_app.send_static_file("icon-32.png")
