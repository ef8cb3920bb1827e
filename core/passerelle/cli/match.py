"""`passerelle match`: the people of an archive that a directory knows, with the evidence; as text, JSON or a file."""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from passerelle import exports
from passerelle.cli.directories import find_rows
from passerelle.cli.read import add_archive_arguments, read_from
from passerelle.cli.terminal import escape_json
from passerelle.errors import InputError
from passerelle.following.listing import count_matches, make_match_view
from passerelle.following.marks import Following
from passerelle.hints import profiles
from passerelle.identifiers import Acct, parse_acct
from passerelle.matching.evidence import EvidenceView
from passerelle.matching.match import find_matches
from passerelle.matching.views import MatchesView, MatchView
from passerelle.people import graph
from passerelle.text import escape_for_terminal

KEY_BYTES = 32

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
    parser.add_argument("--directory", metavar="URL|FILE", help="a directory, or a file of its rows (.jsonl.gz)")
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
    rows = find_rows(people, arguments.directory, arguments.key, now)
    matches = (match for match in find_matches(people, rows, now, named) if match)
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
