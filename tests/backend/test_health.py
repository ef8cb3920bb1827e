"""Health, readiness and metrics of both applications."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from passerelle_directory.metrics import Metrics, serve_metrics
from passerelle_directory.publishing.snapshot import EXPIRES_AFTER
from passerelle_directory.web.observing import metrics_of
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from tests.backend.conftest import Directory
from tests.backend.joining import Joining, joining
from tests.backend.people import line
from tests.backend.test_cli import free_port


@pytest.fixture
def desk(directory: Directory) -> Iterator[Joining]:
    with joining(directory.config) as one:
        yield one


def samples(metrics: Metrics) -> dict[tuple[str, tuple[str, ...]], float]:
    """Return the samples that Prometheus would read, by name and the values of their labels."""
    families = text_string_to_metric_families(generate_latest(metrics.registry).decode())
    return {(one.name, tuple(one.labels.values())): one.value for family in families for one in family.samples}


def test_the_directory_is_healthy_at_once_and_ready_once_something_is_published(
    directory: Directory, client: FlaskClient
) -> None:
    assert client.get("/healthz").text == "ok\n"
    before = client.get("/readyz")
    assert (before.status_code, before.text, before.headers["Cache-Control"]) == (
        503,
        "nothing_published\n",
        "no-store",
    )
    directory.publish(datetime.now(UTC))
    assert (client.get("/readyz").status_code, client.head("/readyz").status_code) == (200, 200)


def test_a_directory_that_has_expired_or_is_damaged_is_not_ready(directory: Directory, client: FlaskClient) -> None:
    directory.publish(datetime.now(UTC) - EXPIRES_AFTER - timedelta(minutes=1))
    assert (client.get("/readyz").status_code, client.get("/readyz").text) == (503, "expired\n")
    (directory.config.public / "latest.json").write_text("[]")
    assert client.get("/readyz").text == "unreadable\n"


def test_a_registrar_without_its_tables_is_not_ready(desk: Joining) -> None:
    assert desk.client.get("/readyz").text == "ready\n"
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE proofs")
        connection.exec_driver_sql("DROP TABLE claims")
    assert (desk.client.get("/readyz").status_code, desk.client.get("/readyz").text) == (503, "database\n")
    assert desk.client.get("/healthz").status_code == 200


def test_requests_for_health_count_for_no_limit(desk: Joining, client: FlaskClient) -> None:
    for visitor in (desk.client, client):
        headers = visitor.get("/healthz").headers
        assert not any(name.startswith("X-RateLimit") for name, _ in headers)
        assert all(visitor.get("/healthz").status_code == 200 for _ in range(1300))  # the limit is 1,200 a minute


def test_answers_are_counted_by_route_and_not_by_what_visitors_write(directory: Directory, client: FlaskClient) -> None:
    for path in ("/missing/1", "/missing/2", "/healthz"):
        client.get(path)
    client.open("/healthz", method="INVENTED")
    counted = {
        key[1]: value
        for key, value in samples(metrics_of(client.application)).items()
        if key[0] == "passerelle_requests_total"
    }
    assert counted["GET", "other", "404"] == 2
    assert counted["GET", "/healthz", "200"] == 1
    assert sum(value for labels, value in counted.items() if labels[0] == "other") == 1


def test_metrics_tell_what_is_published(directory: Directory, client: FlaskClient) -> None:
    metrics = metrics_of(client.application)
    assert ("passerelle_directory_rows", ()) not in samples(metrics)
    directory.add(line(handle="museum.example.com"))
    latest = directory.publish()
    now = samples(metrics)
    assert now["passerelle_directory_rows", ()] == 1
    assert now["passerelle_directory_version", ()] == latest["version"]
    expires = datetime.fromisoformat(latest["expires"]).timestamp()
    assert now["passerelle_directory_expires_seconds", ()] == expires


def test_metrics_tell_how_many_claims_wait(desk: Joining) -> None:
    desk.join()
    desk.clock.move(days=30)
    now = samples(metrics_of(desk.app))
    assert (now["passerelle_claims", ("proven",)], now["passerelle_claims_due", ()]) == (1, 1)


def test_metrics_are_served_on_loopback_on_a_port_of_their_own(client: FlaskClient) -> None:
    port = free_port()
    serve_metrics(metrics_of(client.application), port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        assert b"passerelle_request" in answer.read()
    assert client.get("/metrics").status_code == 404
