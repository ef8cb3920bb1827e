"""The rest of the standard library: a module that library.zip lacks comes from Pyodide's own python_stdlib.zip."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

LIBRARY = "/lib/python314.zip"
REST = "/lib/python_stdlib.zip"


class RestFinder:
    """The last finder: asked for modules that no other has, those inside the library's packages included."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Find `name` where it would be in the rest."""
        places = [LIBRARY] if path is None else path
        return PathFinder.find_spec(name, [place.replace(LIBRARY, REST, 1) for place in places], target)


def add_rest() -> None:
    """Use the rest from now on; its file is stored."""
    sys.meta_path.append(RestFinder)
