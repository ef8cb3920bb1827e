"""Host names: the same in Python and in the browser, and never those of another server."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle.domains import canonicalize_host

from tests.core.vectors import read_vectors


@pytest.mark.parametrize("case", read_vectors("hosts")["cases"], ids=lambda case: ascii(case["text"]))
def test_a_host_is_read_as_a_browser_reads_it(case: dict[str, Any]) -> None:
    assert canonicalize_host(case["text"]) == case["host"]


@given(st.text())
def test_a_canonical_host_stays_as_it_is(text: str) -> None:
    host = canonicalize_host(text)
    if host is not None:
        assert canonicalize_host(host) == host


@given(st.from_regex(r"[a-zß-ü\u0370-\u03ff\u0430-\u044f]{1,8}\.[a-z]{2,6}", fullmatch=True))
def test_a_canonical_host_of_letters_stays_as_it_is(text: str) -> None:
    host = canonicalize_host(text)
    assert host is None or canonicalize_host(host) == host
