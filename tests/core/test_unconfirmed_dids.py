"""A did that only one source states is followed only if its handle leads to it, from the list and from a badge."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from passerelle.directory import Row
from passerelle.following.listing import make_match_view
from passerelle.following.marks import Following
from passerelle.following.plan import Planned, make_items, make_plan, plan_listed
from passerelle.hints.records import HintView, ProfileHints
from passerelle.identifiers import Did, Handle
from passerelle.matching.match import find_matches
from passerelle.matching.views import MatchView

from tests.core.fakes import ACCOUNT, ME, NOW, Browser, Directory, Pds, graph_of, index_of, person, row
from tests.core.test_hint_profiles import check, hint

STATED = Did("did:plc:stated222222222222222222")
OTHER = Did("did:plc:other2222222222222222222")
HANDLE = Handle("ada.example.org")


def listed(grade: str, **fields: Any) -> Row:
    return row(
        "a", **{"rest_id": "11", "screen_name": "ada", "grade": grade, "did": STATED, "handle": HANDLE, **fields}
    )


def view_of(one: Row, *hints: HintView) -> MatchView:
    known = {"11": ProfileHints(rest_id="11", screen_name="ada", display_name=None, hints=list(hints))}
    (match,) = filter(None, find_matches(graph_of(person("11", "ada")), index_of(one), NOW, known if hints else {}))
    return make_match_view(match, {}, Following())


def targets(one: Row, *hints: HintView) -> list[tuple[str, str | None]]:
    """Return key and target of the items that the row of a chosen person becomes."""
    plan = make_plan([view_of(one, *hints)], ACCOUNT, (), {"11"})
    return [(item.key, item.target) for item in make_items(plan)]


@pytest.mark.parametrize(
    ("grade", "target"), [("proven", STATED), ("attested", STATED), ("imported", None), ("claimed", None)]
)
def test_only_an_attested_or_proven_did_is_followed_unresolved(grade: str, target: str | None) -> None:
    assert targets(listed(grade)) == [(STATED, target)]
    planned = plan_listed(listed(grade), "bluesky")
    assert planned == Planned(STATED, HANDLE, is_confirmed=target is not None)


def test_a_row_that_contradicts_the_archive_confirms_no_did() -> None:
    assert targets(listed("attested", screen_name="mallory")) == [(STATED, None)]


def test_a_check_that_found_the_did_confirms_it() -> None:
    assert targets(listed("imported"), hint(address=HANDLE, check=check("found", STATED))) == [(STATED, STATED)]


def test_a_did_without_a_handle_has_nothing_to_resolve() -> None:
    assert targets(listed("imported", handle=None)) == [(STATED, STATED)]


def test_an_unconfirmed_did_is_never_preselected() -> None:
    for grade in ("imported", "claimed"):
        assert not view_of(listed(grade)).preselected


async def follow_from_badge(pds: Pds) -> Any:
    browser = Browser(directory=Directory([listed("imported")]), pds=pds)
    browser.start()
    await browser.ask("directory.update")
    return await browser.ask("follow.one", account=ME, row_id="a", screen_name="ada")


def test_the_did_is_followed_when_its_handle_leads_to_it() -> None:
    pds = Pds(handles={HANDLE: STATED})
    assert asyncio.run(follow_from_badge(pds))["state"] == "following"
    assert pds.followed() == [STATED]


def test_no_account_is_followed_when_the_handle_leads_to_another() -> None:
    pds = Pds(handles={HANDLE: OTHER, "stated.example.org": STATED})
    answer = asyncio.run(follow_from_badge(pds))
    assert (answer["state"], answer["error"]["code"]) == ("failed", "handle_moved")
    assert pds.followed() == []


def test_no_account_is_followed_when_the_handle_does_not_exist() -> None:
    pds = Pds(handles={"stated.example.org": STATED})
    answer = asyncio.run(follow_from_badge(pds))
    assert (answer["state"], answer["error"]["code"]) == ("failed", "account_not_found")
    assert pds.followed() == []
