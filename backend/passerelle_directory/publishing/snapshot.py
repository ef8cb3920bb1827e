"""The database -> the signed files that everyone downloads: rows, keys, places, deltas and latest.json.

Files are named by their checksum and never change; latest.json is replaced last and in one step, so a client
that downloads meanwhile gets either the old directory or the new one.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from passerelle.directory import MAX_AHEAD, Campaign, Evidence, Latest, Row, key_id, parse_latest, signed_bytes
from passerelle.errors import DirectoryError
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased, selectinload

from passerelle_directory.locks import Busy, hold_lock
from passerelle_directory.models import Account, Departure, Publication
from passerelle_directory.publishing.bucket import Bucket
from passerelle_directory.publishing.campaigns import write_campaigns
from passerelle_directory.publishing.counts import Counts, read_history, store_counts, write_history
from passerelle_directory.publishing.deltas import Delta, write_deltas
from passerelle_directory.publishing.departures import DepartureIndex, leaves_on, make_departures
from passerelle_directory.publishing.files import FILES, LATEST, MAKING, WORLD_READABLE, write_whole
from passerelle_directory.publishing.groups import Covered, Group, MemberRows, cover
from passerelle_directory.publishing.keys import public_bytes
from passerelle_directory.publishing.named import File
from passerelle_directory.publishing.names import NameCollector
from passerelle_directory.publishing.pages import PAGES, write_groups, write_pages
from passerelle_directory.publishing.public_pages import PageCollector, read_wishes, write_public_pages
from passerelle_directory.publishing.row_files import RowFiles
from passerelle_directory.publishing.rows import make_row
from passerelle_directory.publishing.superseded import delete_superseded, record_superseded

# A client refuses a directory past its date: an operator who publishes daily may be away for two weeks, and a
# mirror that withholds changes (an erasure, a new key) is refused after the same time.
EXPIRES_AFTER = timedelta(days=14)
ACCOUNTS_AT_ONCE = 500
SURE = ("proven", "attested")
COMPRESSION = 9
WORLD_OPEN = 0o755  # of `public`, whatever the umask: another server may serve it under its own account


class LatestDamaged(Exception):
    """The published latest.json has no readable version."""


class AlreadyPublishing(Exception):
    """Another process is making a snapshot in the same folder."""


def publish(
    session: Session,
    public: Path,
    key: Ed25519PrivateKey,
    now: datetime,
    bucket: Bucket | None = None,
    groups: Sequence[Group] = (),
    fresh: timedelta | None = None,
    campaigns: Sequence[Campaign] = (),
) -> dict[str, Any]:
    """Write the files of the directory under `public`, then latest.json signed with `key`; return its content.

    `now` is an aware UTC time. `groups` are counted for the pages, `campaigns` announced. The same files are uploaded
    to `bucket`, where there is one. Files superseded longer than KEPT_AFTER ago are deleted. A latest.json that has the
    same rows and campaigns, and is younger than `fresh`, stays as it is.
    Raises AlreadyPublishing, LatestDamaged, BucketError.
    """
    with _alone(public) as folder:
        uploaded = bucket.list_files() if bucket else {}
        counts = Counts()
        departures = read_departures(session)
        members, public_pages, names = MemberRows(groups), PageCollector(read_wishes(session)), NameCollector()
        passed = names.pass_on(public_pages.pass_on(members.pass_on(read_rows(session, departures))))
        files = replace(write_files(folder, passed, counts), campaigns=write_campaigns(folder, campaigns))
        before, rows = _read_latest(public), counts.people + counts.organisations
        if before and fresh and before.generated_at >= now - fresh and _is_current(public, before, key, rows, files):
            named = [*files.every(), *(delta.file for delta in _deltas_of(before))]
            body = (public / LATEST).read_bytes()
        else:
            version = _next_version(session, public, now)
            deltas = write_deltas(folder, before, files.rows, version, now)
            session.add(
                Publication(version=version, generated_at=now, people=counts.people, organisations=counts.organisations)
            )
            store_counts(session, now.date(), counts)
            named = [*files.every(), *(delta.file for delta in deltas)]
            dates = {name: stored.uploaded_at for name, stored in uploaded.items()}
            record_superseded(session, folder, dates, {file.name for file in named}, now)
            session.commit()
            body = _to_body(sign_latest(key, version, now, rows, files, deltas))
        left, pages = departures.linked(), public.parent / PAGES
        write_pages(pages, left, counts.people, counts.organisations, _iso(now))
        write_groups(pages, [(group, cover(group, members, left)) for group in groups])
        write_history(pages, counts, read_history(session, now.date()))
        write_public_pages(pages, public_pages.pages)
        names.write(pages)
        write_whole(public / LATEST, body, WORLD_READABLE, overwrite=True)
        if bucket:
            missing = {file.name for file in named if not file.is_whole_in(uploaded)}
            bucket.upload([folder / name for name in sorted(missing)], body)
        delete_superseded(session, folder, bucket, now)
    published: dict[str, Any] = json.loads(body)
    return published


def _is_current(public: Path, before: Latest, key: Ed25519PrivateKey, rows: int, files: Files) -> bool:
    """Return whether a latest.json made now would be the one that is published, but for its version and its date."""
    same = sign_latest(key, before.version, before.generated_at, rows, files, _deltas_of(before))
    return (public / LATEST).read_bytes() == _to_body(same)


def _deltas_of(latest: Latest) -> list[Delta]:
    return [Delta(one.since, one.until, File.from_promise(one.file)) for one in latest.deltas]


def _to_body(latest: dict[str, Any]) -> bytes:
    return json.dumps(latest, indent=1).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Files:
    """All files of one version, but its deltas."""

    rows: tuple[File, ...]
    keys: File
    places: File
    campaigns: File | None = None

    def every(self) -> tuple[File, ...]:
        """Return all of them."""
        return (*self.rows, self.keys, self.places, *((self.campaigns,) if self.campaigns else ()))

    def to_json(self) -> list[dict[str, Any]]:
        """Return the list `files` of latest.json."""
        kinds = [*(("rows", file) for file in self.rows), ("keys", self.keys), ("places", self.places)]
        return [{"kind": kind} | file.to_json() for kind, file in kinds]


def write_files(folder: Path, rows: Iterable[tuple[Row, Evidence]], counts: Counts) -> Files:
    """Write rows, sorted by row_id, with their reasons; equal rows, equal bytes."""
    with RowFiles(folder) as files:
        for row, evidence in rows:
            files.add(row, evidence)
            counts.add(row)
        return Files(*files.finish())


def sign_latest(
    key: Ed25519PrivateKey, version: int, now: datetime, rows: int, files: Files, deltas: Sequence[Delta] = ()
) -> dict[str, Any]:
    """Make latest.json: Ed25519 over RFC 8785 canonical JSON of everything but the signature."""
    latest = {
        "version": version,
        "generated_at": _iso(now),
        "expires": _iso(now + EXPIRES_AFTER),
        "rows": rows,
        "files": files.to_json(),
        "deltas": [delta.to_json() for delta in deltas],
        "campaigns": [files.campaigns.to_json()] if files.campaigns else [],
        "key_id": key_id(public_bytes(key)),
    }
    return latest | {"signature": base64.b64encode(key.sign(signed_bytes(latest))).decode()}


def read_departures(session: Session) -> DepartureIndex:
    """Return the organisations that left X."""
    return DepartureIndex(make_departures(session.scalars(select(Departure).order_by(Departure.id))))


def cover_groups(session: Session, groups: Sequence[Group]) -> list[tuple[Group, list[Covered]]]:
    """Return what the database has of each member of these groups."""
    departures, rows = read_departures(session), MemberRows(groups)
    for row, _ in read_rows(session, departures):
        rows.note(row)
    return [(group, cover(group, rows, departures.linked())) for group in groups]


def read_rows(session: Session, departures: DepartureIndex | None = None) -> Iterator[tuple[Row, Evidence]]:
    """Return the rows in the order of their row_id, without those that an attested row of the same name outweighs."""
    departures = departures or read_departures(session)
    attested_names = _find_attested_names(session)
    # row_id is lower-case hex, so every database sorts it alike, and as the client compares it.
    query = select(Account).order_by(Account.row_id).options(selectinload(Account.statements))
    for account in session.scalars(query.execution_options(yield_per=ACCOUNTS_AT_ONCE)):
        row, evidence = make_row(account, account.statements)
        if row.grade in SURE or row.rest_id is None or account.screen_name_key not in attested_names:
            yield replace(row, leaving_on=leaves_on(row, departures.find(row)) or row.leaving_on), evidence


def _find_attested_names(session: Session) -> frozenset[str]:
    """Return the names of attested rows without id that other accounts, with an id, bear too.

    Clients look for a person's id first. A row whose id only one family states must not hide what two families agree
    on for that name.
    """
    other = aliased(Account)
    query = (
        select(Account)
        .where(Account.rest_id.is_(None))
        .where(exists().where(other.screen_name_key == Account.screen_name_key, other.rest_id.is_not(None)))
        .options(selectinload(Account.statements))
    )
    named = ((account.screen_name_key, make_row(account, account.statements)[0]) for account in session.scalars(query))
    return frozenset(name for name, row in named if name and row.grade in SURE)


def _read_latest(public: Path) -> Latest | None:
    """Return what is published now; None where that is nothing, or names no files that deltas can start from."""
    try:
        return parse_latest(json.loads((public / LATEST).read_bytes()))
    except (FileNotFoundError, ValueError, DirectoryError):
        return None


def _next_version(session: Session, public: Path, now: datetime) -> int:
    """Return the time in Unix seconds, or more where a version that clients may have seen is as high.

    A lost database must not make clients see an older directory. Versions that no client takes are left out: such a
    one, written by a wrong clock or a stolen key, would make every later directory unreadable, too.
    Raises LatestDamaged.
    """
    most = int((now + MAX_AHEAD).timestamp())
    stored = session.scalar(select(func.max(Publication.version)).where(Publication.version < most)) or 0
    try:
        published = int(json.loads((public / LATEST).read_bytes())["version"])
    except FileNotFoundError:
        published = 0
    except (ValueError, TypeError, KeyError):
        raise LatestDamaged(
            f"{public / LATEST} is damaged: put it back from a copy, or move it away if the database is not a new one."
        ) from None
    seen = max(version for version in (stored, published, 0) if version < most)
    return max(int(now.timestamp()), seen + 1)


@contextmanager
def _alone(public: Path) -> Iterator[Path]:
    """Lock `public` inside the block and yield its folder of files, without leftovers of an interrupted snapshot."""
    files = public / FILES
    files.mkdir(parents=True, exist_ok=True)
    for folder in (public, files):
        if folder.stat().st_mode & WORLD_OPEN != WORLD_OPEN:
            folder.chmod(WORLD_OPEN)
    try:
        with hold_lock(public.parent / "snapshot.lock"):
            for half_made in (*public.glob(f"{MAKING}*"), *files.glob(f"{MAKING}*")):
                half_made.unlink()
            yield files
    except Busy:
        raise AlreadyPublishing("Another snapshot is being made; wait until it is done.") from None


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
