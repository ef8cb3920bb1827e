"""extension/ -> an unpacked extension for each browser, for one list of directories.

WXT bundles once, without any directory; what depends on the list is put in afterwards: `directories.json` itself and
the manifest's `host_permissions`. So packages with different lists cannot differ in anything else.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from commands import run
from places import BUILD, CORE, EXTENSION
from stamps import files_under, once

# Our name for a browser -> (WXT's name, the folder WXT writes).
BROWSERS: Mapping[str, tuple[str, Path]] = {
    "chromium": ("chrome", EXTENSION / ".output" / "chrome-mv3"),
    "firefox": ("firefox", EXTENSION / ".output" / "firefox-mv3"),
}
SOURCES = (
    *(EXTENSION / name for name in ("components", "engine", "entrypoints", "lib", "locales", "public", "styles")),
    *(
        EXTENSION / name
        for name in (
            "package-lock.json",
            "bundled-packages.json",
            "wxt.config.ts",
            "catalogue-plugin.ts",
            "tsconfig.json",
        )
    ),
    CORE / "passerelle" / "hints" / "data",  # lists of hosts: extension/lib/rules/hints.ts
    *(BUILD / name for name in ("packages.py", "identity.toml", "oauth-client-metadata.json")),
)


def prepare_types() -> None:
    """Run WXT to write the settings that tsconfig.json extends, which every TypeScript tool needs."""
    entrypoints = files_under(EXTENSION / "entrypoints")  # their names are the types of paths
    inputs = [EXTENSION / "wxt.config.ts", EXTENSION / "package-lock.json", BUILD / "packages.py", *entrypoints]
    settings = EXTENSION / ".wxt" / "tsconfig.json"
    once("wxt-types", inputs, lambda: files_under(settings), partial(_wxt, "prepare"))


def bundle() -> None:
    """Run WXT for every browser that has no current bundle."""
    inputs = files_under(*SOURCES)
    for browser, (wxt_name, folder) in BROWSERS.items():
        once(f"bundle-{browser}", inputs, partial(files_under, folder), partial(_wxt, "build", "--mv3", "-b", wxt_name))


def assemble(directories: Path, out: Path) -> list[Path]:
    """Write OUT/chromium and OUT/firefox for the list in `directories`; returns the two folders."""
    hosts = [host_permission(directory["url"]) for directory in json.loads(directories.read_text())]
    return [_assemble(folder, out / browser, directories, hosts) for browser, (_, folder) in BROWSERS.items()]


def store_files(folder: Path) -> dict[str, bytes]:
    """Return what a store gets of an unpacked extension: path -> content, without the manifest's `key`.

    The key fixes the id of an unpacked extension; Chrome's store refuses it in a new item, since it has its own key.
    """
    files = {str(file.relative_to(folder)): file.read_bytes() for file in files_under(folder)}
    manifest = json.loads(files["manifest.json"])
    manifest.pop("key", None)
    return files | {"manifest.json": _as_json(manifest).encode()}


def host_permission(url: str) -> str:
    """Return the match pattern that lets the extension fetch from a directory (patterns name no port).

    >>> host_permission("https://dir.passerelle.eu")
    'https://dir.passerelle.eu/*'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}/*"


def _wxt(*command: str) -> None:
    run("node", "node_modules/wxt/bin/wxt.mjs", *command, cwd=EXTENSION)


def _assemble(bundled: Path, folder: Path, directories: Path, hosts: list[str]) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(bundled, folder)
    shutil.copyfile(directories, folder / "directories.json")
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    manifest["host_permissions"] = sorted(set(hosts))
    (folder / "manifest.json").write_text(_as_json(manifest))
    return folder


def _as_json(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
