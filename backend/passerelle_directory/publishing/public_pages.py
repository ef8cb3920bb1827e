"""The pages that owners of proven claims want: one small file each, written at snapshot time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from passerelle.claims.models import claim_id_of
from passerelle.directory import Evidence, Row
from sqlalchemy import select
from sqlalchemy.orm import Session

from passerelle_directory.models import StoredClaim
from passerelle_directory.publishing.files import WORLD_READABLE, write_whole

PEOPLE = "people"  # folder of the files, in that of the pages


@dataclass(frozen=True, slots=True)
class PublicPageContent:
    """What a page shows, all of it public in the row: `checked_on` is the day of the last reading of the proofs."""

    claim_id: str
    screen_name: str
    display_name: str | None
    handle: str | None
    did: str | None
    acct: str | None
    checked_on: str | None
    leaving_on: str | None
    is_searchable: bool


def read_wishes(session: Session) -> dict[str, str]:
    """Return the claims whose owners want a page, by id: `unlisted` or `searchable`."""
    wanted = select(StoredClaim.claim_id, StoredClaim.public_page).where(
        StoredClaim.public_page.is_not(None), StoredClaim.purpose == "claim"
    )
    return {claim_id: wish for claim_id, wish in session.execute(wanted) if wish}


class PageCollector:
    """Collects the pages of proven rows while the rows are written."""

    def __init__(self, wishes: Mapping[str, str]) -> None:
        self._wishes = wishes
        self.pages: list[PublicPageContent] = []

    def pass_on(self, rows: Iterable[tuple[Row, Evidence]]) -> Iterator[tuple[Row, Evidence]]:
        """Yield the rows as they are."""
        for row, evidence in rows:
            if self._wishes and row.grade == "proven":
                self._add(row, evidence)
            yield row, evidence

    def _add(self, row: Row, evidence: Evidence) -> None:
        for source in evidence.sources:
            claim_id = claim_id_of(source.name)
            if claim_id and claim_id in self._wishes and row.screen_name:
                self.pages.append(
                    PublicPageContent(
                        claim_id=claim_id,
                        screen_name=row.screen_name,
                        display_name=row.display_name,
                        handle=row.handle,
                        did=row.did,
                        acct=str(row.acct) if row.acct else None,
                        checked_on=source.date.isoformat() if source.date else None,
                        leaving_on=row.leaving_on.isoformat() if row.leaving_on else None,
                        is_searchable=self._wishes[claim_id] == "searchable",
                    )
                )


def write_public_pages(folder: Path, pages: Iterable[PublicPageContent]) -> None:
    """Write the files that changed, and delete those of pages that are not wanted or not proven any more."""
    (folder / PEOPLE).mkdir(parents=True, exist_ok=True)
    wanted = {_path(folder, one.claim_id): _to_bytes(one) for one in pages}
    for path in set((folder / PEOPLE).iterdir()) - wanted.keys():
        path.unlink()
    for path, content in wanted.items():
        if not path.exists() or path.read_bytes() != content:
            write_whole(path, content, WORLD_READABLE, overwrite=True)


def read_public_page(folder: Path, claim_id: str) -> PublicPageContent | None:
    """Return a page by the id of its claim; None where there is none."""
    try:
        return PublicPageContent(**json.loads(_path(folder, claim_id).read_bytes()))
    except FileNotFoundError:
        return None


def _path(folder: Path, claim_id: str) -> Path:
    return folder / PEOPLE / f"{claim_id}.json"


def _to_bytes(page: PublicPageContent) -> bytes:
    return json.dumps(asdict(page), ensure_ascii=False).encode() + b"\n"
