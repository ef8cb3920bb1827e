"""JSON of strangers: parsed only where it is nested no deeper than anything honest.

CPython raises RecursionError for 100,000 opening brackets; in a browser 5,000 of them end the whole interpreter, since
WebAssembly calls share the page's own stack (measured in Chromium 156 with Pyodide 314.0.7).
"""

from __future__ import annotations

import json
import re
from typing import Any

MAX_DEPTH = 200  # a Bluesky post in a thread has 20; 2,000 are still safe in Chromium and Firefox
_STRING = re.compile(rb'"[^"]*"?')
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def parse_json(text: bytes) -> Any:
    """Parse UTF-8 JSON. Raises ValueError where it is none, or is nested deeper than MAX_DEPTH."""
    if _is_too_deep(text):
        raise ValueError("JSON nested too deeply")
    return json.loads(text.decode())


def _is_too_deep(text: bytes) -> bool:
    if text.count(b"[") + text.count(b"{") <= MAX_DEPTH:
        return False
    code = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    brackets = _STRING.sub(b"", code).translate(None, _NOT_BRACKETS)
    for _ in range(MAX_DEPTH):  # take away the innermost pairs, one level a turn
        outer = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if outer == brackets:
            break
        brackets = outer
    return brackets.count(b"[") + brackets.count(b"{") > 0
