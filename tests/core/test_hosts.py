"""Which hosts may be contacted; the same vectors run in tests/extension/hosts_allowed.test.ts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from passerelle.hosts import is_public_host, public_host

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "vectors" / "hosts-allowed.json").read_text())


@pytest.mark.parametrize("host", VECTORS["allowed"])
def test_public_names_are_allowed(host: str) -> None:
    assert is_public_host(host)
    assert public_host(f"https://{host}/") == host


@pytest.mark.parametrize("host", VECTORS["refused"])
def test_addresses_and_local_names_are_refused(host: str) -> None:
    assert not is_public_host(host)
    assert public_host(f"https://{host}/") is None


@pytest.mark.parametrize(
    "url",
    [
        "http://quai.example.org/",
        "https:quai.example.org",
        "//quai.example.org/",
        "file:///etc/passwd",
        "https://[",
        "https://localhost/",
        "",
        None,
        7,
    ],
)
def test_only_https_urls_have_a_public_host(url: object) -> None:
    assert public_host(url) is None


def test_the_host_is_compared_in_lower_case() -> None:
    assert public_host("https://Quai.Example.org/users/ada?x#y") == "quai.example.org"
