"""Checking a row: which servers are named before, what is asked, and that no lie of the registrar proves a row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from passerelle.claims.published import PublishedClaim
from passerelle.directory.added import AddedRows
from passerelle.identifiers import Acct, Did, RestId, ScreenName, parse_acct

from tests.core.claim_servers import make_post
from tests.core.fakes import ME, Directory, index_of, row, source
from tests.core.join_servers import ACCT, HOST, POST, POST_URL, START, World, opened, run
from tests.data.people import OWNER, STRANGER

ROW: dict[str, Any] = {"row_id": "own", "rest_id": OWNER.rest_id, "screen_name": OWNER.screen_name}
X_HOSTS = {"cdn.syndication.twimg.com", "publish.x.com"}


async def published(folder: Path, acct: str | None = None, **changes: Any) -> World:
    """Return a world whose directory has the owner's proven row."""
    world = await opened(folder)
    made = await world.browser.ask("join.start", **{**START, "acct": acct})
    if acct:
        world.servers.add_mastodon(acct, made["page"])
    world.publish()
    await world.browser.ask("join.check", post=POST_URL)
    fields = {"rest_id": OWNER.rest_id, "screen_name": OWNER.screen_name, "did": ME, "grade": "proven", "acct": acct}
    claim = source("claim " + made["claim_id"], POST_URL)
    rows = [row("own", **{**fields, **changes}), row("other", handle="other.example.org")]
    world.browser.directory = Directory(rows, {"own": [source(), claim]}, version=8)
    await world.browser.ask("directory.update")
    world.browser.requests.clear()
    return world


def asked(world: World) -> set[str]:
    return {urlsplit(request.url).netloc for request in world.browser.requests}


def test_the_servers_are_named_before_any_is_asked_and_no_other_is(tmp_path: Path) -> None:
    async def main() -> None:
        world = await published(tmp_path, ACCT)
        named = await world.browser.ask("row.proofs", **ROW)
        assert asked(world) == set()
        assert (named["with_own_server"], named["may_refer"]) == (True, True)
        assert named["x_origins"] == ["https://cdn.syndication.twimg.com/*", "https://publish.x.com/*"]
        result = await world.browser.ask("row.check", **ROW)
        assert (result["grade"], result["agrees"]) == ("proven", True)
        assert {one["kind"]: one["state"] for one in result["proofs"]} == {
            "bluesky_record": "holds",
            "mastodon_field": "holds",
            "x_post": "holds",
        }
        assert asked(world) <= {*named["servers"], "pds.example.org"}
        assert all(request.account is None for request in world.browser.requests)

    run(main())


def test_a_row_that_no_claim_states_has_nothing_to_be_read(tmp_path: Path) -> None:
    async def main() -> None:
        world = await published(tmp_path)
        other: dict[str, Any] = {"row_id": "other", "rest_id": None, "screen_name": "other"}
        assert (await world.browser.ask("row.proofs", **other))["servers"] == []
        assert "error" in await world.browser.ask("row.check", **other)
        assert "error" in await world.browser.ask("row.check", **{**ROW, "row_id": "none"})
        assert asked(world) == set()

    run(main())


def test_a_server_that_was_not_named_is_not_asked(tmp_path: Path) -> None:
    async def main() -> None:
        world = await published(tmp_path, ACCT)
        rows = [row("own", **{**ROW_FIELDS, "acct": None})]
        claim = source("claim " + f"{1:016x}", POST_URL)
        world.browser.directory = Directory(rows, {"own": [claim]}, version=9)
        await world.browser.ask("directory.update")
        named = await world.browser.ask("row.proofs", **ROW)
        assert "quai.example.org" not in named["servers"]
        world.browser.requests.clear()
        result = await world.browser.ask("row.check", **ROW)
        assert "quai.example.org" not in asked(world)
        assert {one["kind"]: one["state"] for one in result["proofs"]}["mastodon_field"] == "unknown"

    run(main())


ROW_FIELDS: dict[str, Any] = {
    "rest_id": OWNER.rest_id,
    "screen_name": OWNER.screen_name,
    "did": ME,
    "grade": "proven",
}


def posing(world: World) -> dict[str, Any]:
    """Return changes of a world after each of which the row is not proven."""
    stored = world.registrar.claims[f"{1:016x}"]
    code, stranger = stored.claim.code, (STRANGER.rest_id, STRANGER.screen_name)
    posts = world.servers.posts
    return {
        "a post of another author": lambda: posts.update({POST: make_post(code, POST, stranger)}),
        "a post without the code": lambda: posts.update({POST: make_post("Bye", POST, (OWNER.rest_id, "odile_passe"))}),
        "no post": posts.clear,
        "no record": world.servers.records.clear,
        "X does not answer": lambda: world.servers.down.update(X_HOSTS),
    }


@pytest.mark.parametrize("case", ["a post of another author", "a post without the code", "no post", "no record"])
def test_what_the_proofs_say_now_counts_not_what_the_registrar_says(tmp_path: Path, case: str) -> None:
    async def main() -> None:
        world = await published(tmp_path)
        posing(world)[case]()
        world.registrar.tamper = lambda answer: {**answer, "grade": "proven", "readings": 9}
        result = await world.browser.ask("row.check", **ROW)
        assert result["grade"] != "proven"
        assert any(one["state"] in ("gone", "contradicts") for one in result["proofs"])

    run(main())


