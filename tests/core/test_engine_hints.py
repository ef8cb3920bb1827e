"""Hints in the engine: what profiles name is kept and proposed, and followed only after the person had it checked."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from passerelle.hints.profiles import MAX_HINTED
from passerelle.transport import Request, Response

from tests.core.fakes import ME, Browser, Directory, Killer, Pds, reply, row
from tests.data.archives import make_archive, tweet
from tests.data.people import ADA, BRUNO, CHLOE, ELIF, OWNER, STRANGER, Someone

MINE = {"screen_name": OWNER.screen_name, "rest_id": OWNER.rest_id, "display_name": OWNER.display_name}
FOLLOWING = {"kind": "following", **MINE}
ADAS = "ada-nouvelle.bsky.social"
ADAS_DID = "did:plc:ada22222222222222222222222"
GUESSED = "guessed.bsky.social"
GUESSED_DID = "did:plc:guessed2222222222222222222"
BRUNOS = "bruno@quai.example.org"
LINKING = {ADAS_DID: {"displayName": "Ada", "description": f"Poet. Also x.com/{ADA.screen_name.upper()}"}}


def run(main: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(main)


def profile(someone: Someone, date: str = "2026-11-20T08:00:00Z", **fields: Any) -> dict[str, Any]:
    """What a page of x.com shows of a person, with the bio."""
    known = {"rest_id": someone.rest_id, "screen_name": someone.screen_name, "display_name": someone.display_name}
    return {**known, "seen": date, "bio": someone.bio, "location": None, "urls": [], **fields}


def listed(*people: Someone) -> dict[str, Any]:
    """What the owner's own list of followings says."""
    names = ("rest_id", "screen_name", "display_name")
    seen = [{**{name: getattr(one, name) for name in names}, "seen": "2026-11-19T08:00:00Z"} for one in people]
    return {"people": seen, "listed": FOLLOWING}


def quai(request: Request) -> Response:
    """A fediverse server where Bruno lives; tests/world/fediverse.py answers more like a real one."""
    if "bruno%40" in request.url:
        link = {"rel": "self", "type": "application/activity+json", "href": "https://quai.example.org/users/bruno"}
        return reply(200, {"subject": "acct:bruno@quai.example.org", "links": [link]})
    if request.url.endswith("/users/bruno"):
        return reply(200, {"name": "Bruno", "summary": f"<p>x.com/{BRUNO.screen_name}</p>"})
    return reply(404, {})


def everybody(request: Request) -> Response:
    """A server that says of every name that it is there."""
    link = {"rel": "self", "type": "application/activity+json", "href": "https://quai.example.org/users/whoever"}
    return reply(200, {"subject": "acct:whoever@quai.example.org", "links": [link]})


async def start(*rows: Any, profiles: dict[str, Any] | None = None) -> Browser:
    """A browser whose owner follows Ada, Bruno and Chloé, with a directory of these rows."""
    handles = {ADAS: ADAS_DID, GUESSED: GUESSED_DID}
    browser = Browser(directory=Directory(rows), pds=Pds(handles=handles, profiles=profiles or {}))
    browser.web["quai.example.org"] = quai
    browser.start()
    await browser.ask("people.add", **listed(ADA, BRUNO, CHLOE))
    return browser


def hints(browser: Browser, someone: Someone) -> list[dict[str, Any]]:
    return list(browser.storage.stores["hints"].get(someone.rest_id, {"hints": []})["hints"])


def match(browser: Browser, someone: Someone) -> dict[str, Any]:
    found: dict[str, Any] = browser.storage.stores["matches"][someone.rest_id]
    return found


def is_matched(browser: Browser, someone: Someone) -> bool:
    return someone.rest_id in browser.storage.stores["matches"]


def counts(browser: Browser) -> dict[str, Any]:
    found: dict[str, Any] = browser.storage.stores["state"]["matches"]
    return found


def codes(browser: Browser, someone: Someone) -> list[str]:
    return [one["code"] for one in match(browser, someone)["evidence"]]


