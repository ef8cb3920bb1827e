"""People who are on one network only, looked for on a bridge: asked on request, and followed from their row."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from passerelle.transport import Request, Response

from tests.core.fakes import ME, Browser, Directory, Pds, reply, row
from tests.data.people import ADA, BRUNO, Someone

HANDLE = "ada.example.org"
DID = "did:plc:ada22222222222222222222222"
ADAS_COPY = f"{HANDLE}@bsky.brid.gy"
ACCT = "bruno_b@quai.example.org"
BRUNOS_COPY = "bruno-b.quai.example.org.ap.brid.gy"
COPY_DID = "did:plc:copy2222222222222222222222"
ROWS = [
    row("ada", rest_id=ADA.rest_id, screen_name=ADA.screen_name, did=DID, handle=HANDLE),
    row("bruno", rest_id=BRUNO.rest_id, screen_name=BRUNO.screen_name, acct=ACCT),
]


def bridge(did: str) -> Any:
    """The bridge's server on the fediverse, where it shows the account `did` under ADAS_COPY."""

    def answer(request: Request) -> Response:
        if "ada.example.org%40" not in request.url:
            return reply(404, {})
        link = {"rel": "self", "type": "application/activity+json", "href": f"https://bsky.brid.gy/ap/{did}"}
        return reply(200, {"subject": f"acct:{ADAS_COPY}", "links": [link]})

    return answer


async def start(*, did: str = DID, handles: dict[str, str] | None = None) -> Browser:
    """A browser whose owner follows Ada, who is on Bluesky, and Bruno, who is on Mastodon."""
    browser = Browser(directory=Directory(ROWS), pds=Pds(handles=handles or {}))
    browser.web["bsky.brid.gy"] = bridge(did)
    browser.start()
    seen = [
        {"rest_id": one.rest_id, "screen_name": one.screen_name, "display_name": None, "seen": "2026-11-19T08:00:00Z"}
        for one in (ADA, BRUNO)
    ]
    listed = {"kind": "following", "screen_name": "me", "rest_id": "1", "display_name": None}
    await browser.ask("people.add", people=seen, listed=listed)
    return browser


def find(someone: Someone, network: str, address: str) -> dict[str, Any]:
    return {"rest_id": someone.rest_id, "network": network, "address": address}


def accounts(browser: Browser, someone: Someone) -> list[dict[str, Any]]:
    return list(browser.storage.stores["matches"][someone.rest_id]["accounts"])


def test_nothing_is_asked_before_and_the_copy_found_stands_in_the_row_unticked() -> None:
    async def main() -> None:
        browser = await start()
        assert [request for request in browser.requests if "brid.gy" in request.url] == []
        await browser.ask("bridge.find", **find(ADA, "bluesky", HANDLE))
        own, copy = accounts(browser, ADA)
        assert (own["address"], own["listed"]) == (HANDLE, True)
        assert (copy["network"], copy["address"], copy["listed"], copy["chosen"]) == (
            "fediverse",
            ADAS_COPY,
            False,
            False,
        )
        evidence = browser.storage.stores["matches"][ADA.rest_id]["evidence"]
        assert "bridged" in [one["code"] for one in evidence]

    asyncio.run(main())


def test_a_copy_found_is_followed_from_its_row_and_stays_when_the_profile_on_x_is_read_again() -> None:
    async def main() -> None:
        browser = await start(handles={BRUNOS_COPY: COPY_DID})
        await browser.ask("bridge.find", **find(BRUNO, "fediverse", ACCT))
        bio: dict[str, Any] = {"bio": "", "location": None, "urls": [], "seen": "2026-11-20T08:00:00Z"}
        person = {"rest_id": BRUNO.rest_id, "screen_name": BRUNO.screen_name, "display_name": None}
        await browser.ask("hint.find", people=[{**person, **bio}])
        assert [one["did"] for one in accounts(browser, BRUNO)] == [None, COPY_DID]
        about: dict[str, Any] = {"screen_name": BRUNO.screen_name, "row_id": None, "address": BRUNOS_COPY}
        followed = await browser.ask("follow.one", account=ME, rest_id=BRUNO.rest_id, **about)
        assert followed["state"] == "following"
        assert browser.pds.followed() == [COPY_DID]

    asyncio.run(main())


@pytest.mark.parametrize(
    ("who", "did"),
    [
        (find(BRUNO, "fediverse", ACCT), DID),  # no such handle on Bluesky
        (find(ADA, "bluesky", HANDLE), "did:plc:other222222222222222222222"),  # the copy of another account
    ],
    ids=["not bridged", "the address is another account's"],
)
def test_what_the_bridge_does_not_show_is_said_and_not_stored(who: dict[str, Any], did: str) -> None:
    async def main() -> None:
        browser = await start(did=did)
        answer = await browser.ask("bridge.find", **who)
        assert answer["error"]["code"] == "account_not_found"
        stored = browser.storage.stores["matches"][who["rest_id"]]["accounts"]
        assert [one["address"] for one in stored] == [who["address"]]

    asyncio.run(main())


def test_only_accounts_of_rows_are_looked_for() -> None:
    async def main() -> None:
        browser = await start()
        before = len(browser.requests)
        asked = find(ADA, "bluesky", "stranger.example.org")
        answer = await browser.ask("bridge.find", **asked)
        assert answer["error"]["code"] == "unknown_command"
        assert len(browser.requests) == before

    asyncio.run(main())
