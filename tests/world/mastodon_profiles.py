"""Profiles: the fields of profiles on a Mastodon server: set on its settings page, shown by WebFinger and actor."""

from __future__ import annotations

import html
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit

from tests.world.exchange import Answer, Ask, page
from tests.world.fediverse import Inhabitant, fediverse

SETTINGS = "/settings/profile"  # Mastodon: config/routes/settings.rb
_FORM = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Edit profile</title>
<form method="post"><p>@{username}@{host}</p>
<label>Extra field: content <input name="link" id="account_fields_attributes_0_value" size="60" value="{link}"></label>
<button>Save changes</button></form>"""


class Profiles:
    """`links`: what the one field of each account's profile leads to, by username; "" for no field.

    Its `site` is what a `Mastodon` answers with `otherwise`. Who opens the settings page is the first account.
    """

    def __init__(self, host: str, usernames: Iterable[str]) -> None:
        self.host = host
        self.links = dict.fromkeys(usernames, "")

    def site(self, ask: Ask) -> Answer:
        """Answer for the settings page, WebFinger and actors."""
        if urlsplit(ask.path).path != SETTINGS:
            people = [Inhabitant(name, name.capitalize(), link=link) for name, link in self.links.items()]
            return fediverse(self.host, people)(ask)
        username = next(iter(self.links))
        if ask.method == "POST":
            sent = parse_qs(ask.body.decode(), keep_blank_values=True)
            self.links[username] = sent["link"][0].strip()
            return Answer(303, (("Location", SETTINGS),), b"")
        shown = {"username": username, "host": self.host, "link": self.links[username]}
        body = _FORM.format(**{name: html.escape(value) for name, value in shown.items()})
        return page(200, body.encode(), "text/html; charset=utf-8")
