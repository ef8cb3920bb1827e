"""`python -m tests.axe [PART...] [--languages en,fr]`: what axe-core finds on every page, as one JSON object.

    {"tab/list [fr dark]": {"language": "fr", "theme": "dark", "violations": 0}, ...}

Parts: popup, tab, x (badges, and the windows that they open), site (the servers' pages); all where none is named. Each
figure is told on stderr and stored in dist/axe.json when it is known. `found` lists violations; `violations` is null,
with the `error`, for a page that could not be looked at. Exit status 1 unless all are 0; 2: wrong usage.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path

from passerelle_directory.web.languages import LANGUAGES
from playwright.sync_api import Playwright, expect, sync_playwright

from tests.axe.extension import look_at_place
from tests.axe.on_x import look_at_x
from tests.axe.report import LOOKS, Report, tell
from tests.axe.site import look_at_site
from tests.run.servers import ROOT, build

FILE = ROOT / "dist" / "axe.json"
PATIENCE = 30_000  # milliseconds, of a step in a page; two cores carry browser and servers
Part = Callable[[Playwright, Report, Path], None]


@cache
def _extension() -> Path:
    tell("Building the extension …")
    return build()


PARTS: Mapping[str, Part] = {
    "popup": lambda playwright, report, folder: look_at_place(playwright, _extension(), report, folder, "popup"),
    "tab": lambda playwright, report, folder: look_at_place(playwright, _extension(), report, folder, "tab"),
    "x": lambda playwright, report, folder: look_at_x(playwright, _extension(), report, folder),
    "site": look_at_site,
}


def main() -> int:
    """Print the figures, also those of a run that was stopped; return the exit status."""
    options = _options()
    FILE.parent.mkdir(exist_ok=True)
    report = Report(FILE, [look for look in LOOKS if look.language in options.languages], options.pictures)
    signal.signal(signal.SIGTERM, _interrupt)
    is_whole = False
    try:
        with redirect_stdout(sys.stderr):  # what commands of the server print
            _look_at(options.parts, report)
        is_whole = True
    except KeyboardInterrupt:
        tell("Stopped")
    print(report.text())
    return int(not (is_whole and report.is_clean))


def _look_at(parts: list[str], report: Report) -> None:
    expect.set_options(timeout=PATIENCE)
    with tempfile.TemporaryDirectory(prefix="passerelle-axe-") as folder, sync_playwright() as playwright:
        for name in parts:
            tell(f"{name} …")
            inside = Path(folder) / name
            inside.mkdir()
            with report.guard(name):
                PARTS[name](playwright, report, inside)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--languages", type=_languages, default=LANGUAGES)
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="where to put a picture of each page")
    options = parser.parse_args()
    if unknown := set(options.parts).difference(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    options.parts = options.parts or list(PARTS)
    return options


def _languages(text: str) -> list[str]:
    """Parse languages with commas between them. Raises ArgumentTypeError."""
    languages = text.split(",")
    if unknown := set(languages).difference(LANGUAGES):
        raise argparse.ArgumentTypeError(f"no such language: {', '.join(sorted(unknown))}")
    return languages


if __name__ == "__main__":
    sys.exit(main())
