"""A Bluesky account as people type or paste it -> its handle or did.

    " ＠Ada.bsky.social. "                          ->  ada.bsky.social
    "https://bsky.app/profile/ada.bsky.social?x=1"  ->  ada.bsky.social
    "at://did:plc:…/app.bsky.feed.post/3k"          ->  did:plc:…

Three near misses have a code of their own, so that the page can say what to do: a name without its ending, an e-mail
address, and an address of Mastodon.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from passerelle.domains import canonicalize_host
from passerelle.errors import InvalidIdentifier
from passerelle.identifiers import Did, Handle, parse_did, parse_handle
from passerelle.text import without_any_invisible

MAX_TYPED = 2_500  # characters; the longest did has 2,048
USUAL_ENDING = "bsky.social"
_BRIDGE = "@bsky.brid.gy"  # the fediverse's form of a Bluesky handle: https://fed.brid.gy/docs
# What stands around a name in a sentence or a mail: quotes, brackets, punctuation.
_AROUND = " \t\r\n\f\v\"'`<>()[]{}«»‹›“”„‘’.,;:!?…。、，"
_LINK = re.compile(r"https?://", re.IGNORECASE)
_AT_URI = re.compile(r"at://", re.IGNORECASE)
_DID = re.compile(r"did:", re.IGNORECASE)
_PATH = re.compile(r"[/?#]")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")


def parse_typed_name(text: str) -> Handle | Did:
    """Return the handle or did that a typed or pasted text names.

    Raises InvalidIdentifier: "handle_incomplete" (its param `proposal` is the whole handle), "email_address",
    "fediverse_address", else "invalid_identifier".
    """
    plain = without_any_invisible(unicodedata.normalize("NFKC", text[:MAX_TYPED])).strip(_AROUND)
    name = _without_link(_marked_word(plain)).strip(_AROUND)
    if _DID.match(name):
        return parse_did("did" + name[3:])
    bare = name.lower().lstrip("@ ").removesuffix(_BRIDGE).strip(_AROUND)
    if "@" in bare:
        raise _not_bluesky(bare, is_email=not name.startswith("@"))
    if _NAME.match(bare.removesuffix(".bsky")):
        proposal = parse_handle(f"{bare.removesuffix('.bsky')}.{USUAL_ENDING}")
        raise InvalidIdentifier(f"Did you mean {proposal}?", code="handle_incomplete", proposal=proposal)
    return parse_handle(canonicalize_host(bare) or bare)


def _marked_word(text: str) -> str:
    """Return the only word with an @ in front, as in a copied `Ada Nouvelle @ada.bsky.social`; else the whole text."""
    marked = [word for word in text.split() if len(word) > 1 and word.startswith("@")]
    return marked[0] if len(marked) == 1 else text


def _without_link(text: str) -> str:
    """Return the account that a profile link or an at:// address names; a text that is neither as it is."""
    if _AT_URI.match(text):
        return _PATH.split(text[len("at://") :], maxsplit=1)[0]
    if not _LINK.match(text) and not ("/" in text and "." in text.partition("/")[0]):
        return text
    try:
        parts = urlsplit(text if _LINK.match(text) else f"https://{text}")
        steps = [unquote(step) for step in parts.path.split("/") if step]
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return text
    if "profile" in steps[:-1]:
        return steps[steps.index("profile") + 1]
    return text if steps else host  # a handle's own site: https://ada.bsky.social


def _not_bluesky(text: str, *, is_email: bool) -> InvalidIdentifier:
    if is_email:
        return InvalidIdentifier("This is an e-mail address, not a Bluesky handle.", code="email_address")
    return InvalidIdentifier("This is an address of Mastodon, not of Bluesky.", code="fediverse_address", acct=text)
