"""Log and count each request by its route: no address, no Origin, no browser, no query, and no part of the path that
a visitor wrote."""

from __future__ import annotations

import time
from typing import cast

from flask import Flask, Response, current_app, g, request

from passerelle_directory.logs import log
from passerelle_directory.metrics import Metrics

METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS"})
OTHER = "other"  # a path or method that a visitor invented
EXTENSION = "metrics"


def observe_requests(app: Flask) -> None:
    """Log method, route, status and duration of every request to `app`, and count them in its Metrics."""
    app.extensions[EXTENSION] = Metrics()

    @app.before_request
    def start_clock() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def observe(response: Response) -> Response:
        seconds = time.perf_counter() - g.started if "started" in g else 0.0
        route, method, status = find_route(), find_method(), response.status_code
        milliseconds = round(seconds * 1000, 1)
        log.info("request", method=method, route=route, status=status, milliseconds=milliseconds)
        metrics_of(current_app).count(route, method, status, seconds)
        return response


def find_route() -> str:
    """Return the pattern that the request's path fits, or `other`."""
    return request.url_rule.rule if request.url_rule else OTHER


def find_method() -> str:
    """Return the method of the request, or `other`."""
    return request.method if request.method in METHODS else OTHER


def metrics_of(app: Flask) -> Metrics:
    """Return the metrics of an application."""
    return cast(Metrics, app.extensions[EXTENSION])
