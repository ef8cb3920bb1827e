"""Bridgy Fed: where this bridge shows an account of one network on the other, and whether it does.

It shows only accounts whose owners asked for it: https://fed.brid.gy/docs
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from passerelle.errors import InvalidIdentifier, ServerRefused
from passerelle.identifiers import Acct, Did, Network, parse_acct, parse_handle
from passerelle.networks.bluesky.identity import find_identity
from passerelle.networks.bluesky.profile import expect_active, status_request
from passerelle.networks.profile import bounded
from passerelle.transport import Fetch

_BRIDGES = (".brid.gy", "@bsky.brid.gy", "@web.brid.gy", "@brid.gy", "@mostr.pub")
_NOT_IN_HANDLES = str.maketrans("_~", "--")


@dataclass(frozen=True, slots=True)
class Copy:
    """The account under which a bridge shows another one; `did` on Bluesky, once it was found there."""

    network: Network
    address: str
    did: Did | None = None


def is_bridge(address: str) -> bool:
    """Return whether an address belongs to a bridge between networks."""
    return address.lower().endswith(_BRIDGES)


def copy_of(network: Network, address: str) -> Copy | None:
    """Return where the bridge would show an account; None where it has no address for it (a did, a copy).

    >>> copy_of("bluesky", "ada.example.org")
    Copy(network='fediverse', address='ada.example.org@bsky.brid.gy', did=None)
    >>> copy_of("fediverse", "ada_l@quai.example.org")
    Copy(network='bluesky', address='ada-l.quai.example.org.ap.brid.gy', did=None)
    """
    if is_bridge(address):
        return None
    try:
        return _COPIES[network](address.lower())
    except InvalidIdentifier:
        return None


async def find_copy(copy: Copy, original: Did | None, random_name: str, fetch: Fetch) -> Copy:
    """Return the copy as its server has it. `original`: the did of the account that it must be a copy of.

    `random_name` is a random username. Raises ServerRefused("account_not_found") where the bridge does not show the
    account; other ServerRefused and NetworkError mean unknown.
    """
    return await _FINDERS[copy.network](copy, original, random_name, bounded(fetch))


async def _find_on_bluesky(copy: Copy, original: Did | None, random_name: str, fetch: Fetch) -> Copy:
    identity = await find_identity(parse_handle(copy.address), fetch)
    expect_active(await fetch(status_request(identity)))
    return Copy(copy.network, copy.address, identity.did)


async def _find_on_fediverse(copy: Copy, original: Did | None, random_name: str, fetch: Fetch) -> Copy:
    # Imported now: the engine starts without html.parser, which few people ever need.
    from passerelle.networks.fediverse.webfinger import find_account

    found = await find_account(parse_acct(copy.address), random_name, fetch)
    if original and not found.actor.endswith(f"/{original}"):  # https://bsky.brid.gy/ap/DID
        raise ServerRefused("The bridge shows another account under this address.", code="account_not_found")
    return copy


def _on_fediverse(handle: str) -> Copy:
    return Copy("fediverse", str(Acct(parse_handle(handle), "bsky.brid.gy")))


def _on_bluesky(acct: str) -> Copy:
    user, _, server = acct.partition("@")
    return Copy("bluesky", parse_handle(f"{user.translate(_NOT_IN_HANDLES)}.{server}.ap.brid.gy"))


_COPIES: Mapping[Network, Callable[[str], Copy]] = {"bluesky": _on_fediverse, "fediverse": _on_bluesky}
_FINDERS = {"bluesky": _find_on_bluesky, "fediverse": _find_on_fediverse}
