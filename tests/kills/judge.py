"""What came of a run: the servers' own lists beside the plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from passerelle.identifiers import Network


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one network, in follows. `doubled`: records beyond the first of one target; `strange`: not in the plan."""

    planned: int
    followed: int
    lost: int
    doubled: int
    strange: int

    @property
    def is_clean(self) -> bool:
        """Whether the servers hold the plan, each follow once."""
        return not (self.lost or self.doubled or self.strange)


def judge(planned: Collection[str], listed: Sequence[str]) -> Verdict:
    """Compare what a server lists with the plan."""
    counts, wanted = Counter(listed), frozenset(planned)
    return Verdict(
        planned=len(wanted),
        followed=len(wanted & counts.keys()),
        lost=len(wanted - counts.keys()),
        doubled=sum(count - 1 for count in counts.values()),
        strange=len(counts.keys() - wanted),
    )


def summarize(verdicts: Mapping[Network, Verdict]) -> dict[str, Any]:
    """Return the sums over both networks, and each network."""
    each = {network: _fields(verdict) for network, verdict in verdicts.items()}
    sums = {name: sum(one[name] for one in each.values()) for name in next(iter(each.values()))}
    return {**sums, "networks": each}


def _fields(verdict: Verdict) -> dict[str, int]:
    return {name: getattr(verdict, name) for name in Verdict.__slots__}


def add_up(results: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Add the numbers of several results, and those of the objects in them."""
    sums: dict[str, Any] = {}
    for result in results:
        for name, value in result.items():
            is_object = isinstance(value, Mapping)
            sums[name] = add_up([sums.get(name, {}), value]) if is_object else sums.get(name, 0) + value
    return sums
