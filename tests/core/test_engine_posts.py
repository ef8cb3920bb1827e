"""Posting once for the person: prepared, allowed, sent; cut off anywhere; refused; the consent given back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.fakes import ME, Browser, Killer
from tests.core.join_servers import run
from tests.core.post_servers import ACCT, FAULTS, HOST, PostMastodon, PostPds

TEXT = "Me voilà 👋 #eXit https://quai.example.org/a."
ACCOUNTS = {"bluesky": ME, "fediverse": ACCT}
NETWORKS = pytest.mark.parametrize("network", ACCOUNTS)
KILLS = st.lists(st.tuples(st.integers(0, 25), st.booleans()), max_size=5)
LISTED = st.lists(st.sampled_from(FAULTS), max_size=5)
CHECKS = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class World:
    """A browser with an account on each network, and the two servers."""

    def __init__(self, folder: Path) -> None:
        self.browser = Browser()
        self.pds = PostPds(lambda: ME in self.browser.consents)
        self.mastodon = PostMastodon(lambda: ACCT in self.browser.consents)
        self.browser.own_servers = {ME: self.pds.answer, ACCT: self.mastodon.answer}
        self.browser.web[HOST] = self.mastodon.answer
        self.picture = folder / "exit.png"
        self.picture.write_bytes(b"\x89PNG")
        self.browser.start()

    def view(self, network: str) -> dict[str, Any]:
        """Return what pages show."""
        return dict(self.browser.storage.stores["state"].get(f"post {network}", {}))

    def posted(self, network: str) -> int:
        """Return how many posts are there."""
        return len(self.pds.posts if network == "bluesky" else self.mastodon.statuses)

    def faults(self, network: str) -> list[str]:
        """Return the faults of a server, to be filled."""
        return (self.pds if network == "bluesky" else self.mastodon).faults

    async def prepare(self, network: str, **changes: Any) -> Any:
        """Store a post."""
        fields = {"text": TEXT, "language": "fr", "alt": "Des mots « blancs »", "width": 1200, "height": 675, **changes}
        names = {"network": network, "account": ACCOUNTS[network], "names": ["exit.png"]}
        return await self.browser.ask("post.prepare", [str(self.picture)], **names, **fields)

    async def send(self, network: str) -> Any:
        """Send the post, with the consent that was given for it."""
        self.browser.consents.add(ACCOUNTS[network])
        return await self.browser.ask("post.send", network=network)


@NETWORKS
def test_nothing_is_sent_before_the_consent_which_is_given_back_once_the_post_is_there(
    tmp_path: Path, network: str
) -> None:
    async def main() -> None:
        world = World(tmp_path)
        assert (await world.prepare(network))["state"] == "asked"
        assert world.browser.requests == []
        view = await world.send(network)
        assert view["state"] == "posted"
        assert not view["has_consent"]
        assert view == world.view(network)
        assert world.posted(network) == 1
        assert world.browser.consents == set()
        assert (await world.send(network))["url"] == view["url"]
        assert world.posted(network) == 1
        await world.browser.ask("post.close", network=network)
        assert not {key for key in world.browser.storage.stores["state"] if "post" in key or "picture" in key}

    run(main())


def test_the_record_has_the_text_its_facets_by_bytes_and_the_picture_with_its_description(tmp_path: Path) -> None:
    async def main() -> None:
        world = World(tmp_path)
        await world.prepare("bluesky")
        view = await world.send("bluesky")
        ((key, record),) = world.pds.posts.items()
        assert view["url"] == f"https://bsky.app/profile/{ME}/post/{key}"
        assert (record["text"], record["langs"]) == (TEXT, ["fr"])
        image = record["embed"]["images"][0]
        assert image["alt"] == "Des mots « blancs »"
        assert image["aspectRatio"] == {"width": 1200, "height": 675}
        assert world.pds.blobs[image["image"]["ref"]["$link"]] == b"\x89PNG"
        content = TEXT.encode()
        shown = [content[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode() for f in record["facets"]]
        assert shown == ["#eXit", "https://quai.example.org/a"]

    run(main())


def test_the_status_is_public_in_its_language_with_the_picture_that_the_server_has_processed(tmp_path: Path) -> None:
    async def main() -> None:
        world = World(tmp_path)
        world.mastodon.looks = 3
        await world.prepare("fediverse")
        view = await world.send("fediverse")
        (status,) = world.mastodon.statuses
        assert view["url"] == status["url"]
        assert (status["status"], status["language"], status["visibility"]) == (TEXT, "fr", "public")
        assert world.mastodon.descriptions == ["Des mots « blancs »"]

    run(main())


async def live(world: World, network: str, killer: Killer) -> None:
    """Do as a person does until it is posted or the browser is killed."""
    world.browser.start(killer)

    async def act() -> None:
        if not world.view(network):
            await world.prepare(network)
        if world.view(network)["state"] != "posted":
            await world.send(network)
        else:
            await world.browser.ask("engine.start")
        for _ in range(50):
            await asyncio.sleep(0)

    acting = asyncio.ensure_future(act())
    while not killer.is_dead and not acting.done():
        await asyncio.sleep(0)
    await killer.bury()


@CHECKS
@given(network=st.sampled_from(list(ACCOUNTS)), kills=KILLS, faults=LISTED, shows_list=st.booleans())
def test_killed_at_any_instant_it_is_posted_once(
    tmp_path: Path, network: str, kills: list[tuple[int, bool]], faults: list[str], shows_list: bool
) -> None:
    async def main() -> None:
        world = World(tmp_path)
        world.mastodon.shows_list = shows_list
        world.faults(network).extend(faults)
        for at, before in kills:
            await live(world, network, Killer(at, before=before))
            assert world.posted(network) <= 1
        for _ in range(len(faults) + 2):
            await live(world, network, Killer())
        view = world.view(network)
        assert (view["state"], view["text"], view["has_consent"]) == ("posted", TEXT, False), view
        assert world.posted(network) == 1
        assert world.browser.consents == set()

    run(main())


def test_cut_off_for_a_day_it_is_found_by_its_picture_and_not_posted_again(tmp_path: Path) -> None:
    async def main() -> None:
        world = World(tmp_path)
        world.mastodon.faults = ["", "lost answer"]
        await world.prepare("fediverse")
        view = await world.send("fediverse")
        assert (view["state"], view["error"]["code"], view["may_be_there"]) == ("failed", "server_unreachable", True)
        world.mastodon.keys.clear()
        world.browser.clock.time += timedelta(days=1)
        assert (await world.prepare("fediverse"))["error"]["code"] == "unknown_command"
        view = await world.send("fediverse")
        assert (view["state"], view["url"]) == ("posted", world.mastodon.statuses[0]["url"])
        assert world.posted("fediverse") == 1

    run(main())


@pytest.mark.parametrize("shows_list", [True, False])
def test_where_the_server_does_not_tell_any_more_nothing_is_posted_and_the_person_looks(
    tmp_path: Path, shows_list: bool
) -> None:
    async def main() -> None:
        world = World(tmp_path)
        world.mastodon.faults = ["", "lost answer"]
        await world.prepare("fediverse")
        await world.send("fediverse")
        world.mastodon.keys.clear()
        world.mastodon.shows_list = shows_list
        world.mastodon.statuses[0]["media_attachments"] = []  # as of an edited post
        world.browser.clock.time += timedelta(days=1)
        view = await world.send("fediverse")
        assert (view["state"], view["error"]["code"], view["may_be_there"]) == ("failed", "post_unsure", True)
        assert world.posted("fediverse") == 1
        await world.browser.ask("post.close", network="fediverse")
        assert world.browser.consents == set()

    run(main())


def test_a_picture_that_the_server_has_deleted_before_it_was_posted_is_sent_again(tmp_path: Path) -> None:
    async def main() -> None:
        world = World(tmp_path)
        world.mastodon.faults = ["", "lost request"]
        await world.prepare("fediverse")
        killer = Killer(9)
        await live(world, "fediverse", killer)
        world.mastodon.media.clear()
        world.mastodon.looks = 1
        world.browser.start()
        view = await world.send("fediverse")
        assert view["state"] in ("posted", "failed"), view
        if view["state"] == "failed":
            assert (await world.send("fediverse"))["state"] == "posted"
        assert world.posted("fediverse") == 1

    run(main())


@NETWORKS
def test_without_the_consent_nothing_is_posted_and_the_text_stays(tmp_path: Path, network: str) -> None:
    async def main() -> None:
        world = World(tmp_path)
        await world.prepare(network)
        view = await world.browser.ask("post.send", network=network)
        assert (view["state"], view["error"]["code"], view["text"]) == ("failed", "post_closed", TEXT)
        assert not view["may_be_there"]
        assert (await world.send(network))["state"] == "posted"

    run(main())


def test_a_consent_that_does_not_reach_so_far_is_told(tmp_path: Path) -> None:
    async def main() -> None:
        world = World(tmp_path)
        world.pds.scope = False
        await world.prepare("bluesky")
        assert (await world.send("bluesky"))["error"]["code"] == "post_closed"
        assert world.posted("bluesky") == 0

    run(main())


def test_another_text_replaces_one_that_was_not_sent_and_its_consent_ends(tmp_path: Path) -> None:
    async def main() -> None:
        world = World(tmp_path)
        await world.prepare("bluesky")
        world.browser.consents.add(ME)
        await world.prepare("bluesky", text="Another")
        assert world.browser.consents == set()
        assert (await world.send("bluesky"))["text"] == "Another"
        assert [record["text"] for record in world.pds.posts.values()] == ["Another"]

    run(main())


def test_a_post_has_one_picture_of_a_size_that_servers_take(tmp_path: Path) -> None:
    async def main() -> None:
        world = World(tmp_path)
        world.picture.write_bytes(b"\x00" * 1_000_001)
        assert (await world.prepare("bluesky"))["error"]["code"] == "unknown_command"
        assert not world.view("bluesky")
        assert (await world.browser.ask("post.send", network="bluesky"))["error"]["code"] == "unknown_command"

    run(main())
