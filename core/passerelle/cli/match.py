"""`passerelle match`: the people of an archive that a directory knows, with the evidence; as text, JSON or a file.

The only file of the core that needs the extra `cli` (httpx to fetch, cryptography to check signatures).
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import binascii
import json
import sys
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from passerelle import directory, exports
from passerelle.cli.read import add_archive_arguments, read_from
from passerelle.cli.terminal import escape_json, warn
from passerelle.directory import BuiltIndex, DirectoryIndex, Latest, PinnedDirectory
from passerelle.errors import DirectoryError, InputError, NetworkError
from passerelle.following.listing import count_matches, make_match_view
from passerelle.following.marks import Following
from passerelle.hints import profiles
from passerelle.identifiers import Acct, parse_acct
from passerelle.matching.evidence import EvidenceView
from passerelle.matching.match import find_matches
from passerelle.matching.views import MatchesView, MatchView
from passerelle.people import graph
from passerelle.text import escape_for_terminal
from passerelle.transport import Request, Response, read_start

KEY_BYTES = 32
PINNED = "directories.json"  # the production list that the extension is built with, too

# How evidence reads in the table.
PHRASES: Mapping[str, str] = {
    "same_rest_id": "same X id",
    "same_name": "same X name",
    "old_name": "old name",
    "source": "says",
    "name_contradicts": "but the directory knows this id as",
    "target_contradicts": "but this handle belongs to another account now:",
    "guessed": "the address is a guess",
    "muted_on_x": "muted on X",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `match` takes."""
    add_archive_arguments(parser)
    parser.add_argument("--directory", metavar="URL|FILE", help="a directory, or a snapshot (.jsonl.gz)")
    parser.add_argument(
        "--key",
        action="append",
        type=_key,
        default=[],
        metavar="BASE64",
        help="a public key that the directory at URL may sign with",
    )
    parser.add_argument("--json", action="store_true", help="print the counts and the matches as JSON")
    parser.add_argument(
        "--format",
        choices=sorted(FORMATS),
        help="write a file; mastodon-csv holds everyone you follow who was found on the fediverse: read it first",
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="where to write it (default: print it)")


def run(arguments: argparse.Namespace) -> int:
    """Read, match, and print or write what was found. Raises UnreadableArchive, NetworkError, DirectoryError."""
    people = graph.make_graph(read_from(arguments))
    now = datetime.now(UTC)
    hints = profiles.apply_readings({}, profiles.read_names(people, ()), now)
    named = {rest_id: profile for rest_id, profile in hints.items() if profile}
    matches = (match for match in find_matches(people, _load(arguments, now), now, named) if match)
    found = [make_match_view(match, {}, Following()) for match in matches]
    views = sorted(found, key=_group)
    counts = count_matches(people, views)
    if arguments.format:
        text = FORMATS[arguments.format](views)
    elif arguments.json:
        printed = counts.model_dump(mode="json") | {"matches": [view.model_dump(mode="json") for view in views]}
        text = escape_json(json.dumps(printed, ensure_ascii=False, indent=2) + "\n")
    else:
        text = "\n".join(map(escape_for_terminal, [_title(counts, views), *map(_line, views)])) + "\n"
    _write(text, arguments.output)
    return 0


def _group(view: MatchView) -> tuple[bool, bool]:
    """Order the list as its title counts it: followed before followers; named only by their own name, last."""
    return view.row_id is None, not view.following


def _title(counts: MatchesView, views: Collection[MatchView]) -> str:
    """Return how many people the list has, and why each of them is in it."""
    found = f"{counts.found:,} of them {'is' if counts.found == 1 else 'are'} in this directory"
    named = sum(view.row_id is None for view in views)
    followers = len(views) - counts.found - named
    more = (
        (followers, f"{followers:,} who {'follows' if followers == 1 else 'follow'} you"),
        (named, f"{named:,} whose own name on X gives an address"),
    )
    also = " and ".join(phrase for count, phrase in more if count)
    return f"You follow {counts.following:,} people; {found}." + (f" Listed, too: {also}." if also else "")


def _load(arguments: argparse.Namespace, now: datetime) -> DirectoryIndex:
    place = arguments.directory
    is_url = place and urlsplit(place).scheme in ("http", "https")
    if place is None:
        merged = _read_packaged()
    else:
        merged = _download(place.rstrip("/"), arguments.key, now) if is_url else _read_file(Path(place))
    if merged.skipped:
        warn(f"{merged.skipped:,} lines of the directory could not be used")
    return DirectoryIndex(merged.rows, merged.keys, merged.offsets)


