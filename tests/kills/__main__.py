"""`python -m tests.kills [--kills N] [--seed N] [--kind K]`: interrupt following; print one JSON object.

    {"kills", "planned", "followed", "lost", "doubled", "strange", "unsettled", "networks": {...}, "points": {...}, ...}

All numbers are follows, read from the servers: `lost` are planned and missing, `doubled` are records beyond the first
of one target, `strange` were not planned; `unsettled` are people that the extension does not show as followed.
docs/kills.md explains the rest. Progress is on stderr. Exit status 1 unless all four are 0; 2: wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.kills.run import FAULTS, KINDS, report, run
from tests.run.servers import build


def main() -> int:
    """Print the result; return the exit status."""
    options = _options()
    report("Building the extension …")
    extension = build()
    with tempfile.TemporaryDirectory(prefix="passerelle-kills-") as folder, sync_playwright() as playwright:
        result = run(playwright, extension, Path(folder), options.kind, options.kills, options.seed)
    print(json.dumps(result))
    return int(any(result[name] for name in FAULTS) or result["kills"] != options.kills)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=_count, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--kind", choices=list(KINDS), default="browser")
    return parser.parse_args()


def _count(text: str) -> int:
    """Parse a number of interruptions. Raises ArgumentTypeError."""
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
