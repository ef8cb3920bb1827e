"""Delete what harvests have left on the disk once it serves no run any more: it names accounts and people."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from passerelle_directory.harvest.answers import ABOUT
from passerelle_directory.harvest.wishes import Wishes
from passerelle_directory.publishing.files import MAKING

KEPT = timedelta(days=30)  # answers of a source that no run has asked since


def tidy(folder: Path, now: datetime) -> int:
    """Delete stored answers, wishes and half-made files that are old; return how many. `now` is an aware UTC time."""
    if not folder.is_dir():
        return 0
    old = [about.parent for about in folder.rglob(ABOUT) if _is_old(about, now)]
    for answers in old:
        shutil.rmtree(answers)
    half_made = list(folder.rglob(f"{MAKING}*"))
    for path in half_made:
        path.unlink()
    return len(old) + len(half_made) + Wishes(folder, now.date()).forget_old()


def _is_old(about: Path, now: datetime) -> bool:
    fields = json.loads(about.read_bytes())
    return now - datetime.fromisoformat(fields["finished"] or fields["begun"]) > KEPT
