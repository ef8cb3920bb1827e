"""The pages of the registrar: a claim's page, to which profiles link, and the page that describes the API."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, current_app, make_response, render_template
from passerelle.identifiers import parse_acct
from passerelle.networks.bluesky import profile_url as bluesky_url
from passerelle.networks.fediverse.mastodon import profile_url as mastodon_url

from passerelle_directory.registrar.routes import registrar
from passerelle_directory.registrar.store import find_claim, to_claim
from passerelle_directory.web.answers import find_visitors_language

pages = Blueprint("registrar_pages", __name__, template_folder="templates")


@pages.get("/c/<claim_id>")
def show_claim(claim_id: str) -> Response:
    """Show a claim: unlisted, for its links with rel=me. https://microformats.org/wiki/rel-me"""
    with registrar().sessions() as session:
        stored = find_claim(session, claim_id)
        if stored is None or stored.purpose != "claim":
            abort(404)
        html = render_template(
            "claim.html",
            language=find_visitors_language(),
            claim=to_claim(stored),
            grade=stored.grade,
            bluesky=bluesky_url(stored.did) if stored.did else None,
            shown=stored.handle or stored.did,
            mastodon=mastodon_url(parse_acct(stored.acct)) if stored.acct else None,
        )
    return _unlisted(html)


@pages.get("/docs")
def show_docs() -> Response:
    """Show what the API does, from its own description."""
    document: dict[str, Any] = current_app.api_doc  # type: ignore[attr-defined]
    operations = [
        {"method": method.upper(), "path": path, **described}
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]
    return make_response(render_template("api.html", language=find_visitors_language(), operations=operations))


@pages.get("/robots.txt")
def show_robots() -> Response:
    """Ask crawlers to stay away from everything."""
    response = make_response("User-agent: *\nDisallow: /\n")
    response.mimetype = "text/plain"
    return response


def _unlisted(html: str) -> Response:
    response = make_response(html)
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Cache-Control"] = "no-store"
    return response
