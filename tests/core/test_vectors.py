"""The rules that the browser repeats, on the vectors of both languages (see extension/lib/rules and rules.test.ts)."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from passerelle.claims.post_text import weigh
from passerelle.directory import BlockIndex, InvalidRow, Overlay, Row, id_key, name_key
from passerelle.directory.looks import look_of
from passerelle.errors import DirectoryError
from passerelle.following.dates import DateStart, make_date, networks_due
from passerelle.following.decisions import decision_keys
from passerelle.hints.find import find_hints
from passerelle.hints.records import HintView, ProfileHints
from passerelle.identifiers import Did, RestId, ScreenName
from passerelle.matching.evidence import DEMOTING, is_checked
from passerelle.matching.match import Match, find_matches
from passerelle.matching.scripts import fold_spelling, to_latin
from passerelle.networks.bridge import copy_of
from passerelle.people.graph import Person

from tests.core.fakes import graph_of, index_of, person, row

VECTORS = Path(__file__).parents[1] / "data" / "vectors"


def load(rule: str) -> Any:
    return json.loads((VECTORS / f"{rule}.json").read_text(encoding="utf-8"))


def cases(rule: str, part: str = "cases") -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(case, id=case["about"]) for case in load(rule)[part]])


def match_one(
    one: Person, rows: list[dict[str, Any]], now: datetime, hints: list[HintView] | None = None
) -> Match | None:
    profile = ProfileHints(rest_id=one.rest_id, screen_name="ada", display_name=None, hints=hints or [])
    known: dict[str, ProfileHints] = {one.rest_id: profile} if hints else {}
    return next(find_matches(graph_of(one), index_of(*(row(**fields) for fields in rows)), now, known))


NOW = datetime.fromisoformat("2026-11-20T09:00:00+00:00")


def person_of(fields: dict[str, Any], now: datetime = NOW) -> Person:
    aliases = tuple(map(ScreenName, fields.get("aliases", ())))
    return person(fields["rest_id"], fields["screen_name"], seen=now, aliases=aliases)


@cases("looks")
def test_looks(case: dict[str, Any]) -> None:
    accounts = {"bluesky": {"handle": "ada.example.org"}, "fediverse": {"acct": "ada@social.example"}}
    fields = {name: value for network in case["networks"] for name, value in accounts[network].items()}
    assert look_of(row("ada", grade=case["grade"], **fields)) == case["look"]


@cases("dates")
def test_dates(case: dict[str, Any]) -> None:
    opens = datetime.fromisoformat(load("dates")["date"]["opens_at"])
    made = make_date(date(2027, 1, 4), opens, NOW, timedelta(hours=2), 1, None)
    starts = [DateStart.model_validate(one) for one in case["starts"]]
    view = made.model_copy(update={**load("dates")["date"], "starts": starts})
    assert networks_due(view, case["networks"], datetime.fromisoformat(case["now"])) == case["due"]


@cases("bridge")
def test_bridge(case: dict[str, Any]) -> None:
    copy = copy_of(case["network"], case["address"])
    assert (copy and {"network": copy.network, "address": copy.address}) == case["copy"]


def test_scripts() -> None:
    vectors = load("scripts")
    assert [to_latin(case["text"]) for case in vectors["latin"]] == [case["latin"] for case in vectors["latin"]]
    spellings = vectors["spellings"]
    assert [fold_spelling(case["latin"]) for case in spellings] == [case["folded"] for case in spellings]


def test_keys() -> None:
    vectors = load("keys")
    for case in vectors["names"]:
        assert name_key(ScreenName(case["screen_name"])) == case["key"]
    for case in vectors["ids"]:
        assert id_key(RestId(case["rest_id"])) == case["key"]


@cases("rows")
def test_rows(case: Any) -> None:
    try:
        found = Row.from_json(case["line"])
    except InvalidRow:
        assert case["row"] is None
        return
    stored = found.to_json() | {"sources": [source.to_json() for source in found.sources]}
    assert case["row"] == {name: value for name, value in stored.items() if name not in ("platform", "kind", "country")}


@cases("blocks")
def test_blocks(case: Any) -> None:
    files = [base64.b64decode(file) for file in case["rows"]]
    overlay = Overlay.read(base64.b64decode(case["overlay"]).splitlines())

    async def read(file: int, start: int, end: int) -> bytes:
        return files[file][start:end]

    async def find(one: Any) -> set[str]:
        ids = [RestId(one["rest_id"])] if one["rest_id"] else []
        name = ScreenName(one["screen_name"])
        rows = await index.collect(ids, [name], read, overlay)
        return {row.row_id for row in (*rows.find_by_name(name), *(row for one in ids for row in rows.find_by_id(one)))}

    keys, places = base64.b64decode(case["keys"]), base64.b64decode(case["places"])
    try:
        index = BlockIndex(keys, places, list(map(len, files)))
    except DirectoryError:
        assert all(one["found"] is None for one in case["people"])
        return
    for one in case["people"]:
        assert asyncio.run(find(one)) == ({one["found"]} - {None}), one


@cases("directory")
def test_directory(case: Any) -> None:
    match = match_one(person_of(case["person"]), case["rows"], NOW)
    assert (match.row.row_id if match and match.row else None) == case["found"]


@cases("accounts")
def test_accounts(case: Any) -> None:
    hints = [HintView.model_validate(fields) for fields in case["hints"]]
    rows = [{"row_id": "a", "rest_id": "11", **case["row"]}] if case["row"] else []
    match = match_one(person("11", "ada", seen=NOW), rows, NOW, hints)
    assert match
    assert [
        {
            "network": account.network,
            "address": account.address,
            "did": account.did,
            "url": account.url,
            "listed": account.listed,
            "hint": hints.index(account.hint) if account.hint else None,
        }
        for account in match.accounts
    ] == case["accounts"]


@cases("hints", "checked")
def test_checked_hints(case: Any) -> None:
    assert is_checked(HintView.model_validate(case["hint"])) is case["checked"]


@pytest.mark.parametrize("text", load("hint-texts")["texts"])
def test_the_core_finds_an_address_in_each_of_these_texts(text: str) -> None:
    assert find_hints("", text, "", [])


def test_decision_keys() -> None:
    for case in load("hints")["decisions"]:
        did = Did(case["did"]) if case["did"] else None
        assert decision_keys(case["rest_id"], case["network"], case["address"], did) == case["keys"]


@cases("grade")
def test_grade(case: Any) -> None:
    now = datetime.fromisoformat(case["now"])
    hints = [HintView.model_validate(one) for one in case.get("hints", [])]
    match = match_one(person_of(case["person"], now), [{"row_id": "a", **case["row"]}], now, hints)
    assert match
    doubts = [reason.code for reason in match.evidence if reason.code in (*DEMOTING, "old_name")]
    assert (match.grade, doubts) == (case["grade"], case["doubts"])


@cases("post-lengths")
def test_the_length_of_a_post_on_x(case: dict[str, Any]) -> None:
    assert weigh(case["text"]) == case["x"]
