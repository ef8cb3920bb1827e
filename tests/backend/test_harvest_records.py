"""`harvest claims` and `harvest keytrace`: claims in people's own repositories, found by a relay's list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from passerelle.claims.models import Claim
from passerelle.errors import NetworkError
from passerelle.identifiers import Did
from passerelle.transport import Fetch, Request, Response
from passerelle_directory.cli import main
from passerelle_directory.config import Config
from passerelle_directory.database import upgrade_database
from passerelle_directory.harvest.patience import HarvestStopped
from passerelle_directory.harvest.records.adopting import MAX_CLAIMS
from passerelle_directory.harvest.records.command import FRESH, harvest
from passerelle_directory.harvest.records.done import Done
from passerelle_directory.models import StoredClaim
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.backend.joining import Joining, joining
from tests.backend.test_cli import data
from tests.core.claim_servers import ADA, ADA_DID, ADA_ID, EVE_DID, EVE_ID, POST, make_claim, make_post

__all__ = ["data"]

RELAY = "https://relay.example.org"
CLAIMS, KEYTRACE = "eu.passerelle.claim", "dev.keytrace.claim"
GIVES_NOTHING = (b'{"repos": []}', b'{"repos": [{"did": 1}, 2]}')
LEXICON = Path(__file__).parents[2] / "docs" / "lexicons" / "eu.passerelle.claim.json"


@pytest.fixture
def desk(config: Config) -> Iterator[Joining]:
    """A registrar, and the servers around it."""
    upgrade_database(config)
    with joining(config) as one:
        yield one


def run(desk: Joining, collection: str = CLAIMS, fetch: Fetch | None = None) -> int:
    """Harvest a collection."""
    return harvest(desk.registrar, RELAY, collection, fetch or desk.servers.fetch, desk.clock())


def again(desk: Joining, collection: str = CLAIMS) -> int:
    """Harvest a collection on a later day."""
    desk.clock.now += FRESH + timedelta(hours=1)
    return run(desk, collection)


def write_own(desk: Joining, **record: Any) -> Claim:
    """Write Ada's claim into her repository without the registrar, and post its code."""
    claim = make_claim()
    desk.servers.write_record(claim, **record)
    desk.servers.posts[POST] = make_post(f"I moved #eXit\n{claim.code}")
    return claim


def write_keytrace(desk: Joining, rkey: str = "k1", did: str = ADA_DID, **record: Any) -> None:
    """Write a Keytrace record, as its lexicon says."""
    desk.servers.records[did, KEYTRACE, rkey] = {
        "$type": KEYTRACE,
        "type": "twitter",
        "claimUri": f"https://x.com/{ADA}/status/{POST}",
        "identity": {"subject": ADA},
        "sigs": [],
        "createdAt": "2026-11-01T00:00:00Z",
    } | record


def grades(desk: Joining) -> list[tuple[str | None, str | None, str | None]]:
    """Return X id, did and grade of every claim."""
    with Session(desk.engine) as session:
        return [
            (one.rest_id, one.did, one.grade) for one in session.scalars(select(StoredClaim).order_by(StoredClaim.id))
        ]


def test_a_record_without_its_post_is_a_claim_of_the_target_side(
    desk: Joining, capsys: pytest.CaptureFixture[str]
) -> None:
    claim = write_own(desk)
    assert run(desk) == 0
    assert f"{ADA_DID}/{claim.claim_id}: new, claimed" in capsys.readouterr().out
    ((row, _),) = desk.publish()
    assert (row.did, row.grade) == (ADA_DID, "claimed")


def test_a_record_that_names_its_post_is_proven_and_published_after_its_second_reading(desk: Joining) -> None:
    write_own(desk, post=f"https://x.com/{ADA}/status/{POST}")
    run(desk)
    assert desk.rows() == []
    ((row, _),) = desk.publish()
    assert (row.rest_id, row.did, row.grade) == (ADA_ID, ADA_DID, "proven")


def test_the_lexicon_describes_the_field_of_the_post() -> None:
    record = json.loads(LEXICON.read_text())["defs"]["main"]["record"]
    assert "post" in record["properties"]
    assert "post" not in record["required"]


