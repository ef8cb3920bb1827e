"""The app factory: configuration in, a WSGI application out."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from passerelle_directory.config import Config
from passerelle_directory.web import campaigns as campaigns_routes
from passerelle_directory.web import client_metadata, departure_pages
from passerelle_directory.web import departures as departures_routes
from passerelle_directory.web import directory as directory_routes
from passerelle_directory.web import groups as groups_routes
from passerelle_directory.web import home as home_routes
from passerelle_directory.web import person as person_routes
from passerelle_directory.web import texts as texts_routes
from passerelle_directory.web.accounts import find_accounts
from passerelle_directory.web.answers import ErrorAnswer, find_visitors_language, frame_values
from passerelle_directory.web.errors import describe_error
from passerelle_directory.web.headers import set_headers
from passerelle_directory.web.health import Published, add_health, find_publishing_fault
from passerelle_directory.web.limits import find_visitor
from passerelle_directory.web.observing import metrics_of, observe_requests

STATIC_MAX_AGE = 31_536_000  # seconds; a changed file gets another address
ABOUT = Info(
    title="Passerelle directory",
    version="1",
    description="Where X accounts are now. Everyone downloads the same signed files; no request names a person.",
)


def create_app(config: Config) -> Flask:
    """Make the application; it reads files when a request comes, and opens no database and no socket of its own."""
    app = OpenAPI(__name__, info=ABOUT, doc_ui=False, security_schemes={}, validation_error_status=422)
    app.config.update(SEND_FILE_MAX_AGE_DEFAULT=STATIC_MAX_AGE)
    app.extensions["passerelle"] = config
    app.register_api(directory_routes.api)
    app.register_api(departures_routes.api)
    app.register_api(groups_routes.api)
    app.register_blueprint(departure_pages.pages)
    app.register_blueprint(groups_routes.pages)
    app.register_blueprint(home_routes.pages)
    app.register_blueprint(campaigns_routes.pages)
    app.register_blueprint(texts_routes.pages)
    app.register_blueprint(person_routes.pages)
    app.register_blueprint(client_metadata.files)
    app.add_url_rule("/openapi.json", "openapi", lambda: jsonify(app.api_doc))
    app.jinja_env.globals.update(frame_values(config, home=""), find_accounts=find_accounts)
    limiter = Limiter(find_visitor, app=app, default_limits=[config.limit], storage_uri=config.limit_storage)
    set_headers(app)
    _set_up_static(app)
    _set_up_errors(app)
    observe_requests(app)
    metrics_of(app).registry.register(Published(config.public))
    add_health(app, limiter, lambda: find_publishing_fault(config.public, datetime.now(UTC)))
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies)  # type: ignore[method-assign]
    return app


def _set_up_static(app: Flask) -> None:
    """Put the checksum of style sheet and icon into their addresses, so that browsers may keep them."""
    checksums = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in Path(str(app.static_folder)).iterdir()
    }

    @app.url_defaults
    def add_checksum(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("v", checksums.get(values["filename"]))


def _set_up_errors(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def answer_error(error: HTTPException) -> ResponseReturnValue:
        headers = [
            (name, value) for name, value in error.get_headers() if name not in ("Content-Type", "Content-Length")
        ]
        status = error.code or 500
        if request.path.startswith("/v1/"):
            answer = ErrorAnswer(code=error.name.lower().replace(" ", "_"), message=error.description or error.name)
            return jsonify(answer.model_dump()), status, headers
        html = render_template("error.html", language=find_visitors_language(), error=describe_error(status))
        return html, status, headers