def accounts(browser: Browser, someone: Someone) -> list[tuple[str, bool, bool]]:
    """Address, listed, chosen."""
    return [(one["address"], one["listed"], one["chosen"]) for one in match(browser, someone)["accounts"]]


def look(someone: Someone, address: str, network: str = "bluesky", row_id: str | None = None) -> dict[str, Any]:
    asked = {"rest_id": someone.rest_id, "screen_name": someone.screen_name, "row_id": row_id}
    return {**asked, "network": network, "address": address}


def choice(someone: Someone, address: str, decision: str = "chosen", network: str = "bluesky") -> dict[str, Any]:
    return {"rest_id": someone.rest_id, "network": network, "address": address, "decision": decision}


def code(answer: dict[str, Any]) -> str:
    return str(answer["error"]["code"])


async def followed(browser: Browser, **fields: Any) -> list[str]:
    """The accounts that are followed once the started queue has come to its end."""
    await browser.ask("follow.start", accounts=[ME], **fields)
    await browser.until_idle()
    return browser.pds.followed()


def test_an_account_named_in_a_bio_is_proposed_without_any_request() -> None:
    async def main() -> None:
        browser = await start()
        asked = len(browser.requests)
        await browser.ask("hint.find", people=[profile(ADA), profile(BRUNO), profile(CHLOE)])
        assert len(browser.requests) == asked
        found = match(browser, ADA)
        assert (found["row_id"], found["grade"], found["preselected"]) == (None, "hinted", False)
        assert accounts(browser, ADA) == [(ADAS, False, False)]
        assert found["evidence"] == [{"code": "says_so", "detail": "bio", "url": None, "date": "2026-11-20"}]
        assert not is_matched(browser, CHLOE)
        assert (counts(browser)["found"], counts(browser)["hinted"], counts(browser)["preselected"]) == (0, 2, 0)

    run(main())


def test_hints_of_people_outside_the_graph_are_stored_and_matched_with_no_one() -> None:
    async def main() -> None:
        browser = await start()
        await browser.ask("hint.find", people=[profile(STRANGER, bio="stranger.bsky.social")])
        assert [one["address"] for one in hints(browser, STRANGER)] == ["stranger.bsky.social"]
        assert not is_matched(browser, STRANGER)
        assert counts(browser)["hinted"] == 0

    run(main())


def test_no_hints_are_stored_for_the_owner_and_blocked_people(tmp_path: Path) -> None:
    async def main() -> None:
        browser = await start()
        archive = make_archive(tmp_path / "x.zip", following=[ADA, BRUNO], followers=[], blocked=[BRUNO])
        await browser.ask("archive.open", [str(archive)], names=["x.zip"])
        await browser.ask("hint.find", people=[profile(OWNER, bio="owner.bsky.social"), profile(BRUNO), profile(ADA)])
        assert set(browser.storage.stores["hints"]) == {ADA.rest_id}

    run(main())


def test_a_person_blocked_later_is_no_longer_proposed(tmp_path: Path) -> None:
    async def main() -> None:
        browser = await start()
        await browser.ask("hint.find", people=[profile(BRUNO)])
        assert is_matched(browser, BRUNO)
        archive = make_archive(tmp_path / "x.zip", following=[ADA, BRUNO], followers=[], blocked=[BRUNO])
        await browser.ask("archive.open", [str(archive)], names=["x.zip"])
        assert not is_matched(browser, BRUNO)

    run(main())


def test_a_newer_profile_without_addresses_removes_the_proposal() -> None:
    async def main() -> None:
        browser = await start()
        await browser.ask("hint.find", people=[profile(ADA)])
        await browser.ask("hint.find", people=[profile(ADA, "2026-11-20T08:30:00Z", bio="Poet.")])
        assert not is_matched(browser, ADA)
        assert (hints(browser, ADA), counts(browser)["hinted"]) == ([], 0)

    run(main())


