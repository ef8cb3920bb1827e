"""The rest of the standard library: a module that library.zip lacks comes from rest.zip."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

LIBRARY = "/lib/python314.zip"
REST = "/lib/rest.zip"


class RestFinder:
    """The last finder: asked for modules that no other has, those inside the library's packages included."""

    def __init__(self, report: Callable[[str], object]) -> None:
        self._report = report

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find `name` where it would be in the rest; report it."""
        places = [LIBRARY] if path is None else path
        found = PathFinder.find_spec(name, [place.replace(LIBRARY, REST, 1) for place in places], target)
        if found:
            self._report(name)
        return found


def add_rest(report: Callable[[str], object]) -> None:
    """Use the rest from now on, whose file is stored; `report` is called with the name of every module from it."""
    sys.meta_path.append(RestFinder(report))
