"""Notifications of the extension: allowed beforehand, since no protocol presses the question, and read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.world.chromium import Chromium


def allow_notifications(package: Path) -> Path:
    """Change a copy of the package so that the permission is there as if it had been granted; return it."""
    file = package / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["optional_permissions"].remove("notifications")
    manifest["permissions"].append("notifications")
    file.write_text(json.dumps(manifest))
    return package


def shown_notifications(browser: Chromium) -> dict[str, Any]:
    """Return the notifications that the browser shows now, by id."""
    shown: dict[str, Any] = browser.background.evaluate("chrome.notifications.getAll()")
    return shown
