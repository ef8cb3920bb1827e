"""What all harvests have in common: a fetcher that tells who asks, and storing what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from passerelle_directory.config import Config, InvalidSetting
from passerelle_directory.console import DONE, print_line
from passerelle_directory.database import open_session
from passerelle_directory.harvest.found import Found, import_found
from passerelle_directory.locks import hold_writer_lock

if TYPE_CHECKING:
    from passerelle_directory.registrar.fetcher import Fetcher

COUNTED = ("new", "changed", "held", "known", "skipped")


def make_fetcher(config: Config, seconds: float) -> Fetcher:
    """Return a fetcher that names this program and how to reach its operator. Raises InvalidSetting without a contact.

    https://foundation.wikimedia.org/wiki/Policy:Wikimedia_Foundation_User-Agent_Policy
    """
    from passerelle_directory.registrar.fetcher import Fetcher  # half a second of imports

    if not config.contact:
        raise InvalidSetting("Set PASSERELLE_CONTACT: servers that are asked many times must be able to reach you.")
    contact = config.contact.encode("ascii", "ignore").decode()
    return Fetcher(user_agent=f"passerelle-harvest/1 (+https://dir.passerelle.eu; {contact})", seconds=seconds)


def store(
    config: Config,
    name: str,
    found: Sequence[Found],
    today: date,
    prepare: Callable[[Session], None] = lambda _session: None,
) -> int:
    """Import what was found, and print a line for each and one with the sums; return the exit status.

    `prepare` runs before, in the same transaction.
    """
    with hold_writer_lock(config.data), open_session(config) as session:
        prepare(session)
        counts = import_found(session, found, today, print_line)
    print_line(f"{name}: {', '.join(f'{counts[outcome]} {outcome}' for outcome in COUNTED)}")
    return DONE
