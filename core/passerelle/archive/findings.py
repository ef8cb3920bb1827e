"""Warnings about what is missing from exports or contradicts itself, once all files have been read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain

from passerelle.archive.drafts import UNKNOWN_OWNER, Draft
from passerelle.archive.records import ArchiveWarning

# The lists of an archive, and what is lost without each.
LISTS = {
    "following": "some of those you follow",
    "follower": "some of those who follow you",
    "block": "those you block",
    "mute": "those you mute",
    "tweets": "names that only it knows",
    "tweet": "names that only it knows",
}
# Kinds of files of which one at least is expected, with the warning where none was read.
EXPECTED = (
    (("following",), "following_missing", "following.js {state}: the people you follow are not known."),
    (("follower",), "followers_missing", "follower.js {state}: who follows you is not known."),
    (
        ("tweets", "tweet", "grailbird-month"),
        "tweets_missing",
        "There are no tweets here, so people are known by number only.",
    ),
)


def all_findings(latest_first: Sequence[Draft]) -> Iterator[ArchiveWarning]:
    """Yield the warnings about the exports of one account, given the latest first."""
    absent = [one for one in EXPECTED if not any(draft.has(kind) for draft in latest_first for kind in one[0])]
    kinds = {kind for one in absent for kind in one[0]}
    yield from chain.from_iterable(_in_one_export(draft, kinds) for draft in latest_first)
    if len(latest_first) > 1:
        message = f"{len(latest_first)} exports were merged; the latest says who you follow."
        yield ArchiveWarning("exports_merged", None, message)
    if all(draft.owner == UNKNOWN_OWNER for draft in latest_first):
        yield ArchiveWarning("account_unknown", None, "Nothing in the archive says whose it is.")
    for kinds_of_one, code, message in absent:
        is_here = any(part.kind in kinds_of_one for draft in latest_first for part in draft.export.parts)
        yield ArchiveWarning(code, None, message.format(state="cannot be read" if is_here else "is missing"))


def _in_one_export(draft: Draft, absent: Collection[str]) -> Iterator[ArchiveWarning]:
    complained = {warning.file for warning in draft.warnings}
    for key, (name, _) in draft.promised.items():
        is_listed = key[0] in LISTS and key[0] not in absent  # of a kind that is absent everywhere EXPECTED tells
        if is_listed and key not in draft.read and name not in complained:
            message = f"{name} is not here, though the archive names it; {LISTS[key[0]]} are lost."
            yield ArchiveWarning("part_missing", name, message)
    if draft.partial:
        message = "This is one part of a larger archive: choose all its ZIPs together."
        yield ArchiveWarning("partial_archive", None, message)
    account, manifest = draft.owners.get("account", UNKNOWN_OWNER), draft.owners.get("manifest", UNKNOWN_OWNER)
    if len({account.rest_id, manifest.rest_id} - {None}) == 2:
        message = "account.js and the manifest name different accounts; account.js was believed."
        yield ArchiveWarning("accounts_disagree", "account.js", message)
