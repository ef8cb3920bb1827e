"""Matches in formats that others read: Mastodon's own import file, CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from passerelle.identifiers import Acct, RestId, canonicalize_acct, parse_acct
from passerelle.matching.evidence import HINT_EVIDENCE, EvidenceView, evidence_of, grade_of
from passerelle.matching.receipt import list_results, result_of_account
from passerelle.matching.views import AccountView, MatchView
from passerelle.networks.fediverse import mastodon
from passerelle.people.graph import FollowGraph
from passerelle.text import clean_display_name

# What makes a spreadsheet take a cell for a formula: https://owasp.org/www-community/attacks/CSV_Injection.
# Some look past white space and full-width forms, so those count too.
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")
MAX_CELL = 4000  # characters; evidence of many sources is long
CSV_COLUMNS = (
    "X name",
    "X id",
    "Name",
    "You follow",
    "Follows you",
    "Network",
    "Account",
    "DID",
    "Link",
    "Grade",
    "Evidence",
    "State",
)


HISTORY_COLUMNS = ("Time", "Done", "Network", "Own account", "Account", "Id", "Name", "Error")


def history_csv(history: Mapping[str, Mapping[str, Any]], views: Collection[MatchView]) -> str:
    """Return CSV of what was done, the oldest first, then of the follows that failed. Keys begin with an ISO time."""
    names = {name: view.display_name for view in views for one in view.accounts for name in (one.did, one.address)}
    done = (_done_row(key, one, names) for key, one in sorted(history.items()))
    failed = (_failed_row(view, one) for view in views for one in view.accounts if one.state == "failed")
    return _csv([HISTORY_COLUMNS, *(tuple(map(neutralize, row)) for row in (*done, *failed))])


RECEIPT_COLUMNS = ("X name", "X id", "Name", "Result", "Network", "Account", "Error")


def receipt_csv(graph: FollowGraph, views: Mapping[str, MatchView]) -> str:
    """Return CSV of what came of following: a line for each account asked for, else one for the person."""
    rows = (
        row for rest_id, view, result in list_results(graph, views) for row in _results(graph, rest_id, view, result)
    )
    return _csv([RECEIPT_COLUMNS, *(tuple(map(neutralize, row)) for row in rows)])


def mastodon_csv(accts: Iterable[Acct]) -> str:
    """Return following_accounts.csv for Mastodon's Settings > Import, each account once."""
    once = {canonicalize_acct(acct): acct for acct in accts}
    return _csv([mastodon.FOLLOWING_CSV_HEADER, *map(mastodon.following_csv_row, once.values())])


def matches_csv(views: Iterable[MatchView]) -> str:
    """Return CSV with one line per account; no cell can act as a formula or reorder a line."""
    rows = (_row(view, account) for view in views for account in view.accounts)
    return _csv([CSV_COLUMNS, *(tuple(map(neutralize, row)) for row in rows)])


def matches_json(views: Iterable[MatchView]) -> str:
    """Return the matches as an array of MatchView objects."""
    return json.dumps([view.model_dump(mode="json") for view in views], ensure_ascii=False, indent=2) + "\n"


def chosen_accts(views: Iterable[MatchView]) -> Iterable[Acct]:
    """Yield the fediverse accounts that are chosen and not followed or asked yet.

    Mastodon's import counts those again: https://github.com/mastodon/mastodon/issues/28232
    """
    for view in views:
        for account in view.accounts:
            is_open = account.state not in ("following", "requested")
            if account.network == "fediverse" and account.chosen and not account.rejected and is_open:
                yield parse_acct(account.address)


def neutralize(cell: str) -> str:
    """Return a cell that spreadsheets show as text, on one line, without marks that reorder text.

    >>> neutralize('=HYPERLINK("https://evil.example")')
    '\\'=HYPERLINK("https://evil.example")'
    """
    clean = clean_display_name(cell, limit=MAX_CELL) or ""
    return f"'{clean}" if clean.startswith(_FORMULA_STARTS) else clean


def _results(graph: FollowGraph, rest_id: str, view: MatchView | None, result: str) -> Iterable[tuple[str, ...]]:
    name = graph.people[RestId(rest_id)].name
    person = (
        (view.screen_name if view else name.screen_name if name else None) or "",
        rest_id,
        (view.display_name if view else name.display_name if name else None) or "",
    )
    reached = [(one, made) for one in (view.accounts if view else ()) if (made := result_of_account(one))]
    for one, made in reached:
        yield *person, made, one.network, one.address, one.error.code if one.error else ""
    if not reached:
        yield *person, result, "", "", ""


def _done_row(key: str, one: Mapping[str, Any], names: Mapping[str | None, str | None]) -> tuple[str, ...]:
    target, address = one["target"], one["address"]
    name = names.get(target) or names.get(address) or ""
    return (key.split(" ")[0], one["done"], one["network"], one["account"], address or "", target or "", name, "")


def _failed_row(view: MatchView, account: AccountView) -> tuple[str, ...]:
    error = account.error.code if account.error else ""
    return "", "failed", account.network, "", account.address, account.did or "", view.display_name or "", error


def _row(view: MatchView, account: AccountView) -> tuple[str, ...]:
    return (
        view.screen_name or "",
        view.rest_id,
        view.display_name or "",
        _yes(view.following),
        _yes(view.followed_by),
        account.network,
        account.address,
        account.did or "",
        account.url,
        view.grade if account.listed else grade_of(account.hint),
        "; ".join(" ".join(filter(None, (one.code, one.detail, one.date))) for one in _evidence(view, account)),
        "rejected" if account.rejected else account.state,
    )


def _evidence(view: MatchView, account: AccountView) -> Iterable[EvidenceView]:
    """Return the evidence for one account: that of the row for listed accounts, and that of its hint."""
    of_row = (one for one in view.evidence if account.listed and one.code not in HINT_EVIDENCE)
    return (*of_row, *(evidence_of(account.hint) if account.hint else ()))


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _csv(rows: Sequence[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)  # RFC 4180; Mastodon and every spreadsheet read it
    return text.getvalue()
