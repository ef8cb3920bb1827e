"""Where the build reads, and where it may write: dist/, extension/public/, extension/.output/, .cache/."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
CORE = ROOT / "core"
EXTENSION = ROOT / "extension"
PUBLIC = EXTENSION / "public"
DIST = ROOT / "dist"
CACHE = ROOT / ".cache" / "build"

# 2026-01-01T00:00:00Z: every file that a package holds bears this date, so that two builds are the same bytes.
SOURCE_DATE_EPOCH = 1767225600
