"""Rows of a directory that the person added: proven once their proofs were read here, in every field and no longer."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from passerelle.claims.models import Claim
from passerelle.claims.published import PublishedClaim
from passerelle.directory import EvidenceSource

from tests.core.claim_servers import make_post
from tests.core.fakes import Directory, row, source
from tests.core.join_servers import ACCT, POST, POST_URL, World, make_world, opened, run
from tests.data.people import DARIUSZ, STRANGER

URL = "https://other.example.org"
KEY = b"key of another directory........"
DID = "did:plc:dariusz2222222222222222z"
HANDLE = "dariusz.example.org"
CLAIM = Claim.model_validate(
    {
        "claim_id": f"{77:016x}",
        "rest_id": DARIUSZ.rest_id,
        "screen_name": DARIUSZ.screen_name,
        "did": DID,
        "nonce": "7" * 32,
    }
)
STATED: dict[str, Any] = {
    "rest_id": DARIUSZ.rest_id,
    "screen_name": DARIUSZ.screen_name,
    "did": DID,
    "handle": HANDLE,
    "grade": "proven",
}
ROW: dict[str, Any] = {"row_id": "dariusz", "rest_id": DARIUSZ.rest_id, "screen_name": DARIUSZ.screen_name}


def carrying(claim: Claim) -> EvidenceSource:
    fields = claim.model_dump(mode="json", include={"rest_id", "screen_name", "did", "acct", "nonce"})
    stated: EvidenceSource = source("claim " + claim.claim_id, POST_URL)
    return replace(stated, claim=PublishedClaim.model_validate(fields))


class Added:
    """A world whose browser uses a second directory, which states one row with the claim of its owner."""

    def __init__(self, world: World, claim: Claim = CLAIM, **changes: Any) -> None:
        self.world, self.browser, self.claim = world, world.browser, claim
        world.servers.add_bluesky(DID, HANDLE)
        world.servers.write_record(claim, did=DID)
        world.servers.posts[POST] = make_post(claim.code, POST, (DARIUSZ.rest_id, DARIUSZ.screen_name))
        self.other = self.make(**changes)
        world.browser.web["other.example.org"] = lambda request: self.other.answer(request)

    def make(self, version: int = 7, **changes: Any) -> Directory:
        stated = row("dariusz", **{**STATED, **changes})
        return Directory([stated], {"dariusz": [carrying(self.claim)]}, version=version, key=KEY)

    async def add(self) -> None:
        answer = await self.browser.ask("directory.add", url=URL, key=base64.b64encode(KEY).decode())
        assert "added" in answer, answer

    @property
    def match(self) -> tuple[str, bool]:
        match = self.browser.storage.stores["matches"][DARIUSZ.rest_id]
        return match["grade"], match["preselected"]

    @property
    def checked(self) -> list[Any]:
        value = self.browser.storage.stores["directory"].get(f"checked {URL}")
        return value["rows"] if value else []


async def added(folder: Path, **changes: Any) -> Added:
    one = Added(await opened(folder, make_world()), **changes)
    await one.add()
    assert one.match == ("claimed", False)
    return one


def test_a_row_whose_proofs_were_read_here_is_proven_until_a_check_says_otherwise(tmp_path: Path) -> None:
    async def main() -> None:
        one = await added(tmp_path)
        result = await one.browser.ask("row.check", **ROW)
        assert (result["grade"], result["agrees"]) == ("proven", True)
        assert one.match == ("proven", True)
        one.browser.start()  # what was read is stored
        await one.browser.ask("match.find")
        assert one.match == ("proven", True)
        one.world.servers.records.clear()
        await one.browser.ask("row.check", **ROW)
        assert (one.match, one.checked) == (("claimed", False), [])

    run(main())


@pytest.mark.parametrize(
    "changes",
    [{"did": "did:plc:eve22222222222222222222222"}, {"handle": "other.example.org"}, {"screen_name": "another"}],
)
def test_a_row_that_changes_after_the_check_is_claimed_again(tmp_path: Path, changes: dict[str, Any]) -> None:
    async def main() -> None:
        one = await added(tmp_path)
        await one.browser.ask("row.check", **ROW)
        one.other = one.make(version=8, **changes)
        await one.browser.ask("directory.update")
        assert one.match == ("claimed", False)

    run(main())


def lies() -> dict[str, Callable[[Added], None]]:
    """Return what such a directory and its accomplices could do."""
    stranger = (STRANGER.rest_id, STRANGER.screen_name)
    return {
        "a post of another author": lambda one: one.world.servers.posts.update(
            {POST: make_post(one.claim.code, POST, stranger)}
        ),
        "no post": lambda one: one.world.servers.posts.clear(),
        "no record": lambda one: one.world.servers.records.clear(),
        "X does not answer": lambda one: one.world.servers.down.update({"cdn.syndication.twimg.com", "publish.x.com"}),
        "a handle that leads elsewhere": lambda one: one.world.servers.handles.clear(),
    }


@pytest.mark.parametrize("lie", lies())
def test_what_cannot_be_read_leaves_the_row_claimed(tmp_path: Path, lie: str) -> None:
    async def main() -> None:
        one = await added(tmp_path)
        lies()[lie](one)
        await one.browser.ask("row.check", **ROW)
        assert (one.match, one.checked) == (("claimed", False), [])

    run(main())


@pytest.mark.parametrize(
    "changes",
    [
        {"handle": "minister.example.org"},
        {"screen_name": "minister"},
        {"did": "did:plc:eve22222222222222222222222"},
        {"acct": ACCT},
    ],
)
def test_a_row_that_says_more_than_its_proofs_stays_claimed(tmp_path: Path, changes: dict[str, Any]) -> None:
    async def main() -> None:
        one = await added(tmp_path, **changes)
        await one.browser.ask("row.check", **ROW)
        assert (one.match, one.checked) == (("claimed", False), [])

    run(main())


def test_another_persons_mastodon_page_proves_nothing(tmp_path: Path) -> None:
    """The directory gives the page that another profile links to to a claim of its own; the registrar has none such."""

    async def main() -> None:
        claim = Claim.model_validate({**CLAIM.model_dump(mode="json"), "did": None, "acct": ACCT})
        one = Added(await opened(tmp_path, make_world()), claim, did=None, handle=None, acct=ACCT)
        one.world.servers.add_mastodon(ACCT, f"https://registrar.example.org/c/{claim.claim_id}")
        await one.add()
        assert (await one.browser.ask("row.check", **ROW))["error"]["code"] == "claim_unknown"
        assert (one.match, one.checked) == (("claimed", False), [])

    run(main())


def test_what_was_read_goes_with_the_directory(tmp_path: Path) -> None:
    async def main() -> None:
        one = await added(tmp_path)
        await one.browser.ask("row.check", **ROW)
        assert len(one.checked) == 1
        await one.browser.ask("directory.remove", url=URL)
        assert one.checked == []

    run(main())
