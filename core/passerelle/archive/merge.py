"""Drafts of one or several exports of one account -> Archive: the later export wins, earlier names become aliases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain

from passerelle.archive.drafts import Draft
from passerelle.archive.names import newest_first, tweet_date
from passerelle.archive.records import Archive, ArchiveWarning, Name, Owner
from passerelle.errors import UnreadableArchive
from passerelle.identifiers import RestId, ScreenName, canonicalize_screen_name

UNDATED = datetime.min.replace(tzinfo=UTC)
# Files whose loss the person should hear of, and what is lost with them.
MISSED = {
    "following": "some of those you follow",
    "follower": "some of those who follow you",
    "block": "those you block",
    "mute": "those you mute",
    "tweets": "names that only it knows",
    "tweet": "names that only it knows",
}
GRAILBIRD = frozenset({"grailbird-month", "user-details", "payload-details", "readme"})


def make_archive(
    drafts: Sequence[Draft], warnings: Iterable[ArchiveWarning] = (), *, require_following: bool = True
) -> Archive:
    """Merge drafts of one account. Raises UnreadableArchive(no_following, old_tweet_archive, not_an_x_archive)."""
    exports = _exports([draft for draft in drafts if _says_something(draft)])
    if not exports:
        raise _nothing(drafts)
    if require_following:
        _require_following(exports, drafts)
    latest_first = sorted(exports, key=_date, reverse=True)
    names, aliases = _names(latest_first)
    return Archive(
        owner=_owner(latest_first),
        exported_at=next((draft.date for draft in latest_first if draft.date), None),
        following=tuple(_latest(latest_first, "following").following),
        followers=tuple(_latest(latest_first, "follower").followers),
        blocked=frozenset(_latest(latest_first, "block").blocked),
        muted=frozenset(_latest(latest_first, "mute").muted),
        tweets=len(set(chain.from_iterable(draft.tweets for draft in exports))),
        names=names,
        aliases=aliases,
        warnings=(*warnings, *chain.from_iterable(draft.warnings for draft in exports), *_missing(latest_first)),
        about=next((draft.about for draft in latest_first if draft.about), ()),
    )


def _says_something(draft: Draft) -> bool:
    """Whether a directory that looked like an export by its file names is one: any `account.js` would do for that."""
    return bool(draft.owner.rest_id or draft.owner.screen_name or draft.tweets or any(map(draft.has, MISSED)))


def _exports(drafts: Sequence[Draft]) -> list[Draft]:
    """Join drafts that are one export: its parts in several ZIPs, or loose files from several folders."""
    exports: list[Draft] = []
    for draft in sorted(drafts, key=_date, reverse=True):
        whole = next((one for one in exports if _belong_together(one, draft)), None)
        if whole is None:
            exports.append(draft)
        else:
            exports[exports.index(whole)] = _joined(whole, draft)
    return exports


def _belong_together(one: Draft, other: Draft) -> bool:
    if one.date and other.date:
        return one.date == other.date
    return not one.read.keys() & other.read.keys()


def _joined(one: Draft, other: Draft) -> Draft:
    """Put two drafts of one export together; `one` has the date where any has."""
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


def _date(draft: Draft) -> datetime:
    return draft.date or tweet_date(draft.names.newest_tweet) or UNDATED


def _latest(latest_first: Sequence[Draft], kind: str) -> Draft:
    """Give the latest export that has this kind of file."""
    return next((draft for draft in latest_first if draft.has(kind)), latest_first[0])


def _owner(latest_first: Sequence[Draft]) -> Owner:
    owners = [draft.owner for draft in latest_first]
    return Owner(
        next((owner.rest_id for owner in owners if owner.rest_id), None),
        next((owner.screen_name for owner in owners if owner.screen_name), None),
        next((owner.display_name for owner in owners if owner.display_name), None),
    )


def _names(latest_first: Sequence[Draft]) -> tuple[dict[RestId, Name], dict[RestId, tuple[ScreenName, ...]]]:
    """Rank all names of each id: the newest is its name, the others are aliases."""
    current: dict[RestId, list[Name]] = {}
    former: dict[RestId, list[Name]] = {}
    for draft in latest_first:
        for rest_id, now, before in draft.names.names(draft.date):
            current.setdefault(rest_id, []).extend(now)
            former.setdefault(rest_id, []).extend(before)
    names: dict[RestId, Name] = {}
    aliases: dict[RestId, tuple[ScreenName, ...]] = {}
    for rest_id, found in current.items():
        ranked = newest_first(found)
        names.update({rest_id: ranked[0]} if ranked else {})
        known = {canonicalize_screen_name(ranked[0].screen_name)} if ranked else set()
        older = [
            name.screen_name
            for name in newest_first([*ranked[1:], *former[rest_id]])
            if canonicalize_screen_name(name.screen_name) not in known
        ]
        aliases.update({rest_id: tuple(older)} if older else {})
    return names, aliases


def _missing(latest_first: Sequence[Draft]) -> Iterable[ArchiveWarning]:
    """Say what is not there: parts that the manifest names, whole lists, the owner, other exports."""
    for draft in latest_first:
        for key, (name, _) in draft.promised.items():
            if key[0] in MISSED and key not in draft.read and not any(one.file == name for one in draft.warnings):
                yield ArchiveWarning(
                    "part_missing", name, f"{name} is not here, though the archive names it; {MISSED[key[0]]} are lost."
                )
        if draft.partial:
            yield ArchiveWarning(
                "partial_archive", None, "This is one part of a larger archive: choose all its ZIPs together."
            )
    if len(latest_first) > 1:
        yield ArchiveWarning(
            "exports_merged", None, f"{len(latest_first)} exports were merged; the latest says whom you follow."
        )
    if _owner(latest_first) == Owner(None, None, None):
        yield ArchiveWarning("account_unknown", None, "Nothing in the archive says whose it is.")
    for draft in latest_first:
        account, manifest = draft.owners.get("account"), draft.owners.get("manifest")
        if account and manifest and len({account.rest_id, manifest.rest_id} - {None}) == 2:
            yield ArchiveWarning(
                "accounts_disagree", "account.js", "account.js and the manifest name different accounts."
            )
    for kind, code, sentence in (
        ("following", "following_missing", "following.js is missing: whom you follow is not known."),
        ("follower", "followers_missing", "follower.js is missing: who follows you is not known."),
    ):
        if not any(draft.has(kind) for draft in latest_first):
            yield ArchiveWarning(code, None, sentence)
    if not any(draft.has(kind) for draft in latest_first for kind in ("tweets", "tweet", "grailbird-month")):
        yield ArchiveWarning("tweets_missing", None, "There are no tweets here, so people are known by number only.")


def _require_following(exports: Sequence[Draft], drafts: Sequence[Draft]) -> None:
    if any(draft.has("following") for draft in exports):
        return
    kinds = {kind for draft in exports for kind, _ in draft.read}
    if kinds and kinds <= GRAILBIRD:
        raise UnreadableArchive(
            "This is the old tweet archive, which does not say whom you follow: ask X for all your data.",
            code="old_tweet_archive",
        )
    if any(part.kind == "following" for draft in drafts for part in draft.export.parts):
        raise UnreadableArchive(
            "following.js is damaged, nothing in it can be read: take it from the archive again.",
            code="no_following",
        )
    raise UnreadableArchive(
        "This archive does not say whom you follow: following.js is missing. Choose the whole archive that X sent you.",
        code="no_following",
    )


def _nothing(drafts: Sequence[Draft]) -> UnreadableArchive:
    damaged = ", ".join(dict.fromkeys(part.name for draft in drafts for part in draft.export.parts))
    return UnreadableArchive(
        f"Nothing in here can be read as an X archive ({damaged[:120]}): choose the ZIP that X sent you.",
        code="not_an_x_archive",
    )
