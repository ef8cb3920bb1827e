"""What is left to do before the date: derived from what is stored and from what the browser knows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from passerelle.following.dates import DateFacts, DateStep, StepName
from passerelle.identifiers import Network
from passerelle.matching.views import MatchView


@dataclass(frozen=True, slots=True)
class Preparation:
    """What the steps are derived from. `ticked`: the networks of the accounts that are ticked.

    `has_joined`: the person's own accounts are in the directory, or claimed.
    """

    ticked: Collection[Network]
    known: DateFacts
    has_joined: bool


@dataclass(frozen=True, slots=True)
class _Rule:
    """One step: whether it concerns this person at all, whether it is done, and whether the plan works without it."""

    step: StepName
    is_done: Callable[[Preparation], bool]
    concerns: Callable[[Preparation], bool] = lambda _: True
    is_optional: bool = False


RULES = (
    _Rule("people", lambda one: bool(one.ticked)),
    _Rule("bluesky", lambda one: "bluesky" in one.known.signed_in, lambda one: "bluesky" in one.ticked),
    _Rule("fediverse", lambda one: "fediverse" in one.known.signed_in, lambda one: "fediverse" in one.ticked),
    _Rule("notify", lambda one: one.known.notifies, is_optional=True),
    _Rule("badges", lambda one: one.known.badges, is_optional=True),
    _Rule("join", lambda one: one.has_joined, is_optional=True),
)


def list_steps(preparation: Preparation) -> list[DateStep]:
    """Return the steps that concern a person, the needed ones first."""
    return [
        DateStep(step=rule.step, is_done=rule.is_done(preparation), is_optional=rule.is_optional)
        for rule in RULES
        if rule.concerns(preparation)
    ]


def ticked_networks(views: Iterable[MatchView]) -> frozenset[Network]:
    """Return the networks on which an account is ticked."""
    accounts = (account for view in views for account in view.accounts)
    return frozenset(account.network for account in accounts if account.chosen and not account.rejected)