def test_the_same_harvest_again_changes_nothing(desk: Joining, capsys: pytest.CaptureFixture[str]) -> None:
    write_own(desk)
    run(desk)
    before = grades(desk)
    capsys.readouterr()
    assert again(desk) == 0
    assert "0 new, 1 known, 0 left out, 0 unanswered" in capsys.readouterr().out
    assert grades(desk) == before


@pytest.mark.parametrize(
    ("record", "did"),
    [
        ({"restId": EVE_ID}, ADA_DID),
        ({"acct": "ada@quai.example.org"}, ADA_DID),
        ({"nonce": "x"}, ADA_DID),
        ({"nonce": None}, ADA_DID),
        ({"restId": None, "screenName": None}, ADA_DID),
        ({"code": "psr-00000-00000-00000-00000"}, ADA_DID),
        ({}, EVE_DID),
    ],
)
def test_a_record_with_another_code_makes_no_claim(desk: Joining, record: dict[str, Any], did: str) -> None:
    desk.servers.write_record(make_claim(), did, **record)
    run(desk)
    assert grades(desk) == []


def test_the_key_of_another_claim_makes_no_claim_and_changes_it_not(
    desk: Joining, capsys: pytest.CaptureFixture[str]
) -> None:
    made = desk.join()
    desk.servers.write_record(make_claim(claim_id=made["claim_id"], did=EVE_DID))
    run(desk)
    assert "another claim has its key" in capsys.readouterr().out
    assert grades(desk) == [(ADA_ID, ADA_DID, "proven")]


@pytest.mark.parametrize("is_checked", [True, False])
def test_a_withdrawn_claim_does_not_come_back_by_its_record(desk: Joining, is_checked: bool) -> None:
    """Not even one of which nothing was read before, so that no account of its is refused."""
    made = desk.join() if is_checked else desk.make()
    desk.prove_target(made)
    desk.withdraw(made)
    assert (run(desk), grades(desk)) == (0, [])


def test_an_objection_deletes_what_a_harvest_found_and_only_a_newer_record_counts(desk: Joining) -> None:
    claim = write_own(desk)
    run(desk)
    objection = desk.object(did=ADA_DID)
    desk.servers.write_record(desk.claim(objection))
    desk.check(objection)
    assert grades(desk) == []
    again(desk)
    assert grades(desk) == []
    desk.servers.write_record(claim, createdAt=(desk.clock() + timedelta(days=1)).isoformat())
    again(desk)
    assert grades(desk) == [(ADA_ID, ADA_DID, "claimed")]


@pytest.mark.parametrize("collection", [CLAIMS, KEYTRACE])
def test_what_a_harvest_found_does_not_come_back_after_an_objection_by_the_x_account(
    desk: Joining, collection: str
) -> None:
    write_own(desk) if collection == CLAIMS else write_keytrace(desk)
    proof = make_post(f"Verifying my account: {ADA_DID}")
    desk.servers.posts[POST] = proof
    run(desk, collection)
    assert len(grades(desk)) == 1
    objection = desk.object(x={"rest_id": ADA_ID, "screen_name": ADA})
    desk.check(objection, post=desk.post(objection))
    assert grades(desk) == []
    desk.servers.posts[POST] = proof
    again(desk, collection)
    assert grades(desk) == []


def test_an_objection_deletes_no_claim_of_another_account(desk: Joining) -> None:
    write_own(desk)
    run(desk)
    objection = desk.object(did=EVE_DID)
    desk.servers.write_record(desk.claim(objection))
    desk.check(objection)
    assert grades(desk) == [(ADA_ID, ADA_DID, "claimed")]


