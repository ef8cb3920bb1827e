"""How long published files may be kept, by us, by caches and by clients.

A row that was erased is gone from every file 30 days later at the latest (docs/operators.md): a file is served for
KEPT_AFTER once latest.json names it no more, and who fetches it on the last day may cache it for CACHED_FOR.
"""

from __future__ import annotations

from datetime import timedelta

CHECKED_AGAIN = timedelta(minutes=5)  # latest.json and the pages
CACHED_FOR = timedelta(days=15)
KEPT_AFTER = timedelta(days=15)

CHANGING = f"public, max-age={int(CHECKED_AGAIN.total_seconds())}"
UNCHANGING = f"public, max-age={int(CACHED_FOR.total_seconds())}, immutable"
"""Values of Cache-Control (RFC 9111, RFC 8246) where a file is served by others than this program."""