def test_display_names_of_an_archive_are_read_too(tmp_path: Path) -> None:
    butterfly = Someone(ELIF.rest_id, ELIF.screen_name, "Elif 🦋 elif.bsky.social")

    async def main() -> None:
        browser = await start()
        tweets = [tweet(1, "Bonjour @elifisik", mentions=[butterfly])]
        archive = make_archive(tmp_path / "x.zip", following=[butterfly, CHLOE], followers=[], tweets=tweets)
        await browser.ask("archive.open", [str(archive)], names=["x.zip"])
        assert accounts(browser, ELIF) == [("elif.bsky.social", False, False)]
        assert [one["where"] for one in hints(browser, ELIF)] == ["name"]
        (says_so,) = match(browser, ELIF)["evidence"]
        assert (says_so["code"], says_so["detail"]) == ("says_so", "name")
        assert counts(browser)["hinted"] == 1

    run(main())


def test_a_hint_is_shown_beside_a_row_and_never_replaces_it() -> None:
    known = {"rest_id": ADA.rest_id, "screen_name": ADA.screen_name, "did": "did:plc:listed"}

    async def main() -> None:
        browser = await start(row("ada", handle="ada.example.org", **known))
        assert accounts(browser, ADA) == [("ada.example.org", True, True)]
        await browser.ask("hint.find", people=[profile(ADA)])
        assert accounts(browser, ADA) == [("ada.example.org", True, True), (ADAS, False, False)]
        found = match(browser, ADA)
        assert (found["row_id"], found["grade"], found["preselected"]) == ("ada", "attested", True)
        assert codes(browser, ADA) == ["same_rest_id", "source", "says_so"]
        assert (counts(browser)["found"], counts(browser)["found_bluesky"], counts(browser)["hinted"]) == (1, 1, 0)
        assert await followed(browser) == ["did:plc:listed"]

    run(main())


def test_a_hint_that_names_the_rows_own_account_is_one_account_by_address_and_by_did() -> None:
    known = {"rest_id": ADA.rest_id, "screen_name": ADA.screen_name, "acct": "Ada@Quai.example.org"}

    async def main() -> None:
        browser = await start(row("ada", did=ADAS_DID, handle="former.example.org", **known))
        await browser.ask("hint.find", people=[profile(ADA, bio=f"{ADAS} 🐘 @ada@quai.example.org")])
        assert [(one["address"], one["listed"], bool(one["hint"])) for one in match(browser, ADA)["accounts"]] == [
            ("former.example.org", True, False),
            ("Ada@quai.example.org", True, True),
            (ADAS, False, True),
        ]
        await browser.ask("account.look", **look(ADA, ADAS))  # now its did is known
        assert [(one["address"], one["listed"], bool(one["hint"])) for one in match(browser, ADA)["accounts"]] == [
            ("former.example.org", True, True),
            ("Ada@quai.example.org", True, True),
        ]
        assert codes(browser, ADA) == ["same_rest_id", "source", "says_so", "account_found"]

    run(main())


def test_checking_a_row_checks_the_hint_of_the_same_account() -> None:
    known = {"rest_id": ADA.rest_id, "screen_name": ADA.screen_name, "did": ADAS_DID}

    async def main() -> None:
        browser = await start(row("ada", handle=ADAS, **known), profiles=LINKING)
        await browser.ask("hint.find", people=[profile(ADA)])
        await browser.ask("account.look", **look(ADA, ADAS, row_id="ada"))
        assert codes(browser, ADA) == ["same_rest_id", "source", "says_so", "account_found", "links_back"]

    run(main())


def test_a_row_whose_handle_has_moved_does_not_check_the_hint() -> None:
    known = {"rest_id": ADA.rest_id, "screen_name": ADA.screen_name, "did": ADAS_DID}

    async def main() -> None:
        browser = await start(row("ada", handle="moved.example.org", **known), profiles=LINKING)
        browser.pds.handles["moved.example.org"] = "did:plc:other222222222222222222222"
        await browser.ask("hint.find", people=[profile(ADA, bio="🦋 moved.example.org")])
        view = await browser.ask("account.look", **look(ADA, "moved.example.org", row_id="ada"))
        assert (view["address"], view["did"]) == (ADAS, ADAS_DID)
        assert hints(browser, ADA)[0]["check"] is None

    run(main())


