"""The pages of text: installing, am I listed, what running a directory takes, and others; robots.txt and the icon."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, render_template

from passerelle_directory.publishing.names import NAMES
from passerelle_directory.web.answers import answer_kept, answer_page, config, find_visitors_language, read_latest
from passerelle_directory.web.sums import SIZES, assumptions, compute_sums
from passerelle_directory.web.text_pages import PAGES

pages = Blueprint("texts", __name__)

# Search engines may show the pages; the files are for programs.
ROBOTS = b"User-agent: *\nDisallow: /v1/\nDisallow: /departures?\n"


@pages.get(f"/<any({', '.join(PAGES)}):name>")
def show_text(name: str) -> Response:
    """Show a page of text."""
    language = find_visitors_language()
    settings = {"contact": config().contact, "operator": config().operator, "funding": config().funding}
    html = render_template("text.html", language=language, page=PAGES[name], settings=settings)
    return answer_page(html, language)


@pages.get("/<any(install, listed):name>")
def show_page(name: str) -> Response:
    """Show how to install the extension, or how to find out whether one is listed."""
    language = find_visitors_language()
    has_names = (config().pages / NAMES).exists()
    html = render_template(f"{name}.html", language=language, latest=read_latest(), has_names=has_names)
    return answer_page(html, language)


@pages.get("/operators")
def show_operators() -> Response:
    """Show what running a directory takes."""
    language = find_visitors_language()
    sums = [compute_sums(rows) for rows in SIZES]
    return answer_page(
        render_template("operators.html", language=language, sums=sums, assumptions=assumptions()), language
    )


@pages.get("/listed/names.txt")
def get_names() -> Response:
    """Get all names as one text: the same for everyone, so that no request names a person."""
    try:
        body = (config().pages / NAMES).read_bytes()
    except FileNotFoundError:
        abort(404)
    response = answer_kept(body, "text/plain")
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


@pages.get("/robots.txt")
def get_robots() -> Response:
    """Get the rules for search engines."""
    return answer_kept(ROBOTS, "text/plain")


@pages.get("/favicon.ico")
def get_icon() -> Response:
    """Get the icon, for browsers that ask without reading the page."""
    return current_app.send_static_file("icon-32.png")
