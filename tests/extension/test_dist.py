"""What `make dist` leaves beside the packages: a bill of materials, sums, and what the stores' own linter says."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.conftest import ROOT

pytestmark = pytest.mark.timeout(600)  # the first test waits for a build

EXTENSION = ROOT / "extension"
# Parts that were downloaded inside another one, or not at all.
WITHOUT_HASH = {"Passerelle", "Python"}


@pytest.fixture(scope="module")
def dist(store_files: Path) -> Path:
    """What `make dist` makes."""
    return store_files


def bill_of(dist: Path) -> dict[str, Any]:
    bill: dict[str, Any] = json.loads((dist / "passerelle.cdx.json").read_text())
    return bill


def components(bill: dict[str, Any]) -> list[dict[str, Any]]:
    return [bill["metadata"]["component"], *bill["components"]]


def test_the_bill_of_materials_keeps_to_its_standard_and_names_no_time(dist: Path) -> None:
    text = (dist / "passerelle.cdx.json").read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert "serialNumber" not in text
    assert "timestamp" not in text


@pytest.mark.parametrize("package", ["chromium", "firefox"])
def test_the_bill_lists_every_part_of_a_package(dist: Path, package: str) -> None:
    parts = json.loads((dist / package / "licences" / "index.json").read_text())
    listed = {(one["name"], one["version"]) for one in components(bill_of(dist))}
    assert listed == {(part["name"], part["version"]) for part in parts}


def test_every_part_has_a_licence_of_spdx_a_place_and_the_hash_of_what_was_downloaded(dist: Path) -> None:
    for one in components(bill_of(dist)):
        [licence] = one["licenses"]
        assert "expression" in licence or "id" in licence["license"], one["name"]
        assert one["purl"] == one["bom-ref"]
        assert bool(one.get("hashes")) == (one["name"] not in WITHOUT_HASH), one["name"]


def test_a_package_that_npm_installed_twice_is_listed_as_the_copy_that_is_bundled(dist: Path) -> None:
    copy = EXTENSION / "node_modules" / "@atproto" / "oauth-client" / "node_modules" / "zod" / "package.json"
    versions = {one["name"]: one["version"] for one in components(bill_of(dist))}
    assert versions["zod"] == json.loads(copy.read_text())["version"]
    assert versions["zod"] != json.loads((EXTENSION / "node_modules" / "zod" / "package.json").read_text())["version"]


def test_the_sums_are_those_of_every_file_beside_them(dist: Path) -> None:
    lines = (dist / "SHA256SUMS").read_text().splitlines()
    files = {file.name for file in dist.iterdir() if file.is_file()}
    assert {line.split("  ")[1] for line in lines} == files - {"SHA256SUMS"}
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=dist, check=True)


def test_mozillas_linter_finds_no_error_and_no_warning_that_is_not_explained(dist: Path) -> None:
    command = ["npx", "--no-install", "web-ext", "lint", "--source-dir", str(dist / "firefox"), "--output", "json"]
    done = subprocess.run(command, cwd=EXTENSION, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["errors"] == []
    documented = (ROOT / "docs" / "stores.md").read_text()
    assert [one for one in report["warnings"] if f"`{one['code']}`" not in documented] == []
