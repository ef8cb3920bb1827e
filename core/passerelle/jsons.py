"""Parse JSON of strangers, nested no deeper than MAX_DEPTH.

pydantic-core's parser counts levels by itself (18 MB of rows: 34 ms; a count and CPython's parser take 133), but it
refuses lone surrogates (`"\\ud83d"`, half of an emoji), which X and servers do write. Those texts go to CPython's
parser after a count: it raises RecursionError for 100,000 opening brackets, and in a browser 5,000 of them end the
interpreter, since WebAssembly calls share the page's own stack (measured in Chromium 156 with Pyodide 314.0.7).
"""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic_core import from_json

# A Bluesky post in a thread has 20. pydantic-core's own limit: https://github.com/pydantic/jiter
MAX_DEPTH = 201
_STRING = re.compile(rb'"[^"]*"?')
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def parse_json(text: bytes | str) -> Any:
    """Parse UTF-8 JSON. Raises ValueError where it is none, or is nested deeper than MAX_DEPTH."""
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    try:
        return from_json(content)
    except ValueError:
        if not _SURROGATE.search(content):
            raise
    if _is_too_deep(content):
        raise ValueError("JSON nested too deeply")
    return json.loads(content.decode())


def _is_too_deep(text: bytes) -> bool:
    if text.count(b"[") + text.count(b"{") <= MAX_DEPTH:
        return False
    code = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    brackets = _STRING.sub(b"", code).translate(None, _NOT_BRACKETS)
    for _ in range(MAX_DEPTH):  # remove the innermost pairs, one level a turn
        outer = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if outer == brackets:
            break
        brackets = outer
    return brackets.count(b"[") + brackets.count(b"{") > 0
