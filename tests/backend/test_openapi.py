"""Schemathesis sends valid and invalid requests to every described route; answers must match the description."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
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