def test_a_link_back_makes_a_hint_linked_and_choosable() -> None:
    async def main() -> None:
        browser = await start(profiles=LINKING)
        await browser.ask("hint.find", people=[profile(ADA)])
        assert code(await browser.ask("decision.set", **choice(ADA, ADAS))) == "hint_unchecked"
        assert browser.storage.stores["decisions"] == {}
        view = await browser.ask("account.look", **look(ADA, ADAS))
        assert (view["did"], view["display_name"], view["links_back"]) == (ADAS_DID, "Ada", True)
        assert hints(browser, ADA)[0]["check"]["state"] == "linked"
        assert (match(browser, ADA)["grade"], match(browser, ADA)["accounts"][0]["did"]) == ("linked", ADAS_DID)
        assert accounts(browser, ADA) == [(ADAS, False, False)]
        assert codes(browser, ADA) == ["says_so", "account_found", "links_back"]
        assert await browser.ask("decision.set", **choice(ADA, ADAS)) == {}
        assert await followed(browser) == [ADAS_DID]

    run(main())


def test_named_people_are_not_followed_by_an_unchosen_hint() -> None:
    async def main() -> None:
        browser = await start(profiles=LINKING)
        await browser.ask("hint.find", people=[profile(ADA)])
        await browser.ask("account.look", **look(ADA, ADAS))
        assert await followed(browser, rest_ids=[ADA.rest_id]) == []

    run(main())


def test_an_account_without_link_back_is_found_and_may_be_chosen() -> None:
    async def main() -> None:
        browser = await start(profiles={ADAS_DID: {"displayName": "Ada"}})
        await browser.ask("hint.find", people=[profile(ADA)])
        assert not (await browser.ask("account.look", **look(ADA, ADAS)))["links_back"]
        assert match(browser, ADA)["grade"] == "hinted"
        await browser.ask("decision.set", **choice(ADA, ADAS))
        assert accounts(browser, ADA) == [(ADAS, False, True)]

    run(main())


@pytest.mark.parametrize("name", [ADA.screen_name, "ada_renamed"])
def test_a_link_back_counts_to_today_s_name_and_to_a_former_one(name: str) -> None:
    renamed = {"screen_name": "ada_renamed", "seen": "2026-11-19T12:00:00Z"}

    async def main() -> None:
        browser = await start(profiles={ADAS_DID: {"description": f"x.com/{name}"}})
        await browser.ask("hint.find", people=[profile(ADA, "2026-11-18T08:00:00Z")])
        await browser.ask("people.add", people=[{**listed(ADA)["people"][0], **renamed}])
        assert (await browser.ask("account.look", **look(ADA, ADAS)))["links_back"]

    run(main())


def test_a_link_back_counts_to_the_profiles_name_outside_the_graph() -> None:
    async def main() -> None:
        browser = await start(profiles={ADAS_DID: {"description": f"x.com/{STRANGER.screen_name}"}})
        await browser.ask("hint.find", people=[profile(STRANGER, bio=ADAS)])
        assert (await browser.ask("account.look", **look(STRANGER, ADAS)))["links_back"]

    run(main())


def test_a_check_matches_only_its_person_again() -> None:
    async def main() -> None:
        browser = await start()
        await browser.ask("hint.find", people=[profile(ADA), profile(BRUNO)])
        before = match(browser, BRUNO)
        await browser.ask("hint.find", people=[profile(ADA, "2026-11-20T08:30:00Z")])
        assert match(browser, BRUNO) is before

    run(main())


