"""The licence texts of everything in the packages -> extension/public/licences/, with an index for the settings page.

npm packages: those in extension/bundled-packages.json, by their paths in node_modules; extension/wxt.config.ts ends the
build when the code of another one is bundled. Wheels: those in the lock that build/wheels.py writes. A part without a
text ends the build.
"""

from __future__ import annotations

import base64
import email.parser
import json
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from places import BUILD, EXTENSION, PUBLIC, ROOT
from pyodide_files import RELEASE
from stamps import files_under, once
from wheels import FOLDER as WHEELS
from wheels import LOCK, ROOT_PACKAGE

FOLDER = PUBLIC / "licences"
INDEX = FOLDER / "index.json"
BUNDLED = EXTENSION / "bundled-packages.json"
MODULES = EXTENSION / "node_modules"
NPM_LOCK = EXTENSION / "package-lock.json"
# Texts that their packages on npm leave out, by the beginning of their names. Several only name their licences.
TEXTS = BUILD / "licences"
WITHOUT_TEXT = {
    "wxt": "MIT-wxt.txt",
    "@wxt-dev/browser": "MIT-wxt.txt",
    "@atproto/": "MIT.txt",
    "@atproto-labs/": "MIT.txt",
    "multiformats": "MIT.txt",
}
# What a licence's own text says, and a note that only names it does not.
GRANTS = re.compile(
    r"Permission is hereby granted|Permission to use|Redistribution and use|TERMS AND CONDITIONS|LICENSE AGREEMENT"
    r"|Mozilla Public License"
)
OURS = "AGPL-3.0-or-later"
TEXT_NAME = re.compile(r"licen[cs]e|copying|notice", re.IGNORECASE)
CLASSIFIER = "License :: OSI Approved :: "
# Names in classifiers -> in SPDX (https://spdx.org/licenses/), where the licence's text was read.
SPDX = {"Apache Software License": "Apache-2.0"}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the packages; `licence` is its SPDX name where the part states one.

    `purl` says where it comes from (https://github.com/package-url/purl-spec), `hashes` (algorithm -> hex digits) are
    those of the file that was downloaded from there, as the lock has them.
    """

    name: str
    version: str
    licence: str
    text: str
    purl: str
    hashes: Mapping[str, str]


def make_licences() -> Path:
    """Write every text and `index.json` where they are not up to date; returns the folder."""
    inputs = [
        *files_under(TEXTS, WHEELS),
        *(BUNDLED, ROOT / "LICENSE", NPM_LOCK, BUILD / "licences.py", RELEASE / "package.json"),
    ]
    once("licences", inputs, lambda: files_under(FOLDER), _write)
    return FOLDER


def parts() -> list[Part]:
    """Return everything in the packages: ours first, then the others by name. Needs what `make_wheels` makes."""
    return [_ours(), *sorted([*_pyodide(), *_wheels(), *_npm()], key=lambda part: part.name)]


def _write() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    index = []
    for part in parts():
        file = re.sub(r"[^a-z0-9.-]+", "-", f"{part.name}-{part.version}".lower()).strip("-") + ".txt"
        (FOLDER / file).write_text(part.text)
        index.append({"name": part.name, "version": part.version, "licence": part.licence, "file": file})
    INDEX.write_text(json.dumps(index, indent=1) + "\n")


def _ours() -> Part:
    version = json.loads((EXTENSION / "package.json").read_text())["version"]
    return Part("Passerelle", version, OURS, (ROOT / "LICENSE").read_text(), f"pkg:generic/passerelle@{version}", {})


def _pyodide() -> Iterator[Part]:
    version = json.loads((RELEASE / "package.json").read_text())["version"]
    text = (TEXTS / "MPL-2.0.txt").read_text()
    yield Part("Pyodide", version, "MPL-2.0", text, f"pkg:npm/pyodide@{version}", _integrity("pyodide"))
    python = json.loads(LOCK.read_text())["info"]["python"]
    text = (TEXTS / "PSF-2.0.txt").read_text()
    yield Part("Python", python, "PSF-2.0", text, f"pkg:generic/python@{python}", {})  # inside Pyodide


def _wheels() -> Iterator[Part]:
    for entry in json.loads(LOCK.read_text())["packages"].values():
        if entry["name"] == ROOT_PACKAGE:
            continue
        with zipfile.ZipFile(WHEELS / entry["file_name"]) as wheel:
            info = [name for name in wheel.namelist() if ".dist-info/" in name]
            metadata = email.parser.Parser().parsestr(_read(wheel, next(n for n in info if n.endswith("/METADATA"))))
            texts = [_read(wheel, name) for name in sorted(info) if TEXT_NAME.search(Path(name).name)]
        name, version = metadata["Name"], metadata["Version"]
        purl = f"pkg:pypi/{re.sub('[-_.]+', '-', name).lower()}@{version}"  # as PyPI normalizes names
        hashes = {"SHA-256": entry["sha256"]}
        yield _checked(Part(name, version, _licence(metadata), "\n\n".join(texts), purl, hashes))


def _licence(metadata: Message) -> str:
    classifiers = [one for one in metadata.get_all("Classifier", []) if one.startswith(CLASSIFIER)]
    names = [one.removeprefix(CLASSIFIER) for one in classifiers]
    return metadata["License-Expression"] or " AND ".join(SPDX.get(name, name) for name in names)


def _read(wheel: zipfile.ZipFile, name: str) -> str:
    return wheel.read(name).decode()


def _npm() -> Iterator[Part]:
    for path in json.loads(BUNDLED.read_text()):
        package = json.loads((MODULES / path / "package.json").read_text())
        name, version = package["name"], package["version"]
        files = sorted(file for file in (MODULES / path).iterdir() if file.is_file() and TEXT_NAME.match(file.name))
        files += [TEXTS / file for start, file in WITHOUT_TEXT.items() if name.startswith(start)]
        text = "\n\n".join(file.read_text() for file in files)
        purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
        yield _checked(Part(name, version, package["license"], text, purl, _integrity(path)))


def _integrity(path: str) -> dict[str, str]:
    """Return the hash of a package's tarball, which npm's lock has as `sha512-<base64>`."""
    locked = json.loads(NPM_LOCK.read_text())["packages"][f"node_modules/{path}"]
    kind, digest = locked["integrity"].split("-", 1)
    return {kind.upper().replace("SHA", "SHA-"): base64.b64decode(digest).hex()}


def _checked(part: Part) -> Part:
    if not part.licence or not GRANTS.search(part.text):
        raise SystemExit(f"{part.name} {part.version} comes without a licence or its text; add it to build/licences/")
    return part
