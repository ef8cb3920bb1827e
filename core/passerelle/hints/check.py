"""Check an account that a hint names: does it exist, and does it link back to the X account?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from passerelle.hints.find import normalize
from passerelle.hints.records import CheckView, LookView
from passerelle.identifiers import Did, Network, ScreenName, canonicalize_screen_name
from passerelle.networks.profile import Profile, bounded
from passerelle.networks.table import NETWORKS
from passerelle.transport import Fetch

RANDOM_NAME_BYTES = 8  # of a random username; a server that accepts it is a catch-all

# The address of a profile on X, whole: no letter, dot or slash before it that would make it another site's, and no
# further steps after the name, which would make it a post. Names: identifiers.py.
_X_PROFILE = re.compile(
    r"(?<![a-z0-9_\u00c0-\u024f\u0370-\u058f@.%/=&?#+-])(?:https?://)?(?:www\.|mobile\.)?(?:x|twitter)\.com"
    r"/(?:#!/)?@?([a-z0-9_]{1,20})(?![a-z0-9_%@-]|\.[a-z0-9_]|/[a-z0-9_])"
)


@dataclass(frozen=True, slots=True)
class Target:
    """An account that our own store names, to be looked at; `names` are those of the X account, today's and former."""

    network: Network
    address: str
    did: Did | None
    names: frozenset[ScreenName]


async def check_account(target: Target, random: bytes, fetch: Fetch) -> Profile:
    """Read an account's profile from its own server; `random` are RANDOM_NAME_BYTES for a name that does not exist.

    Raises ServerRefused("account_not_found") where it is not there; other ServerRefused and NetworkError mean unknown.
    """
    return await NETWORKS[target.network].check_account(target.address, target.did, random, bounded(fetch))


def links_back(texts: Iterable[str], names: Iterable[ScreenName]) -> bool:
    """Return whether an account's own texts or links hold the address of an X profile with one of these names."""
    wanted = set(map(canonicalize_screen_name, names))
    return any(found[1] in wanted for text in texts for found in _X_PROFILE.finditer(normalize(text)))


def make_look_view(profile: Profile, names: Iterable[ScreenName]) -> LookView:
    """Return the card of an account."""
    return LookView(
        network=profile.network,
        address=profile.address,
        did=profile.did,
        url=profile.url,
        display_name=profile.display_name,
        description=profile.description,
        picture=profile.picture,
        links_back=links_back(profile.texts, names),
        hidden=profile.is_hidden,
    )


def make_check(view: LookView | None, now: datetime) -> CheckView:
    """Return the check to store; without a view there was no such account."""
    at = now.isoformat()
    if view is None:
        return CheckView(state="gone", at=at, did=None)
    return CheckView(state="linked" if view.links_back else "found", at=at, did=view.did)
