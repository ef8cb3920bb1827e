"""What the stores ask of a package, as far as it can be read from the package: Chrome's, Edge's and Mozilla's."""

from __future__ import annotations

import json
import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from passerelle_directory.web.languages import LANGUAGES

pytestmark = pytest.mark.timeout(600)  # the first test waits for a build

# Keys of version 3 that we use, none deprecated (https://developer.chrome.com/docs/extensions/reference/manifest).
# `key` and `update_url` are for what no store hosts.
CHROMES_KEYS = {
    *("action", "background", "content_scripts", "content_security_policy", "default_locale", "description"),
    *("homepage_url", "host_permissions", "icons", "incognito", "manifest_version", "minimum_chrome_version", "name"),
    *("optional_host_permissions", "optional_permissions", "permissions", "version"),
}
FIREFOX_KEYS = CHROMES_KEYS - {"minimum_chrome_version"} | {"browser_specific_settings"}
LARGEST_FILE = 5_000_000  # bytes that Mozilla's linter reads; other kinds of files may be larger
REMOTE_CODE = re.compile(
    r"""importScripts\(["']https?:|import\(["']https?:|from ?["']https?:|<script[^>]+src=["']?(?:https?:)?//"""
)


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def package(request: pytest.FixtureRequest, store_files: Path) -> Iterator[zipfile.ZipFile]:
    """The ZIP that a store gets."""
    with zipfile.ZipFile(store_files / f"passerelle-{request.param}.zip") as archive:
        yield archive


def test_the_manifest_has_only_keys_that_its_store_takes(package: zipfile.ZipFile) -> None:
    manifest = json.loads(package.read("manifest.json"))
    assert manifest["manifest_version"] == 3
    allowed = FIREFOX_KEYS if "browser_specific_settings" in manifest else CHROMES_KEYS
    assert manifest.keys() <= allowed
    assert re.fullmatch(r"\d{1,5}(\.\d{1,5}){0,3}", manifest["version"])


def test_every_icon_is_there_in_the_size_that_it_is_named_for(package: zipfile.ZipFile) -> None:
    icons = json.loads(package.read("manifest.json"))["icons"]
    assert {"48", "128"} <= icons.keys()
    for size, path in icons.items():
        width, height = struct.unpack(">II", package.read(path)[16:24])  # https://www.w3.org/TR/png/#11IHDR
        assert (width, height) == (int(size), int(size))


@pytest.mark.parametrize("language", LANGUAGES)
def test_name_and_summary_fit_in_every_language(package: zipfile.ZipFile, language: str) -> None:
    messages = json.loads(package.read(f"_locales/{language}/messages.json"))
    assert 0 < len(messages["name"]["message"]) <= 45  # Edge's and Mozilla's limits are wider
    assert 0 < len(messages["description"]["message"]) <= 132


def test_no_code_is_loaded_from_elsewhere(package: zipfile.ZipFile) -> None:
    texts = [name for name in package.namelist() if name.endswith((".js", ".mjs", ".html"))]
    assert "background.js" in texts
    found = {
        name: REMOTE_CODE.findall(package.read(name).decode()) for name in texts if not name.startswith("pyodide/")
    }
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_files_are_packed_as_a_store_reads_them(package: zipfile.ZipFile) -> None:
    assert len({name.lower() for name in package.namelist()}) == len(package.namelist())
    assert not [name for name in package.namelist() if name.startswith(("/", "_")) and not name.startswith("_locales/")]
    assert not [name for name in package.namelist() if name.endswith((".zip", ".gz")) and not name.startswith("py")]
    scripts = [one for one in package.infolist() if one.filename.endswith((".js", ".mjs", ".json", ".css", ".html"))]
    assert max(one.file_size for one in scripts) < LARGEST_FILE
