"""The registrar: from a claim to a row and out again, on SQLite and on PostgreSQL."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from passerelle.claims.published import PublishedClaim
from passerelle.directory import Evidence, Row
from passerelle.directory.rows import published_line
from passerelle_directory.config import Config
from passerelle_directory.models import Base, Refusal, Statement, StoredClaim, StoredProof
from passerelle_directory.registrar.suffixes import registrable_domain
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from tests.backend import databases
from tests.backend.conftest import Directory
from tests.backend.joining import Joining, joining
from tests.backend.people import line
from tests.core.claim_servers import ADA, ADA_ACCT, ADA_DID, ADA_HANDLE, ADA_ID, EVE, EVE_DID, EVE_HANDLE, EVE_ID, POST
from tests.world.network import Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with databases.running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def config(request: pytest.FixtureRequest, config: Config) -> Config:
    """Settings of a fresh directory on each database."""
    from dataclasses import replace

    if request.param == "sqlite":
        return config
    return replace(config, database_url=databases.make_database(request.getfixturevalue("postgres")))


@pytest.fixture
def desk(directory: Directory) -> Iterator[Joining]:
    """A registrar on the database of `directory`."""
    with joining(directory.config) as one:
        yield one


def only(rows: list[Any]) -> Any:
    assert len(rows) == 1
    return rows[0][0]


def test_a_claim_is_published_after_its_second_reading_and_gone_after_withdrawal(desk: Joining) -> None:
    made = desk.join()
    assert desk.rows() == []
    row = only(desk.publish())
    assert (row.rest_id, row.screen_name, row.did, row.handle, row.grade) == (
        ADA_ID,
        ADA,
        ADA_DID,
        ADA_HANDLE,
        "proven",
    )
    row_id = row.row_id
    assert only(desk.publish()).row_id == row_id
    desk.withdraw(made)
    assert desk.publish() == []
    assert desk.client.get(f"/v1/claims/{made['claim_id']}").status_code == 404


def test_after_withdrawal_no_table_has_the_accounts(desk: Joining) -> None:
    made = desk.join(acct=ADA_ACCT)
    desk.publish()
    desk.withdraw(made)
    desk.publish()
    with Session(desk.engine) as session:
        for table in inspect(desk.engine).get_table_names():
            stored = str(session.execute(text(f"SELECT * FROM {table}")).all())
            assert not any(secret in stored for secret in (ADA_ID, ADA, ADA_DID, ADA_ACCT, ADA_HANDLE)), table
        assert session.query(Refusal).count() == 6  # the accounts, and the claim itself


def files_with(directory: Directory, text: str) -> list[str]:
    """Return the served files that contain a text, packed or not."""
    found = []
    for path in directory.config.public.rglob("*"):
        body = path.read_bytes() if path.is_file() else b""
        content = unpack(body) if path.name.endswith(".gz") else body
        if text.encode() in content:
            found.append(path.name)
    return found


def unpack(body: bytes) -> bytes:
    """Return what the gzip members of a file contain."""
    return gzip.decompress(body)


def test_thirty_days_after_withdrawal_no_served_file_has_the_did(desk: Joining, directory: Directory) -> None:
    def publish_daily(days: int) -> None:
        for _ in range(days):
            desk.clock.move(days=1)
            desk.publish()
            directory.publish(desk.clock())

    directory.add(line("museum", rest_id="99", handle="museum.example.com"))
    made = desk.join()
    publish_daily(3)
    assert files_with(directory, ADA_DID)
    desk.withdraw(made)
    publish_daily(30)
    assert files_with(directory, ADA_DID) == []
    assert files_with(directory, "museum.example.com")


def test_what_was_withdrawn_is_not_imported_again(desk: Joining, directory: Directory) -> None:
    imported = line(ADA, rest_id=ADA_ID, did=ADA_DID)
    other = line("other", rest_id="77", did=ADA_DID), line("third", rest_id="78", handle="third.example.org")
    directory.add(imported, *other)
    made = desk.join()
    assert len(desk.publish()) == 3
    desk.withdraw(made)
    assert [row.screen_name for row, _ in desk.publish()] == ["third"]
    directory.add(imported, *other)
    assert [row.screen_name for row, _ in desk.publish()] == ["third"]


def test_a_later_claim_of_the_same_person_is_accepted(desk: Joining) -> None:
    made = desk.join()
    desk.withdraw(made)
    desk.join()
    assert only(desk.publish()).grade == "proven"


def test_withdrawing_a_claim_without_its_x_side_removes_no_row_about_that_x_account(
    desk: Joining, directory: Directory
) -> None:
    directory.add(line(ADA, rest_id=ADA_ID, did=ADA_DID))
    made = desk.make(did=EVE_DID)
    desk.prove_target(made)
    assert desk.check(made)["grade"] == "claimed"
    desk.withdraw(made)
    assert only(desk.publish()).did == ADA_DID


def test_an_objection_removes_what_others_state(desk: Joining, directory: Directory) -> None:
    directory.add(line(ADA, rest_id=ADA_ID, did=EVE_DID), line("other", rest_id="77", handle="o.example.org"))
    made = desk.object(x={"rest_id": ADA_ID, "screen_name": ADA})
    assert len(desk.publish()) == 2
    assert desk.check(made, post=desk.post(made)) is None
    assert [row.screen_name for row, _ in desk.publish()] == ["other"]


def test_an_objection_by_the_target_side(desk: Joining, directory: Directory) -> None:
    directory.add(line("museum", rest_id="99", did=ADA_DID))
    made = desk.object(did=ADA_DID)
    desk.prove_target(made)
    assert desk.check(made) is None
    assert desk.publish() == []


def test_an_objection_without_proof_removes_nothing(desk: Joining, directory: Directory) -> None:
    directory.add(line(ADA, rest_id=ADA_ID, did=ADA_DID))
    made = desk.object(x={"rest_id": ADA_ID, "screen_name": ADA})
    assert desk.check(made, post=desk.post(made, author=(EVE_ID, EVE)), in_x_profile=True)["grade"] is None
    assert len(desk.publish()) == 1


def test_an_objection_by_the_account_outside_x_ends_an_entry_whose_secret_is_lost(desk: Joining) -> None:
    desk.join()
    assert len(desk.publish()) == 1
    desk.clock.move(days=1)
    objection = desk.object(did=ADA_DID)
    desk.prove_target(objection)
    assert desk.check(objection) is None
    assert desk.publish() == []


def test_an_objection_by_the_x_account_alone_ends_no_proven_entry(desk: Joining) -> None:
    """Else one who has taken it over need not wait before another account takes the place of the proven one."""
    desk.join()
    desk.clock.move(days=1)
    objection = desk.object(x={"rest_id": ADA_ID, "screen_name": ADA})
    assert desk.check(objection, post=desk.post(objection)) is None
    assert only(desk.publish()).did == ADA_DID


def test_an_objection_by_the_x_account_ends_what_another_claims_about_it(desk: Joining) -> None:
    """It never took part, so no proven row stands in the way of one who has taken it over."""
    made = desk.make(did=EVE_DID)
    desk.prove_target(made)
    assert desk.check(made)["grade"] == "claimed"
    desk.clock.move(days=1)
    objection = desk.object(x={"rest_id": ADA_ID, "screen_name": ADA})
    assert desk.check(objection, post=desk.post(objection)) is None
    assert desk.publish() == []


def test_joining_after_an_objection_counts(desk: Joining) -> None:
    objection = desk.object(did=ADA_DID)
    desk.clock.move(days=1)
    desk.join()
    desk.prove_target(objection)
    assert desk.check(objection) is None
    assert only(desk.publish()).did == ADA_DID


def test_the_code_of_a_claim_carries_out_no_objection(desk: Joining, directory: Directory) -> None:
    directory.add(line(ADA, rest_id=ADA_ID, did=ADA_DID))
    claim = desk.make()
    objection = desk.object(x={"rest_id": ADA_ID, "screen_name": ADA}, did=ADA_DID)
    assert desk.check(objection, post=desk.post(claim)) is not None


def test_a_poisoned_import_does_not_change_a_proven_row(desk: Joining, directory: Directory) -> None:
    desk.join()
    for source in ("evil/one", "bad/two", "worse/three"):
        directory.add(line(ADA, source, rest_id=ADA_ID, did=EVE_DID, handle=EVE_HANDLE))
    row, evidence = desk.publish()[0]
    assert (row.did, row.grade) == (ADA_DID, "proven")
    assert {one.address for one in evidence.conflicts} == {EVE_DID}


def test_a_second_target_is_a_conflict_for_fourteen_days(desk: Joining) -> None:
    first = desk.join()
    desk.publish()
    desk.clock.move(hours=1)
    second = desk.join("20", did=EVE_DID)
    row, evidence = desk.publish()[0]
    assert (row.did, row.grade, [one.address for one in evidence.conflicts]) == (ADA_DID, "claimed", [EVE_DID])
    shown = desk.state(first)
    assert shown["disputed_until"] == "2026-12-04T13:00:00Z"
    desk.clock.move(days=13.9)
    assert only(desk.publish()).did == ADA_DID
    desk.clock.move(days=0.2)
    row, evidence = desk.publish()[0]
    assert (row.did, row.grade, evidence.conflicts) == (EVE_DID, "proven", ())
    assert desk.state(second)["disputed_until"] is None


def test_a_second_target_stands_at_once_with_the_consent_of_the_first(desk: Joining) -> None:
    first = desk.join()
    desk.publish()
    desk.join("20", did=EVE_DID)
    desk.withdraw(first)
    row = only(desk.publish())
    assert (row.did, row.grade) == (EVE_DID, "proven")


def test_a_claim_without_its_x_side_changes_nothing_about_a_row_of_others(desk: Joining, directory: Directory) -> None:
    directory.add(line(ADA, rest_id=ADA_ID, did=ADA_DID, kind="media", country="FR"))
    before = desk.publish()
    made = desk.make(did=EVE_DID, kind="public-body", country="DE", leaving_on="2026-12-24")
    desk.prove_target(made)
    assert desk.check(made)["grade"] == "claimed"
    assert desk.publish() == before


def test_a_claim_without_its_x_side_hides_no_row_behind_the_name_of_another(
    desk: Joining, directory: Directory
) -> None:
    """A row with an id is left out where an attested row without id has its name."""
    directory.add(line(ADA, rest_id=ADA_ID, did=ADA_DID))
    directory.add(line("museum", "a/list", handle="museum.example.com"))
    directory.add(line("museum", "b/list", handle="museum.example.com"))
    before = desk.publish()
    made = desk.make(did=EVE_DID, screen_name="museum")
    desk.prove_target(made)
    assert desk.check(made)["grade"] == "claimed"
    assert desk.publish() == before
    assert len(before) == 2


def test_what_sources_say_of_an_account_comes_before_what_its_owner_says(desk: Joining, directory: Directory) -> None:
    directory.add(line(ADA, rest_id=ADA_ID, did=ADA_DID, kind="media", country="FR"))
    desk.join(kind="public-body", country="DE")
    row = only(desk.publish())
    assert (row.grade, row.kind, row.country) == ("proven", "media", "FR")


def test_a_document_that_changes_between_check_and_snapshot_is_not_published(desk: Joining) -> None:
    desk.join()
    del desk.servers.records[next(iter(desk.servers.records))]
    assert desk.publish() == []


def test_a_profile_that_changes_between_check_and_snapshot_is_not_published(desk: Joining) -> None:
    made = desk.join(did=None, acct=ADA_ACCT)
    desk.servers.add_mastodon(ADA_ACCT, "https://elsewhere.example.org")
    assert desk.publish() == []
    desk.servers.add_mastodon(ADA_ACCT, made["page"])
    desk.check(made)
    assert str(only(desk.publish()).acct) == ADA_ACCT


def test_a_handle_that_no_longer_resolves_both_ways_leaves_the_did_alone(desk: Joining) -> None:
    desk.join()
    desk.servers.handles[ADA_HANDLE] = EVE_DID
    row = only(desk.publish())
    assert (row.did, row.handle, row.grade) == (ADA_DID, None, "proven")


def test_a_vanished_post_keeps_the_row_and_says_so(desk: Joining) -> None:
    made = desk.join()
    desk.publish()
    desk.servers.posts.clear()
    desk.clock.move(days=8)
    assert only(desk.publish()).grade == "proven"
    proofs = desk.state(made)["proofs"]
    assert [one["gone_at"] for one in proofs if one["kind"] == "x_post"] == ["2026-11-28T12:00:00Z"]


def test_x_being_unreachable_queues_a_claim_and_loses_none(desk: Joining) -> None:
    made = desk.make()
    desk.prove_target(made)
    url = desk.post(made)
    desk.servers.down = {"cdn.syndication.twimg.com", "publish.x.com"}
    assert desk.check(made, post=url)["grade"] == "claimed"
    desk.clock.move(days=40)
    assert desk.recheck().unanswered == 1
    desk.servers.down = set()
    desk.clock.move(days=1)
    assert only(desk.publish()).grade == "proven"


def test_readings_without_an_answer_come_less_and_less_often(desk: Joining) -> None:
    made = desk.join()
    desk.publish()
    desk.servers.down = {"plc.directory"}
    desk.clock.move(days=7)
    pauses = []
    for _ in range(12):
        assert desk.recheck().read == 1
        with Session(desk.engine) as session:
            stored = session.scalars(select(StoredClaim)).one()
            next_at = stored.next_at.replace(tzinfo=desk.clock.now.tzinfo)
        pauses.append((next_at - desk.clock.now).total_seconds())
        assert desk.recheck().read == 0
        desk.clock.now = next_at
    assert (pauses[:3], pauses[-1]) == ([300, 600, 1200], 86_400)
    assert desk.state(made)["grade"] == "proven"


def test_a_claim_of_which_nothing_was_proven_is_deleted_after_thirty_days(desk: Joining) -> None:
    made = desk.make()
    desk.check(made)
    desk.clock.move(days=29)
    desk.recheck()
    assert desk.client.get(f"/v1/claims/{made['claim_id']}").status_code == 200
    desk.clock.move(days=1)
    desk.recheck()
    assert desk.client.get(f"/v1/claims/{made['claim_id']}").status_code == 404
    with Session(desk.engine) as session:
        assert session.query(StoredProof).count() == 0


def test_a_record_that_is_away_for_weeks_brings_its_old_claim_back(desk: Joining) -> None:
    made = desk.join()
    desk.publish()
    desk.clock.move(days=100)
    records = dict(desk.servers.records)
    desk.servers.records.clear()
    assert desk.publish() == []
    desk.clock.move(days=20)
    assert desk.publish() == []
    desk.servers.records.update(records)
    desk.clock.move(days=1)
    assert only(desk.publish()).grade == "proven"
    desk.servers.records.clear()
    desk.clock.move(days=7)
    desk.recheck()
    desk.clock.move(days=30)
    desk.recheck()
    assert desk.client.get(f"/v1/claims/{made['claim_id']}").status_code == 404


def test_a_renamed_person_is_published_with_the_new_name(desk: Joining) -> None:
    desk.join()
    desk.servers.posts[POST]["user"]["screen_name"] = "ada_new"
    row = only(desk.publish())
    assert (row.screen_name, row.grade) == ("ada_new", "proven")


def test_a_leaving_date_is_published_with_the_row(desk: Joining) -> None:
    desk.join(leaving_on="2026-12-24")
    assert only(desk.publish()).leaving_on.isoformat() == "2026-12-24"


def test_taking_in_twice_changes_nothing(desk: Joining) -> None:
    desk.join()
    desk.publish()
    with Session(desk.engine) as session:
        before = session.scalars(select(Statement.id)).all()
    desk.rows()
    with Session(desk.engine) as session:
        assert session.scalars(select(Statement.id)).all() == before


def test_every_table_of_the_models_was_migrated(desk: Joining) -> None:
    assert set(Base.metadata.tables) <= set(inspect(desk.engine).get_table_names())


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("museum.example.com", "example.com"),
        ("ada.github.io", None),
        ("a.b.co.uk", "b.co.uk"),
        ("co.uk", None),
        ("x.blogspot.com", None),
        ("ada.bsky.social", "bsky.social"),
    ],
)
def test_free_subdomains_are_no_own_domain(host: str, domain: str | None) -> None:
    assert registrable_domain(host) == domain


def carried(row: tuple[Row, Evidence]) -> list[PublishedClaim]:
    """Return the claims that a published row carries."""
    line = json.loads(published_line(*row))
    return [source.claim for source in Row.from_json(line).sources if source.claim]


def test_a_published_row_carries_its_claim_from_which_the_code_is_computed(desk: Joining) -> None:
    made = desk.join(acct=ADA_ACCT)
    (row,) = desk.publish()
    (claim,) = carried(row)
    assert claim.to_claim(made["claim_id"]).code == made["code"]
    assert Row.from_json(json.loads(published_line(*row))).sources[0].url == f"https://x.com/{ADA}/status/{POST}"


def test_a_row_carries_no_claim_of_which_a_part_is_not_published(desk: Joining) -> None:
    made = desk.make(acct=ADA_ACCT)
    desk.servers.write_record(desk.claim(made))
    desk.check(made, post=desk.post(made))
    (row,) = desk.publish()
    assert (row[0].did, row[0].acct, carried(row)) == (ADA_DID, None, [])
    assert ADA_ACCT.encode() not in published_line(*row)


def test_a_row_whose_id_is_not_proven_carries_no_claim_with_it(desk: Joining) -> None:
    made = desk.make()
    desk.prove_target(made)
    url = desk.post(made)
    post = desk.servers.posts.pop(POST)
    desk.servers.down.add("cdn.syndication.twimg.com")
    desk.servers.oembed[POST] = {"author_url": f"https://x.com/{ADA}", "html": f"<p>{post['text']}</p>"}
    desk.check(made, post=url)
    (row,) = desk.publish()
    assert (row[0].rest_id, carried(row)) == (None, [])
    assert ADA_ID.encode() not in published_line(*row)


@pytest.mark.parametrize(
    "value", [None, 1, "x", [], {}, {"nonce": 1}, {"rest_id": "1", "screen_name": "a", "nonce": "0" * 32}]
)
def test_a_row_with_a_damaged_claim_counts_without_it(desk: Joining, value: object) -> None:
    desk.join()
    (row,) = desk.publish()
    line = json.loads(published_line(*row))
    line["sources"][0]["claim"] = value
    assert [source.claim for source in Row.from_json(line).sources] == [None]
