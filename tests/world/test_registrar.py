"""The registrar of the closed world: a process that reads a real PDS, posts of the fake X, and a Mastodon profile."""

from __future__ import annotations

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
from tests.world.directory import REGISTRAR
from tests.world.mastodons import HOME, PERSON
from tests.world.pds import Account, Pds, Plc
from tests.world.residents import TODAY
from tests.world.sites import DIRECTORY
from tests.world.test_world import Loopback
from tests.world.town import Town, open_town
from tests.world.x_posts import CREATE

pytestmark = pytest.mark.timeout(300)  # several processes start, each of which imports the server

MONTH = timedelta(days=30)
ACCT = f"{PERSON}@{HOME}"


class Joining:
    """A town, and a client that reaches every host of it."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town = town
        town.world.write_authority(folder / "ca.pem")
        trust = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        self.client = httpx.Client(transport=Loopback(town.world.port, trust), trust_env=False, timeout=30)

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
        self.town.pds.write_record(account, "eu.passerelle.claim", made["claim_id"], make_record(claim, TODAY))

    def post(self, made: dict[str, Any]) -> str:
        """Post the code on the fake X, as its pages do; return the address of the post."""
        variables = {"tweet_text": f"I moved #eXit\n{made['code']}"}
        answer = self.client.post(f"https://x.com{CREATE}", json={"variables": variables})
        post = answer.json()["data"]["create_tweet"]["tweet_results"]["result"]["rest_id"]
        return f"https://x.com/{OWNER.screen_name}/status/{post}"

    def check(self, made: dict[str, Any], **body: str) -> Any:
        """Check a claim; return its state."""
        own = {"Authorization": f"Bearer {made['secret']}"}
        answer = self.client.post(f"https://{REGISTRAR}/v1/claims/{made['claim_id']}/check", json=body, headers=own)
        assert answer.status_code == 200, answer.text
        return answer.json()["claim"]


@pytest.fixture(scope="module")
def joining(plc: Plc, pds: Pds, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Joining]:
    folder = tmp_path_factory.mktemp("registrar")
    with open_town(plc, pds, folder, []) as town:
        one = Joining(town, folder)
        yield one
        one.client.close()


def test_a_claim_is_proven_published_withdrawn_and_gone_after_thirty_days(joining: Joining) -> None:
    account = joining.town.pds.create_account("joins-here")
    made = joining.claim(did=account.did)
    joining.write_record(made, account)
    assert joining.check(made, post=joining.post(made))["grade"] == "proven"
    assert joining.town.rows(OWNER.rest_id) == []

    joining.town.registrar.publish()
    [row] = joining.town.rows(OWNER.rest_id)
    assert (row["did"], row["handle"], row["grade"]) == (account.did, account.handle, "proven")

    own = {"Authorization": f"Bearer {made['secret']}"}
    assert joining.client.delete(f"https://{REGISTRAR}/v1/claims/{made['claim_id']}", headers=own).status_code == 204
    joining.town.registrar.publish(ahead=timedelta(days=8))
    assert joining.town.rows(OWNER.rest_id) == []
    assert joining.town.files_with(account.did)
    joining.town.registrar.publish(ahead=timedelta(days=8) + MONTH)
    assert joining.town.files_with(account.did) == []


def test_a_profile_field_on_mastodon_proves_the_target(joining: Joining) -> None:
    made = joining.claim(acct=ACCT)
    assert joining.check(made, post=joining.post(made))["grade"] is None
    joining.client.post(f"https://{HOME}/settings/profile", data={"link": made["page"]})
    assert joining.check(made)["grade"] == "proven"


def test_a_post_of_another_person_or_a_deleted_one_proves_nothing(joining: Joining) -> None:
    account = joining.town.pds.create_account("poses-here")
    made = joining.claim(did=account.did)
    joining.write_record(made, account)
    assert joining.check(made, post=joining.town.posts.publish(made["code"], ADA))["grade"] == "claimed"
    post = joining.town.posts.publish(f"#eXit https://pds.passerelle.eu/{account.handle} {made['code']}")
    joining.town.posts.delete(post)
    assert joining.check(made, post=post)["grade"] == "claimed"


def test_while_the_registrar_is_stopped_its_host_does_not_answer_and_the_directory_does(joining: Joining) -> None:
    joining.town.registrar.stop()
    with pytest.raises(httpx.HTTPError):
        joining.client.get(f"https://{REGISTRAR}/openapi.json")
    assert joining.client.get(f"https://{DIRECTORY}/v1/directory/latest.json").status_code == 200
    joining.town.registrar.start(joining.town.world)
    assert joining.client.get(f"https://{REGISTRAR}/openapi.json").status_code == 200
