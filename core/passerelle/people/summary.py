"""The numbers above the list of people, as pages show them."""

from __future__ import annotations

from typing import Literal

from passerelle.view import View


class WarningView(View):
    """Something in the archive that did not stop the reading."""

    code: str
    file: str | None
    message: str


class OwnerView(View):
    """Whose archive this is."""

    rest_id: str | None
    screen_name: str | None
    display_name: str | None


class ArchiveView(View):
    """The numbers of `passerelle read --json`, for people. Store `state`, key archive.

    `origin` is where the people come from; `pages_read_at` is when the owner's own lists on x.com were read last.
    """

    account: OwnerView
    exported_at: str | None
    following: int
    followers: int
    mutuals: int
    blocked: int
    muted: int
    tweets: int
    named_following: int
    named_followers: int
    warnings: list[WarningView]
    origin: Literal["archive", "pages", "both"] = "archive"
    pages_read_at: str | None = None
