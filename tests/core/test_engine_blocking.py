"""Blocking, on Bluesky, people blocked on X: which accounts, only when pressed, refusals, pauses, and undoing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.core.fakes import ME, Directory, row
from tests.core.join_servers import BLOCK, World, opened, run
from tests.data.people import ADA, BRUNO, CHLOE

OTHER = "did:plc:other222222222222222222222"
ADA_DID, BRUNO_DID = "did:plc:ada22222222222222222222222", "did:plc:bruno2222222222222222222"


async def until_over(world: World) -> dict[str, Any]:
    for _ in range(5_000):
        await asyncio.sleep(0)
        view = world.state["blocking"]
        if view["state"] in ("done", "undone", "paused") or view["error"]:
            return dict(view)
    raise AssertionError("blocking never came to an end")


async def blocked(folder: Path, **changes: Any) -> World:
    world = await opened(folder)
    world.servers.add_bluesky(BRUNO_DID, "bruno.example.org")
    for name, value in changes.items():
        setattr(world.own, name, value)
    await world.browser.ask("block.start", account=ME)
    await until_over(world)
    return world


def states(world: World) -> dict[str, str]:
    return {person["rest_id"]: person["state"] for person in world.state["blocking"]["people"]}


def subjects(world: World, account: str = ME) -> list[str]:
    return sorted(record["subject"] for record in world.own.records(BLOCK, account).values())


def test_people_blocked_on_x_with_a_bluesky_account_are_blocked_only_when_that_is_pressed(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        world.servers.add_bluesky(BRUNO_DID, "bruno.example.org")
        offer = await world.browser.ask("join.prepare")
        assert world.own.writes == 0
        await world.browser.ask("block.start", account=ME)
        await until_over(world)
        assert states(world) == {ADA.rest_id: "blocked", BRUNO.rest_id: "blocked"}
        assert len(states(world)) == offer["blocked_listed"]
        assert subjects(world) == [ADA_DID, BRUNO_DID]
        assert CHLOE.rest_id not in states(world)  # on Mastodon only

    run(main())


def test_undoing_unblocks_those_that_this_has_blocked_and_no_one_else(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        world.servers.add_bluesky(BRUNO_DID, "bruno.example.org")
        world.servers.records[ME, BLOCK, "3own"] = {"$type": BLOCK, "subject": ADA_DID, "createdAt": "2026-01-01"}
        await world.browser.ask("block.start", account=ME)
        await until_over(world)
        assert states(world) == {ADA.rest_id: "already", BRUNO.rest_id: "blocked"}
        await world.browser.ask("block.start", account=ME)  # again: what can be undone stays so
        await until_over(world)
        await world.browser.ask("block.undo")
        await until_over(world)
        assert states(world) == {ADA.rest_id: "already", BRUNO.rest_id: "undone"}
        assert subjects(world) == [ADA_DID]

    run(main())


def test_after_a_start_as_another_account_the_blocks_of_the_first_are_undone_too(tmp_path: Path) -> None:
    async def main() -> None:
        world = await blocked(tmp_path)
        world.own.accounts.add(OTHER)
        await world.browser.ask("block.start", account=OTHER)
        await until_over(world)
        assert subjects(world) == subjects(world, OTHER) == [ADA_DID, BRUNO_DID]
        await world.browser.ask("block.start", account=ME)
        await until_over(world)
        assert len(world.state["blocking"]["people"]) == 4
        await world.browser.ask("block.undo")
        assert (await until_over(world))["state"] == "undone"
        assert subjects(world) == subjects(world, OTHER) == []

    run(main())


def test_a_block_is_undone_also_after_its_row_has_left_the_directory(tmp_path: Path) -> None:
    async def main() -> None:
        world = await blocked(tmp_path)
        world.browser.directory = Directory([row("chloe", rest_id=CHLOE.rest_id)], version=8)
        await world.browser.ask("directory.update")
        await world.browser.ask("block.start", account=ME)
        await until_over(world)
        await world.browser.ask("block.undo")
        await until_over(world)
        assert subjects(world) == []

    run(main())


def test_a_handle_that_now_belongs_to_another_account_is_not_blocked(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        rows = [row("bruno", rest_id=BRUNO.rest_id, did=BRUNO_DID, handle="bruno.example.org", grade="imported")]
        world.browser.directory = Directory(rows, version=8)
        await world.browser.ask("directory.update")
        world.servers.add_bluesky("did:plc:eve22222222222222222222222", "bruno.example.org")
        await world.browser.ask("block.start", account=ME)
        view = await until_over(world)
        [person] = view["people"]
        assert (view["state"], person["state"], person["error"]["code"]) == ("done", "failed", "handle_moved")
        assert subjects(world) == []

    run(main())


def test_a_sign_in_that_may_not_block_pauses_and_goes_on_after_the_consent(tmp_path: Path) -> None:
    async def main() -> None:
        world = await blocked(tmp_path, closed={BLOCK})
        assert (world.state["blocking"]["state"], world.state["blocking"]["error"]["code"]) == (
            "paused",
            "block_closed",
        )
        world.own.closed = set()
        await world.browser.ask("block.resume")
        await until_over(world)
        assert subjects(world) == [ADA_DID, BRUNO_DID]

    run(main())


@pytest.mark.parametrize("fault", ["lost request", "lost answer", "login page", "busy"])
def test_an_answer_that_is_none_blocks_no_one_twice(tmp_path: Path, fault: str) -> None:
    async def main() -> None:
        world = await blocked(tmp_path, faults=[fault])
        assert world.state["blocking"]["state"] == "done"
        assert subjects(world) == [ADA_DID, BRUNO_DID]

    run(main())


def test_a_server_that_never_answers_pauses_and_says_so(tmp_path: Path) -> None:
    async def main() -> None:
        world = await blocked(tmp_path, faults=["lost request"] * 5)
        view = world.state["blocking"]
        assert (view["state"], view["error"]["code"]) == ("paused", "server_unreachable")
        await world.browser.ask("block.resume")
        assert (await until_over(world))["state"] == "done"

    run(main())


def test_a_second_start_is_refused_while_the_first_goes_on(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        await world.browser.ask("block.start", account=ME)
        assert "error" in await world.browser.ask("block.start", account=ME)
        await world.browser.ask("block.pause")
        assert world.state["blocking"]["state"] == "paused"

    run(main())
