"""NETWORKS: one entry per network, so that other folders name no single network."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from passerelle.identifiers import Did, Network, parse_acct
from passerelle.networks import bluesky
from passerelle.networks.bluesky import profile as bluesky_profile
from passerelle.networks.fediverse import mastodon
from passerelle.networks.profile import Profile
from passerelle.transport import Fetch

# (address, pinned did or None, random bytes, fetch) -> the account as its own server shows it
CheckAccount = Callable[[str, Did | None, bytes, Fetch], Awaitable[Profile]]


@dataclass(frozen=True, slots=True)
class NetworkRules:
    """How accounts of a network are shown, checked and followed.

    `has_did`: accounts have a permanent did, and an address without one must be resolved before it is followed.
    `is_followed_here`: Passerelle writes the follows itself; otherwise they leave in an exported file.
    """

    profile_url: Callable[[str], str]
    check_account: CheckAccount
    has_did: bool
    is_followed_here: bool


async def _check_bluesky(address: str, did: Did | None, random: bytes, fetch: Fetch) -> Profile:
    return await bluesky_profile.read_profile(address, did, fetch)


async def _check_fediverse(address: str, did: Did | None, random: bytes, fetch: Fetch) -> Profile:
    # Imported now: the engine starts without html.parser, which few people ever need.
    from passerelle.networks.fediverse import profile

    return await profile.read_profile(parse_acct(address), random.hex(), fetch)


NETWORKS: Mapping[Network, NetworkRules] = {
    "bluesky": NetworkRules(
        profile_url=bluesky.profile_url,
        check_account=_check_bluesky,
        has_did=True,
        is_followed_here=True,
    ),
    "fediverse": NetworkRules(
        profile_url=lambda address: mastodon.profile_url(parse_acct(address)),
        check_account=_check_fediverse,
        has_did=False,
        is_followed_here=True,
    ),
}
