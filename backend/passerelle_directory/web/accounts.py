"""Links to accounts elsewhere, on which a visitor follows without installing anything."""

from __future__ import annotations

from dataclasses import dataclass

from passerelle.networks.table import NETWORKS


@dataclass(frozen=True, slots=True)
class AccountLink:
    """The page of an account, and how the account is written."""

    url: str
    text: str


def find_accounts(did: str | None, handle: str | None, acct: str | None) -> list[AccountLink]:
    """Return links to the pages of accounts, Bluesky's first; a did alone is shown as it is.

    >>> find_accounts(None, "museum.example.com", None)
    [AccountLink(url='https://bsky.app/profile/museum.example.com', text='@museum.example.com')]
    """
    links = []
    if bluesky := handle or did:
        links.append(AccountLink(NETWORKS["bluesky"].profile_url(bluesky), f"@{handle}" if handle else bluesky))
    if acct:
        links.append(AccountLink(NETWORKS["fediverse"].profile_url(acct), f"@{acct}"))
    return links
