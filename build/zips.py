"""Folders -> ZIP files that are the same bytes whenever and wherever they are made."""

from __future__ import annotations

import subprocess
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path

from places import ROOT, SOURCE_DATE_EPOCH
from stamps import files_under

# The one date of all members, as zipfile wants it.
DATE = time.gmtime(SOURCE_DATE_EPOCH)[:6]
MODE = 0o100644 << 16  # a plain file that everybody may read
LEVEL = 9


def zip_folder(folder: Path, target: Path) -> Path:
    """Put everything in `folder` into the ZIP `target`; gives its path."""
    return _zip(((file, file.relative_to(folder)) for file in files_under(folder)), target)


def zip_sources(target: Path) -> Path | None:
    """Put all files that git tracks into the ZIP `target`, for reviewers; None outside a git tree."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        return None
    names = sorted(name for name in listed.stdout.split("\0") if name)
    return _zip(((ROOT / name, Path(name)) for name in names if (ROOT / name).is_file()), target)


def _zip(members: Iterable[tuple[Path, Path]], target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        for file, name in members:
            info = zipfile.ZipInfo(name.as_posix(), DATE)
            info.external_attr = MODE
            info.create_system = 3  # Unix, wherever it is made
            archive.writestr(info, file.read_bytes(), zipfile.ZIP_DEFLATED, LEVEL)
    return target