def test_a_guess_may_be_chosen_only_if_that_account_names_x() -> None:
    async def main() -> None:
        browser = await start(profiles={GUESSED_DID: {"description": "nothing about X"}})
        await browser.ask("hint.find", people=[profile(CHLOE, bio="bsky: guessed")])
        assert codes(browser, CHLOE) == ["says_so", "guessed"]
        await browser.ask("account.look", **look(CHLOE, GUESSED))
        assert code(await browser.ask("decision.set", **choice(CHLOE, GUESSED))) == "hint_unchecked"
        browser.pds.profiles[GUESSED_DID] = {"description": f"https://twitter.com/{CHLOE.screen_name}"}
        await browser.ask("account.look", **look(CHLOE, GUESSED))
        assert await browser.ask("decision.set", **choice(CHLOE, GUESSED)) == {}

    run(main())


def test_a_missing_account_is_an_error_and_is_stored_as_gone() -> None:
    async def main() -> None:
        browser = await start()
        await browser.ask("hint.find", people=[profile(CHLOE, bio="nobody.bsky.social")])
        assert counts(browser)["hinted"] == 1
        assert code(await browser.ask("account.look", **look(CHLOE, "nobody.bsky.social"))) == "account_not_found"
        assert hints(browser, CHLOE)[0]["check"]["state"] == "gone"
        assert codes(browser, CHLOE) == ["says_so", "account_gone"]
        assert counts(browser)["hinted"] == 0

    run(main())


@pytest.mark.parametrize(("fault", "expected"), [("lost request", "server_unreachable"), ("error", "server_error")])
def test_a_failing_server_leaves_the_hint_unchecked(fault: str, expected: str) -> None:
    async def main() -> None:
        browser = await start()
        await browser.ask("hint.find", people=[profile(ADA)])
        browser.pds.read_faults = [fault]
        assert code(await browser.ask("account.look", **look(ADA, ADAS))) == expected
        assert hints(browser, ADA)[0]["check"] is None

    run(main())


def test_a_rejected_hint_stays_rejected_after_checks_and_new_profiles() -> None:
    async def main() -> None:
        browser = await start(profiles=LINKING)
        await browser.ask("hint.find", people=[profile(ADA)])
        await browser.ask("decision.set", **choice(ADA, ADAS, "rejected"))
        await browser.ask("account.look", **look(ADA, ADAS))
        await browser.ask("hint.find", people=[profile(ADA, "2026-11-20T08:59:00Z")])
        await browser.ask("match.find")
        (account,) = match(browser, ADA)["accounts"]
        assert (account["rejected"], account["chosen"]) == (True, False)
        assert await followed(browser) == []

    run(main())


def test_a_choice_ends_when_a_later_check_finds_the_account_gone() -> None:
    async def main() -> None:
        browser = await start(profiles=LINKING)
        await browser.ask("hint.find", people=[profile(ADA)])
        await browser.ask("account.look", **look(ADA, ADAS))
        await browser.ask("decision.set", **choice(ADA, ADAS))
        browser.pds.handles.pop(ADAS)
        assert code(await browser.ask("account.look", **look(ADA, ADAS))) == "account_not_found"
        assert accounts(browser, ADA) == [(ADAS, False, False)]

    run(main())


def test_a_choice_is_of_the_checked_did_not_of_a_later_owner_of_its_handle() -> None:
    other = "did:plc:other222222222222222222222"

    async def main() -> None:
        browser = await start(profiles={**LINKING, other: LINKING[ADAS_DID]})
        await browser.ask("hint.find", people=[profile(ADA)])
        await browser.ask("account.look", **look(ADA, ADAS))
        await browser.ask("decision.set", **choice(ADA, ADAS))
        browser.pds.handles[ADAS] = other
        await browser.ask("account.look", **look(ADA, ADAS))
        assert match(browser, ADA)["accounts"][0]["did"] == other
        assert accounts(browser, ADA) == [(ADAS, False, False)]
        assert await followed(browser) == []
        browser.pds.handles[ADAS] = ADAS_DID
        await browser.ask("account.look", **look(ADA, ADAS))
        assert accounts(browser, ADA) == [(ADAS, False, True)]

    run(main())


