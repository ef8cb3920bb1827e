"""The targets of docs/reach.md on the real pairs, where they are at hand: in a world where half have no account."""

from __future__ import annotations

import asyncio
from functools import cache

import pytest

from tests.data.shared import SHARED
from tests.reach.__main__ import MAIN_RATE, read_inputs
from tests.reach.measure import Measured, measure, summarize

PAIRS, POOL = SHARED / "truth" / "open.csv", SHARED / "truth" / "pool-accounts.csv"
pytestmark = [
    pytest.mark.skipif(not (PAIRS.exists() and POOL.exists()), reason=f"the real pairs are not at hand ({PAIRS})"),
    pytest.mark.desktop,
]


@cache
def measured() -> Measured:
    inputs = read_inputs(PAIRS, POOL, "3")
    return asyncio.run(measure(inputs.world(MAIN_RATE), inputs.known))


def test_nothing_sure_is_wrong() -> None:
    counts = summarize(measured().outcomes)
    assert counts["sure"]["wrong"] == 0
    assert counts["sure"]["true"] > 0


def test_probable_finds_as_many_as_the_baseline_with_a_tenth_of_its_errors() -> None:
    counts = summarize(measured().outcomes)
    assert counts["probable"]["true"] >= counts["baseline"]["true"]
    assert counts["probable"]["wrong"] <= counts["baseline"]["wrong"] / 10


def test_no_proposal_that_volunteers_could_not_confirm_is_sure() -> None:
    assert measured().unconfirmed["sure"] == 0
    assert measured().unconfirmed.total() > 600
