"""The receipt: what came of following, person by person. Each person is counted once, by the best that was reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Literal

from passerelle.matching.lane_counts import is_found
from passerelle.matching.views import AccountView, FollowState, MatchView
from passerelle.people.graph import FollowGraph
from passerelle.view import View

# followed, requested (the person followed decides), waiting (in the queue), failed; not_ticked: known and not followed;
# not_found: no account is known, so they are still on X as far as is known.
Result = Literal["followed", "requested", "waiting", "failed", "not_ticked", "not_found"]
RESULTS: tuple[Result, ...] = ("followed", "requested", "waiting", "failed", "not_ticked", "not_found")
RESULT_OF_STATE: Mapping[FollowState, Result] = {
    "following": "followed",
    "requested": "requested",
    "waiting": "waiting",
    "asked": "waiting",
    "failed": "failed",
}


class FailureCount(View):
    """How many people could not be followed for one reason: the code of an error."""

    code: str
    count: int


class ReceiptView(View):
    """How many of the people followed on X, and of others who were ticked, came to which result.

    `failures` add up to `failed`.
    """

    followed: int
    requested: int
    waiting: int
    failed: int
    not_ticked: int
    not_found: int
    failures: list[FailureCount]


def make_receipt(graph: FollowGraph, views: Mapping[str, MatchView]) -> ReceiptView:
    """Return the counts."""
    results = list(list_results(graph, views))
    counts = Counter(result for _, _, result in results)
    failures = Counter(_reason(view) for _, view, result in results if view and result == "failed")
    ordered = sorted(failures.items(), key=lambda one: (-one[1], one[0]))
    return ReceiptView(
        **{result: counts[result] for result in RESULTS},
        failures=[FailureCount(code=code, count=count) for code, count in ordered],
    )


def list_results(graph: FollowGraph, views: Mapping[str, MatchView]) -> Iterator[tuple[str, MatchView | None, Result]]:
    """Yield rest_id, match and result of each person followed on X, and of each other one who was ever in a queue.

    Left out: people who are never proposed, because they are blocked on X or the person themself.
    """
    for rest_id, person in graph.people.items():
        view = views.get(rest_id)
        result = result_of(view)
        if (person.following and not graph.is_closed_to(rest_id)) or result in RESULT_OF_STATE.values():
            yield rest_id, view, result


def result_of(view: MatchView | None) -> Result:
    """Return what came of following one person: the best of their accounts."""
    reached = {result_of_account(account) for account in view.accounts} if view else set()
    best = next((result for result in RESULTS if result in reached), None)
    return best or ("not_ticked" if is_found(view) else "not_found")


def result_of_account(account: AccountView) -> Result | None:
    """Return what came of following one account; None where it was not asked for."""
    return RESULT_OF_STATE.get(account.state)


def _reason(view: MatchView) -> str:
    """Return the code of the first error of a person."""
    codes = (account.error.code for account in view.accounts if account.state == "failed" and account.error)
    return next(codes, "server_refused")
