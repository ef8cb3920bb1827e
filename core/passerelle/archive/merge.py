"""Drafts of one or several exports of one account -> Archive: the later export wins, earlier names become aliases."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from passerelle.archive.names import newest_first
from passerelle.archive.readers import Draft
from passerelle.archive.records import Archive, Name, Owner
from passerelle.errors import UnreadableArchive
from passerelle.identifiers import RestId

# Which file is believed first about whose archive it is.
OWNER_SOURCES = ("account", "manifest")
NOBODY = Owner(None, None, None)


def make_archive(drafts: Sequence[Draft]) -> Archive:
    """Merge drafts. Raises UnreadableArchive(no_following) where none says whom the person follows."""
    by_date = sorted(drafts, key=lambda draft: draft.exported_at.timestamp() if draft.exported_at else float("-inf"))
    latest_first = by_date[::-1]
    if not any("following" in draft.kinds for draft in drafts):
        raise UnreadableArchive(
            "This archive does not say whom you follow: following.js is missing. Ask X for a full archive.",
            code="no_following",
        )
    names: dict[RestId, list[Name]] = {}
    for draft in latest_first:
        for rest_id, found in draft.names.names(draft.exported_at):
            names.setdefault(rest_id, []).extend(found)
    ranked = {rest_id: newest_first(found) for rest_id, found in names.items()}
    return Archive(
        owner=_owner(latest_first),
        exported_at=latest_first[0].exported_at,
        following=tuple(_latest(latest_first, "following").following),
        followers=tuple(_latest(latest_first, "follower").followers),
        blocked=frozenset(_latest(latest_first, "block").blocked),
        muted=frozenset(_latest(latest_first, "mute").muted),
        tweets=len(set(chain.from_iterable(draft.tweets for draft in drafts))),
        names={rest_id: found[0] for rest_id, found in ranked.items()},
        aliases={
            rest_id: tuple(name.screen_name for name in found[1:]) for rest_id, found in ranked.items() if found[1:]
        },
        warnings=tuple(chain.from_iterable(draft.warnings for draft in drafts)),
    )


def _latest(latest_first: Sequence[Draft], kind: str) -> Draft:
    return next((draft for draft in latest_first if kind in draft.kinds), latest_first[0])


def _owner(latest_first: Sequence[Draft]) -> Owner:
    known = [draft.owners[source] for draft in latest_first for source in OWNER_SOURCES if source in draft.owners]
    return Owner(
        next((owner.rest_id for owner in known if owner.rest_id), None),
        next((owner.screen_name for owner in known if owner.screen_name), None),
        next((owner.display_name for owner in known if owner.display_name), None),
    )