def test_an_x_that_cannot_be_reached_is_unknown(tmp_path: Path) -> None:
    async def main() -> None:
        world = await published(tmp_path)
        posing(world)["X does not answer"]()
        result = await world.browser.ask("row.check", **ROW)
        assert {one["kind"]: one["state"] for one in result["proofs"]} == {
            "bluesky_record": "holds",
            "x_post": "unknown",
        }
        assert result["grade"] == "claimed"

    run(main())


@pytest.mark.parametrize("changes", [{"did": "did:plc:eve22222222222222222222222"}, {"rest_id": "666"}])
def test_proofs_of_another_account_than_the_row_has_do_not_agree_with_it(
    tmp_path: Path, changes: dict[str, str]
) -> None:
    async def main() -> None:
        world = await published(tmp_path, **changes)
        named: dict[str, Any] = {**ROW, "rest_id": changes.get("rest_id", OWNER.rest_id)}
        result = await world.browser.ask("row.check", **named)
        assert result["agrees"] is False

    run(main())


def test_a_registrar_that_does_not_know_the_claim_is_an_error(tmp_path: Path) -> None:
    async def main() -> None:
        world = await published(tmp_path)
        world.registrar.claims.clear()
        assert (await world.browser.ask("row.check", **ROW))["error"]["code"] == "claim_unknown"
        assert asked(world) == {HOST}

    run(main())


def carrying(world: World, **changes: Any) -> Any:
    """Return the row's source with the claim that it carries, as published, with changes."""
    stored = world.registrar.claims[f"{1:016x}"].claim
    fields = stored.model_dump(mode="json", include={"rest_id", "screen_name", "did", "acct", "nonce"})
    claim = PublishedClaim.model_validate({**fields, **changes})
    return replace(source("claim " + stored.claim_id, POST_URL), claim=claim)


async def published_with_claim(folder: Path, acct: str | None = None, **changes: Any) -> World:
    """Return a world whose directory has the owner's proven row, which carries its claim."""
    world = await published(folder, acct)
    rows = [row("own", **{**ROW_FIELDS, "acct": acct})]
    world.browser.directory = Directory(rows, {"own": [source(), carrying(world, **changes)]}, version=9)
    await world.browser.ask("directory.update")
    world.browser.requests.clear()
    return world


def test_the_registrar_is_not_asked_which_row_is_looked_at(tmp_path: Path) -> None:
    async def main() -> None:
        world = await published_with_claim(tmp_path, ACCT)
        named = await world.browser.ask("row.proofs", **ROW)
        assert HOST not in named["servers"]
        result = await world.browser.ask("row.check", **ROW)
        assert (result["grade"], result["agrees"]) == ("proven", True)
        assert HOST not in asked(world)
        assert asked(world) <= {*named["servers"], "pds.example.org"}

    run(main())


@pytest.mark.parametrize(
    "changes", [{"nonce": "f" * 32}, {"rest_id": STRANGER.rest_id}, {"did": "did:plc:eve22222222222222222222222"}]
)
def test_a_changed_claim_in_a_row_proves_nothing(tmp_path: Path, changes: dict[str, str]) -> None:
    async def main() -> None:
        world = await published_with_claim(tmp_path, **changes)
        result = await world.browser.ask("row.check", **ROW)
        assert (result["grade"] == "proven", result["agrees"]) == (False, False)

    run(main())


def test_a_keytrace_record_is_read_again(tmp_path: Path) -> None:
    async def main() -> None:
        world = await published_with_claim(tmp_path, keytrace="k1")
        world.servers.records.clear()
        world.servers.records[ME, "dev.keytrace.claim", "k1"] = {
            "$type": "dev.keytrace.claim",
            "type": "twitter",
            "claimUri": POST_URL,
            "identity": {"subject": OWNER.screen_name},
            "sigs": [],
            "createdAt": "2026-11-01T00:00:00Z",
        }
        world.servers.posts[POST] = make_post(f"Verifying {ME}", POST, (OWNER.rest_id, OWNER.screen_name))
        result = await world.browser.ask("row.check", **ROW)
        assert (result["grade"], result["agrees"]) == ("proven", True)

    run(main())


@pytest.mark.parametrize("acct", [None, parse_acct(ACCT)])
def test_rows_of_an_added_directory_carry_no_claim_that_needs_a_page(acct: Acct | None) -> None:
    """It could give the claim page in another profile to a claim of its own; the registrar is asked instead."""
    claim = PublishedClaim(rest_id=RestId("1"), screen_name=ScreenName("ada"), did=Did(ME), acct=acct, nonce="0" * 32)
    listed = row("own", **ROW_FIELDS, sources=(replace(source("claim " + "1" * 16), claim=claim),))
    found = AddedRows(index_of(listed), "https://other.example.org").find_named("own", None, OWNER.screen_name)
    assert found is not None
    assert [one.claim for one in found.sources] == [None, None if acct else claim]


@pytest.mark.parametrize(("name", "agrees"), [(OWNER.screen_name.upper(), True), (STRANGER.screen_name, False)])
def test_a_row_without_x_id_agrees_with_a_claim_of_its_own_name_only(tmp_path: Path, name: str, agrees: bool) -> None:
    async def main() -> None:
        world = await published_with_claim(tmp_path)
        stated = {**ROW_FIELDS, "rest_id": None, "screen_name": name, "name_seen": "2026-11-01"}
        world.browser.directory = Directory([row("own", **stated)], {"own": [carrying(world)]}, version=10)
        await world.browser.ask("directory.update")
        result = await world.browser.ask("row.check", row_id="own", rest_id=None, screen_name=name)
        assert (result["grade"], result["agrees"]) == ("proven", agrees)

    run(main())