def test_a_fediverse_hint_is_checked_by_webfinger_and_a_random_username() -> None:
    async def main() -> None:
        browser = await start()
        await browser.ask("hint.find", people=[profile(BRUNO)])
        before = len(browser.requests)
        view = await browser.ask("account.look", **look(BRUNO, BRUNOS, "fediverse"))
        assert (view["address"], view["display_name"], view["links_back"]) == (BRUNOS, "Bruno", True)
        assert [request.url for request in browser.requests[before:]] == [
            "https://quai.example.org/.well-known/webfinger?resource=acct%3Abruno%40quai.example.org",
            "https://quai.example.org/.well-known/webfinger?resource=acct%3A0101010101010101%40quai.example.org",
            "https://quai.example.org/users/bruno",
        ]
        await browser.ask("decision.set", **choice(BRUNO, BRUNOS, network="fediverse"))
        assert BRUNOS in (await browser.ask("export.make", format="mastodon-csv"))["text"]

    run(main())


def test_a_catch_all_server_proves_nothing() -> None:
    async def main() -> None:
        browser = await start()
        browser.web["quai.example.org"] = everybody
        await browser.ask("hint.find", people=[profile(BRUNO)])
        assert code(await browser.ask("account.look", **look(BRUNO, BRUNOS, "fediverse"))) == "knows_everybody"
        assert hints(browser, BRUNO)[0]["check"] is None

    run(main())


def test_an_unchecked_hint_is_exported_as_hinted_and_not_to_mastodon() -> None:
    async def main() -> None:
        browser = await start()
        await browser.ask("hint.find", people=[profile(BRUNO)])
        assert BRUNOS not in (await browser.ask("export.make", format="mastodon-csv"))["text"]
        for name in ("csv", "json"):
            text = (await browser.ask("export.make", format=name))["text"]
            assert BRUNOS in text
            assert "hinted" in text
            assert "says_so" in text

    run(main())


def test_only_accounts_in_the_own_store_are_checked() -> None:
    chloe = row("chloe", rest_id=CHLOE.rest_id, screen_name=CHLOE.screen_name, handle=ADAS, did=ADAS_DID)

    async def main() -> None:
        browser = await start(chloe)
        await browser.ask("hint.find", people=[profile(ADA)])
        before = len(browser.requests)
        for wrong in (
            look(ADA, "victim.example.org"),
            look(ADA, ADAS, "fediverse"),
            look(BRUNO, ADAS),
            look(CHLOE, ADAS),
            look(ADA, ADAS, row_id="chloe"),
            look(CHLOE, "victim.example.org", row_id="chloe"),
            {**look(ADA, ADAS), "rest_id": None},
        ):
            assert code(await browser.ask("account.look", **wrong)) == "unknown_command"
        assert len(browser.requests) == before
        view = await browser.ask("account.look", **look(CHLOE, ADAS, row_id="chloe"))
        assert view["did"] == ADAS_DID
        assert hints(browser, ADA)[0]["check"] is None  # what was asked was about Chloé

    run(main())


def test_a_badge_follows_a_hint_once_it_was_checked() -> None:
    ada: dict[str, Any] = {
        "account": ME,
        "row_id": None,
        "screen_name": ADA.screen_name,
        "rest_id": ADA.rest_id,
        "address": ADAS,
    }
    guess = {**ada, "screen_name": CHLOE.screen_name, "rest_id": CHLOE.rest_id, "address": GUESSED}

    async def main() -> None:
        browser = await start(profiles=LINKING)
        assert code(await browser.ask("follow.one", **ada)) == "account_not_found"
        await browser.ask("hint.find", people=[profile(ADA), profile(CHLOE, bio="bsky: guessed")])
        assert code(await browser.ask("follow.one", **ada)) == "hint_unchecked"
        await browser.ask("account.look", **look(ADA, ADAS))
        assert (await browser.ask("follow.one", **ada))["state"] == "following"
        await browser.ask("account.look", **look(CHLOE, GUESSED))
        assert code(await browser.ask("follow.one", **guess)) == "hint_unchecked"
        assert browser.pds.followed() == [ADAS_DID]
        assert match(browser, ADA)["accounts"][0]["state"] == "following"

    run(main())


