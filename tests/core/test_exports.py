"""Exports are what their readers expect, and harmless in every cell."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle.exports import (
    HISTORY_COLUMNS,
    chosen_accts,
    history_csv,
    mastodon_csv,
    matches_csv,
    matches_json,
    neutralize,
)
from passerelle.identifiers import parse_acct
from passerelle.matching.evidence import EvidenceView
from passerelle.matching.views import AccountView, MatchView
from passerelle.view import ErrorView

from tests.core.test_hint_profiles import check, hint

HOSTILE = ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "\u202e=1", "＝1", "=cmd|' /C calc'!A0", "\r=1", "|x", "%x"]


def account(address: str, *, chosen: bool = True, rejected: bool = False) -> AccountView:
    return AccountView(
        network="fediverse",
        address=address,
        did=None,
        url="https://quai.example.org/@x",
        chosen=chosen,
        rejected=rejected,
        state="none",
        error=None,
        listed=True,
        hint=None,
    )


def view(*accounts: AccountView, display_name: str = "Ada") -> MatchView:
    return MatchView(
        rest_id="11",
        row_id="a",
        screen_name="ada",
        display_name=display_name,
        following=True,
        followed_by=False,
        grade="attested",
        preselected=True,
        leaving_on=None,
        new_since=None,
        accounts=list(accounts),
        evidence=[EvidenceView(code="source", detail=display_name, url=None, date="2026-08-15")],
    )


def test_mastodons_file_is_as_mastodon_writes_it() -> None:
    assert mastodon_csv([parse_acct("ada@quai.example.org")]) == (
        "Account address,Show boosts,Notify on new posts,Languages\r\nada@quai.example.org,true,false,\r\n"
    )


def test_mastodons_file_has_each_account_once() -> None:
    assert mastodon_csv(map(parse_acct, ["Ada@quai.example.org", "ada@quai.example.org"])).count("\r\n") == 2


def test_only_chosen_accounts_go_to_mastodon() -> None:
    found = [
        account("a@x.example.org"),
        account("b@x.example.org", chosen=False),
        account("c@x.example.org", rejected=True),
    ]
    assert list(map(str, chosen_accts([view(*found)]))) == ["a@x.example.org"]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_is_a_formula(name: str) -> None:
    rows = list(csv.reader(io.StringIO(matches_csv([view(account("a@x.example.org"), display_name=name)]))))
    assert len(rows) == 2
    assert rows[1][2].startswith("'")


@given(st.text())
def test_a_cell_is_one_line_without_marks_that_reorder(text: str) -> None:
    cell = neutralize(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", " "))
    assert not set(cell) & set("\n\r\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\0")


def test_json_is_the_views() -> None:
    one = view(account("a@x.example.org"))
    assert json.loads(matches_json([one])) == [one.model_dump(mode="json")]


def test_each_account_has_the_grade_and_the_evidence_that_are_its_own() -> None:
    said = hint(network="fediverse", address="other@quai.example.org", check=check("linked", None))
    beside = account("other@quai.example.org").model_copy(update={"listed": False, "hint": said})
    both = view(account("ada@quai.example.org"), beside)
    says_so = EvidenceView(code="says_so", detail="bio", url=None, date="2026-11-01")
    both = both.model_copy(update={"evidence": [*both.evidence, says_so]})
    listed, hinted = csv.DictReader(io.StringIO(matches_csv([both])))
    assert (listed["Grade"], listed["Evidence"]) == ("attested", "source Ada 2026-08-15")
    assert hinted["Grade"] == "linked"
    assert hinted["Evidence"] == "says_so bio 2026-11-01; account_found 2026-11-01; links_back 2026-11-01"


@pytest.mark.parametrize(("state", "count"), [("none", 1), ("failed", 1), ("following", 0), ("requested", 0)])
def test_accounts_followed_or_asked_already_are_not_imported_again(state: str, count: int) -> None:
    found = account("ada@quai.example.org").model_copy(update={"state": state})
    assert len(list(chosen_accts([view(found)]))) == count


def test_the_history_lists_what_was_done_in_order_then_what_failed_and_why() -> None:
    one = {"account": "did:plc:me", "network": "bluesky", "target": "did:plc:ada", "address": "=ada.example.org"}
    history = {
        "2026-11-27T10:00:00+00:00 did:plc:me did:plc:ada": {**one, "done": "unfollowed"},
        "2026-11-26T10:00:00+00:00 did:plc:me did:plc:ada": {**one, "done": "followed"},
    }
    error = ErrorView(code="account_moved", message="")
    failed = account("bob@quai.example.org").model_copy(update={"state": "failed", "error": error})

    header, *rows = csv.reader(io.StringIO(history_csv(history, [view(failed, display_name="Bob")])))

    assert tuple(header) == HISTORY_COLUMNS
    assert [(row[0][:10], row[1], row[4], row[7]) for row in rows] == [
        ("2026-11-26", "followed", "'=ada.example.org", ""),
        ("2026-11-27", "unfollowed", "'=ada.example.org", ""),
        ("", "failed", "bob@quai.example.org", "account_moved"),
    ]
