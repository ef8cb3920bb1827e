"""Drafts of one or several exports of one account -> Archive: the later export wins, earlier names become aliases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain

from passerelle.archive.drafts import Draft, first_of
from passerelle.archive.findings import LISTS, all_findings
from passerelle.archive.locate import KINDS
from passerelle.archive.names import newest_first, tweet_date
from passerelle.archive.records import Archive, ArchiveWarning, ArchiveWithoutPeople, Name
from passerelle.archive.sources import unsupported
from passerelle.errors import UnreadableArchive
from passerelle.identifiers import RestId, ScreenName, canonicalize_screen_name

UNDATED = datetime.min.replace(tzinfo=UTC)
OLD = "grailbird-month"  # only the tweet archive that X gave until 2019 has it
PEOPLE = ("following", "follower")  # one of these lists is enough to find people
GRAILBIRD = frozenset({OLD, "user-details", "payload-details", "readme"})


def make_archive(
    drafts: Sequence[Draft], warnings: Iterable[ArchiveWarning] = (), *, require_people: bool = True
) -> Archive:
    """Merge drafts of one account. Raises UnreadableArchive(not_an_x_archive, unsupported_zip).

    With `require_people`, raises ArchiveWithoutPeople where the drafts hold neither list: no_following,
    old_tweet_archive, unsupported_zip.
    """
    exports = _exports([draft for draft in drafts if _says_something(draft)])
    if not exports:
        raise _nothing(drafts)
    archive = _merge(exports, warnings)
    if require_people and not any(draft.has(kind) for draft in exports for kind in PEOPLE):
        code, message = _why_no_people(exports, drafts)
        raise ArchiveWithoutPeople(message, code=code, archive=archive)
    return archive


def _merge(exports: Sequence[Draft], warnings: Iterable[ArchiveWarning]) -> Archive:
    latest_first = sorted(exports, key=_age, reverse=True)
    following = _latest(latest_first, "following").following
    followers = _latest(latest_first, "follower").followers
    findings = all_findings(latest_first)
    names, aliases = _names(latest_first, frozenset({**following, **followers}))
    return Archive(
        owner=first_of(draft.owner for draft in latest_first),
        exported_at=_latest(latest_first, "following").date,
        following=tuple(following),
        followers=tuple(followers),
        blocked=frozenset(_latest(latest_first, "block").blocked),
        muted=frozenset(_latest(latest_first, "mute").muted),
        tweets=len(set(chain.from_iterable(draft.tweets for draft in exports))),
        names=names,
        aliases=aliases,
        warnings=_each_once((*warnings, *chain.from_iterable(draft.warnings for draft in latest_first), *findings)),
        about=next((draft.about for draft in latest_first if draft.about), ()),
    )


def _each_once(warnings: Iterable[ArchiveWarning]) -> tuple[ArchiveWarning, ...]:
    """Return the warnings, the same one about the same file only once: that of the latest export."""
    once: dict[tuple[str, str | None], ArchiveWarning] = {}
    for warning in warnings:
        once.setdefault((warning.code, warning.file), warning)
    return tuple(once.values())


def _says_something(draft: Draft) -> bool:
    """Return whether a directory with the file names of an export is one: any `account.js` looks like one."""
    return bool(draft.owner.rest_id or draft.owner.screen_name or draft.tweets or any(map(draft.has, LISTS)))


def _exports(drafts: Sequence[Draft]) -> list[Draft]:
    """Join drafts that are one export: its parts in several ZIPs, or loose files from several folders."""
    exports: list[Draft] = []
    for draft in sorted(drafts, key=_age, reverse=True):
        whole = next((one for one in exports if _belong_together(one, draft)), None)
        if whole is None:
            exports.append(draft)
        else:
            exports[exports.index(whole)] = _joined(whole, draft)
    return exports


def _belong_together(one: Draft, other: Draft) -> bool:
    if one.has(OLD) != other.has(OLD):
        return False
    if one.date and other.date:
        return one.date == other.date
    return not one.read.keys() & other.read.keys()


def _joined(one: Draft, other: Draft) -> Draft:
    """Return two drafts of one export as one; `one` has the date if either has."""
    return replace(
        one,
        owners={**other.owners, **one.owners},
        about=one.about or other.about,
        partial=False,  # the other parts are here; what is missing still is named by the manifest
        promised={**other.promised, **one.promised},
        read={**other.read, **one.read},
        following={**one.following, **other.following},
        followers={**one.followers, **other.followers},
        blocked={**one.blocked, **other.blocked},
        muted={**one.muted, **other.muted},
        tweets=one.tweets | other.tweets,
        names=one.names.joined(other.names),
        warnings=[*one.warnings, *other.warnings],
    )


def _age(draft: Draft) -> tuple[bool, datetime]:
    """Order exports by date, one without any by its newest tweet; the old tweet archive is older than all others."""
    return not draft.has(OLD), draft.date or tweet_date(draft.names.newest_tweet) or UNDATED


def _latest(latest_first: Sequence[Draft], kind: str) -> Draft:
    """Return the latest export that has this kind of file."""
    return next((draft for draft in latest_first if draft.has(kind)), latest_first[0])


def _names(
    latest_first: Sequence[Draft], wanted: frozenset[RestId]
) -> tuple[dict[RestId, Name], dict[RestId, tuple[ScreenName, ...]]]:
    """Rank all names of each id in `wanted`: the newest is its name, the others are aliases."""
    current: dict[RestId, list[Name]] = {}
    former: dict[RestId, list[Name]] = {}
    for draft in latest_first:
        for rest_id, now, before in draft.names.names(draft.date):
            if rest_id in wanted:
                current.setdefault(rest_id, []).extend(now)
                former.setdefault(rest_id, []).extend(before)
    names = {rest_id: newest_first(found)[0] for rest_id, found in current.items() if found}
    aliases = {}
    for rest_id, found in current.items():
        older = {
            canonicalize_screen_name(one.screen_name): one.screen_name
            for one in newest_first([*found, *former[rest_id]])
        }
        if rest_id in names:
            older.pop(canonicalize_screen_name(names[rest_id].screen_name))
        if older:
            aliases[rest_id] = tuple(older.values())
    return names, aliases


def _why_no_people(exports: Sequence[Draft], drafts: Sequence[Draft]) -> tuple[str, str]:
    """Return code and message for exports without a list of people."""
    kinds = {kind for draft in exports for kind, _ in draft.read}
    if kinds and kinds <= GRAILBIRD:
        return (
            "old_tweet_archive",
            "This is the old tweet archive, which does not say who you follow: ask X for all your data.",
        )
    if name := _unsupported(drafts, PEOPLE):
        return "unsupported_zip", unsupported(name).message
    if any(part.kind == "following" for draft in drafts for part in draft.export.parts):
        return "no_following", "following.js is damaged, nothing in it can be read: take it from the archive again."
    return (
        "no_following",
        "This archive does not say who you follow: following.js is missing. Choose the whole archive that X sent you.",
    )


def _nothing(drafts: Sequence[Draft]) -> UnreadableArchive:
    if name := _unsupported(drafts, KINDS.values()):
        return unsupported(name)
    damaged = ", ".join(dict.fromkeys(part.name for draft in drafts for part in draft.export.parts))
    return UnreadableArchive(
        f"Nothing in here can be read as an X archive ({damaged[:120]}): choose the ZIP that X sent you.",
        code="not_an_x_archive",
    )


def _unsupported(drafts: Sequence[Draft], kinds: Iterable[str]) -> str | None:
    """Return the name of a file of one of these kinds that is packed in a way that cannot be read."""
    packed = {warning.file for draft in drafts for warning in draft.warnings if warning.code == "file_unsupported"}
    parts = (part for draft in drafts for part in draft.export.parts if part.kind in set(kinds))
    return next((part.name for part in parts if part.name in packed), None)
