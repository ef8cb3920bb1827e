"""The packages: what they ask for and hold, what a list of directories changes, and that builds are the same bytes."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from passerelle.engine.row_checks import X_HOSTS
from passerelle_directory.web.languages import LANGUAGES

from tests.conftest import ROOT, Packages

pytestmark = pytest.mark.timeout(600)  # the first test waits for a build

IDENTITY = tomllib.loads((ROOT / "build" / "identity.toml").read_text())
LISTED = json.loads((ROOT / "build" / "directories.json").read_text())
WHEELS = ROOT / ".cache" / "build" / "frozen"
ZIPS = ("passerelle-chromium.zip", "passerelle-firefox.zip")
MOST_BYTES = 18_000_000
CORE_WHEEL = "passerelle-0.1.0-py3-none-any.whl"


def make(tree: Path, out: Path, *options: str | Path, zone: str = "UTC") -> Path:
    """Run a tree's own build, with that tree's core and backend, in a time zone."""
    own = os.pathsep.join(str(tree / name) for name in ("core", "backend"))
    command = [sys.executable, tree / "build" / "make.py", "--out", out, *options]
    environment = os.environ | {"PYTHONPATH": own, "TZ": zone}
    built = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return out


def files_of(folder: Path) -> Mapping[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def manifest_of(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return manifest


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages that `make dist` makes."""
    return make(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.mark.parametrize(
    ("package", "permissions"),
    [
        ("chromium", ["alarms", "identity", "offscreen", "scripting", "storage", "unlimitedStorage"]),
        ("firefox", ["alarms", "identity", "scripting", "storage", "unlimitedStorage"]),
    ],
)
def test_a_package_asks_only_for_what_it_needs(dist: Path, package: str, permissions: list[str]) -> None:
    manifest = manifest_of(dist / package)
    assert sorted(manifest["permissions"]) == permissions
    assert manifest["host_permissions"] == ["https://dir.passerelle.eu/*"]
    assert manifest["content_scripts"] == []
    assert manifest["optional_permissions"] == ["notifications"]
    x_hosts = {"https://x.com/*", "https://mobile.x.com/*", "https://twitter.com/*", "https://mobile.twitter.com/*"}
    post_data = {f"https://{host}/*" for host in X_HOSTS}  # what checking a row asks
    assert set(manifest["optional_host_permissions"]) == x_hosts | post_data


# Keys of a manifest that give it power or let others reach it: https://developer.chrome.com/docs/extensions/reference/manifest
POWERS = {
    *(
        "chrome_settings_overrides",
        "chrome_url_overrides",
        "content_scripts",
        "content_security_policy",
        "declarative_net_request",
    ),
    *("devtools_page", "externally_connectable", "host_permissions", "incognito", "optional_host_permissions"),
    *("optional_permissions", "permissions", "sandbox", "side_panel", "user_scripts", "web_accessible_resources"),
}


@pytest.mark.parametrize("package", ["chromium", "firefox"])
def test_everything_that_a_package_may_do_is_explained(dist: Path, package: str) -> None:
    explained = set(re.findall(r"`([^`]+)`", (ROOT / "docs" / "permissions.md").read_text()))
    manifest = manifest_of(dist / package)
    gecko = manifest.get("browser_specific_settings", {}).get("gecko", {})
    asked = {
        *manifest["permissions"],
        *manifest["optional_permissions"],
        *manifest["host_permissions"],
        *manifest["optional_host_permissions"],
        *manifest["content_security_policy"].values(),
        *(one for kind in gecko.get("data_collection_permissions", {}).values() for one in kind),
        manifest["incognito"],
    }
    assert asked <= explained
    # Nothing else gives power, and the page promises no permission that is not asked for any more.
    told = {
        "content_scripts",
        "content_security_policy",
        "incognito",
        *(key for key in manifest if "permissions" in key),
    }
    assert manifest.keys() & POWERS == told
    assert {host for host in explained if host.startswith("https://")} == {
        host for host in asked if host.startswith("https://")
    }
    assert "(docs/permissions.md)" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("package", ["chromium", "firefox"])
def test_a_package_runs_only_its_own_code(dist: Path, package: str) -> None:
    manifest = manifest_of(dist / package)
    policy = (
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'self'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self' https:"
    )
    assert manifest["content_security_policy"] == {"extension_pages": policy}
    assert manifest["incognito"] == "not_allowed"


def test_the_identities_are_those_of_the_one_file(dist: Path) -> None:
    settings = manifest_of(dist / "firefox")["browser_specific_settings"]
    gecko = settings["gecko"]
    assert settings["gecko_android"] == {"strict_min_version": "142.0"}  # the first that asks for data consent there
    assert (gecko["id"], gecko["strict_min_version"]) == ("passerelle@passerelle.eu", "140.0")
    assert gecko["data_collection_permissions"] == {
        "required": ["authenticationInfo"],
        "optional": ["personallyIdentifyingInfo", "personalCommunications"],
    }
    key = manifest_of(dist / "chromium")["key"]
    digest = hashlib.sha256(base64.b64decode(key)).hexdigest()[:32]
    assert "".join(chr(ord("a") + int(digit, 16)) for digit in digest) == IDENTITY["chromium"]["id"]


def test_every_catalogue_is_a_language_of_the_manifest(dist: Path) -> None:
    for package in ("chromium", "firefox"):
        assert sorted(path.name for path in (dist / package / "_locales").iterdir()) == sorted(LANGUAGES)


def test_no_sentence_of_the_servers_pages_or_of_the_stores_is_in_the_extension(dist: Path) -> None:
    scripts = [path for path in (dist / "chromium").rglob("*.js") if "pyodide" not in path.parts]
    assert any('"settings.title"' in path.read_text() for path in scripts)
    assert not [path.name for path in scripts if re.search(r"site\.home_title|store\.purpose", path.read_text())]


# What makes sentences outside pages: the background, and what it uses for badges and the reading of lists.
SPEAKERS = (
    *sorted((ROOT / "extension" / "lib" / "background").glob("*.ts")),
    *(ROOT / "extension" / "lib" / "i18n" / f"{name}.ts" for name in ("account-text", "reading-text")),
)


def catalogues_in(script: str) -> list[dict[str, str]]:
    """The catalogues in a bundled script: texts of JSON, as strings."""
    texts = re.findall(r'"\{(?:\\.|[^"\\])*"', script)
    parsed = [json.loads(json.loads(text)) for text in texts if '\\"app.name\\"' in text]
    return [dict(one) for one in parsed]


@pytest.mark.parametrize("package", ["chromium", "firefox"])
def test_the_background_holds_the_sentences_that_it_says_in_every_language_and_no_others(
    dist: Path, package: str
) -> None:
    catalogues = catalogues_in((dist / package / "background.js").read_text())
    assert len(catalogues) == len(LANGUAGES)
    assert len({frozenset(catalogue) for catalogue in catalogues}) == 1
    english = json.loads((ROOT / "extension" / "locales" / "en.json").read_text())
    source = "".join(path.read_text() for path in SPEAKERS)
    families = {*re.findall(r"translate\(`([a-z_]+\.[a-z_.]*)\$\{", source), "error."}
    assert {"account.", "grade.", "state.", "network."} <= families
    said = {key for key in english if "." in key and (f'"{key}"' in source or key.startswith(tuple(families)))}
    assert len(said) > 150
    assert said <= catalogues[0].keys()
    assert not [key for key in catalogues[0] if key.startswith(("settings.", "lanes.", "drop.", "site."))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_stores_description_fits(dist: Path, language: str) -> None:
    messages = json.loads((dist / "chromium" / "_locales" / language / "messages.json").read_text())
    assert 0 < len(messages["description"]["message"]) <= 132  # developer.chrome.com/docs/webstore/prepare


@pytest.mark.parametrize("package", ["chromium", "firefox"])
def test_the_library_holds_the_modules_of_the_locked_wheels_and_the_listed_ones(dist: Path, package: str) -> None:
    with zipfile.ZipFile(dist / package / "python" / "library.zip") as library:
        stored = {member.filename for member in library.infolist() if member.compress_type == zipfile.ZIP_STORED}
        assert stored == set(library.namelist())
    start = json.loads((dist / package / "python" / "start.json").read_text())
    lines = (ROOT / "build" / "standard_library.txt").read_text().splitlines()
    listed = [line for line in lines if not line.startswith("#")]
    modules = {name.removesuffix("c") for name in stored | start["files"].keys() if name.endswith(".pyc")}

    assert start["lock"]["packages"] == {}  # Pyodide knows no package that it could load from elsewhere
    assert modules == {*listed, *modules_of_wheels(), "browser.py", "rest.py", "restored.py"}
    assert not any(name.endswith(".py") for name in stored)


def modules_of_wheels() -> set[str]:
    """The modules of the wheels in the lock, but for those that only a command line or a type checker uses."""
    left_out = ("passerelle/cli/", "pydantic/v1/", "pydantic/mypy.py")
    modules: set[str] = set()
    for entry in json.loads((WHEELS / "lock.json").read_text())["packages"].values():
        wheel = WHEELS / entry["file_name"]
        assert hashlib.sha256(wheel.read_bytes()).hexdigest() == entry["sha256"]
        modules |= {name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".py")}
    return {name for name in modules if not name.startswith(left_out)}


def test_pyodide_is_the_published_one_byte_for_byte(dist: Path) -> None:
    released = ROOT / "extension" / "node_modules" / "pyodide"
    shipped = files_of(dist / "firefox" / "pyodide")
    assert shipped == {name: (released / name).read_bytes() for name in shipped}
    assert "pyodide.asm.wasm" in shipped


@pytest.mark.parametrize("package", ["chromium", "firefox"])
def test_a_package_holds_the_licence_text_of_each_of_its_parts(dist: Path, package: str) -> None:
    files = dict(files_of(dist / package / "licences"))
    parts = json.loads(files.pop("index.json"))
    texts = {part["name"]: files.pop(part["file"]).decode() for part in parts}
    wheels = json.loads((WHEELS / "lock.json").read_text())["packages"].values()

    assert files == {}
    assert all(part["licence"] and part["version"] for part in parts)
    assert parts[0]["name"] == "Passerelle"
    assert texts.pop("Passerelle") == (ROOT / "LICENSE").read_text()
    assert "Mozilla Public License Version 2.0" in texts.pop("Pyodide")
    assert "PYTHON SOFTWARE FOUNDATION LICENSE" in texts.pop("Python")
    named = {re.sub("[-_.]+", "-", name) for name in texts}
    assert {re.sub("[-_.]+", "-", wheel["name"]) for wheel in wheels} - {"passerelle"} <= named
    assert {"svelte", "idb", "intl-messageformat", "valibot", "wxt"} <= texts.keys()
    assert all(len(text) > 500 for text in texts.values())
    assert "Permission is hereby granted" in texts["multiformats"]  # its own file only names two licences


def test_another_list_of_directories_changes_the_list_and_its_permission_only(dist: Path, packages: Packages) -> None:
    for ours, theirs in ((dist / "chromium", packages.chromium), (dist / "firefox", packages.firefox)):
        one, other = dict(files_of(ours)), dict(files_of(theirs))
        assert json.loads(one.pop("directories.json")) == LISTED != json.loads(other.pop("directories.json"))
        manifests = [json.loads(files.pop("manifest.json")) for files in (one, other)]
        assert [manifest.pop("host_permissions") for manifest in manifests]
        assert manifests[0] == manifests[1]
        assert one == other


def test_a_host_outside_the_list_gets_no_permission(tmp_path: Path) -> None:
    trust = tmp_path / "directories.json"
    hosts = ("one.example.org", "two.example.org:8443")
    trust.write_text(json.dumps([{**LISTED[0], "url": f"https://{host}"} for host in hosts]))
    manifest = manifest_of(make(ROOT, tmp_path / "out", "--directories", trust) / "chromium")
    assert manifest["host_permissions"] == ["https://one.example.org/*", "https://two.example.org/*"]


def test_a_build_from_the_reviewers_sources_in_another_time_zone_is_the_same_bytes(tmp_path: Path) -> None:
    here = copy_sources(ROOT, tmp_path / "here")
    elsewhere = unpack_sources(tmp_path / "somewhere" / "else")
    first = make(here, tmp_path / "first", "--zips")
    second = make(elsewhere, tmp_path / "second", "--zips", zone="Asia/Tokyo")
    made = {file.name: file.read_bytes() for file in first.iterdir() if file.is_file()}
    assert made.keys() == {*ZIPS, CORE_WHEEL, "passerelle.cdx.json", "SHA256SUMS"}
    assert made == {file.name: file.read_bytes() for file in second.iterdir() if file.is_file()}
    for name in ZIPS:
        assert len(made[name]) <= MOST_BYTES, "docs/performance.md says what the package may take"
        with zipfile.ZipFile(first / name) as package:
            assert {member.date_time for member in package.infolist()} == {(2026, 1, 1, 0, 0, 0)}


def test_the_code_of_a_package_without_a_licence_text_is_not_bundled(tmp_path: Path) -> None:
    tree = copy_sources(ROOT, tmp_path / "tree")
    listed = tree / "extension" / "bundled-packages.json"
    listed.write_text(json.dumps([name for name in json.loads(listed.read_text()) if name != "idb"]))
    built = subprocess.run(
        [sys.executable, tree / "build" / "make.py", "--out", tmp_path / "out"],
        env=os.environ | {"PYTHONPATH": str(tree / "core")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode != 0
    assert "idb is not in bundled-packages.json" in built.stdout + built.stderr


def unpack_sources(target: Path) -> Path:
    """Unpack the sources that `make dist` packs for reviewers; what was downloaded is used again."""
    packing = (
        f"from pathlib import Path; from zips import zip_sources; print(zip_sources(Path({str(target)!r} + '.zip')))"
    )
    command = [sys.executable, "-c", packing]
    subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT / "build")}, check=True, capture_output=True)
    shutil.unpack_archive(target.with_suffix(".zip"), target)
    assert not (target / ".git").exists()
    return use_downloads(target)


def copy_sources(tree: Path, target: Path) -> Path:
    """Copy all that the build reads, without what earlier builds made; what was downloaded is used again."""
    made = shutil.ignore_patterns(
        "node_modules", ".output", ".wxt", "pyodide", "python", "snapshot", "__pycache__", "*.gen.ts"
    )
    for name in ("build", "core", "extension", "requirements"):
        shutil.copytree(tree / name, target / name, ignore=made)
    shutil.copy(tree / "LICENSE", target)
    return use_downloads(target)


def use_downloads(target: Path) -> Path:
    """Put what `make setup` and earlier builds downloaded into a tree of sources; return the tree."""
    (target / "extension" / "node_modules").symlink_to(ROOT / "extension" / "node_modules")
    shutil.copytree(ROOT / ".cache" / "build" / "wheels", target / ".cache" / "build" / "wheels")
    return target
