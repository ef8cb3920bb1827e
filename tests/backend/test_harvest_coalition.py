"""`harvest coalition`: a coalition lists its members, and each member's own domain decides what counts."""

from __future__ import annotations

from typing import Any

import pytest
from passerelle.errors import NetworkError
from passerelle.transport import Request, Response
from passerelle_directory.cli import main
from passerelle_directory.harvest.coalition.command import harvest
from passerelle_directory.harvest.coalition.reading import parse_address
from passerelle_directory.harvest.patience import HarvestStopped
from passerelle_directory.harvest.wishes import KEPT
from passerelle_directory.models import Account, Statement
from passerelle_directory.publishing.rows import make_row
from sqlalchemy import select

from tests.backend.conftest import NOW, Directory
from tests.backend.people import line
from tests.backend.test_cli import data
from tests.core.claim_servers import Servers

__all__ = ["data"]

COALITION = "museums.example.org"
QUAY, QUAY_ID, QUAY_DID = "quay-museum.example.com", "4242", "did:plc:quay2222222222222222222222"
QUAY_ACCT = f"museum@{QUAY}"
HARBOUR, HARBOUR_ID, HARBOUR_ACCT = "harbour.example.net", "4343", "press@harbour.example.net"


def entry(rest_id: str = QUAY_ID, screen_name: str = "quay_museum", **fields: Any) -> dict[str, Any]:
    """Return an entry of a file."""
    return {"rest_id": rest_id, "screen_name": screen_name} | fields


@pytest.fixture
def servers() -> Servers:
    """A coalition of two museums: one on both networks, one on Mastodon."""
    servers = Servers()
    servers.add_bluesky(QUAY_DID, QUAY)
    servers.add_mastodon(QUAY_ACCT)
    servers.add_mastodon(HARBOUR_ACCT)
    quay = entry(did=QUAY_DID, acct=QUAY_ACCT)
    harbour = entry(HARBOUR_ID, "harbour", acct=HARBOUR_ACCT)
    servers.files[QUAY] = {"claims": [quay]}
    servers.files[HARBOUR] = {"claims": [harbour]}
    servers.files[COALITION] = {
        "claims": [quay | {"display_name": "Quay Museum", "kind": "other", "country": "FR", "domain": QUAY}, harbour]
    }
    return servers


def run(directory: Directory, servers: Servers) -> None:
    """Harvest the coalition."""
    assert harvest(directory.config, COALITION, servers.fetch, NOW) == 0


def rows(directory: Directory) -> dict[str, tuple[Any, ...]]:
    """Return the targets and grade of each X account."""
    with directory.session() as session:
        made = [make_row(one, one.statements)[0] for one in session.scalars(select(Account))]
        return {str(row.rest_id): (row.did, row.handle, row.acct and str(row.acct), row.grade) for row in made}


BOTH = {
    QUAY_ID: (QUAY_DID, QUAY, QUAY_ACCT, "attested"),
    HARBOUR_ID: (None, None, HARBOUR_ACCT, "attested"),
}


def test_members_whose_own_domain_agrees_are_attested(
    directory: Directory, servers: Servers, capsys: pytest.CaptureFixture[str]
) -> None:
    run(directory, servers)
    assert rows(directory) == BOTH
    assert (
        "harvest coalition museums.example.org: 4 new, 0 changed, 0 held, 0 known, 0 skipped" in capsys.readouterr().out
    )
    with directory.session() as session:
        account = session.scalar(select(Account).where(Account.rest_id == QUAY_ID))
        assert account
        row, evidence = make_row(account, account.statements)
    assert (row.display_name, row.country) == ("Quay Museum", "FR")
    assert {one.url for one in evidence.sources} == {
        f"https://{host}/.well-known/passerelle.json" for host in (QUAY, COALITION)
    }


