"""The registrar's application: configuration in, a WSGI application out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request
from flask.json.provider import DefaultJSONProvider
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from passerelle.jsons import parse_json
from passerelle.transport import Fetch
from sqlalchemy.orm import sessionmaker
from werkzeug.middleware.proxy_fix import ProxyFix

from passerelle_directory.config import Config
from passerelle_directory.database import open_writer
from passerelle_directory.registrar.checking import Registrar
from passerelle_directory.registrar.fetcher import Fetcher, look_up_txt
from passerelle_directory.registrar.handles import ResolvingFetch
from passerelle_directory.registrar.health import Waiting, find_database_fault
from passerelle_directory.registrar.pages import pages, show_error
from passerelle_directory.registrar.problems import ProblemAnswer, answer_invalid, set_up_problems
from passerelle_directory.registrar.refusals import load_key
from passerelle_directory.registrar.routes import api, limiter
from passerelle_directory.web.answers import frame_values
from passerelle_directory.web.headers import set_headers
from passerelle_directory.web.health import add_health
from passerelle_directory.web.limits import say_when_to_return
from passerelle_directory.web.observing import metrics_of, observe_requests

PREFLIGHT_KEPT = 7_200  # seconds; the most that Chromium keeps one
MAX_BODY = 16_384  # bytes of a request; the longest claim has a did of 2,048
WEB = Path(__file__).parents[1] / "web"  # the frame of the pages, and their style
ABOUT = Info(
    title="Passerelle registrar",
    version="1",
    description="Join the directory: claims, their proofs, withdrawal and objection.",
)


class BoundedJson(DefaultJSONProvider):
    """Parses JSON of strangers with the core's bound on its depth; CPython's parser raises RecursionError."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Parse JSON. Raises ValueError."""
        return parse_json(s)


class Application(OpenAPI):
    """The application, with BoundedJson."""

    json_provider_class = BoundedJson


def make_registrar(
    config: Config, fetch: Fetch | None = None, clock: Callable[[], datetime] | None = None
) -> Registrar:
    """Make what application and `recheck` work with."""
    return Registrar(
        config=config,
        sessions=sessionmaker(open_writer(config), expire_on_commit=False),
        fetch=fetch or ResolvingFetch(Fetcher(), look_up_txt),
        refusals_key=load_key(config.refusals_key),
        clock=clock or (lambda: datetime.now(UTC)),
    )


def create_registrar(registrar: Registrar) -> Flask:
    """Make the application."""
    app = Application(
        __name__,
        info=ABOUT,
        doc_ui=False,
        static_folder=str(WEB / "static"),
        template_folder=str(WEB / "templates"),
        security_schemes={"secret": {"type": "http", "scheme": "bearer"}},
        validation_error_status=422,
        validation_error_model=ProblemAnswer,
        validation_error_callback=answer_invalid,
    )
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        RATELIMIT_STORAGE_URI=registrar.config.limit_storage,
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,  # where Redis does not answer, each process counts by itself
    )
    app.extensions["registrar"] = registrar
    app.jinja_env.globals.update(frame_values(registrar.config, home=registrar.config.url))
    app.register_api(api)
    app.register_blueprint(pages)
    app.add_url_rule("/openapi.json", "openapi", lambda: jsonify(app.api_doc))
    limiter.init_app(app)
    set_headers(app)
    set_up_problems(app, show_error)
    _allow_extensions(app)
    observe_requests(app)
    metrics_of(app).registry.register(Waiting(registrar))
    add_health(app, limiter, lambda: find_database_fault(registrar))
    if registrar.config.proxies:
        count = registrar.config.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]
    return app


@limiter.request_filter
def _is_preflight() -> bool:
    """Return whether a browser only asks what it may send: such a request does nothing."""
    return request.method == "OPTIONS"


def _allow_extensions(app: Flask) -> None:
    """Allow pages of other origins to send the secret and JSON: no cookie is involved, so nothing is sent by itself.

    https://fetch.spec.whatwg.org/#http-cors-protocol
    """

    @app.after_request
    def allow(response: Response) -> Response:
        if request.path.startswith("/v1/"):
            response.headers.setdefault("Access-Control-Allow-Headers", "authorization, content-type")
            response.headers.setdefault("Access-Control-Allow-Methods", "GET, POST, DELETE")
            response.headers.setdefault("Access-Control-Expose-Headers", "Retry-After")
            response.headers.setdefault("Access-Control-Max-Age", str(PREFLIGHT_KEPT))
            response.headers.setdefault("Cache-Control", "no-store")
        say_when_to_return(limiter, response)
        return response
