"""Schemathesis sends valid and invalid requests to the registrar's described routes, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.backend.conftest import Directory
from tests.backend.joining import Joining, joining
from tests.backend.test_registrar import config, postgres

# What may answer a request that does not fit the description: all that schemathesis expects, and 413 for a long body.
REFUSALS = SchemathesisConfig.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": [401, 403, 404, 405, 413, 415, 422, 429]}}}
)

__all__ = ["config", "postgres"]


@pytest.fixture
def desk(directory: Directory) -> Iterator[Joining]:
    with joining(directory.config) as one:
        yield one


@pytest.fixture
def described(desk: Joining) -> OpenApiSchema:
    """Return the description of a registrar with a claim in it."""
    desk.join()
    return schemathesis.openapi.from_wsgi("/openapi.json", desk.app, config=REFUSALS)


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_answers_fit_their_description(case: schemathesis.Case[Any]) -> None:
    case.call_and_validate()
