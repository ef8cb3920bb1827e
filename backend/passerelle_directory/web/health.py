"""`/healthz`: the process answers. `/readyz`: it can do its work, or 503 with one word that says why not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response
from flask_limiter import Limiter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from passerelle_directory.publishing.files import LATEST


def add_health(app: Flask, limiter: Limiter, find_fault: Callable[[], str | None]) -> None:
    """Add both addresses, outside the limits; `find_fault` returns what keeps the application from its work."""

    @limiter.exempt
    def healthz() -> Response:
        return _answer("ok", 200)

    @limiter.exempt
    def readyz() -> Response:
        fault = find_fault()
        return _answer(fault or "ready", 503 if fault else 200)

    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)


def _answer(word: str, status: int) -> Response:
    response = Response(f"{word}\n", status, mimetype="text/plain")
    response.cache_control.no_store = True
    return response


def find_publishing_fault(public: Path, now: datetime) -> str | None:
    """Return what is wrong with latest.json: `nothing_published`, `unreadable` or `expired`; None where nothing is."""
    try:
        expires = datetime.fromisoformat(_read(public)["expires"])
    except FileNotFoundError:
        return "nothing_published"
    except (OSError, ValueError, TypeError, KeyError):
        return "unreadable"
    return "expired" if expires <= now else None


class Published(Collector):
    """Reads latest.json whenever Prometheus asks: an alarm on `expires` tells that nothing is published any more."""

    def __init__(self, public: Path) -> None:
        self._public = public

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield version, rows and expiry of what is published; nothing where there is none."""
        if find_publishing_fault(self._public, datetime.min.replace(tzinfo=UTC)):
            return
        latest = _read(self._public)
        expires = datetime.fromisoformat(latest["expires"]).timestamp()
        yield GaugeMetricFamily("passerelle_directory_version", "Version of latest.json", latest["version"])
        yield GaugeMetricFamily("passerelle_directory_rows", "Rows in the directory", latest["rows"])
        yield GaugeMetricFamily("passerelle_directory_expires_seconds", "Unix time of its expiry", expires)


def _read(public: Path) -> Any:
    return json.loads((public / LATEST).read_bytes())
