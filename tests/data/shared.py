"""Where real inputs lie, beside the project and never in it: tests that need them are skipped where they are absent.

They are of real people and organisations. PASSERELLE_SHARED_DATA names another folder of the same shape.
"""

from __future__ import annotations

import os
from pathlib import Path

SHARED = Path(os.environ.get("PASSERELLE_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
ARCHIVES = SHARED / "archives"
ANSWERS = SHARED / "x-graphql"
PAGES = SHARED / "x-pages"
BIOS = SHARED / "bios"
