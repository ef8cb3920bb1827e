"""The registrar of the closed world: a process that reads a real PDS, posts of the fake X, and a Mastodon profile."""

from __future__ import annotations

import gzip
import json
import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from passerelle.claims.models import Claim
from passerelle.claims.records import make_record

from tests.data.people import ADA, OWNER
from tests.world import fake_x
from tests.world.directory import DirectoryServer
from tests.world.mastodon_profiles import Profiles
from tests.world.mastodons import HOME, PERSON, make_mastodons
from tests.world.pds import Account, Pds, Plc
from tests.world.registrar import REGISTRAR, RegistrarServer
from tests.world.residents import TODAY
from tests.world.sites import DIRECTORY, make_sites
from tests.world.test_world import Loopback
from tests.world.world import World
from tests.world.x_posts import XPosts

pytestmark = pytest.mark.timeout(300)  # several processes start, each of which imports the server

MONTH = timedelta(days=30)
ACCT = f"{PERSON}@{HOME}"


class Town:
    """The servers, and a client that reaches every host of theirs."""

    def __init__(self, plc: Plc, pds: Pds, folder: Path, directory: DirectoryServer) -> None:
        self.pds, self.directory = pds, directory
        self.posts = XPosts()
        self.profiles = Profiles(HOME, [PERSON])
        self.registrar = RegistrarServer(directory)
        mastodons = make_mastodons()
        mastodons[HOME].otherwise = self.profiles.site
        sites = make_sites(plc, pds, directory, mastodons)
        self.world = World({**sites, **self.posts.sites(fake_x.site), REGISTRAR: self.registrar.site})
        pds.lead_to(self.world.port, self.world.authority)
        self.registrar.start(self.world)
        self.world.write_authority(folder / "ca.pem")
        trust = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        self.client = httpx.Client(transport=Loopback(self.world.port, trust), trust_env=False, timeout=30)

    def claim(self, **targets: str) -> dict[str, Any]:
        """Make the owner's claim; return the answer."""
        x = {"rest_id": OWNER.rest_id, "screen_name": OWNER.screen_name}
        answer = self.client.post(f"https://{REGISTRAR}/v1/claims", json={**x, **targets})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def write_record(self, made: dict[str, Any], account: Account) -> None:
        """Write the claim's record into the person's repository."""
        claim = Claim.model_validate({name: made[name] for name in Claim.model_fields if name in made})
        self.pds.write_record(account, "eu.passerelle.claim", made["claim_id"], make_record(claim, TODAY))

    def post(self, made: dict[str, Any]) -> str:
        """Post the code on the fake X's intent page; return the address of the post."""
        answer = self.client.post("https://x.com/intent/post", data={"text": f"I moved #eXit\n{made['code']}"})
        return str(answer.headers["location"])

    def check(self, made: dict[str, Any], **body: str) -> Any:
        """Check a claim; return its state."""
        own = {"Authorization": f"Bearer {made['secret']}"}
        answer = self.client.post(f"https://{REGISTRAR}/v1/claims/{made['claim_id']}/check", json=body, headers=own)
        assert answer.status_code == 200, answer.text
        return answer.json()["claim"]

    def rows(self) -> list[dict[str, Any]]:
        """Return the published rows about the owner."""
        latest = json.loads(self.directory.latest())
        paths = [one["path"] for one in latest["files"] if one["kind"] == "rows"]
        packed = [self.client.get(f"https://{DIRECTORY}/{path}").content for path in paths]
        lines = [line for blocks in packed for line in gzip.decompress(blocks).splitlines()]
        return [row for row in map(json.loads, lines) if row.get("rest_id") == OWNER.rest_id]

    def files_with(self, text: str) -> list[str]:
        """Return the served files that hold a text."""
        served = [file for file in (self.directory.folder / "public").rglob("*") if file.is_file()]
        return [file.name for file in served if text.encode() in _unpack(file.read_bytes())]

    def close(self) -> None:
        """Stop what was started here."""
        self.client.close()
        self.registrar.stop()
        self.world.stop()


def _unpack(body: bytes) -> bytes:
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


@pytest.fixture(scope="module")
def town(plc: Plc, pds: Pds, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("registrar")
    with DirectoryServer(folder, [], has_own_keys=True) as directory:
        one = Town(plc, pds, folder, directory)
        yield one
        one.close()


def test_a_claim_is_proven_published_withdrawn_and_gone_after_thirty_days(town: Town) -> None:
    account = town.pds.create_account("joins-here")
    made = town.claim(did=account.did)
    town.write_record(made, account)
    assert town.check(made, post=town.post(made))["grade"] == "proven"
    assert town.rows() == []

    town.registrar.publish(ahead=timedelta(days=7, minutes=1))
    [row] = town.rows()
    assert (row["did"], row["handle"], row["grade"]) == (account.did, account.handle, "proven")

    own = {"Authorization": f"Bearer {made['secret']}"}
    assert town.client.delete(f"https://{REGISTRAR}/v1/claims/{made['claim_id']}", headers=own).status_code == 204
    town.registrar.publish(ahead=timedelta(days=8))
    assert town.rows() == []
    assert town.files_with(account.did)
    town.registrar.publish(ahead=timedelta(days=8) + MONTH)
    assert town.files_with(account.did) == []


def test_a_profile_field_on_mastodon_proves_the_target(town: Town) -> None:
    made = town.claim(acct=ACCT)
    assert town.check(made, post=town.post(made))["grade"] is None
    town.client.post(f"https://{HOME}/settings/profile", data={"link": made["page"]})
    assert town.check(made)["grade"] == "proven"


def test_a_post_of_another_person_or_a_deleted_one_proves_nothing(town: Town) -> None:
    account = town.pds.create_account("poses-here")
    made = town.claim(did=account.did)
    town.write_record(made, account)
    assert town.check(made, post=town.posts.publish(made["code"], ADA))["grade"] == "claimed"
    post = town.posts.publish(f"#eXit https://pds.passerelle.eu/{account.handle} {made['code']}")
    town.posts.delete(post)
    assert town.check(made, post=post)["grade"] == "claimed"


def test_while_the_registrar_is_stopped_its_host_does_not_answer_and_the_directory_does(town: Town) -> None:
    town.registrar.stop()
    with pytest.raises(httpx.HTTPError):
        town.client.get(f"https://{REGISTRAR}/openapi.json")
    assert town.client.get(f"https://{DIRECTORY}/v1/directory/latest.json").status_code == 200
    town.registrar.start(town.world)
    assert town.client.get(f"https://{REGISTRAR}/openapi.json").status_code == 200
