"""The command `passerelle-directory`: keys, database, import, recheck, snapshot, serve, registrar. docs/operators.md"""

from __future__ import annotations

import argparse
import errno
import os
import socket
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import OperationalError

from passerelle_directory.backups.making import make_backup
from passerelle_directory.backups.restoring import RestoreRefused, restore
from passerelle_directory.config import SEED, Config, InvalidSetting, read_config
from passerelle_directory.console import (
    DONE,
    NO_NETWORK,
    UNREADABLE,
    WRONG_USAGE,
    complain,
    print_error,
    print_line,
)
from passerelle_directory.coverage import print_json, print_text
from passerelle_directory.database import (
    DatabaseNotReady,
    check_database,
    open_session,
    prepare_database,
    upgrade_database,
)
from passerelle_directory.harvest.commands import add_harvest
from passerelle_directory.harvest.patience import HarvestStopped
from passerelle_directory.harvest.tidying import tidy
from passerelle_directory.importers.lines import UnreadableFile
from passerelle_directory.importers.loading import import_file
from passerelle_directory.locks import hold_lock, hold_writer_lock
from passerelle_directory.logs import set_up_log
from passerelle_directory.nightly import AlreadyRunning, make_parts, run_nightly
from passerelle_directory.publishing import keys
from passerelle_directory.publishing.bucket import BucketError, InvalidAddress, open_bucket
from passerelle_directory.publishing.campaigns import InvalidCampaigns, load_campaigns
from passerelle_directory.publishing.files import LATEST
from passerelle_directory.publishing.groups import InvalidGroups, read_groups
from passerelle_directory.publishing.snapshot import (
    AlreadyPublishing,
    LatestDamaged,
    cover_groups,
    publish,
)
from passerelle_directory.registrar.intake import take_in
from passerelle_directory.registrar.refusals import load_key as load_refusals_key

if TYPE_CHECKING:
    from flask import Flask

DEFAULT_PORT = 8600
DEFAULT_REGISTRAR_PORT = 8601
HIGHEST_PORT = 65_535
REGISTRAR_THREADS = 24  # a check waits for other servers
FRESH = timedelta(hours=20)  # a nightly run publishes anew each night; one begun again in the same night does not
METRICS_HELP = "answer Prometheus on this port of 127.0.0.1"
RECHECK_LOCK = "recheck.lock"
SEED_FILES = (SEED / "rows.csv", SEED / "departures.csv")

# Errors that the operator can mend: one sentence, no traceback.
EXPECTED = (
    DatabaseNotReady,
    keys.KeyMissing,
    UnreadableFile,
    AlreadyPublishing,
    LatestDamaged,
    BucketError,
    RestoreRefused,
    AlreadyRunning,
    InvalidGroups,
    InvalidCampaigns,
)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class NotPublished(Exception):
    """There is nothing to serve yet."""


class AddressNotFree(Exception):
    """The host and port cannot be listened on."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status."""
    options = _parser().parse_args(arguments)
    set_up_log()
    try:
        config = read_config(os.environ)
    except InvalidSetting as error:
        return complain(error, WRONG_USAGE)
    try:
        status: int = options.run(config, options)
    except InvalidSetting as error:
        return complain(error, WRONG_USAGE)
    except (*EXPECTED, NotPublished, AddressNotFree) as error:
        return complain(error, UNREADABLE)
    except HarvestStopped as error:
        return complain(error, NO_NETWORK)
    except OperationalError as error:
        return complain(f"The database cannot be used: {error.orig}", UNREADABLE)
    except OSError as error:
        return complain(_explain(error), UNREADABLE)
    return status


def _explain(error: OSError) -> str:
    """Return one sentence about a file that cannot be read or written."""
    where = f"{error.filename}: " if error.filename else ""
    if error.errno in NO_ROOM:
        return f"{where}There is no room left on the disk. Make room, then run the command again."
    return f"{where}{error.strerror or error}."


def run_keygen(config: Config, _options: argparse.Namespace) -> int:
    """Make the keys that are missing, and print the public ones."""
    made = keys.make_keys(config.keys)
    for name in (keys.CURRENT, keys.NEXT):
        print(f"{name} {keys.public_text(keys.load_key(config.keys, name))}")
    if not made:
        print_error(f"Both keys were there already; nothing in {config.keys} was changed.")
    return DONE


def run_upgrade(config: Config, _options: argparse.Namespace) -> int:
    """Create or migrate the database."""
    upgrade_database(config)
    return DONE


def run_backup(config: Config, options: argparse.Namespace) -> int:
    """Write the database, and the keys if asked for, to a file."""
    rows = make_backup(config, options.file, datetime.now(UTC), with_keys=options.keys)
    print_line(f"{options.file}: {rows} rows" + (" and the keys" if options.keys else ""))
    if not options.keys:
        print_error("The keys are not in it: signing keys and refusals.key need a backup of their own (--keys).")
    return DONE


