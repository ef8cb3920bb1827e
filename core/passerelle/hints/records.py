"""Accounts that X profiles name, as they are stored and shown."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from passerelle.identifiers import Network
from passerelle.people.observations import SeenPerson
from passerelle.view import View

# Where a profile on X names an account. No profile does: `person`, the person confirmed a guess; `bridge`, a bridge
# shows their account of another network there.
Where = Literal["name", "bio", "location", "url", "person", "bridge"]
Confidence = Literal["explicit", "likely", "inferred"]


class SeenProfile(SeenPerson):
    """A SeenPerson with its own words; in `bio` and `urls` every t.co link is replaced by its target.

    `picture`: the address of its picture on X's own host.
    """

    bio: str | None = None
    location: str | None = None
    urls: list[str] = Field(default_factory=list)
    picture: str | None = None


class OwnWords(View):
    """What a person of the graph writes of themselves on X, `seen` at an ISO time. Store `profiles`, key rest_id.

    Kept to compare it with accounts elsewhere, on this machine. `picture` is an address; it is loaded only when the
    person asks for pictures.
    """

    bio: str | None
    urls: list[str]
    seen: str
    picture: str | None = None


class CheckView(View):
    """The result of checking an account that a hint names; `did` is set for Bluesky accounts that exist."""

    state: Literal["found", "linked", "gone"]
    at: str
    did: str | None


class HintView(View):
    """An account that an X profile names (`seen`: ISO 8601): unverified until the person has it checked.

    With `where` "person" the person confirmed it themselves, at `seen`, beside both profiles.
    """

    network: Network
    address: str
    url: str
    confidence: Confidence
    where: Where
    seen: str
    check: CheckView | None


class ProfileHints(View):
    """Which accounts one X profile names, the surest first. Store `hints`, key rest_id."""

    rest_id: str
    screen_name: str
    display_name: str | None
    hints: list[HintView]


class LookView(View):
    """An account as it shows itself, loaded because the person pressed a button that says so; never stored.

    `picture` is a data: URL of a PNG, JPEG or WebP. `hidden`: the owner asks not to be shown to people who are not
    signed in, so there is neither picture nor text.
    """

    network: Network
    address: str
    did: str | None
    url: str
    display_name: str | None
    description: str | None
    picture: str | None
    links_back: bool
    hidden: bool
