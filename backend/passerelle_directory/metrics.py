"""What a server counts, for Prometheus; on a port of its own on 127.0.0.1, which no proxy passes on.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server

LOOPBACK = "127.0.0.1"


class Metrics:
    """The series of one application. No label is about a person: a route is a pattern, as `/v1/claims/<claim_id>`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "passerelle_requests", "Answers", ["route", "method", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "passerelle_request_seconds", "Time until an answer was ready", ["route"], registry=self.registry
        )

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answer. `route` and `method` come from a bounded set, for each value is a series of its own."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


def serve_metrics(metrics: Metrics, port: int) -> None:
    """Answer Prometheus on `port` in a thread, until the process ends. Raises OSError where the port is not free."""
    start_http_server(port, LOOPBACK, metrics.registry)
