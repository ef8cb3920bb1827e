"""How following goes, as pages show it. Store `state`, key queue."""

from __future__ import annotations

from passerelle.view import ErrorView, View


class QueueView(View):
    """How following goes. `next_at` (ISO 8601) is set while a server asked to wait, `error` while one stopped it."""

    account: str
    running: bool
    waiting: int
    asked: int
    following: int
    failed: int
    next_at: str | None
    error: ErrorView | None