def test_the_same_harvest_again_changes_nothing(
    directory: Directory, servers: Servers, capsys: pytest.CaptureFixture[str]
) -> None:
    run(directory, servers)
    capsys.readouterr()
    run(directory, servers)
    assert "0 new, 0 changed, 0 held, 4 known, 0 skipped" in capsys.readouterr().out
    assert rows(directory) == BOTH


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (None, "it has no file"),
        ({"claims": []}, "does not list this X account"),
        ({"claims": "none"}, "does not list this X account"),
        ({"claims": [entry("999", acct=QUAY_ACCT)]}, "does not list this X account"),
        ({"claims": [entry(screen_name="other", acct=QUAY_ACCT)]}, "list different accounts"),
        ({"claims": [entry(did="did:plc:eve22222222222222222222222")]}, "list different accounts"),
        ({"claims": [entry(acct=f"eve@{QUAY}")]}, "list different accounts"),
        ({"claims": [{"rest_id": 4242, "screen_name": "quay_museum", "acct": QUAY_ACCT}]}, "does not list this"),
    ],
)
def test_a_member_whose_own_domain_does_not_agree_is_left_out(
    directory: Directory, servers: Servers, file: Any, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    servers.files[QUAY] = file
    run(directory, servers)
    assert rows(directory) == {HARBOUR_ID: BOTH[HARBOUR_ID]}
    assert reason in capsys.readouterr().out


def test_a_coalition_and_a_member_cannot_give_away_accounts_of_other_domains(
    directory: Directory, servers: Servers
) -> None:
    """The member's file counts for accounts at its own domain only: handle both ways, acct at the domain."""
    servers.add_bluesky("did:plc:eve22222222222222222222222", "eve.example.org")
    servers.add_mastodon("eve@elsewhere.example.org")
    stolen = entry("1", "eve", did="did:plc:eve22222222222222222222222", acct="eve@elsewhere.example.org")
    servers.files[QUAY] = {"claims": [stolen]}
    servers.files[COALITION] = {"claims": [stolen | {"domain": QUAY}]}
    run(directory, servers)
    assert rows(directory) == {}


def test_a_handle_that_no_longer_leads_to_the_did_does_not_count(directory: Directory, servers: Servers) -> None:
    servers.handles[QUAY] = "did:plc:eve22222222222222222222222"
    run(directory, servers)
    assert rows(directory)[QUAY_ID] == (None, None, QUAY_ACCT, "attested")


def test_a_server_that_answers_for_every_name_does_not_count(directory: Directory, servers: Servers) -> None:
    servers.catch_all.add(HARBOUR)
    run(directory, servers)
    assert HARBOUR_ID not in rows(directory)


def test_a_host_that_gives_names_away_is_not_asked(
    directory: Directory, servers: Servers, capsys: pytest.CaptureFixture[str]
) -> None:
    host = "eve.github.io"
    servers.add_mastodon(f"eve@{host}")
    given = entry("1", "eve", acct=f"eve@{host}")
    servers.files |= {host: {"claims": [given]}, COALITION: {"claims": [given]}}
    run(directory, servers)
    assert rows(directory) == {}
    assert "anyone can get a name below this domain" in capsys.readouterr().out
    assert not any(host in url for url in servers.asked)


def test_entries_that_cannot_be_read_are_reported_with_their_number(
    directory: Directory, servers: Servers, capsys: pytest.CaptureFixture[str]
) -> None:
    servers.files[COALITION]["claims"] += ["text", entry(acct=None), entry(acct="museum"), {"screen_name": "x"}]
    run(directory, servers)
    out = capsys.readouterr().out
    assert all(f"entry {number}" in out for number in (3, 4, 5, 6))
    assert rows(directory) == BOTH


def test_a_member_that_is_delisted_or_disowned_leaves_the_directory_and_a_silent_one_stays(
    directory: Directory, servers: Servers, capsys: pytest.CaptureFixture[str]
) -> None:
    run(directory, servers)
    servers.down = {HARBOUR, QUAY}
    run(directory, servers)
    assert rows(directory) == BOTH
    assert "left for the next run" in capsys.readouterr().out
    servers.down = set()
    servers.files[QUAY] = {"claims": []}
    del servers.files[COALITION]["claims"][1]
    run(directory, servers)
    assert rows(directory) == {}


def test_what_other_sources_state_stays_when_a_member_leaves(directory: Directory, servers: Servers) -> None:
    directory.add(line("quay_museum", rest_id=QUAY_ID, handle=QUAY))
    run(directory, servers)
    del servers.files[COALITION]["claims"][0]
    run(directory, servers)
    assert rows(directory)[QUAY_ID] == (None, QUAY, None, "imported")


def test_another_account_by_another_source_is_a_conflict(directory: Directory, servers: Servers) -> None:
    directory.add(line("harbour", rest_id=HARBOUR_ID, acct="harbour@old.example.org"))
    run(directory, servers)
    assert rows(directory)[HARBOUR_ID] == (None, None, HARBOUR_ACCT, "claimed")


@pytest.mark.parametrize("file", [None, {}, {"claims": {}}, []])
def test_without_the_file_of_the_coalition_nothing_changes(directory: Directory, servers: Servers, file: Any) -> None:
    run(directory, servers)
    servers.files[COALITION] = file
    with pytest.raises(HarvestStopped):
        run(directory, servers)
    assert rows(directory) == BOTH


def test_a_harvest_that_is_killed_while_it_stores_leaves_nothing_half(
    directory: Directory, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(directory, servers)
    del servers.files[COALITION]["claims"][1]

    def fail(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("passerelle_directory.harvest.running.import_found", fail)
    with pytest.raises(KeyboardInterrupt):
        run(directory, servers)
    assert rows(directory) == BOTH


def test_a_file_that_many_entries_name_is_fetched_once(directory: Directory, servers: Servers) -> None:
    others = [entry(str(number), f"desk{number}", acct=QUAY_ACCT) for number in range(1, 9)]
    servers.files[QUAY]["claims"] += others
    servers.files[COALITION]["claims"] += others
    run(directory, servers)
    assert servers.asked.count(f"https://{QUAY}/.well-known/passerelle.json") == 1


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://museums.example.org", COALITION),
        ("https://museums.example.org/", COALITION),
        ("https://museums.example.org/.well-known/passerelle.json", COALITION),
    ],
)
def test_the_address_of_a_coalition(address: str, host: str) -> None:
    assert parse_address(address) == host


@pytest.mark.parametrize(
    "address",
    [
        "museums.example.org",
        "http://museums.example.org",
        "https://127.0.0.1",
        "https://a.example/x",
        "https://a.example:8/",
    ],
)
def test_other_addresses_are_wrong_usage(data: Any, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["harvest", "coalition", address]) == 2
    assert "https://host" in capsys.readouterr().err


def test_a_coalition_that_does_not_answer_is_a_network_error(directory: Directory) -> None:
    async def silent(request: Request) -> Response:
        raise NetworkError("No answer.", host=COALITION)

    with pytest.raises(HarvestStopped, match=COALITION):
        harvest(directory.config, COALITION, silent, NOW)
    with directory.session() as session:
        assert session.scalar(select(Statement)) is None


@pytest.mark.parametrize("flag", ["discoverable", "indexable"])
def test_an_account_whose_owner_asks_not_to_be_listed_is_left_out_whatever_the_domain_states(
    directory: Directory, servers: Servers, capsys: pytest.CaptureFixture[str], flag: str
) -> None:
    servers.add_mastodon(HARBOUR_ACCT)[flag] = False
    run(directory, servers)
    assert rows(directory) == {QUAY_ID: BOTH[QUAY_ID]}
    assert f"{HARBOUR_ACCT}: its owner asks not to be listed." in capsys.readouterr().out


def test_an_account_that_was_listed_is_deleted_once_its_owner_asks_for_it(
    directory: Directory, servers: Servers
) -> None:
    run(directory, servers)
    servers.add_mastodon(HARBOUR_ACCT)["discoverable"] = False
    harvest(directory.config, COALITION, servers.fetch, NOW + KEPT)
    assert rows(directory) == {QUAY_ID: BOTH[QUAY_ID]}


def test_an_account_whose_server_does_not_say_what_its_owner_wishes_waits(
    directory: Directory, servers: Servers
) -> None:
    harvest(directory.config, COALITION, servers.fetch, NOW, 0)
    assert rows(directory) == {}
    run(directory, servers)
    assert rows(directory) == BOTH