def test_no_secret_withdraws_a_claim_that_a_harvest_found(desk: Joining) -> None:
    claim = write_own(desk)
    run(desk)
    for secret in ("", " ", "x"):
        answer = desk.client.delete(f"/v1/claims/{claim.claim_id}", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code in (401, 403)
    assert len(grades(desk)) == 1


def test_one_repository_cannot_fill_the_directory_with_names_of_others(desk: Joining) -> None:
    for number in range(1, 40):
        desk.servers.write_record(
            make_claim(claim_id=f"{number:016x}", rest_id=str(number), did=EVE_DID, screen_name=f"n{number}")
        )
    run(desk)
    assert len(grades(desk)) == MAX_CLAIMS


def test_a_keytrace_record_counts_after_its_post_was_read(desk: Joining, capsys: pytest.CaptureFixture[str]) -> None:
    write_keytrace(desk)
    write_keytrace(desk, "k2", type="github", claimUri="https://gist.example.org/1")
    desk.servers.posts[POST] = make_post(f"Verifying my account: {ADA_DID}")
    assert run(desk, KEYTRACE) == 0
    assert "1 new, 0 known, 0 left out" in capsys.readouterr().out
    ((row, _),) = desk.publish()
    assert (row.rest_id, row.screen_name, row.did, row.grade) == (ADA_ID, ADA, ADA_DID, "proven")
    again(desk, KEYTRACE)
    assert len(grades(desk)) == 1


@pytest.mark.parametrize(
    ("post", "record", "reason"),
    [
        (None, {}, "its post cannot be read"),
        (make_post("Good morning"), {}, "does not name this Bluesky account"),
        (make_post(f"Verifying {EVE_DID}"), {}, "does not name this Bluesky account"),
        (make_post(f"Verifying {ADA_DID}", author=(EVE_ID, "eve_x")), {}, "by another X account"),
        (make_post(f"Verifying {ADA_DID}", isStaleEdit=True), {}, "does not name"),
        (make_post(f"Verifying {ADA_DID}"), {"status": "retracted"}, "retracted"),
        (make_post(f"Verifying {ADA_DID}"), {"identity": {"subject": "other"}}, "by another X account"),
        (make_post(f"Verifying {ADA_DID}"), {"claimUri": "https://evil.example.org/status/1"}, "names no post"),
    ],
)
def test_a_keytrace_record_whose_post_does_not_agree_is_left_out(
    desk: Joining, post: dict[str, Any] | None, record: dict[str, Any], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_keytrace(desk, **record)
    if post:
        desk.servers.posts[POST] = post
    run(desk, KEYTRACE)
    assert grades(desk) == []
    assert reason in capsys.readouterr().out


def test_a_removed_keytrace_record_takes_the_row_away(desk: Joining) -> None:
    write_keytrace(desk)
    desk.servers.posts[POST] = make_post(f"Verifying my account: {ADA_DID}")
    run(desk, KEYTRACE)
    assert len(desk.publish()) == 1
    desk.servers.records.clear()
    desk.clock.move(days=8)
    assert desk.publish() == []


def test_x_being_silent_leaves_a_record_for_the_next_run(desk: Joining, capsys: pytest.CaptureFixture[str]) -> None:
    write_keytrace(desk)
    desk.servers.posts[POST] = make_post(f"Verifying my account: {ADA_DID}")
    desk.servers.down = {"cdn.syndication.twimg.com"}
    assert run(desk, KEYTRACE) == 4
    assert (grades(desk), "1 unanswered" in capsys.readouterr().out) == ([], True)
    desk.servers.down = set()
    assert run(desk, KEYTRACE) == 0
    assert grades(desk) == [(ADA_ID, ADA_DID, "proven")]


def write_people(desk: Joining, count: int) -> None:
    """Write a claim each into the repositories of several people."""
    for number in range(1, count + 1):
        did = f"did:plc:{'abcdefghijkl'[number]}{'2' * 23}"
        desk.servers.add_bluesky(did, f"n{number}.example.org")
        desk.servers.write_record(
            make_claim(claim_id=f"{number:016x}", rest_id=str(number), did=did, screen_name=f"n{number}")
        )


def test_the_list_is_read_page_by_page(desk: Joining) -> None:
    write_people(desk, 7)
    desk.servers.relay_pages = 3
    run(desk)
    assert len(grades(desk)) == 7
    assert sum("listReposByCollection" in url for url in desk.servers.asked) == 3


@pytest.mark.parametrize("stop", range(1, 24, 3))
def test_a_harvest_that_is_killed_goes_on_where_it_was(desk: Joining, stop: int) -> None:
    """Killed before any request: what is stored is whole; the relay's pages and repositories are not read again."""
    write_people(desk, 4)
    desk.servers.relay_pages = 2
    asked = 0

    async def dying(request: Request) -> Response:
        nonlocal asked
        asked += 1
        if asked == stop:
            raise KeyboardInterrupt
        return await desk.servers.fetch(request)

    whole = desk.registrar
    desk.registrar = type(whole)(whole.config, whole.sessions, dying, whole.refusals_key, whole.clock)
    with pytest.raises(KeyboardInterrupt):
        run(desk, fetch=dying)
    desk.registrar = whole
    assert run(desk) == 0
    desk.recheck()
    assert [one[2] for one in grades(desk)] == ["claimed"] * 4
    pages = [url for url in desk.servers.asked if "listReposByCollection" in url]
    assert len(pages) == 2
    lists = [url for url in desk.servers.asked if "listRecords" in url]
    assert len(lists) <= 4 + 1


@pytest.mark.parametrize(
    "body",
    [*GIVES_NOTHING, b"", b"{}", b'{"repos": {}}', b'{"repos": [], "cursor": "same"}', b"[" * 100_000],
)
def test_a_relay_that_answers_badly_stops_the_harvest_or_gives_nothing(desk: Joining, body: bytes) -> None:
    async def bad(request: Request) -> Response:
        return Response(200, {}, body)

    if body in GIVES_NOTHING:
        assert run(desk, fetch=bad) == 0
    else:
        with pytest.raises(HarvestStopped, match=r"relay\.example\.org"):
            run(desk, fetch=bad)
    assert grades(desk) == []


def test_a_relay_that_does_not_answer_is_a_network_error(desk: Joining) -> None:
    async def silent(request: Request) -> Response:
        raise NetworkError("No answer.", host="relay.example.org")

    with pytest.raises(HarvestStopped, match=r"relay\.example\.org"):
        run(desk, fetch=silent)


def test_a_torn_line_of_the_list_of_read_repositories_counts_as_unread(tmp_path: Path) -> None:
    (tmp_path / "done.txt").write_text(f"{ADA_DID}\n{EVE_DID}")
    done = Done(tmp_path)
    assert (Did(ADA_DID) in done, Did(EVE_DID) in done) == (True, False)


@pytest.mark.parametrize("relay", ["http://relay.example.org", "https://127.0.0.1", "relay"])
def test_a_relay_that_is_not_https_on_a_public_host_is_wrong_usage(data: Any, relay: str) -> None:
    assert main(["harvest", "claims", "--relay", relay]) == 2


def test_no_claim_is_stored_twice(desk: Joining) -> None:
    write_own(desk)
    run(desk)
    again(desk)
    with Session(desk.engine) as session:
        assert session.scalar(select(func.count(StoredClaim.id.distinct()))) == 1


HIDDEN_PROFILE = {
    "$type": "app.bsky.actor.profile",
    "labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!no-unauthenticated"}]},
}


def test_a_keytrace_record_of_an_owner_who_asks_not_to_be_listed_makes_no_claim(
    desk: Joining, capsys: pytest.CaptureFixture[str]
) -> None:
    write_keytrace(desk)
    desk.servers.posts[POST] = make_post(f"I am {ADA_DID}")
    desk.servers.records[ADA_DID, "app.bsky.actor.profile", "self"] = HIDDEN_PROFILE
    run(desk, KEYTRACE)
    assert "left out, its owner asks not to be listed" in capsys.readouterr().out
    assert grades(desk) == []
    del desk.servers.records[ADA_DID, "app.bsky.actor.profile", "self"]
    again(desk, KEYTRACE)
    assert len(grades(desk)) == 1


def test_an_own_record_is_its_owners_wish_to_be_listed(desk: Joining) -> None:
    write_own(desk)
    desk.servers.records[ADA_DID, "app.bsky.actor.profile", "self"] = HIDDEN_PROFILE
    run(desk)
    assert len(grades(desk)) == 1