def run_restore(config: Config, options: argparse.Namespace) -> int:
    """Fill an empty database from a file."""
    print_line(f"{options.file}: {restore(config, options.file)} rows restored")
    return DONE


def run_import(config: Config, options: argparse.Namespace) -> int:
    """Import files."""
    files = [*(SEED_FILES if options.seed else ()), *options.files]
    if not files:
        return complain("Name at least one file, or --seed.", WRONG_USAGE)
    return _import_all(config, files)


def run_seed(config: Config, _options: argparse.Namespace) -> int:
    """Import the rows and departures that come with this program."""
    return _import_all(config, SEED_FILES)


def run_snapshot(config: Config, options: argparse.Namespace) -> int:
    """Publish what is in the database."""
    try:
        bucket = open_bucket(options.to) if options.to else None
    except InvalidAddress as error:
        return complain(error, WRONG_USAGE)
    key = keys.load_key(config.keys)
    groups, campaigns = read_groups(options.groups or config.groups), load_campaigns(config.campaigns)
    fresh = FRESH if options.if_changed else None
    with hold_writer_lock(config.data), open_session(config) as session:
        take_in(session, load_refusals_key(config.refusals_key), datetime.now(UTC))
        latest = publish(session, config.public, key, datetime.now(UTC), bucket, groups, fresh, campaigns)
    places = f"{config.public} and {options.to}" if bucket else config.public
    print_line(f"Version {latest['version']}: {latest['rows']} rows, until {latest['expires']}, in {places}")
    return DONE


def run_campaigns(config: Config, _options: argparse.Namespace) -> int:
    """Check the file of campaigns, and print what the next snapshot publishes."""
    campaigns = load_campaigns(config.campaigns)
    for one in campaigns:
        print_line(f"{one.date} {one.campaign_id}: {', '.join(sorted(one.name))}")
    if not campaigns:
        print_error(f"No campaign is announced in {config.campaigns}.")
    return DONE


def run_coverage(config: Config, options: argparse.Namespace) -> int:
    """Print how many members of each group the directory has."""
    groups = read_groups(options.groups or config.groups)
    with open_session(config) as session:
        covered = cover_groups(session, groups)
    if options.json:
        print_json(covered)
    else:
        print_text(covered, with_members=options.members)
    return DONE


def run_serve(config: Config, options: argparse.Namespace) -> int:
    """Serve until told to stop."""
    from passerelle_directory.web.app import create_app  # Flask takes half a second that no other command needs
    from passerelle_directory.web.server import serve

    if not (config.public / LATEST).exists():
        raise NotPublished(
            "There is nothing to serve yet. Run first: passerelle-directory keygen, seed (or import FILE...), snapshot"
        )
    _check_address(options.host, options.port)
    app = create_app(config)
    _serve_metrics(app, options.metrics)
    print_line(f"Serving {config.public} on http://{options.host}:{options.port}")
    serve(app, options.host, options.port)
    return DONE


def run_registrar(config: Config, options: argparse.Namespace) -> int:
    """Serve the registrar until told to stop."""
    from passerelle_directory.registrar.app import create_registrar, make_registrar  # as in run_serve
    from passerelle_directory.web.server import serve

    prepare_database(config)
    check_database(config)
    _check_address(options.host, options.port)
    app = create_registrar(make_registrar(config))
    _serve_metrics(app, options.metrics)
    print_line(f"The registrar answers on http://{options.host}:{options.port} for {config.registrar_url}")
    serve(app, options.host, options.port, REGISTRAR_THREADS)
    return DONE


def run_recheck(config: Config, options: argparse.Namespace) -> int:
    """Read the claims again that are due."""
    from passerelle_directory.registrar.app import make_registrar  # as in run_serve
    from passerelle_directory.registrar.fetcher import Fetcher, look_up_txt
    from passerelle_directory.registrar.handles import ResolvingFetch
    from passerelle_directory.registrar.recheck import PoliteFetch, recheck

    check_database(config)
    with hold_lock(config.data / RECHECK_LOCK, on_wait=partial(print_line, "Another recheck is running; waiting.")):
        fetch = ResolvingFetch(PoliteFetch(Fetcher()), look_up_txt)
        counts = recheck(make_registrar(config, fetch), datetime.now(UTC), options.limit)
    print_line(f"{counts.read} claims read, {counts.unanswered} of them without an answer; those are read again later")
    return DONE


def _serve_metrics(app: Flask, port: int | None) -> None:
    """Answer Prometheus on `port`, where one is given."""
    from passerelle_directory.metrics import LOOPBACK, serve_metrics  # as in run_serve
    from passerelle_directory.web.observing import metrics_of

    if port is not None:
        _check_address(LOOPBACK, port)
        serve_metrics(metrics_of(app), port)


