"""Where a visitor sends a correction: a form of the operator's choice, or a letter to the contact address.

The directory itself takes nothing in: it has no database and opens no connection (docs/decisions/0416-corrections.md).
"""

from __future__ import annotations

import re
from urllib.parse import quote

from passerelle_directory.config import Config
from passerelle_directory.web.languages import Language

E_MAIL = re.compile(r"[^\s@<>,;?&]+@[^\s@<>,;?&]+")
TITLE, TEXT = "{title}", "{text}"  # what stands for the prepared words in PASSERELLE_CORRECTIONS


def correction_link(config: Config, language: Language, name: str, page: str) -> str | None:
    """Return a link that writes about one entry, with its name and page filled in; None where there is no address."""
    return _link(config, language.say("correction_subject", name=name), language.say("correction_body", page=page))


def addition_link(config: Config, language: Language, page: str) -> str | None:
    """Return a link that reports an organisation which is not listed."""
    return _link(config, language.say("addition_subject"), language.say("addition_body", page=page))


def _link(config: Config, title: str, text: str) -> str | None:
    """Fill a title and a text into the operator's form, or into a letter (RFC 6068: lines end with CRLF)."""
    if config.corrections:
        return config.corrections.replace(TITLE, quote(title, safe="")).replace(TEXT, quote(text, safe=""))
    if E_MAIL.fullmatch(config.contact):
        letter = quote(text.replace("\n", "\r\n"), safe="")
        return f"mailto:{quote(config.contact, safe='@+')}?subject={quote(title, safe='')}&body={letter}"
    return None
