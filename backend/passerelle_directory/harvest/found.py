"""What a harvest has found -> the database in one transaction, with a line for each thing found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from passerelle_directory.importers.lines import BadLine, Line
from passerelle_directory.importers.loading import LINES_AT_ONCE, Importer, batches

# Why the file or the pages of a host below a shared domain (name.github.io) count for no organisation.
SHARED_DOMAIN = "anyone can get a name below this domain, so it proves nothing"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing found: its name in the report, and its fields as an import takes them, or why it is left out.

    `is_own_domain`: it was read at the domain whose own accounts it names, which attests them.
    """

    name: str
    fields: Mapping[str, str] | None = None
    reason: str = ""
    is_own_domain: bool = False


def import_found(session: Session, found: Sequence[Found], today: date, report: Callable[[str], None]) -> Counter[str]:
    """Import all that was found and commit once: an interruption leaves nothing of it.

    A source that names another account than before is `held` for some days (importers/holding.py). `report` gets a line
    for each: its name and `new`, `changed`, `held`, `known` or the reason why it is left out. Returns how
    many of each there are, the last as `skipped`.
    """
    importer = Importer(session, holds_changes=True)
    for batch in batches((_line(number, one) for number, one in enumerate(found)), LINES_AT_ONCE):
        importer.add(batch, today)
    session.commit()
    reasons = {bad.number: bad.reason for bad in importer.report.skipped}
    for number, one in enumerate(found):
        report(f"{one.name}: {reasons.get(number) or importer.outcomes[number]}")
    return Counter(importer.outcomes.get(number, "skipped") for number in range(len(found)))


def _line(number: int, one: Found) -> Line | BadLine:
    if one.fields is None:
        return BadLine(number, one.reason)
    return Line(number, {name: value for name, value in one.fields.items() if value}, one.is_own_domain)
