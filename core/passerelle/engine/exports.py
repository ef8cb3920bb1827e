"""Write what is stored into files that other programs read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping

from passerelle import exports
from passerelle.engine.messages import Exported, ExportMake
from passerelle.engine.repository import Repository
from passerelle.errors import CommandError
from passerelle.matching.views import MatchView
from passerelle.people import summary

Write = Callable[[Repository], Awaitable[str]]


class Exports:
    """Make files of what the repository holds."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    async def on_make(self, fields: ExportMake) -> Exported:
        """Answer export.make."""
        filename, media_type, write = FORMATS[fields.format]
        return Exported(filename=filename, media_type=media_type, text=await write(self._repository))


def _of_matches(write: Callable[[Iterable[MatchView]], str]) -> Write:
    async def of_repository(repository: Repository) -> str:
        return write((await repository.views()).values())

    return of_repository


async def _write_archive(repository: Repository) -> str:
    """Write the archive alone, without what X's pages added. Raises CommandError: there is none."""
    archive, view = await repository.archive(), await repository.archive_view()
    if archive is None or view is None:
        raise CommandError("No archive has been read yet.")
    warnings = [warning.model_dump() for warning in view.warnings]
    return summary.summary_json(summary.describe(archive, view.exported_at, view.tweets, warnings, full=True))


async def _write_history(repository: Repository) -> str:
    """Write what was followed and unfollowed, then what failed."""
    return exports.history_csv(await repository.get_all("history"), (await repository.views()).values())


async def _write_receipt(repository: Repository) -> str:
    """Write what came of following each person. Raises CommandError: there is no archive."""
    people = await repository.graph()
    if people is None:
        raise CommandError("No archive has been read yet.")
    return exports.receipt_csv(people, await repository.views())


# format -> name of the file, its type, and the function that writes it
FORMATS: Mapping[str, tuple[str, str, Write]] = {
    "mastodon-csv": (
        "following_accounts.csv",
        "text/csv",
        _of_matches(lambda views: exports.mastodon_csv(exports.chosen_accts(views))),
    ),
    "csv": ("passerelle-matches.csv", "text/csv", _of_matches(exports.matches_csv)),
    "json": ("passerelle-matches.json", "application/json", _of_matches(exports.matches_json)),
    "history-csv": ("passerelle-history.csv", "text/csv", _write_history),
    "receipt-csv": ("passerelle-receipt.csv", "text/csv", _write_receipt),
    "archive-json": ("passerelle-archive.json", "application/json", _write_archive),
}
