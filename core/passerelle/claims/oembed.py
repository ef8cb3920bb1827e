"""X's oEmbed: the name of a post's author and its text. It gives no id, so it proves the name only.

https://docs.x.com/x-for-websites/oembed-api
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

from passerelle.claims.posts import X_HOSTS, PostId, PostMissing, post_url
from passerelle.errors import InvalidIdentifier, ServerRefused
from passerelle.identifiers import ScreenName, parse_screen_name
from passerelle.transport import Request, Response

HOST = "publish.x.com"
MAX_HTML = 20_000  # characters; html.parser is quadratic


@dataclass(frozen=True, slots=True)
class NamedPost:
    """A public post by name: its author's name today, and its text without links."""

    author_name: ScreenName
    text: str


def oembed_request(name: ScreenName, post: PostId) -> Request:
    """Return the request for a post of `name`."""
    query = {"url": post_url(name, post), "omit_script": "1", "hide_thread": "1", "dnt": "true"}
    return Request("GET", f"https://{HOST}/oembed?{urlencode(query)}", may_redirect=True, purpose="x_post")


def read_oembed(response: Response) -> NamedPost:
    """Parse the answer. Raises PostMissing for a deleted or protected post, other ServerRefused."""
    if response.status in (403, 404):
        code = "post_gone" if response.status == 404 else "post_hidden"
        raise PostMissing("There is no such public post.", code=code, host=HOST)
    if response.status == 429:
        raise ServerRefused("X asks to wait.", code="rate_limited", host=HOST)
    try:
        document = response.json() if response.status == 200 else None
    except (ValueError, RecursionError):
        document = None
    name = _author(document.get("author_url")) if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or name is None:
        raise ServerRefused("X sent something that is not a post.", code="server_error", host=HOST)
    return NamedPost(name, _first_paragraph(document.get("html")))


def _author(url: object) -> ScreenName | None:
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        return parse_screen_name(parts.path.removeprefix("/")) if parts.netloc in X_HOSTS else None
    except (ValueError, InvalidIdentifier):
        return None


def _first_paragraph(html: object) -> str:
    """Return the text of the post: the first paragraph; the author's display name comes after it."""
    reader = _ParagraphReader()
    if isinstance(html, str):
        with suppress(AssertionError):  # html.parser raises it for a broken "<!["; the text before it counts
            reader.feed(html[:MAX_HTML])
    return "".join(reader.words)


class _ParagraphReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._is_inside = False
        self._is_over = False
        self._link_depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_inside = self._is_inside or (tag == "p" and not self._is_over)
        self._link_depth += tag == "a"
        if self._is_inside and tag in ("a", "br"):
            self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "p" and self._is_inside:
            self._is_inside, self._is_over = False, True
        self._link_depth = max(self._link_depth - (tag == "a"), 0)

    def handle_data(self, data: str) -> None:
        if self._is_inside and not self._link_depth:
            self.words.append(data)
