"""Folders -> ZIP files that are the same bytes whenever and wherever they are made."""

from __future__ import annotations

import subprocess
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

from places import ROOT, SOURCE_DATE_EPOCH
from stamps import files_under

# The one date of all members, as zipfile wants it.
DATE = time.gmtime(SOURCE_DATE_EPOCH)[:6]
MODE = 0o100644 << 16  # a plain file that everybody may read
UNIX = 3  # the system a member says it was made on, wherever it is made
LEVEL = 9


def zip_sources(target: Path) -> Path | None:
    """Put all files that git tracks into the ZIP `target`, for reviewers; None outside a git tree."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        return None
    tracked = [ROOT / name for name in listed.stdout.split("\0") if name]
    files = files_under(*tracked)  # also those behind a link to a folder
    return zip_bytes({str(file.relative_to(ROOT)): file.read_bytes() for file in files}, target)


def zip_bytes(members: Mapping[str, bytes], target: Path, *, stored: bool = False) -> Path:
    """Write `members` (path -> content) into the ZIP `target`, sorted, deflated unless `stored`; returns its path."""
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, DATE)
            info.external_attr = MODE
            info.create_system = UNIX
            archive.writestr(info, members[name], method, LEVEL)
    return target
