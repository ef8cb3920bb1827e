"""Guesses: candidates as they are stored, and as pages show them side by side with the X profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Literal, cast

from pydantic import Field

from passerelle.identifiers import Network, RestId
from passerelle.matching.candidates.sources import Asked, Reading, Step
from passerelle.matching.lanes import Lane, is_sure, lane_of
from passerelle.matching.records import Candidate, Proposal, Sought, SourceName, join_proposals
from passerelle.matching.score import Scored
from passerelle.matching.signs import Sign
from passerelle.matching.weights import WEIGHTS
from passerelle.networks.table import NETWORKS
from passerelle.view import View

MAX_SHOWN = 3  # candidates of one person
# From this probability a guess is shown to be checked: it is more often right than wrong, and pages say how often.
POSSIBLE_FROM = 0.5
# From here to POSSIBLE_FROM a guess is kept apart, as less likely: for people who want to look through more. By hand.
LESS_LIKELY_FROM = 0.1
LEAST_SHOWN = 0.02  # probability below which a candidate is not worth a comparison; by hand


class AskedPerson(View):
    """What sources were asked about one person, and what they proposed. Store `candidates`, key rest_id.

    `asked`: ISO times by source, and by `servers HOST`. `is_alone`: the person asked for this one by itself.
    """

    asked: dict[str, str] = Field(default_factory=dict)
    candidates: list[Candidate] = Field(default_factory=list)
    is_alone: bool = False


class AskedList(View):
    """How far the follows of a found account were read (`at`: when, to the end). Store `candidates`, key did."""

    at: str | None = None
    reading: Reading | None = None


class GuessedAccount(View):
    """One candidate as pages show it; `percent` is its calibrated probability, `agrees` and `differs` say why."""

    network: Network
    address: str
    did: str | None
    url: str
    display_name: str | None
    description: str | None
    created_at: str | None
    posts: int | None
    friends: int
    percent: int
    agrees: list[Sign]
    differs: list[Sign]


class GuessView(View):
    """A person and the accounts that may be theirs, the most probable first. Store `guesses`, key rest_id.

    `is_likely`: the first is more often right than wrong. Others are listed apart, and count nowhere.
    """

    rest_id: str
    screen_name: str
    display_name: str | None
    bio: str | None
    following: bool
    followed_by: bool
    lane: Lane
    is_likely: bool
    is_unsure: bool
    accounts: list[GuessedAccount]


GuessAnswer = Literal["yes", "no", "unsure"]


def asked_of(people: Mapping[str, AskedPerson], lists: Mapping[str, AskedList], closed: Mapping[str, str]) -> Asked:
    """Return the state of sources from the stored records; `closed`: by source."""
    at: dict[SourceName, dict[str, str]] = {}
    for rest_id, record in people.items():
        for name, time in record.asked.items():
            source, _, host = name.partition(" ")
            at.setdefault(cast(SourceName, source), {})[f"{rest_id} {host}" if host else rest_id] = time
    for did, one in lists.items():
        if one.at:
            at.setdefault("neighbours", {})[did] = one.at
    reading = {did: one.reading for did, one in lists.items() if one.reading}
    return Asked(at=at, reading=reading, closed={cast(SourceName, name): time for name, time in closed.items()})


def apply_step(
    people: Mapping[str, AskedPerson], source: SourceName, step: Step, *, is_alone: bool = False
) -> tuple[dict[str, AskedPerson], dict[str, AskedList]]:
    """Return the records that a step changes: of people by rest_id, of lists by did."""
    times = step.asked.at.get(source, {})
    lists: dict[str, AskedList] = {}
    changed: dict[str, AskedPerson] = {}
    for subject in step.subjects:
        if source == "neighbours":
            lists[subject] = AskedList(at=times.get(subject), reading=step.asked.reading.get(subject))
        elif subject in times:
            rest_id, _, host = subject.partition(" ")
            before = changed.get(rest_id) or people.get(rest_id) or AskedPerson()
            asked = {**before.asked, f"{source} {host}" if host else source: times[subject]}
            update = {"asked": asked, "is_alone": before.is_alone or is_alone}
            changed[rest_id] = before.model_copy(update=update)
    for rest_id, found in join_proposals(step.proposals).items():
        before = changed.get(rest_id) or people.get(rest_id) or AskedPerson()
        changed[rest_id] = before.model_copy(update={"candidates": _joined(rest_id, before, found, source)})
    return changed, lists


def candidates_of(record: AskedPerson, rejected: Set[str] = frozenset()) -> tuple[Candidate, ...]:
    """Return the stored candidates, without those under a key in `rejected` (dids and addresses)."""
    kept = (one for one in record.candidates if rejected.isdisjoint(filter(None, (one.did, one.address.lower()))))
    return tuple(kept)


def mark_picture(record: AskedPerson, address: str, *, is_alike: bool) -> AskedPerson:
    """Return the record with the result of comparing the pictures of one account and of the person."""
    marked = (replace(one, same_picture=is_alike) if one.address == address else one for one in record.candidates)
    return record.model_copy(update={"candidates": list(marked)})


def make_guess(
    person: Sought, scored: Sequence[Scored], ties: tuple[bool, bool], *, is_unsure: bool, is_alone: bool
) -> GuessView | None:
    """Return what pages show of a person's candidates; None where none is good enough.

    `ties`: following, followed_by. `is_alone`: the person asked for this one, so that weaker candidates are shown too.
    """
    if not scored or (scored[0].probability < LESS_LIKELY_FROM and not is_alone):
        return None
    shown = [one for one in scored if one.probability >= LEAST_SHOWN][:MAX_SHOWN]
    if not shown or not person.screen_names:
        return None
    return GuessView(
        rest_id=person.rest_id,
        screen_name=person.screen_names[0],
        display_name=person.display_name,
        bio=person.bio,
        following=ties[0],
        followed_by=ties[1],
        lane=lane_of(scored),
        is_likely=is_sure(scored[0]) or scored[0].probability >= POSSIBLE_FROM,
        is_unsure=is_unsure,
        accounts=list(map(_account, shown)),
    )


def without_account(guess: GuessView, network: Network, address: str) -> GuessView | None:
    """Return a guess without one of its accounts; None where none is left."""
    left = [one for one in guess.accounts if (one.network, one.address) != (network, address)]
    return guess.model_copy(update={"accounts": left}) if left else None


def _account(scored: Scored) -> GuessedAccount:
    one = scored.candidate
    ordered = sorted(scored.signs, key=lambda sign: -abs(WEIGHTS[sign].value))
    return GuessedAccount(
        network=one.network,
        address=one.address,
        did=one.did,
        url=NETWORKS[one.network].profile_url(one.did or one.address),
        display_name=one.display_name,
        description=one.description,
        created_at=one.created_at.isoformat() if one.created_at else None,
        posts=one.posts,
        friends=len(one.followed_by),
        percent=int(scored.probability * 100),
        agrees=[sign for sign in ordered if sign not in DOUBTS | _UNSAID],
        differs=[sign for sign in ordered if sign in DOUBTS],
    )


# Signs that speak against a candidate in the words of pages, also where their fitted weight is near zero.
DOUBTS: frozenset[Sign] = frozenset(
    {
        "different_name",
        "no_name",
        "bio_different",
        "followed_unlike",
        "unfollowed",
        "unused",
        "few_posts",
        "young",
        "one_of_several",
    }
)
_UNSAID: frozenset[Sign] = frozenset({"on_fediverse"})  # the address says it


def _joined(rest_id: str, before: AskedPerson, found: Iterable[Candidate], source: SourceName) -> list[Candidate]:
    proposals = (Proposal(RestId(rest_id), one, source) for one in (*found, *before.candidates))
    return list(join_proposals(proposals)[RestId(rest_id)])