def test_a_check_stores_nothing_else_of_the_account() -> None:
    async def main() -> None:
        browser = await start(profiles=LINKING)
        await browser.ask("hint.find", people=[profile(ADA)])
        view = await browser.ask("account.look", **look(ADA, ADAS))
        assert "Poet" in view["description"]
        assert "Poet" not in str(browser.storage.stores)

    run(main())


def test_deleting_everything_deletes_hints_and_stops_checks() -> None:
    async def main() -> None:
        browser = await start(profiles=LINKING)
        await browser.ask("hint.find", people=[profile(ADA)])
        looking = asyncio.ensure_future(browser.ask("account.look", **look(ADA, ADAS)))
        await asyncio.sleep(0)
        await browser.ask("data.delete")
        assert code(await looking) == "cancelled"
        assert browser.storage.stores["hints"] == {}
        await browser.ask("people.add", **listed(ADA))
        assert not is_matched(browser, ADA)

    run(main())


def test_hints_are_stored_for_a_limited_number_of_people() -> None:
    async def main() -> None:
        browser = await start()
        await browser.ask("hint.find", people=[profile(STRANGER, "2026-01-01T00:00:00Z", bio="old.bsky.social")])
        stored = browser.storage.stores["hints"]
        ((_, oldest),) = stored.items()
        younger = [{**oldest["hints"][0], "seen": "2026-02-01T00:00:00+00:00"}]
        for number in range(1, MAX_HINTED):
            stored[str(number)] = {**oldest, "rest_id": str(number), "hints": younger}
        browser.start()
        await browser.ask("hint.find", people=[profile(ADA)])
        assert len(stored) == MAX_HINTED
        assert ADA.rest_id in stored
        assert STRANGER.rest_id not in stored

    run(main())


def test_hints_outlive_the_browser() -> None:
    async def main() -> None:
        browser = await start()
        await browser.ask("hint.find", people=[profile(ADA)])
        browser.start()
        await browser.ask("match.find")
        assert accounts(browser, ADA) == [(ADAS, False, False)]

    run(main())


def test_hints_make_no_list_after_an_interrupted_matching() -> None:
    async def main() -> None:
        browser = await start(row("chloe", rest_id=CHLOE.rest_id, handle="chloe.example.org"))
        browser.storage.stores["matches"].clear()
        del browser.storage.stores["state"]["matches"]  # as after an archive was read, and before it was matched
        browser.start()
        await browser.ask("hint.find", people=[profile(ADA)])
        assert browser.storage.stores["matches"] == {}
        assert (await browser.ask("match.find"))["hinted"] == 1
        assert is_matched(browser, ADA)
        assert is_matched(browser, CHLOE)

    run(main())


def test_killed_at_any_instant_hints_and_matches_agree() -> None:
    async def crash(at: int, *, before: bool) -> bool:
        browser = await start(profiles=LINKING)
        killer = Killer(at, before=before)
        browser.start(killer)

        async def use() -> None:
            await browser.ask("hint.find", people=[profile(ADA)])
            await browser.ask("account.look", **look(ADA, ADAS))

        task = asyncio.ensure_future(use())
        while not (task.done() or killer.is_dead):
            await asyncio.sleep(0)
        is_over = not killer.is_dead
        task.cancel()
        await killer.bury()
        stored = hints(browser, ADA)
        assert is_matched(browser, ADA) == bool(stored) == bool(counts(browser)["hinted"])
        if stored:
            assert match(browser, ADA)["accounts"][0]["hint"] == stored[0]
        return is_over

    for before in (True, False):
        assert any(asyncio.run(crash(at, before=before)) for at in range(100))
