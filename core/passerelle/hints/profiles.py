"""X profiles -> ProfileHints: the accounts that each of them names, the surest first.

A hint proposes and never matches by itself: it is unverified until the person has it checked (check.py).
What is kept are addresses and where they stood, never the text around them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from passerelle.errors import InvalidIdentifier
from passerelle.hints.find import SURENESS, Hint, find_hints, may_hold_hint
from passerelle.hints.records import CheckView, HintView, ProfileHints, SeenProfile, Where
from passerelle.identifiers import Network, RestId, parse_rest_id, parse_screen_name
from passerelle.networks.table import NETWORKS
from passerelle.people.graph import FollowGraph
from passerelle.text import clean_display_name

MAX_HINTED = 5_000  # people whose hints are stored: a tenth of the people that X's pages may have shown
CONFIRMED: Where = "person"
BRIDGED: Where = "bridge"
_NOT_READ = frozenset({CONFIRMED, BRIDGED})  # no reading of a profile on X changes them
NEVER = datetime.min.replace(tzinfo=UTC)
MAX_HINTS = 10  # of one profile; of 751 real ones the fullest named four


@dataclass(frozen=True, slots=True)
class Reading:
    """The accounts that one profile named at `seen`. Not `is_whole`: only its display name was known."""

    rest_id: RestId
    screen_name: str
    display_name: str | None
    seen: datetime
    hints: tuple[HintView, ...]
    is_whole: bool = True


def read_profiles(people: Iterable[SeenProfile], now: datetime) -> Iterator[Reading]:
    """Read profiles that X's pages showed. Nothing was seen later than `now`; what names no X account is left out."""
    for one in people:
        try:
            rest_id, screen_name = parse_rest_id(one.rest_id), parse_screen_name(one.screen_name)
        except InvalidIdentifier:
            continue
        seen = min(one.seen.astimezone(UTC) if one.seen.tzinfo else one.seen.replace(tzinfo=UTC), now)
        found = find_hints(one.display_name or "", one.bio or "", one.location or "", one.urls)
        name = clean_display_name(one.display_name)
        yield Reading(rest_id, screen_name, name, seen, _views(found, seen))


def read_names(graph: FollowGraph, known: Collection[str]) -> Iterator[Reading]:
    """Read the display names of a graph: those that may name an account, and those of people in `known`."""
    for person in graph.people.values():
        name = person.name
        if name is None or name.display_name is None or name.seen is None:
            continue
        if person.rest_id in known or may_hold_hint(name.display_name):
            hints = _views(find_hints(name.display_name), name.seen)
            yield Reading(person.rest_id, name.screen_name, name.display_name, name.seen, hints, is_whole=False)


def apply_readings(
    known: Mapping[str, ProfileHints], readings: Iterable[Reading], now: datetime
) -> dict[str, ProfileHints | None]:
    """Return the changed hints by rest_id; None for a person whose profile names no account any more."""
    changed: dict[str, ProfileHints | None] = {}
    for reading in readings:
        before = changed[reading.rest_id] if reading.rest_id in changed else known.get(reading.rest_id)
        after = _merge(before, reading, now)
        if after != before:
            changed[reading.rest_id] = after
    return changed


def confirm(
    profile: ProfileHints, network: Network, address: str, did: str | None, now: datetime, where: Where = CONFIRMED
) -> ProfileHints:
    """Return the profile with an account that the person confirmed, or that a bridge shows, as one that was checked."""
    hint = HintView(
        network=network,
        address=address.lower(),
        url=NETWORKS[network].profile_url(did or address),
        confidence="explicit",
        where=where,
        seen=now.isoformat(),
        check=CheckView(state="found", at=now.isoformat(), did=did),
    )
    others = [one for one in profile.hints if (one.network, one.address) != (hint.network, hint.address)]
    return profile.model_copy(update={"hints": [hint, *others][:MAX_HINTS]})


def unconfirm(profile: ProfileHints, network: Network, address: str) -> ProfileHints | None:
    """Return the profile without an account that the person had confirmed; None where no other is left."""
    account = (CONFIRMED, network, address.lower())
    left = [one for one in profile.hints if (one.where, one.network, one.address) != account]
    return profile.model_copy(update={"hints": left}) if left else None


def surplus(known: Mapping[str, ProfileHints], near: Collection[str], limit: int = MAX_HINTED) -> list[str]:
    """Return the people to delete so that `limit` are left: those not in `near`, seen longest ago."""
    others = sorted((_read_at(hints), rest_id) for rest_id, hints in known.items() if rest_id not in near)
    return [rest_id for _, rest_id in others[: max(len(known) - limit, 0)]]


def _merge(before: ProfileHints | None, reading: Reading, now: datetime) -> ProfileHints | None:
    """Replace what the same fields named before by a reading; an older reading changes nothing."""
    if before and reading.seen < _read_at(before) <= now:  # later than now: stored by a clock that was ahead
        return before
    kept = [hint for hint in before.hints if _is_kept(hint, reading)] if before else []
    checks = {(hint.network, hint.address): hint.check for hint in before.hints} if before else {}
    hints: dict[tuple[Network, str], HintView] = {}
    for hint in sorted((*reading.hints, *kept), key=lambda one: _order(one, reading.screen_name)):
        account = (hint.network, hint.address)
        hints.setdefault(account, hint.model_copy(update={"check": checks.get(account)}))
    if not hints:
        return None
    return ProfileHints(
        rest_id=reading.rest_id,
        screen_name=reading.screen_name,
        display_name=reading.display_name,
        hints=list(hints.values())[:MAX_HINTS],
    )


def _is_kept(hint: HintView, reading: Reading) -> bool:
    """Return whether a reading leaves a hint: it read other fields, or no profile names the account."""
    return hint.where in _NOT_READ or not (reading.is_whole or hint.where == "name")


def _order(hint: HintView, screen_name: str) -> tuple[bool, int, bool, int]:
    """Order hints: confirmed, then the surest, then those of the website field, then those most like the X name."""
    likeness = _unlikeness(hint.address, screen_name)
    return hint.where != CONFIRMED, SURENESS.index(hint.confidence), hint.where != "url", likeness


def _unlikeness(address: str, screen_name: str) -> int:
    own = _letters(address.partition("@")[0].partition(".")[0])
    other = _letters(screen_name)
    return 0 if own == other else 1 if own in other or other in own else 2


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


def _read_at(profile: ProfileHints) -> datetime:
    """Return when the profile was read last; long ago where it was never read."""
    read = (datetime.fromisoformat(hint.seen) for hint in profile.hints if hint.where not in _NOT_READ)
    return max(read, default=NEVER)


def _views(hints: Iterable[Hint], seen: datetime) -> tuple[HintView, ...]:
    return tuple(
        HintView(
            network=hint.network,
            address=hint.address,
            url=NETWORKS[hint.network].profile_url(hint.address),
            confidence=hint.confidence,
            where=hint.where,
            seen=seen.isoformat(),
            check=None,
        )
        for hint in hints
    )
