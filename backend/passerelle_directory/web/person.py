"""The page of a proven claim whose owner wants one: links that follow without installing anything. docs/claims.md"""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import Blueprint, Response, abort, render_template, request
from passerelle.claims.models import CLAIM_ID_PATTERN
from passerelle.hosts import public_host

from passerelle_directory.publishing.public_pages import read_public_page
from passerelle_directory.web.answers import answer_page, config, find_visitors_language

pages = Blueprint("person", __name__)

UNLISTED = "noindex, nofollow, noarchive"


@pages.get("/p/<claim_id>")
def show_person(claim_id: str) -> Response:
    """Show the page of a claim; search engines may list it only where its owner wishes that."""
    page = read_public_page(config().pages, claim_id) if re.fullmatch(CLAIM_ID_PATTERN, claim_id) else None
    if page is None:
        abort(404)
    typed = request.args.get("server", "")
    server = parse_server(typed)
    language = find_visitors_language()
    html = render_template(
        "person.html",
        language=language,
        page=page,
        server=server,
        is_wrong=bool(typed) and server is None,
        follow_url=follow_url(server, page.acct) if server and page.acct else None,
    )
    response = answer_page(html, language)
    if not page.is_searchable:
        response.headers["X-Robots-Tag"] = UNLISTED
    return response


def parse_server(typed: str) -> str | None:
    """Return the host that a visitor means by a server's name, its address, or an own address there.

    >>> parse_server("Social.example.org"), parse_server("https://social.example.org/@ada")
    ('social.example.org', 'social.example.org')
    >>> parse_server("@me@social.example.org")
    'social.example.org'
    >>> parse_server("127.0.0.1"), parse_server("javascript:alert(1)"), parse_server("localhost")
    (None, None, None)
    """
    text = typed.strip().lower()
    name = text.removeprefix("https://").partition("/")[0].rpartition("@")[2]
    return public_host(f"https://{name}/")


def follow_url(server: str, acct: str) -> str:
    """Return Mastodon's page on `server` where a visitor follows `acct` (config/routes.rb, authorize_interaction)."""
    return f"https://{server}/authorize_interaction?uri={quote(acct, safe='')}"
