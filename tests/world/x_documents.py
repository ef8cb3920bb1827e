"""The HTML documents of the fake x.com: one template (pages/x/page.html) and a table of what differs between pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from string import Template

PAGES = Path(__file__).parent / "pages" / "x"
NONCE = "cGFzc2VyZWxsZQ=="
# Like X's own policy: only scripts that carry the nonce, and no other host.
POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="'
    f"default-src 'self'; script-src 'self' 'nonce-{NONCE}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' blob: data:; connect-src 'self' blob:; object-src 'none'\" />"
)
# What tells X's two clients apart on the root element.
CLASSIC = 'style="font-size: 15px; color-scheme: light; overflow-y: scroll"'
NEW = 'data-theme="light" data-app-env="prod"'


@dataclass(frozen=True, slots=True)
class Document:
    """What one page has of its own: the script that draws it, and how its draw function is called.

    `arguments` is JavaScript; `search` (the query) and `path` (the parts of the address) are in scope.
    """

    title: str
    module: str
    draw: str
    arguments: str = ""
    attributes: str = CLASSIC
    policy: str = POLICY
    before: str = ""


def _number(name: str, default: int) -> str:
    return f'Number(search.get("{name}") ?? {default})'


_OF = 'search.get("of") ?? "ada_nouvelle"'

DOCUMENTS = {
    "home": Document("Home", "classic-pages", "drawHome", 'search.has("narrow")'),
    "profile": Document("Ada Nouvelle", "classic-pages", "drawProfile", _OF),
    "following": Document("Following", "classic-pages", "drawFollowing", _number("count", 800)),
    "members": Document("List members", "classic-pages", "drawMembers", _number("count", 60)),
    "list": Document("People", "list", "drawList", "...path"),
    "new-conversation": Document("a conversation", "new-pages", "drawConversation", attributes=NEW),
    "new-followers": Document("a list of people", "new-pages", "drawVirtual", _number("count", 800), NEW),
    "new-following": Document("a list of people", "new-pages", "drawPeople", _number("count", 60), NEW),
    "new-phone": Document("Home", "new-pages", "drawPhone", attributes=NEW),
    "new-profile": Document("a profile", "new-pages", "drawProfile", _OF, NEW),
    # A client of unknown markup: X has renamed every part.
    "unknown": Document("Home", "unknown", "drawUnknown"),
    # Without a policy, so that a script runs wherever a name or an answer is inserted as HTML.
    "hostile": Document(
        "Home", "hostile", "drawHostile", policy="", before='<script src="/hostile-before.js"></script>'
    ),
}


def render(document: Document) -> bytes:
    """Return a document's HTML."""
    template = Template((PAGES / "page.html").read_text(encoding="utf-8"))
    fields = {name: getattr(document, name) for name in Document.__dataclass_fields__}
    return template.substitute(fields, nonce=NONCE).encode()
