"""The pages of the registrar: a claim's page, to which profiles link, and the page that describes the API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, current_app, make_response, render_template
from passerelle.claims.grades import ENOUGH_READINGS, proven_sides
from passerelle.claims.registrar import public_page_url
from passerelle.identifiers import parse_acct
from passerelle.networks.bluesky import profile_url as bluesky_url
from passerelle.networks.fediverse.mastodon import profile_url as mastodon_url

from passerelle_directory.models import StoredClaim
from passerelle_directory.registrar.routes import registrar
from passerelle_directory.registrar.store import find_claim, to_claim, to_proofs
from passerelle_directory.web.answers import find_visitors_language
from passerelle_directory.web.errors import describe_error

pages = Blueprint("registrar_pages", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class Shown:
    """One account of a claim as its page shows it."""

    network: str
    url: str
    shown: str
    is_proven: bool


@pages.get("/")
def show_home() -> Response:
    """Show what this host is for."""
    return _page("registrar_home.html")


@pages.get("/c/<claim_id>")
def show_claim(claim_id: str) -> Response:
    """Show a claim: unlisted, for its links with rel=me. https://microformats.org/wiki/rel-me"""
    with registrar().sessions() as session:
        stored = find_claim(session, claim_id)
        if stored is None:
            abort(404)
        if stored.purpose == "objection":
            return _unlisted(_page("objection.html"))
        accounts = list(_accounts(stored))
        is_shared = stored.public_page is not None and stored.grade == "proven" and stored.readings >= ENOUGH_READINGS
        return _unlisted(
            _page(
                "claim.html",
                claim=to_claim(stored),
                accounts=accounts,
                state=_state(accounts, stored.grade),
                public_page=public_page_url(registrar().config.url, claim_id) if is_shared else None,
            )
        )


def _accounts(stored: StoredClaim) -> Iterator[Shown]:
    sides = proven_sides(to_proofs(stored))
    yield Shown("X", f"https://x.com/{stored.screen_name}", f"@{stored.screen_name}", "x" in sides)
    if stored.did:
        yield Shown("Bluesky", bluesky_url(stored.did), stored.handle or stored.did, "bluesky" in sides)
    if stored.acct:
        yield Shown("Mastodon", mastodon_url(parse_acct(stored.acct)), stored.acct, "fediverse" in sides)


def _state(accounts: Sequence[Shown], grade: str | None) -> str:
    """Return which sentence fits: `open`, `claimed` (all but X), `partly` or `proven`."""
    on_x, *elsewhere = (one.is_proven for one in accounts)
    if grade is None:
        return "open"
    if not all(elsewhere):
        return "partly"
    return "proven" if on_x else "claimed"


def show_error(status: int) -> Response:
    """Show that there is no such page, or that the server failed."""
    response = _page("error.html", error=describe_error(status, "registrar_404"))
    response.status_code = status
    return response


@pages.get("/docs")
def show_docs() -> Response:
    """Show what the API does, from its own description."""
    document: dict[str, Any] = current_app.api_doc  # type: ignore[attr-defined]
    operations = [
        {"method": method.upper(), "path": path, **described}
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]
    return _page("api.html", operations=operations)


@pages.get("/robots.txt")
def show_robots() -> Response:
    """Ask crawlers to stay away from everything."""
    response = make_response("User-agent: *\nDisallow: /\n")
    response.mimetype = "text/plain"
    return response


def _page(template: str, **values: Any) -> Response:
    """Return a page in the visitor's language."""
    language, contact = find_visitors_language(), registrar().config.contact
    html = render_template(template, language=language, contact=contact, **values)
    response = make_response(html)
    response.content_language.add(language.code)
    response.vary.add("Accept-Language")
    return response


def _unlisted(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Cache-Control"] = "no-store"
    return response
