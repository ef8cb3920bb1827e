"""What one reading of a target's proof came to, before it has its kind and time."""

from __future__ import annotations

from dataclasses import dataclass

from passerelle.claims.models import ProofState


@dataclass(frozen=True, slots=True)
class Outcome:
    """The URL that was read, and what it says; `reason` is a code."""

    url: str
    state: ProofState
    reason: str | None = None
