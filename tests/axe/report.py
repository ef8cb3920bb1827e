"""What axe found, page by page: told to stderr and stored in a file as soon as it is known."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from passerelle_directory.web.languages import LANGUAGES
from playwright.sync_api import Page

THEMES = ("light", "dark")


class Look(NamedTuple):
    """One language and one theme."""

    language: str
    theme: str

    def __str__(self) -> str:
        return f"[{self.language} {self.theme}]"


LOOKS = tuple(Look(*one) for one in product(LANGUAGES, THEMES))


class Report:
    """Figures by the key of a page, such as `tab/list [fr dark]`; `file` has those that are known.

    Where there is a folder of `pictures`, each page that is photographed leaves one there.
    """

    def __init__(self, file: Path, looks: Sequence[Look] = LOOKS, pictures: Path | None = None) -> None:
        self.looks = looks
        self._pictures = pictures
        self._shown = ""
        self.pages: dict[str, dict[str, Any]] = {}
        self._file = file

    @property
    def is_clean(self) -> bool:
        """Whether there are figures, and each is 0."""
        return bool(self.pages) and all(one["violations"] == 0 for one in self.pages.values())

    @property
    def has_pictures(self) -> bool:
        """Whether pictures are stored."""
        return self._pictures is not None

    def look_at(self, page: str, find: Callable[[Look], list[str]]) -> None:
        """Note what `find` returns for a page in each look; where it fails, why, and go on."""
        for look in self.looks:
            self._shown = _key(page, look)
            try:
                found = find(look)
            except Exception as error:  # noqa: BLE001 (a figure of its own)
                self._note(page, look, {"violations": None, "error": _reason(error)})
            else:
                self._note(page, look, {"violations": len(found), **({"found": found} if found else {})})

    def photograph(self, page: Page, *, is_whole: bool = False) -> None:
        """Store a picture of what is looked at, such as `tab-list-fr-dark.png`: the viewport, or the whole page.

        A browser resizes the viewport for the whole page; popup and tab are built anew then, and forget what is open.
        """
        if self._pictures:
            name = "-".join(re.findall(r"\w+", self._shown))
            page.screenshot(path=self._pictures / f"{name}.png", full_page=is_whole)

    @contextmanager
    def guard(self, *pages: str) -> Iterator[None]:
        """Note why pages failed, in each look without a figure, and go on. Raises where every look has one."""
        try:
            yield
        except Exception as error:
            missing = [(page, look) for page in pages for look in self.looks if _key(page, look) not in self.pages]
            if not missing:  # a fault after the last figure has no figure to stand for it
                raise
            for page, look in missing:
                self._note(page, look, {"violations": None, "error": _reason(error)})

    def _note(self, page: str, look: Look, figure: dict[str, Any]) -> None:
        key = _key(page, look)
        assert key not in self.pages, f"two figures for {key}"
        self.pages[key] = {**look._asdict(), **figure}
        tell(f"{key}: {figure}" if figure["violations"] != 0 else f"{key}: 0")
        self._file.write_text(self.text(), encoding="utf-8")

    def text(self) -> str:
        """Return the figures as one JSON object."""
        return json.dumps(self.pages, ensure_ascii=False)


def tell(text: str) -> None:
    """Write a line of progress to stderr."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def _key(page: str, look: Look) -> str:
    return f"{page} {look}"


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:400]
