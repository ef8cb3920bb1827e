"""`passerelle read`: print what an X archive holds, as text or JSON."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Collection, Iterator

from passerelle import archive as archives
from passerelle.archive import Archive, ArchiveWithoutPeople
from passerelle.cli.terminal import escape_json, print_line
from passerelle.hints.find import find_hints
from passerelle.people.summary import iso_date, summarize, summary_json

# How each source of names is called in the summary.
SOURCES = {
    "mention": "mentions",
    "reply": "replies",
    "retweet": "retweets",
    "moment": "moments",
    "media": "pictures and videos",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `read` takes."""
    add_archive_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--full", action="store_true", help="print the people too, one by one")


def add_archive_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what every command that reads an archive takes."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="the ZIP that X sent you, its folder, or loose files")
    parser.add_argument("--account", metavar="NAME", help="whose archive to read where there are several accounts'")


def read_from(arguments: argparse.Namespace) -> Archive:
    """Read the archive that the arguments name. Raises UnreadableArchive."""
    return archives.read(arguments.paths, account=arguments.account)


def run(arguments: argparse.Namespace) -> int:
    """Read the archive and print what is in it. Raises UnreadableArchive, after the JSON of one without people."""
    try:
        archive = read_from(arguments)
    except ArchiveWithoutPeople as error:
        if arguments.json:
            _print_json(error.archive, full=arguments.full)
        raise
    if arguments.json:
        _print_json(archive, full=arguments.full)
    else:
        for line in _lines(archive, full=arguments.full):
            print_line(line)
    return 0


def _print_json(archive: Archive, *, full: bool) -> None:
    print(escape_json(summary_json(summarize(archive, full=full))), end="")


def _lines(archive: Archive, *, full: bool) -> Iterator[str]:
    following = frozenset(archive.following)
    missing = {warning.code for warning in archive.warnings}
    named = following & archive.names.keys()
    yield _title(archive)
    if counts := _counts(archive, missing):
        yield f"  {counts}."
    if named:
        share = f"{len(named) / len(following):.0%}"
        yield f"  Of those you follow, {len(named):,} ({share}) are named in your own tweets:"
    sources = Counter(archive.names[rest_id].source for rest_id in named)
    for source, count in sources.most_common():
        yield f"    {count:>7,}  from {SOURCES.get(source, source)}"
    if numbered := len(following) - len(named):
        yield f"  {numbered:,} are only numbers in this archive; a number is enough to find people in the directory."
    if addresses := sum(bool(find_hints(name.display_name or "")) for name in archive.names.values()):
        names = "display name holds" if addresses == 1 else "display names hold"
        yield f"  {addresses:,} {names} an address on Bluesky or in the fediverse."
    if own := find_hints(bio="\n".join(archive.about)):
        yield f"  Your own profile names {', '.join(hint.address for hint in own)}."
    tweets = () if "tweets_missing" in missing else (f"{archive.tweets:,} tweets",)
    yield f"  {', '.join((*tweets, f'{len(archive.blocked):,} blocked', f'{len(archive.muted):,} muted'))}."
    for warning in archive.warnings:
        yield f"  ! {warning.message}"
    if full:
        yield from _people(archive)


def _counts(archive: Archive, missing: Collection[str]) -> str:
    """Return the numbers of the lists that the archive holds: an absent list is unknown, not empty."""
    following, followers = frozenset(archive.following), frozenset(archive.followers)
    counts = []
    if "following_missing" not in missing:
        counts.append(f"You follow {len(following):,} people")
    if "followers_missing" not in missing:
        counts.append(f"{len(followers):,} follow you")
    if len(counts) == 2:
        counts.append(f"{len(following & followers):,} do both")
    return "; ".join(counts)


def _title(archive: Archive) -> str:
    owner = archive.owner
    who = f"@{owner.screen_name}" if owner.screen_name else owner.rest_id or "an unknown account"
    name = f" ({owner.display_name})" if owner.display_name else ""
    date = (iso_date(archive.exported_at) or "").partition("T")[0]
    return f"Archive of {who}{name}" + (f", made on {date}" if date else "")


def _people(archive: Archive) -> Iterator[str]:
    followers = frozenset(archive.followers)
    for rest_id in archive.following:
        name = archive.names.get(rest_id)
        back = "follows you" if rest_id in followers else ""
        label = f"@{name.screen_name}  {name.display_name or ''}" if name else "(no name known)"
        yield f"  {rest_id:>20}  {label}  {back}".rstrip()
