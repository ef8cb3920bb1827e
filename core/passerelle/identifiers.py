"""Names and ids of accounts on each network: parsed once where they enter, trusted afterwards.

`rest_id` and `screen_name` are X's, `did` and `handle` Bluesky's, `acct` the fediverse's. Ids stay text: as numbers
they lose digits in JavaScript.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NewType

from passerelle.domains import MAX_HOST, canonicalize_host
from passerelle.errors import InvalidIdentifier

Network = Literal["bluesky", "fediverse"]
RestId = NewType("RestId", str)
ScreenName = NewType("ScreenName", str)
Did = NewType("Did", str)
Handle = NewType("Handle", str)
AccountId = NewType("AccountId", str)  # an own account, which follows others: a did, or an acct in canonical form

# Ids of X are unsigned 64-bit numbers; early ones have two digits: https://docs.x.com/x-api/fundamentals/x-ids
_REST_ID = re.compile(r"[1-9][0-9]{0,19}\Z", re.ASCII)
# 15 characters since 2006; a few ancient names have up to 20.
_SCREEN_NAME = re.compile(r"[A-Za-z0-9_]{1,20}\Z", re.ASCII)
# https://atproto.com/specs/did and https://atproto.com/specs/handle
_DID = re.compile(r"did:[a-z]+:(?:[a-zA-Z0-9._:-]|%[0-9a-fA-F]{2})*(?<=[a-zA-Z0-9._-])\Z", re.ASCII)
_HANDLE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?\Z", re.ASCII)
_HANDLE_NEVER = (".alt", ".arpa", ".example", ".internal", ".invalid", ".local", ".localhost", ".onion")
# A Mastodon username may hold dots and dashes inside (app/models/account.rb, USERNAME_RE).
_USERNAME = re.compile(r"[A-Za-z0-9_]+(?:[A-Za-z0-9_.-]*[A-Za-z0-9_]+)?\Z", re.ASCII)

MAX_DID = 2048  # https://atproto.com/specs/did
MAX_HANDLE = MAX_HOST  # https://atproto.com/specs/handle
MAX_REST_ID = 2**64 - 1


@dataclass(frozen=True, slots=True, order=True)
class Acct:
    """A fediverse address `username@domain`, always with its domain; `str()` returns it as text."""

    username: str
    domain: str

    def __str__(self) -> str:
        return f"{self.username}@{self.domain}"


def parse_rest_id(text: object) -> RestId:
    """Parse X's permanent id. Raises InvalidIdentifier for anything but 1 to 20 digits up to 2**64 - 1."""
    if isinstance(text, str) and _REST_ID.match(text) and int(text) <= MAX_REST_ID:
        return RestId(text)
    raise _invalid("rest_id", text)


def parse_screen_name(text: object) -> ScreenName:
    """Parse an X @name, with or without the @; its case is kept. Raises InvalidIdentifier.

    >>> parse_screen_name("@Ada_L")
    'Ada_L'
    """
    if isinstance(text, str) and _SCREEN_NAME.match(bare := text.removeprefix("@")):
        return ScreenName(bare)
    raise _invalid("screen_name", text)


def canonicalize_screen_name(name: ScreenName) -> str:
    """Return the form in which X names are compared: lower case."""
    return name.lower()


def parse_did(text: object) -> Did:
    """Parse a `did:plc:…` or `did:web:…`. Raises InvalidIdentifier. https://atproto.com/specs/did"""
    if isinstance(text, str) and len(text) <= MAX_DID and _DID.match(text):
        return Did(text)
    raise _invalid("did", text)


def parse_handle(text: object) -> Handle:
    """Parse a Bluesky handle, with or without @, into lower case. Raises InvalidIdentifier.

    https://atproto.com/specs/handle

    >>> parse_handle("@Ada.Bsky.Social")
    'ada.bsky.social'
    """
    if isinstance(text, str):
        bare = text.strip().removeprefix("@").lower()
        if len(bare) <= MAX_HANDLE and _HANDLE.match(bare) and not bare.endswith(_HANDLE_NEVER):
            return Handle(bare)
    raise _invalid("handle", text)


def parse_acct(text: object) -> Acct:
    """Parse `user@domain` or `@user@domain`; the domain is canonicalized (domains.py). Raises InvalidIdentifier.

    >>> str(parse_acct("@Ada@Social.Example.ORG"))
    'Ada@social.example.org'
    """
    if isinstance(text, str):
        username, at, domain = text.strip().removeprefix("@").partition("@")
        if at and _USERNAME.match(username) and (host := canonicalize_host(domain)):
            return Acct(username, host)
    raise _invalid("acct", text)


def canonicalize_acct(acct: Acct) -> str:
    """Return the form in which accts are compared: Mastodon ignores the case of usernames."""
    return str(acct).lower()


def parse_account_id(text: object) -> AccountId:
    """Parse the id of an own account: a did, or `user@server`, into canonical form. Raises InvalidIdentifier.

    >>> parse_account_id("Ada@Quai.example.org")
    'ada@quai.example.org'
    """
    if isinstance(text, str) and text.startswith("did:"):
        return AccountId(parse_did(text))
    return AccountId(canonicalize_acct(parse_acct(text)))


def network_of(account: AccountId) -> Network:
    """Return the network of an own account.

    >>> network_of(AccountId("ada@quai.example.org"))
    'fediverse'
    """
    return "bluesky" if account.startswith("did:") else "fediverse"


def _invalid(kind: str, text: object) -> InvalidIdentifier:
    return InvalidIdentifier(f"This is not a {kind}: {str(text)[:80]!r}", kind=kind)
