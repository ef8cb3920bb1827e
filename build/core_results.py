"""What came of the core's tests in each place that they ran in, and how the places differ."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Result:
    """pytest's exit status, whether Python was restored, and the outcome of each test by its id."""

    status: int
    is_restored: bool = False
    outcomes: Mapping[str, str] = field(default_factory=dict)


def read_result(file: Path) -> Result:
    """Return what a runner wrote: that of a runner that failed, where it wrote nothing."""
    if not file.exists():
        return Result(status=1)
    fields = json.loads(file.read_text())
    return Result(fields["status"], fields["isRestored"], fields["outcomes"])


def find_faults(results: Mapping[str, Result]) -> Iterator[str]:
    """Yield a sentence for each place where the tests did not run as they should, and for each test that differs."""
    for place, result in results.items():
        if not result.outcomes:
            yield f"{place}: no test ran"
        elif not result.is_restored:
            yield f"{place}: Python was started without the snapshot"
    yield from _differences({place: result.outcomes for place, result in results.items() if result.outcomes})


def summarize(result: Result) -> str:
    """Return how many tests came out how, most frequent first."""
    counts = Counter(result.outcomes.values()).most_common()
    return ", ".join(f"{count} {outcome}" for outcome, count in counts) or "no test"


def _differences(places: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for test in sorted({test for outcomes in places.values() for test in outcomes}):
        found = {place: outcomes.get(test, ABSENT) for place, outcomes in places.items()}
        if len(set(found.values())) > 1:
            yield f"{test}: " + ", ".join(f"{outcome} in {place}" for place, outcome in found.items())
