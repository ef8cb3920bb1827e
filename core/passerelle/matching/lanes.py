"""Which lane a person is shown in: by their best candidate, by their match, or by what is missing.

A guess is never chosen in advance, however probable.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from passerelle.matching.score import Scored
from passerelle.matching.signs import Sign

# sure: the X account itself says so and the other side agrees. probable: to be checked by the person. none: no
# candidate is good enough to be shown as one.
Lane = Literal["sure", "probable", "none"]

PROBABLE_FROM = 0.8  # by hand, from the calibration in docs/reach.md: nine of ten that are shown are right
# X's side says so: only its owner can write these.
SAID_ON_X: frozenset[Sign] = frozenset({"named_by_x", "domain_is_site"})
# What must agree besides: an X profile may also name an employer's, a partner's or a fan's account.
AGREEING: frozenset[Sign] = frozenset(
    {
        "links_back",
        "same_handle_rare",
        "same_handle_common",
        "same_name_rare",
        "same_name_common",
        "transliterated_name",
    }
)


def lane_of(scored: Sequence[Scored]) -> Lane:
    """Return the lane of a person from their candidates, the most probable first, as `score` returns them."""
    if not scored:
        return "none"
    if is_sure(scored[0]):
        return "sure"
    return "probable" if scored[0].probability >= PROBABLE_FROM else "none"


def is_sure(one: Scored) -> bool:
    """Return whether both sides say that the account is the person's; names and handles alone never do."""
    return bool(one.signs & SAID_ON_X) and bool(one.signs & AGREEING)


def is_preselected(one: Scored) -> bool:
    """Return whether a candidate may be chosen in advance; the calibration supports that for no guess."""
    return is_sure(one)
