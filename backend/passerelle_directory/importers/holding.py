"""A source that suddenly names another account: the change waits, for it may be a mistake or a break-in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy.orm import Session

from passerelle_directory.models import HeldChange, Statement

HELD_FOR = timedelta(days=7)
TARGETS = ("did", "handle", "acct")


def is_held(session: Session, statement: Statement, values: Mapping[str, object], today: date) -> bool:
    """Return whether new values of a statement must wait; one that has waited long enough need not.

    The same change must stand at the source whenever it is read during HELD_FOR: another one waits anew, and one that
    was taken back is forgotten.
    """
    held = session.get(HeldChange, statement.id)
    if not names_another(statement, values):
        if held:
            session.delete(held)
        return False
    targets = json.dumps([values[name] for name in TARGETS])
    if held is None or held.targets != targets:
        session.merge(HeldChange(statement_id=statement.id, targets=targets, since=today))
        return True
    if today - held.since < HELD_FOR:
        return True
    session.delete(held)
    return False


def names_another(statement: Statement, values: Mapping[str, object]) -> bool:
    """Return whether values name another account on a network than the statement; a new handle of one did is none."""
    return _is_other_bluesky(statement, values) or _differ(statement.acct, values["acct"])


def _is_other_bluesky(statement: Statement, values: Mapping[str, object]) -> bool:
    if statement.did and values["did"]:
        return statement.did != values["did"]
    return _differ(statement.handle, values["handle"])


def _differ(known: str | None, new: object) -> bool:
    return bool(known and new) and str(known).lower() != str(new).lower()
