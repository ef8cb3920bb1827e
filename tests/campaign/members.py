"""The members of an invented campaign: who they are on X and elsewhere, and what lists say of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.data.people import Someone

FIRST_ID = 1_400_000_000_000_000_000  # X's ids have had 19 digits since 2018
FIRST_STRANGER = 1_500_000_000_000_000_000
SIGN_UPS, LIST, OTHER_LIST = "campaign/sign-ups", "first/list", "second/list"
TODAY, BEFORE = "2026-11-01", "2026-06-01"


class Kind(StrEnum):
    """What is known of a member. The shares of KINDS are of all members."""

    PLAIN = "plain"
    NAME_ONLY = "name only"  # every list gives the name and no id
    RENAMED = "renamed"  # the list has a name that another member bears now
    RENAMED_TO = "renamed to"  # bears a name that was another member's
    TWICE = "twice"  # two lists say the same, one of them without the id
    DISPUTED = "disputed"  # a later list names another person's account


# Of twenty members. 5 % of the names are recycled: each takes a pair.
KINDS: Sequence[Kind] = (
    *(Kind.NAME_ONLY, Kind.NAME_ONLY, Kind.RENAMED, Kind.RENAMED_TO, Kind.TWICE, Kind.DISPUTED),
    *[Kind.PLAIN] * 14,
)


@dataclass(frozen=True, slots=True)
class Member:
    """One member: `someone` as X shows them today, `did` where they are on Bluesky."""

    number: int
    kind: Kind
    someone: Someone
    did: str


def make_members(count: int) -> list[Member]:
    """Invent so many members; their number is the last part of their X id."""
    return [_member(number) for number in range(count)]


def make_stranger(number: int) -> Someone:
    """Invent an account on X that is no member's."""
    return Someone(str(FIRST_STRANGER + number), f"stranger_{number}", f"Stranger {number}")


def did_of(number: int) -> str:
    """Return the did of a member."""
    return f"did:plc:{_base32(number)}"


def make_lines(members: Sequence[Member]) -> Iterator[dict[str, str]]:
    """Yield the lines of all lists, as `passerelle-directory import` reads them: older sources first."""
    for member in members:
        if member.kind is Kind.TWICE:
            yield _line(member, LIST, BEFORE, rest_id="")
    for member in members:
        yield from _sign_up(member)
    for member in members:
        if member.kind is Kind.DISPUTED:
            yield _line(member, OTHER_LIST, TODAY, did=did_of(-1 - member.number))


def _member(number: int) -> Member:
    kind = KINDS[number % len(KINDS)]
    # The pair of a recycled name stands side by side: the second bears today what was the first one's name.
    name = f"was_{number - 1}" if kind is Kind.RENAMED_TO else f"member_{number}"
    return Member(number, kind, Someone(str(FIRST_ID + number), name, f"Member {number}"), did_of(number))


def _sign_up(member: Member) -> Iterator[dict[str, str]]:
    if member.kind is Kind.NAME_ONLY:
        yield _line(member, SIGN_UPS, TODAY, rest_id="")
    elif member.kind is Kind.RENAMED:
        yield _line(member, SIGN_UPS, BEFORE, screen_name=f"was_{member.number}")
    else:
        yield _line(member, SIGN_UPS, TODAY)


def _line(member: Member, source: str, day: str, **changes: str) -> dict[str, str]:
    someone = member.someone
    fields = {
        "rest_id": someone.rest_id,
        "screen_name": someone.screen_name,
        "did": member.did,
        "kind": "other",
        "source": source,
        "source_date": day,
    }
    return fields | changes


def _base32(number: int) -> str:
    """Return the 24 characters of a did:plc for a number, which may be negative."""
    digits = "abcdefghijklmnopqrstuvwxyz234567"
    rest = number % (1 << 120)
    return "".join(digits[rest >> shift & 31] for shift in range(115, -5, -5))
