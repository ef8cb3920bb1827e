"""Schemathesis sends valid and invalid requests to every described route; answers must match the description."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from passerelle.directory import Row
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.backend.conftest import Directory
from tests.backend.people import departure, line


@pytest.fixture
def described(directory: Directory, app: Flask) -> OpenApiSchema:
    """Return the description of an application with something in it."""
    directory.add(line(handle="museum.example.com"), departure())
    directory.publish()
    return schemathesis.openapi.from_wsgi("/openapi.json", app)


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_answers_fit_their_description(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate()


def test_the_rows_in_the_files_are_described(app: Flask) -> None:
    described = app.test_client().get("/openapi.json").get_json()
    answers = described["paths"]["/v1/directory/files/{name}"]["get"]["responses"]["200"]["content"]
    row = answers["application/gzip"]["schema"]["properties"]
    written = Row.from_json({"row_id": "a", "screen_name": "a", "did": "did:plc:a", "kind": "ngo", "grade": "claimed"})
    assert row.keys() == written.to_json().keys() - {"platform"} | {"sources"}
    assert row["sources"]["items"]["properties"].keys() == {"name", "url", "date", "claim"}
