"""The directory that tests rely on: real rows under a real signature, graded by how many sources agree."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.world.directory import DirectoryServer, sign, write_trust
from tests.world.pds import Account
from tests.world.residents import RESIDENTS, make_rows

ACCOUNTS = {
    one.someone.screen_name: Account(f"did:plc:{number:a>24}", one.handle, "", "")
    for number, one in enumerate(RESIDENTS)
    if one.bluesky
}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DirectoryServer]:
    with DirectoryServer(tmp_path_factory.mktemp("directory"), make_rows(ACCOUNTS)) as running:
        yield running


@pytest.fixture
def client(directory: DirectoryServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{directory.port}", trust_env=False) as client:
        yield client


def test_rows_are_published_with_the_grade_their_sources_earn(client: httpx.Client) -> None:
    latest = client.get("/v1/directory/latest.json").json()
    packed = client.get("/" + latest["files"][0]["path"]).content
    grades = {row["screen_name"]: row["grade"] for row in map(json.loads, gzip.decompress(packed).splitlines())}

    wanted = {one.someone.screen_name: "attested" if one.sources > 1 else "imported" for one in RESIDENTS}
    assert {name: grades[name] for name in wanted} == wanted


def test_the_extension_trusts_the_key_that_signs(directory: DirectoryServer, tmp_path: Path) -> None:
    [trusted] = json.loads(write_trust(tmp_path / "directories.json").read_text())

    assert trusted["url"] == "https://dir.passerelle.eu"
    assert len(trusted["keys"]) == 2


def test_signing_an_unchanged_file_again_gives_the_same_signature(directory: DirectoryServer) -> None:
    latest = directory.latest()

    assert json.loads(sign(latest))["signature"] == json.loads(latest)["signature"]
    assert json.loads(sign(latest, version=7))["signature"] != json.loads(latest)["signature"]
