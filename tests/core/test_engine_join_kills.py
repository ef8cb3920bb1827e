"""The browser is killed at any await while someone joins and withdraws: nothing is lost, nothing done twice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.fakes import ME, Killer
from tests.core.join_servers import BLOCK, COLLECTION, POST_URL, START, World, make_world, opened, run

KILLS = st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=5)
FAULTS = st.lists(st.sampled_from(["", "lost request", "lost answer", "login page", "busy"]), max_size=5)
CHECKS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Return what is stored once the archive was read; each example starts from a copy."""
    world = run(opened(tmp_path_factory.mktemp("archive")))
    return dict(world.browser.storage.stores)


def made_from(stored: dict[str, dict[str, Any]]) -> World:
    world = make_world()
    world.browser.storage.stores = {name: dict(values) for name, values in stored.items()}
    return world


async def live(world: World, killer: Killer, *commands: tuple[str, dict[str, Any]]) -> None:
    """Send commands one after another until they are answered or the browser is killed."""
    world.browser.start(killer)

    async def act() -> None:
        for command, fields in commands:
            if command == "join.check" and "code" in world.state.get("join", {}) and world.state["join"]["code"]:
                world.publish()
            await world.browser.ask(command, **fields)
        await settled(world)

    acting = asyncio.ensure_future(act())
    while not killer.is_dead and not acting.done():
        await asyncio.sleep(0)
    await killer.bury()


async def settled(world: World) -> None:
    for _ in range(2_000):
        await asyncio.sleep(0)
        view = world.state.get("blocking")
        if view is None or view["state"] in ("done", "undone", "paused") or view["error"]:
            return


@CHECKS
@given(kills=KILLS, faults=FAULTS, own_faults=FAULTS)
def test_killed_at_any_instant_one_claim_is_known_here_and_has_its_record(
    stored: dict[str, dict[str, Any]], kills: list[tuple[int, bool]], faults: list[str], own_faults: list[str]
) -> None:
    async def main() -> None:
        world = made_from(stored)
        world.registrar.faults, world.own.faults = list(faults), list(own_faults)
        known: set[str] = set()
        for at, before in kills:
            await live(world, Killer(at, before=before), ("join.start", START), ("join.check", {"post": POST_URL}))
            known |= {world.state["own claim"]["claim"]["claim_id"]} if "own claim" in world.state else set()
        for _ in range(len(faults) + len(own_faults) + 2):
            await live(world, Killer(), ("join.start", START), ("join.check", {"post": POST_URL}))
        view = world.state["join"]
        assert view["grade"] == "proven"
        assert view["record"] == "written"
        assert known <= {view["claim_id"]}, "a claim whose secret was stored was replaced"
        assert set(world.own.records(COLLECTION)) == {view["claim_id"]}
        assert world.registrar.claims[view["claim_id"]].secret == world.state["own claim"]["secret"]

    run(main())


@CHECKS
@given(kills=KILLS, faults=FAULTS, own_faults=FAULTS)
def test_killed_while_withdrawing_neither_claim_nor_record_nor_secret_is_left(
    stored: dict[str, dict[str, Any]], kills: list[tuple[int, bool]], faults: list[str], own_faults: list[str]
) -> None:
    async def main() -> None:
        world = made_from(stored)
        await live(world, Killer(), ("join.start", START), ("join.check", {"post": POST_URL}))
        world.registrar.faults, world.own.faults = list(faults), list(own_faults)
        for at, before in kills:
            await live(world, Killer(at, before=before), ("join.withdraw", {}))
        for _ in range(len(faults) + len(own_faults) + 2):
            await live(world, Killer(), ("join.withdraw", {}))
        assert (world.state["join"]["status"], world.state["join"]["record"]) == ("withdrawn", "none")
        assert (world.registrar.claims, world.own.records(COLLECTION)) == ({}, {})
        assert "own claim" not in world.state

    run(main())


@CHECKS
@given(kills=KILLS, faults=FAULTS)
def test_killed_while_blocking_everyone_is_blocked_once_and_undoing_leaves_none(
    stored: dict[str, dict[str, Any]], kills: list[tuple[int, bool]], faults: list[str]
) -> None:
    async def main() -> None:
        world = made_from(stored)
        bruno, ada = "did:plc:bruno2222222222222222222", "did:plc:ada22222222222222222222222"
        world.servers.add_bluesky(bruno, "bruno.example.org")
        world.own.faults = list(faults)
        for at, before in kills:
            await live(world, Killer(at, before=before), ("block.start", {"account": ME}), ("block.resume", {}))
        for _ in range(len(faults) + 2):
            await live(world, Killer(), ("block.start", {"account": ME}), ("block.resume", {}))
        subjects = sorted(record["subject"] for record in world.own.records(BLOCK).values())
        assert subjects == [ada, bruno]
        world.own.faults = list(faults)
        for at, before in kills:
            await live(world, Killer(at, before=before), ("block.undo", {}))
        for _ in range(len(faults) + 1):
            await live(world, Killer(), ("block.undo", {}))
        assert world.state["blocking"]["state"] == "undone"
        assert world.own.records(BLOCK) == {}

    run(main())


def test_a_record_that_was_cut_off_is_written_after_the_next_start(stored: dict[str, dict[str, Any]]) -> None:
    async def main() -> None:
        world = made_from(stored)
        killer = Killer()
        answer = world.registrar.answer
        world.browser.web["join.example.org"] = answer
        world.browser.web[""] = lambda request: kill(killer)
        await live(world, killer, ("join.start", START))
        assert world.state["join"]["record"] == "asked"
        world.browser.web[""] = world.own.answer
        world.browser.start()
        await world.browser.ask("engine.start")
        for _ in range(50):
            await asyncio.sleep(0)
        assert world.state["join"]["record"] == "written"

    run(main())


def kill(killer: Killer) -> Any:
    killer.is_dead = True
    raise asyncio.CancelledError


def test_the_fixture_is_left_as_it_was(stored: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    assert "join" not in stored["state"]
