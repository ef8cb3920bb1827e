"""Find modules of the standard library that the engine's code imports and its library.zip does not hold.

pytest imports modules of its own that the engine needs not, so every import statement is recorded with the module that
it stands in; what counts is imported, through however many modules, by one of library.zip.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Mapping
from importlib.util import resolve_name
from types import ModuleType
from typing import Any

import rest

LIBRARY = f"{rest.LIBRARY}/"
REST = f"{rest.REST}/"
MACHINERY = ("importlib", "importlib._bootstrap")  # they import what others ask for


def watch_imports() -> Callable[[], set[tuple[str, str]]]:
    """Record imports from now on; return a function that returns what is lacking: `(path, importer)`."""
    edges: dict[str, set[str]] = {}
    original = builtins.__import__

    # Named as the original's: callers may use keywords.
    def recording(
        name: str,
        globals: Any = None,  # noqa: A002
        locals: Any = None,  # noqa: A002
        fromlist: Any = (),
        level: int = 0,
    ) -> ModuleType:
        imported = original(name, globals, locals, fromlist, level)
        if importer := (globals or {}).get("__name__"):
            absolute = resolve_name("." * level + name, globals.get("__package__") or "")
            edges.setdefault(importer, set()).update(_modules(absolute, fromlist or ()))
        return imported

    builtins.__import__ = recording
    return lambda: _lacking(edges)


def _modules(name: str, fromlist: Any) -> set[str]:
    parts = name.split(".")
    parents = {".".join(parts[: end + 1]) for end in range(len(parts))}
    return parents | {f"{name}.{one}" for one in fromlist if f"{name}.{one}" in sys.modules}


def _lacking(edges: Mapping[str, set[str]]) -> set[tuple[str, str]]:
    waiting = [name for name in edges if _path(name).startswith(LIBRARY) and name not in MACHINERY]
    known, lacking = set(waiting), set()
    while waiting:
        importer = waiting.pop()
        for name in edges.get(importer, ()):
            if name not in known and _path(name).startswith(REST):
                known.add(name)
                waiting.append(name)
                lacking.add((_path(name).removeprefix(REST), importer))
    return lacking


def _path(name: str) -> str:
    return getattr(sys.modules.get(name), "__file__", None) or ""
