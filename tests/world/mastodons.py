"""The servers of the closed world on which a person can have an account: one of each kind of software.

On each, `camille` can sign in; each can find every account of the fediverse of the closed world.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.world.mastodon import Mastodon, Resident, without_api
from tests.world.mastodon_software import GOTOSOCIAL, MASTODON, OLD_MASTODON, PIXELFED, PLEROMA, Software
from tests.world.residents import INHABITANTS
from tests.world.world import Site

HOME = "rive.example.org"  # a current Mastodon
SOFTWARE: Mapping[str, Software] = {
    HOME: MASTODON,
    "estuaire.example.org": OLD_MASTODON,
    "paresseux.example.org": GOTOSOCIAL,
    "akkoma.example.org": PLEROMA,
    "pixels.example.org": PIXELFED,
}
PERSON = "camille"
OTHER_PERSON = "dominique"
WITHOUT_API: Mapping[str, Site] = {
    "misskey.example.org": without_api("misskey.example.org", "misskey", "2026.10.0"),
    "lemmy.example.org": without_api("lemmy.example.org", "lemmy", "0.19.13"),
}


def make_mastodons() -> dict[str, Mastodon]:
    """Return a server of each kind, by host name."""
    elsewhere = [
        Resident(f"{one.username}@{host}", one.display_name) for host, all_ in INHABITANTS.items() for one in all_
    ]
    homes = [Resident(f"{name}@{host}") for host in SOFTWARE for name in (PERSON, OTHER_PERSON)]
    return {host: Mastodon(host, [*elsewhere, *homes], software) for host, software in SOFTWARE.items()}
