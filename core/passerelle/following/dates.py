"""The date on which people are followed together: when it begins by itself, and until when it takes in new people.

opens_at     midnight at the beginning of the day, where the person is
starts_at    opens_at and the delay of this install: from then on each network starts that has a sign-in
closes_at    midnight at its end: who is found by the first look at the directory after it is the last one added
lapses_at    from then on nothing starts by itself any more
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal

from passerelle.errors import InputError
from passerelle.identifiers import Network
from passerelle.matching.views import AccountView, FollowState, MatchView
from passerelle.view import View

DELAY = timedelta(hours=6)  # installs start within so many hours, not all at midnight
DELAY_BYTES = 4  # random bytes that choose the delay
LONGEST = timedelta(days=366)  # how far ahead a date may lie
LAPSE = timedelta(days=30)  # a computer that was off for longer asks before it starts
EARLIEST_ZONE, LATEST_ZONE = timedelta(hours=14), timedelta(hours=12)  # UTC+14 to UTC-12, where people live
DAY = timedelta(days=1)

FOLLOWED: tuple[FollowState, ...] = ("following", "requested")

StepName = Literal["people", "bluesky", "fediverse", "notify", "badges", "join"]


class DateStart(View):
    """The plan has started on one network. `is_final`: the directory was read after the day, so no one is added."""

    network: Network
    at: str
    is_final: bool


class DateStep(View):
    """One thing to do before the date."""

    step: StepName
    is_done: bool
    is_optional: bool


class DateFacts(View):
    """What only the browser knows: the networks with a sign-in that works, and what is switched on."""

    signed_in: list[Network]
    notifies: bool
    badges: bool


class DateView(View):
    """The date, and the approval that belongs to it: `people` were ticked at `approved_at`. Key `date`.

    `day` is YYYY-MM-DD, moments are ISO 8601. `delay` is in seconds, chosen once. `campaign_id`: the campaign whose
    date it is, None for a date of one's own. `steps`: what is left to do, and `known`: what that was derived from.
    """

    day: str
    opens_at: str
    starts_at: str
    closes_at: str
    lapses_at: str
    delay: int
    approved_at: str
    people: int
    campaign_id: str | None
    starts: list[DateStart]
    steps: list[DateStep]
    known: DateFacts | None


class DateOfferView(View):
    """Whether choosing a date would lead to anything. Key `date_offer`; absent before anything was matched."""

    has_use: bool


def make_date(
    day: date, opens_at: datetime, now: datetime, delay: timedelta, people: int, campaign_id: str | None
) -> DateView:
    """Return a new date. `opens_at` is the local midnight at its beginning. Raises InputError(date_out_of_range)."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)
    is_that_day = midnight - EARLIEST_ZONE <= opens_at <= midnight + LATEST_ZONE
    if not is_that_day or not now < opens_at <= now + LONGEST:
        raise InputError(InputError.CODES["date_out_of_range"], code="date_out_of_range")
    return DateView(
        day=day.isoformat(),
        opens_at=opens_at.isoformat(),
        starts_at=(opens_at + delay).isoformat(),
        closes_at=(opens_at + DAY).isoformat(),
        lapses_at=(opens_at + LAPSE).isoformat(),
        delay=delay // timedelta(seconds=1),
        approved_at=now.isoformat(),
        people=people,
        campaign_id=campaign_id,
        starts=[],
        steps=[],
        known=None,
    )


def choose_delay(random: bytes) -> timedelta:
    """Return a delay below DELAY, in whole seconds, from DELAY_BYTES random bytes."""
    seconds = DELAY // timedelta(seconds=1)
    return timedelta(seconds=int.from_bytes(random) * seconds // 256 ** len(random))


def networks_due(
    view: DateView, networks: Iterable[Network], now: datetime, *, is_pressed: bool = False
) -> list[Network]:
    """Return those of `networks` on which the plan starts now, or may still add people.

    `is_pressed`: the person asks for it, so neither the delay nor the lapse counts; still not before the day.
    """
    begins = datetime.fromisoformat(view.opens_at if is_pressed else view.starts_at)
    is_lapsed = not is_pressed and now >= datetime.fromisoformat(view.lapses_at)
    if now < begins or is_lapsed:
        return []
    final = {one.network for one in view.starts if one.is_final}
    return [network for network in networks if network not in final]


def has_started(view: DateView, network: Network) -> bool:
    """Return whether the plan has started on a network."""
    return any(one.network == network for one in view.starts)


def record_starts(view: DateView, networks: Collection[Network], now: datetime, *, is_current: bool) -> DateView:
    """Return the view after these networks have started, or were looked at again.

    `is_current`: the directory was read just now. A start keeps the moment at which it was first made.
    """
    is_final = is_current and now >= datetime.fromisoformat(view.closes_at)
    before = {one.network: one for one in view.starts}
    made = {
        network: DateStart(
            network=network, at=before[network].at if network in before else now.isoformat(), is_final=is_final
        )
        for network in networks
    }
    return view.model_copy(update={"starts": list((before | made).values())})


def find_undone(history: Mapping[str, Mapping[str, Any]], since: datetime, undone: str) -> frozenset[str]:
    """Return the dids and addresses that were unfollowed with Passerelle since a moment.

    Keys of `history` begin with an ISO time; `undone` is what a record says that was unfollowed.
    """
    gone = [
        one
        for key, one in history.items()
        if one["done"] == undone and datetime.fromisoformat(key.partition(" ")[0]) >= since
    ]
    return frozenset(name for one in gone for name in (one["target"], one["address"]) if name)


def count_approved(views: Iterable[MatchView]) -> int:
    """Return how many people are ticked and not followed yet: those that an approval covers now."""
    return sum(any(map(_is_open, view.accounts)) for view in views)


def has_use(views: Collection[MatchView]) -> bool:
    """Return whether a date has something to do: someone ticked is followed nowhere, or no one is followed at all."""
    unreached = [view for view in views if not any(one.state in FOLLOWED for one in view.accounts)]
    return len(unreached) == len(views) or count_approved(unreached) > 0


def _is_open(account: AccountView) -> bool:
    return account.chosen and not account.rejected and account.state not in FOLLOWED


def find_ticked(views: Iterable[MatchView], undone: Collection[str]) -> list[MatchView]:
    """Return the people with a ticked account, but for those with an account in `undone`."""
    return [
        view
        for view in views
        if any(account.chosen and not account.rejected for account in view.accounts)
        and not any(name in undone for account in view.accounts for name in (account.did, account.address))
    ]
