"""Joining the directory: what is sent and when, what is stored, hostile answers, withdrawal, objection."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from passerelle.claims.post_text import MAX_WEIGHT, weigh

from tests.core.claim_servers import PAGE
from tests.core.fakes import ME, SOURCE, Directory, row, source
from tests.core.join_servers import ACCT, COLLECTION, HOST, POST_URL, START, World, opened, run
from tests.data.people import OWNER

SECRET = f"{1:043}"


def test_joining_goes_from_the_archive_to_proven(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        ask = world.browser.ask
        offer = await ask("join.prepare")
        assert (offer["rest_id"], offer["screen_name"]) == (OWNER.rest_id, OWNER.screen_name)
        assert (offer["blocked"], offer["blocked_listed"], offer["registrar"]) == (3, 2, HOST)
        made = await ask("join.start", **START, leaving_on="2026-12-31")
        assert (made["status"], made["record"], made["claim_id"]) == ("made", "written", f"{1:016x}")
        assert made["page"] == f"{PAGE}{made['claim_id']}"
        assert set(world.own.records(COLLECTION)) == {made["claim_id"]}
        post = await ask("join.post", message="I am on Bluesky now. #eXit")
        assert post["text"].endswith("\n" + made["code"])
        assert post["url"].startswith("https://x.com/intent/post?text=I+am+on+Bluesky")
        world.publish()
        checked = await ask("join.check", post=POST_URL)
        assert (checked["status"], checked["grade"], checked["post"]) == ("checked", "proven", POST_URL)
        assert [(one["side"], one["state"]) for one in checked["sides"]] == [("x", "holds"), ("bluesky", "holds")]
        world.registrar.check(made["claim_id"])
        refreshed = await ask("join.refresh")
        assert (refreshed["status"], refreshed["leaving_on"]) == ("proven", "2026-12-31")
        assert world.state["join"] == refreshed

    run(main())


def test_a_page_is_wished_for_with_the_claim_and_its_address_is_shown(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        made = await world.browser.ask("join.start", **START, public_page="unlisted")
        assert json.loads(world.registrar.asked[0].body or b"")["public_page"] == "unlisted"
        assert (made["wants_page"], made["public_page"]) == (True, None)
        refreshed = await world.browser.ask("join.refresh")
        assert refreshed["wants_page"]
        assert refreshed["public_page"] == f"{SOURCE.url}/p/{made['claim_id']}"

    run(main())


def test_without_the_wish_no_page_is_asked_for(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        await world.browser.ask("join.start", **START)
        assert "public_page" not in json.loads(world.registrar.asked[0].body or b"")
        refreshed = await world.browser.ask("join.refresh")
        assert (refreshed["wants_page"], refreshed["public_page"]) == (False, None)

    run(main())


def test_the_page_is_taken_away_and_made_again_after_joining(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        ask = world.browser.ask
        made = await ask("join.start", **START, public_page="unlisted")
        await ask("join.check")
        assert "public_page" not in json.loads(world.registrar.asked[-1].body or b"")
        without = await ask("join.check", public_page="none")
        assert (without["wants_page"], without["public_page"]) == (False, None)
        assert (await ask("join.refresh"))["public_page"] is None
        again = await ask("join.check", public_page="unlisted")
        assert (again["wants_page"], again["public_page"]) == (True, f"{SOURCE.url}/p/{made['claim_id']}")

    run(main())


@pytest.mark.parametrize("fault", ["lost request", "lost answer", "busy"])
def test_a_page_that_could_not_be_taken_away_still_stands_and_goes_with_the_next_press(
    tmp_path: Path, fault: str
) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        ask = world.browser.ask
        await ask("join.start", **START, public_page="unlisted")
        await ask("join.refresh")
        world.registrar.faults.append(fault)
        assert "error" in await ask("join.check", public_page="none")
        assert (world.state["join"]["wants_page"], world.state["join"]["error"] is None) == (True, False)
        without = await ask("join.check", public_page="none")
        assert (without["wants_page"], without["error"]) == (False, None)

    run(main())


def test_nothing_is_sent_to_the_registrar_before_the_person_joins(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        await world.browser.ask("join.prepare")
        await world.browser.ask("join.refresh")
        await world.browser.ask("join.check", post=POST_URL)
        await world.browser.ask("join.withdraw")
        wrong = await world.browser.ask("join.start", rest_id=OWNER.rest_id, screen_name=OWNER.screen_name)
        assert wrong["error"]["code"] == "claim_incomplete"
        world.browser.start()
        await world.browser.ask("engine.start")
        assert world.registrar.asked == []
        assert world.own.writes == 0

    run(main())


def test_the_secret_stands_in_no_view_event_result_or_error(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        shown = [await world.browser.ask("join.start", **START)]
        world.publish()
        shown.append(await world.browser.ask("join.check", post=POST_URL))
        world.registrar.claims.clear()
        shown.append(await world.browser.ask("join.check"))
        shown += [world.browser.events, world.state["join"], world.browser.reports]
        assert SECRET not in json.dumps(shown)
        assert SECRET in json.dumps(world.state["own claim"])
        others = [one for one in world.browser.requests if HOST not in one.url]
        assert not any(SECRET in f"{one.url} {one.headers} {one.body!r}" for one in others)

    run(main())


@pytest.mark.parametrize("fault", ["lost request", "lost answer", "login page", "busy"])
def test_a_claim_without_an_answer_is_made_by_the_next_press(tmp_path: Path, fault: str) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        world.registrar.faults = [fault]
        failed = await world.browser.ask("join.start", **START)
        assert failed["error"]["code"] in ("server_unreachable", "server_error", "rate_limited")
        assert (world.state["join"]["status"], world.state["join"]["account"]) == ("starting", ME)
        assert world.state["join"]["error"] == failed["error"]
        made = await world.browser.ask("join.start", **START)
        assert (made["status"], made["error"]) == ("made", None)
        assert set(world.own.records(COLLECTION)) == {made["claim_id"]}

    run(main())


def test_joining_again_makes_no_second_claim_and_other_accounts_are_refused(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        first = await world.browser.ask("join.start", **START)
        again = await world.browser.ask("join.start", **START)
        assert (again["claim_id"], world.registrar.made) == (first["claim_id"], 1)
        other = await world.browser.ask("join.start", **{**START, "acct": ACCT})
        assert other["error"]["code"] == "claim_exists"
        assert world.registrar.made == 1

    run(main())


def lie(**changes: Any) -> Any:
    def tamper(answer: Any) -> Any:
        return {**answer, **changes} if "claim_id" in answer else answer

    return tamper


LIES = {
    "another claim": lie(claim_id="f" * 16),
    "an id of another shape": lie(claim_id="../../x"),
    "another code": lie(code="psr-00000-00000-00000-00000"),
    "another nonce": lie(nonce="f" * 32),
    "another page": lie(page="https://evil.example.org/c/0000000000000001"),
    "another X account": lie(rest_id="666"),
    "another target": lie(did="did:plc:eve22222222222222222222222"),
    "one target more": lie(acct=ACCT),
    "a number for a text": lie(rest_id=1),
    "no list": lie(proofs={}),
    "no grade that is known": lie(grade="sure"),
    "a proof with a script for its URL": lie(
        proofs=[
            {
                "kind": "x_post",
                "side": "x",
                "url": "javascript:alert(1)",
                "state": "holds",
                "reason": None,
                "read_at": "2026-11-20T09:00:00Z",
                "gone_at": None,
            }
        ]
    ),
    "a time without zone": lie(next_at="2026-11-20T09:00:00"),
    "a list": lambda answer: [answer],
    "a text": lambda answer: "claim",
    "nothing": lambda answer: None,
    "very deep": lambda answer: deep(),
    "huge": lambda answer: {**answer, "proofs": [{}] * 10_000},
}


def deep() -> Any:
    value: Any = []
    for _ in range(500):
        value = [value]
    return value


@pytest.mark.parametrize("name", LIES)
def test_an_answer_of_the_registrar_that_is_not_about_the_claim_counts_as_none(tmp_path: Path, name: str) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        world.registrar.tamper = LIES[name]
        failed = await world.browser.ask("join.start", **START)
        assert failed["error"]["code"] == "server_error"
        assert "own claim" not in world.state
        assert world.own.writes == 0
        world.registrar.tamper = lambda answer: answer
        await world.browser.ask("join.start", **START)
        before = world.state["join"]
        world.registrar.tamper = LIES[name]
        assert (await world.browser.ask("join.refresh"))["error"]["code"] == "server_error"
        assert {**world.state["join"], "error": None} == before

    run(main())


def test_a_whole_claim_of_another_person_is_not_taken_for_the_own_one(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        world.registrar.tamper = lambda answer: made_for_eve(world)
        assert (await world.browser.ask("join.start", **START))["error"]["code"] == "server_error"
        assert "own claim" not in world.state

    def made_for_eve(world: World) -> Any:
        eve = {"rest_id": "666", "screen_name": "eve_x", "did": "did:plc:eve22222222222222222222222", "kind": "person"}
        return world.registrar.make(eve, "/v1/claims")

    run(main())


@pytest.mark.parametrize("secret", ["short", "x" * 44, "a b" * 14 + "c", None, 5])
def test_a_secret_of_another_shape_is_refused(tmp_path: Path, secret: Any) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        world.registrar.tamper = lie(secret=secret)
        assert (await world.browser.ask("join.start", **START))["error"]["code"] == "server_error"
        assert "own claim" not in world.state

    run(main())


def test_a_sign_in_that_may_not_write_the_record_asks_for_consent_and_goes_on(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        world.own.closed = {COLLECTION}
        assert (await world.browser.ask("join.start", **START))["error"]["code"] == "claim_closed"
        assert (world.state["join"]["status"], world.state["join"]["record"]) == ("made", "asked")
        world.own.closed = set()
        written = await world.browser.ask("join.record", account=ME)
        assert (written["record"], written["error"]) == ("written", None)
        assert world.registrar.made == 1

    run(main())


@pytest.mark.parametrize("fault", ["lost request", "lost answer", "login page"])
def test_a_record_counts_as_written_only_when_the_server_confirms_it(tmp_path: Path, fault: str) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        world.own.faults = [fault]
        assert "error" in await world.browser.ask("join.start", **START)
        assert world.state["join"]["record"] == "asked"
        assert (await world.browser.ask("join.record", account=ME))["record"] == "written"
        assert len(world.own.records(COLLECTION)) == 1

    run(main())


def test_the_record_is_written_by_no_other_account_than_the_claim_names(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        other = "did:plc:eve22222222222222222222222"
        assert "error" in await world.browser.ask("join.start", **{**START, "account": other})
        assert world.registrar.asked == []
        await world.browser.ask("join.start", **{**START, "account": None})
        assert "error" in await world.browser.ask("join.record", account=other)
        assert world.own.writes == 0

    run(main())


@pytest.mark.parametrize(
    "text", ["", "ada", "http://x.com/ada/status/1", "https://x.com.evil.org/ada/status/1", "https://x.com/ada"]
)
def test_what_is_no_address_of_a_post_is_sent_to_nobody(tmp_path: Path, text: str) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        await world.browser.ask("join.start", **START)
        before = len(world.browser.requests)
        assert (await world.browser.ask("join.check", post=text))["error"]["code"] == "post_address"
        assert len(world.browser.requests) == before

    run(main())


def test_a_mastodon_account_is_proven_by_the_page_in_its_fields(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        made = await world.browser.ask("join.start", **{**START, "did": None, "account": None, "acct": ACCT})
        assert made["profile_settings"] == "https://quai.example.org/settings/profile"
        world.publish()
        checked = await world.browser.ask("join.check", post=POST_URL)
        assert checked["status"] == "unproven"
        assert {one["side"]: one["reason"] for one in checked["sides"]} == {"x": None, "fediverse": "no_link"}
        world.servers.add_mastodon(ACCT, made["page"])
        assert (await world.browser.ask("join.check"))["status"] == "proven"

    run(main())


async def joined(folder: Path) -> World:
    world = await opened(folder)
    await world.browser.ask("join.start", **START)
    world.publish()
    await world.browser.ask("join.check", post=POST_URL)
    await world.browser.ask("join.check")
    assert world.state["join"]["status"] == "proven"
    return world


def test_the_state_says_what_the_registrar_says(tmp_path: Path) -> None:
    async def main() -> None:
        world = await joined(tmp_path)
        stored = world.registrar.claims[f"{1:016x}"]
        stored.disputed_until = "2026-12-04T09:00:00+00:00"
        assert (await world.browser.ask("join.refresh"))["status"] == "disputed"
        stored.disputed_until = None
        world.servers.posts.clear()
        world.registrar.check(stored.claim.claim_id)
        gone = await world.browser.ask("join.refresh")
        assert (gone["status"], gone["grade"], gone["sides"][0]["state"]) == ("x_gone", "proven", "holds")
        assert gone["sides"][0]["gone_at"]
        world.servers.down = {"pds.example.org", "plc.directory"}
        stored.proofs = ()
        world.registrar.check(stored.claim.claim_id)
        waiting = await world.browser.ask("join.refresh")
        assert (waiting["status"], waiting["sides"][1]["reason"]) == ("waiting", "server_unreachable")
        world.registrar.claims.clear()
        assert (await world.browser.ask("join.refresh"))["status"] == "lost"

    run(main())


def test_a_name_alone_does_not_prove_the_x_side(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        made = await world.browser.ask("join.start", **START)
        world.servers.down = {"cdn.syndication.twimg.com"}
        html = f'<blockquote class="twitter-tweet"><p lang="en" dir="ltr">Bye {made["code"]}</p></blockquote>'
        author = f"https://x.com/{OWNER.screen_name}"
        world.servers.oembed[POST_URL.rpartition("/")[2]] = {"author_url": author, "html": html}
        await world.browser.ask("join.check", post=POST_URL)
        claimed = await world.browser.ask("join.check")
        x_side = claimed["sides"][0]
        assert (claimed["status"], x_side["state"], x_side["reason"]) == ("claimed", "unknown", "name_only")

    run(main())


def test_a_row_that_the_directory_has_is_told(tmp_path: Path) -> None:
    async def main() -> None:
        world = await joined(tmp_path)
        assert world.state["join"]["is_listed"] is False
        claim = source("claim " + f"{1:016x}", POST_URL)
        own = row("own", rest_id=OWNER.rest_id, screen_name=OWNER.screen_name, did=ME, grade="proven")
        directory = world.browser.directory
        world.browser.directory = Directory([*directory.rows, own], {"own": [claim]}, version=8)
        await world.browser.ask("directory.update")
        assert (await world.browser.ask("join.refresh"))["is_listed"] is True
        assert (await world.browser.ask("join.prepare"))["grade"] == "proven"

    run(main())


def test_withdrawing_deletes_the_claim_its_record_and_its_secret(tmp_path: Path) -> None:
    async def main() -> None:
        world = await joined(tmp_path)
        assert "error" in await world.browser.ask("join.forget")
        gone = await world.browser.ask("join.withdraw")
        assert (gone["status"], gone["record"]) == ("withdrawn", "none")
        assert (world.registrar.claims, world.own.records(COLLECTION)) == ({}, {})
        assert "own claim" not in world.state
        await world.browser.ask("join.forget")
        assert "join" not in world.state
        assert (await world.browser.ask("join.start", **START))["claim_id"] == f"{2:016x}"

    run(main())


@pytest.mark.parametrize("fault", ["lost request", "lost answer", "busy"])
def test_a_withdrawal_that_fails_at_the_registrar_is_done_by_the_next_one(tmp_path: Path, fault: str) -> None:
    async def main() -> None:
        world = await joined(tmp_path)
        world.registrar.faults = [fault]
        assert "error" in await world.browser.ask("join.withdraw")
        assert world.state["join"]["status"] == "withdrawing"
        assert len(world.own.records(COLLECTION)) == 1
        assert (await world.browser.ask("join.withdraw"))["status"] == "withdrawn"
        assert (world.registrar.claims, world.own.records(COLLECTION)) == ({}, {})

    run(main())


def test_a_record_that_cannot_be_deleted_now_is_deleted_by_the_next_withdrawal(tmp_path: Path) -> None:
    async def main() -> None:
        world = await joined(tmp_path)
        world.own.faults = ["lost request"]
        assert "error" in await world.browser.ask("join.withdraw")
        assert (world.state["join"]["status"], world.state["join"]["record"]) == ("withdrawn", "removing")
        assert world.registrar.claims == {}
        assert (await world.browser.ask("join.withdraw"))["record"] == "none"
        assert world.own.records(COLLECTION) == {}

    run(main())


def test_an_objection_needs_no_claim_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        made = await world.browser.ask("join.start", purpose="objection", did=ME, account=ME)
        assert (made["purpose"], made["record"]) == ("objection", "written")
        assert "join" not in world.state
        done = await world.browser.ask("join.check", purpose="objection")
        assert (done["status"], done["record"]) == ("carried_out", "none")
        assert world.own.records(COLLECTION) == {}
        assert "own objection" not in world.state
        body = json.loads(world.registrar.asked[0].body or b"")
        assert body == {"x": None, "did": ME, "acct": None}

    run(main())


def test_an_objection_about_the_x_account_is_proven_by_a_post(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        named = {"rest_id": OWNER.rest_id, "screen_name": OWNER.screen_name}
        await world.browser.ask("join.start", purpose="objection", **named)
        world.publish("objection")
        done = await world.browser.ask("join.check", purpose="objection", post=POST_URL)
        assert done["status"] == "carried_out"

    run(main())


@pytest.mark.parametrize("length", [0, 1, 150, 250, 251, 252, 280, 2_000])
@pytest.mark.parametrize("letter", ["a", "é", "ع", "日", "🦋"])
def test_every_post_has_the_whole_code_and_no_more_than_x_takes(tmp_path: Path, letter: str, length: int) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        made = await world.browser.ask("join.start", **START)
        post = await world.browser.ask("join.post", message=letter * length)
        assert post["text"].endswith("\n" + made["code"])
        assert post["weight"] == weigh(post["text"]) <= MAX_WEIGHT

    run(main())


def test_deleting_everything_deletes_the_secret(tmp_path: Path) -> None:
    async def main() -> None:
        world = await joined(tmp_path)
        await world.browser.ask("data.delete")
        assert world.state == {}

    run(main())


def test_a_program_without_a_registrar_offers_no_joining_and_sends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.core.fakes.SOURCE", replace(SOURCE, registrar=None))

    async def main() -> None:
        world = await opened(tmp_path)
        assert (await world.browser.ask("join.prepare"))["registrar"] is None
        assert "error" in await world.browser.ask("join.start", **START)
        assert world.registrar.asked == []

    run(main())


FILE: dict[str, Any] = {"rest_id": OWNER.rest_id, "screen_name": OWNER.screen_name, "acct": ACCT}


def test_the_website_of_an_organisation_proves_its_account_once_its_file_is_there(tmp_path: Path) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        made = await world.browser.ask("join.file", **FILE, domain="https://quai.example.org/about")
        assert (made["url"], made["name"]) == (
            "https://quai.example.org/.well-known/passerelle.json",
            "passerelle.json",
        )
        assert (json.loads(made["text"]), made["networks"]) == ({"claims": [FILE]}, ["fediverse"])
        assert world.registrar.asked == []

        started = await world.browser.ask("join.start", **FILE, kind="ngo", domain="quai.example.org")
        assert (started["domain"], started["kind"], started["domain_file"]) == ("quai.example.org", "ngo", None)
        unread = await world.browser.ask("join.check")
        assert (unread["status"], unread["domain_file"]["reason"]) == ("unproven", "no_file")
        world.servers.files["quai.example.org"] = json.loads(made["text"])
        world.publish()
        checked = await world.browser.ask("join.check", post=POST_URL)
        assert (checked["grade"], checked["domain_file"]) == ("proven", {"state": "holds", "reason": None})

    run(main())


@pytest.mark.parametrize(
    ("domain", "handle", "networks"),
    [
        ("quai.example.org", None, ["fediverse"]),
        ("quai.example.org", "quai.example.org", ["bluesky", "fediverse"]),
        ("www.quai.example.org", "quai.example.org", ["bluesky", "fediverse"]),
        ("museum.example.org", "quai.example.org", []),
        ("example.org", "quai.example.org", []),
    ],
)
def test_a_file_proves_only_accounts_that_are_the_domains_own(
    tmp_path: Path, domain: str, handle: str | None, networks: list[str]
) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        made = await world.browser.ask("join.file", **FILE, did=ME, handle=handle, domain=domain)
        assert made["networks"] == networks

    run(main())


@pytest.mark.parametrize("domain", ["museum", "localhost", "127.0.0.1", "[::1", "ada@example.org:x", "a b"])
def test_what_is_no_domain_is_refused_before_anything_is_sent(tmp_path: Path, domain: str) -> None:
    async def main() -> None:
        world = await opened(tmp_path)
        for command in ("join.file", "join.start"):
            answer = await world.browser.ask(command, **FILE, domain=domain)
            assert answer["error"]["code"] == "own_domain"
        assert world.registrar.asked == []

    run(main())
