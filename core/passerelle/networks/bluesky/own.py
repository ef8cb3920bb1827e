"""What Bluesky's public AppView says about an own account: when it was made, and labels that moderation put on it.

https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/actor/defs.json (profileViewDetailed) and
https://docs.bsky.app/docs/advanced-guides/moderation. The request carries no token; the answer has the labels of
Bluesky's own moderation service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from passerelle.errors import ServerRefused
from passerelle.identifiers import AccountId, Did
from passerelle.networks.bluesky.answers import error_name, expect_ok, read_object, unreadable
from passerelle.networks.bluesky.identity import PUBLIC_API
from passerelle.transport import Request, Response

# Labels by which moderation says that an account behaves badly, or hides it. Others are about what it posts.
# https://docs.bsky.app/docs/advanced-guides/moderation (global ones), https://bsky.app/profile/moderation.bsky.app
STOPPING_LABELS = frozenset({"!hide", "!warn", "!takedown", "!suspend", "!no-promote", "spam", "scam", "impersonation"})
# packages/bsky/src/api/app/bsky/actor/getProfile.ts and packages/pds/src/auth-verifier.ts
SUSPENDED = frozenset({"AccountTakedown", "AccountSuspended", "RepoTakendown", "RepoSuspended"})
DEACTIVATED = frozenset({"AccountDeactivated", "RepoDeactivated"})


def profile_request(account: Did) -> Request:
    """Return the request for the public profile of an account."""
    return Request("GET", f"{PUBLIC_API}/xrpc/app.bsky.actor.getProfile?{urlencode({'actor': account})}")


def read_own_profile(response: Response, account: Did, now: datetime) -> tuple[datetime | None, frozenset[str]]:
    """Return when the account was made (None: not said) and the labels that stop following.

    Raises ServerRefused: `own_account_suspended`, `own_account_deactivated`, or for an answer that cannot be read.
    """
    raise_if_closed(response)
    expect_ok(response)
    profile = read_object(response)
    if profile.get("did") != account:
        raise unreadable()
    return _moment(profile.get("createdAt")), frozenset(_labels(profile.get("labels"), account, now))


def repo_status_request(account: Did) -> Request:
    """Return the request that asks the account's server whether its repository is active."""
    path = f"/xrpc/com.atproto.sync.getRepoStatus?{urlencode({'did': account})}"
    return Request("GET", path, account=AccountId(account))


def raise_if_inactive(response: Response) -> None:
    """Raise ServerRefused where an answer to `repo_status_request` says that the own account is closed.

    lexicons/com/atproto/sync/getRepoStatus.json
    """
    expect_ok(response)
    status = read_object(response).get("status")
    if status in ("takendown", "suspended"):
        raise ServerRefused("Bluesky has suspended your account.", code="own_account_suspended")
    if status == "deactivated":
        raise ServerRefused("Your Bluesky account is deactivated.", code="own_account_deactivated")


def raise_if_closed(response: Response) -> None:
    """Raise ServerRefused where the answer is that the own account is suspended or deactivated."""
    if error_name(response) in SUSPENDED:
        raise ServerRefused("Bluesky has suspended your account.", code="own_account_suspended")
    if error_name(response) in DEACTIVATED:
        raise ServerRefused("Your Bluesky account is deactivated.", code="own_account_deactivated")


def _labels(listed: object, account: Did, now: datetime) -> Iterator[str]:
    """Yield the labels in force; not what the account says of itself, nor what was taken back or has expired."""
    for label in listed if isinstance(listed, list) else []:
        value = label.get("val") if isinstance(label, Mapping) else None
        if isinstance(value, str) and value in STOPPING_LABELS and _is_in_force(label, account, now):
            yield value


def _is_in_force(label: Mapping[str, Any], account: Did, now: datetime) -> bool:
    expires = _moment(label.get("exp"))
    return label.get("src") != account and label.get("neg") is not True and (expires is None or expires > now)


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
