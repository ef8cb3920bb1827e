"""What pages show of the directory, of the work going on, and of what is preferred. Store `state`, key as named."""

from __future__ import annotations

from typing import Literal

from passerelle.following.pace import Speed
from passerelle.identifiers import Network
from passerelle.view import ErrorView, View


class DirectoryView(View):
    """Which directory is here; `error` is why the last update failed, the copy before it stays in use."""

    url: str
    version: int
    rows: int
    generated_at: str
    expires: str
    checked_at: str
    error: ErrorView | None


class WorkView(View):
    """What the engine is doing now, so that a popup opened in the middle can show it. `total` 0 means unknown."""

    command: str
    step: Literal["reading", "directory", "matching", "following"]
    done: int
    total: int
    started_at: str
    error: ErrorView | None


class SpeedView(View):
    """How fast to follow. Key `speed`."""

    speed: Speed


class PreferredView(View):
    """On which network people are followed who are on several; None: on each. Key `preferred`."""

    network: Network | None