def _read_packaged() -> BuiltIndex:
    packaged = directory.read_packaged()
    if packaged is None:
        raise InputError("This program came without a directory: name one with --directory.")
    warn(f"the directory of {packaged.generated_at:%Y-%m-%d} that comes with this program is used")
    snapshot, evidence = map(directory.read_lines, (packaged.snapshot, packaged.evidence))
    return _finish(directory.build_index(snapshot, evidence, packaged.rows))


def _read_file(path: Path) -> BuiltIndex:
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise InputError(f"The directory file cannot be read: {path}: {error.strerror}") from None
    try:
        merged = _finish(directory.build_index(directory.read_lines(packed), iter(()), directory.MAX_ROWS))
    except DirectoryError as error:
        raise InputError(f"{path}: {error.message}") from error
    if not merged.count:
        raise InputError(f"There is no row of a directory in {path}.")
    return merged


def _download(url: str, keys: Sequence[bytes], now: datetime) -> BuiltIndex:
    latest = asyncio.run(_latest(url, tuple(keys) or _pinned_keys(url), now))
    snapshot, evidence = (
        directory.read_lines(
            directory.read_file(_fetch(directory.file_request(url, promise)), promise), rows=latest.rows
        )
        for promise in (latest.snapshot, latest.evidence)
    )
    return _finish(directory.build_index(snapshot, evidence, latest.rows))


async def _latest(url: str, keys: tuple[bytes, ...], now: datetime) -> Latest:
    response = _fetch(directory.latest_request(url))
    if keys:
        return await directory.read_latest(response, keys=keys, verify=_verify, now=now)
    warn(f"nothing vouches for {url}: give its public key with --key")
    return directory.read_unpinned_latest(response, now)


def _pinned_keys(url: str) -> tuple[bytes, ...]:
    listed = json.loads(resources.files("passerelle").joinpath(PINNED).read_text(encoding="utf-8"))
    return next((source.keys for source in map(PinnedDirectory.from_json, listed) if source.url == url), ())


def _fetch(request: Request) -> Response:
    """Send one request and wait for the answer, at most `request.limit` bytes of it. Raises NetworkError."""
    try:
        import httpx
    except ModuleNotFoundError:
        raise NetworkError("A directory is fetched with httpx: pip install 'passerelle[cli]'", host="") from None
    try:
        # An answer encoded for transport could decode to any size, and the files are packed anyway.
        headers = {**request.headers, "accept-encoding": "identity"}
        with httpx.stream(request.method, request.url, headers=headers, timeout=request.timeout) as answer:
            body = read_start(answer.iter_raw(), request.limit)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        host = urlsplit(request.url).netloc
        raise NetworkError(f"The directory at {host} did not answer: {error}", host=host) from None
    return Response(answer.status_code, dict(answer.headers), body, str(answer.url))


async def _verify(key: bytes, message: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _finish(steps: Generator[int, None, BuiltIndex]) -> BuiltIndex:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            merged: BuiltIndex = end.value
            return merged


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise argparse.ArgumentTypeError(f"a public key is base64 of {KEY_BYTES} bytes")
    return key


def _accts(views: Collection[MatchView]) -> Iterator[Acct]:
    """Yield the accounts in rows about followed people, without those whose row another name contradicts."""
    for view in views:
        if view.following and not any(one.code == "name_contradicts" for one in view.evidence):
            yield from (parse_acct(one.address) for one in view.accounts if one.network == "fediverse" and one.listed)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(f"{output} cannot be written: {error.strerror}") from None


def _line(view: MatchView) -> str:
    name = f"@{view.screen_name}" if view.screen_name else view.rest_id
    label = f"{name} ({view.display_name})" if view.display_name else name
    accounts = ", ".join(account.address for account in view.accounts)
    tie = "mutual" if view.following and view.followed_by else "following" if view.following else "follower"
    return f"  {label}  ->  {accounts}  [{view.grade}, {tie}: {'; '.join(map(_phrase, view.evidence))}]"


def _phrase(evidence: EvidenceView) -> str:
    if evidence.code == "source":
        return f"{evidence.detail} {PHRASES['source']} so"
    if evidence.code == "says_so":
        return f"says so in their {evidence.detail} ({evidence.date}), not checked"
    parts = (PHRASES[evidence.code], evidence.detail and f"@{evidence.detail}", evidence.date and f"({evidence.date})")
    return " ".join(filter(None, parts))


FORMATS: Mapping[str, Callable[[Any], str]] = {
    "mastodon-csv": lambda views: exports.mastodon_csv(_accts(views)),
    "csv": exports.matches_csv,
    "json": lambda views: escape_json(exports.matches_json(views)),
}