def run_tidy(config: Config, _options: argparse.Namespace) -> int:
    """Delete what harvests have left and need no more."""
    with hold_writer_lock(config.data):
        deleted = tidy(config.harvest, datetime.now(UTC))
    print_line(f"{deleted} old things deleted from {config.harvest}")
    return DONE


def run_night(config: Config, options: argparse.Namespace) -> int:
    """Do the work of a night."""
    return run_nightly(config, make_parts(config, options.to))


def _check_address(host: str, port: int) -> None:
    """Raise AddressNotFree if the host and port cannot be listened on."""
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise AddressNotFree(f"Nothing can be served on {host}:{port}: {error}.") from None


def _import_all(config: Config, files: Sequence[Path]) -> int:
    prepare_database(config)
    return max(_import_one(config, path) for path in files)


def _import_one(config: Config, path: Path) -> int:
    with hold_writer_lock(config.data), open_session(config) as session:
        report = import_file(session, path, date.today())  # noqa: DTZ011  # a source's day is a local one
    for bad in report.skipped:
        print_error(f"{path} line {bad.number}: {bad.reason}")
    print_line(
        f"{path}: {report.new} new, {report.changed} changed, {report.known} known, {len(report.skipped)} skipped"
    )
    return UNREADABLE if report.skipped and not report.read else DONE


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= HIGHEST_PORT):
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to {HIGHEST_PORT}, not {text}")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="passerelle-directory", description="Run a directory; see docs/operators.md.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    keygen = commands.add_parser("keygen", help="make the signing keys and print the public ones to pin")
    keygen.set_defaults(run=run_keygen)

    database = commands.add_parser("db", help="look after the database").add_subparsers(
        required=True, metavar="COMMAND"
    )
    database.add_parser("upgrade", help="create or migrate its tables").set_defaults(run=run_upgrade)

    backing = commands.add_parser("backup", help="write the database to one file, while others write")
    backing.add_argument("file", type=Path, metavar="FILE")
    backing.add_argument("--keys", action="store_true", help="also the signing keys and refusals.key")
    backing.set_defaults(run=run_backup)
    restoring = commands.add_parser("restore", help="fill an empty database from a backup")
    restoring.add_argument("file", type=Path, metavar="FILE")
    restoring.set_defaults(run=run_restore)

    importing = commands.add_parser("import", help="import rows and departures (CSV or JSON Lines)")
    importing.add_argument("files", nargs="*", type=Path, metavar="FILE")
    importing.add_argument("--seed", action="store_true", help="also the rows that come with this program")
    importing.set_defaults(run=run_import)

    add_harvest(commands)
    commands.add_parser("seed", help="import the rows that come with this program").set_defaults(run=run_seed)
    publishing = commands.add_parser("snapshot", help="publish: write and sign the files")
    publishing.add_argument("--to", metavar="s3://BUCKET/PREFIX", help="upload them to a bucket, too")
    publishing.add_argument("--groups", type=Path, metavar="FOLDER", help="other groups than the program's")
    publishing.set_defaults(run=run_snapshot)

    publishing.add_argument("--if-changed", action="store_true", help="not where the rows of today's are the same")
    campaigns = commands.add_parser("campaigns", help="check campaigns.toml and list what it announces")
    campaigns.set_defaults(run=run_campaigns)
    nightly = commands.add_parser("nightly", help="harvest, recheck, delete what is old, snapshot")
    nightly.add_argument("--to", metavar="s3://BUCKET/PREFIX", help="upload the files to a bucket, too")
    nightly.set_defaults(run=run_night)
    commands.add_parser("tidy", help="delete what harvests have left and need no more").set_defaults(run=run_tidy)

    covering = commands.add_parser("coverage", help="how many members of each group are in the directory")
    covering.add_argument("--groups", type=Path, metavar="FOLDER", help="other groups than the program's")
    covering.add_argument("--members", action="store_true", help="also a line for each member")
    covering.add_argument("--json", action="store_true", help="as one JSON object, with the members")
    covering.set_defaults(run=run_coverage)

    serving = commands.add_parser("serve", help="serve the published files and the pages")
    serving.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    serving.add_argument("--port", type=_port, default=DEFAULT_PORT, help="default: %(default)s")
    serving.add_argument("--metrics", type=_port, metavar="PORT", help=METRICS_HELP)
    serving.set_defaults(run=run_serve)

    registrar = commands.add_parser("registrar", help="serve claims: joining, proofs, withdrawal")
    registrar.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    registrar.add_argument("--port", type=_port, default=DEFAULT_REGISTRAR_PORT, help="default: %(default)s")
    registrar.add_argument("--metrics", type=_port, metavar="PORT", help=METRICS_HELP)
    registrar.set_defaults(run=run_registrar)

    rechecking = commands.add_parser("recheck", help="read the proofs of claims again that are due")
    rechecking.add_argument("--limit", type=int, metavar="N", help="at most so many claims")
    rechecking.set_defaults(run=run_recheck)
    return parser


if __name__ == "__main__":
    sys.exit(main())
