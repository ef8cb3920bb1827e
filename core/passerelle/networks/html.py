"""Text and links of HTML that servers send, such as a profile's description. Nothing is rendered."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser

MAX_HTML = 5_000  # characters of one field: Mastodon allows 500 besides its markup, and html.parser is quadratic
MAX_LINKS = 50

# Elements that begin on a line of their own in what Mastodon writes (app/lib/text_formatter.rb) and lets through.
_BLOCKS = frozenset({"p", "br", "li", "div", "blockquote", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_SILENT = frozenset({"script", "style", "template"})


@dataclass(frozen=True, slots=True)
class Html:
    """The text of HTML, a line for each block, and the targets of its links."""

    text: str
    links: tuple[str, ...]


def read_html(html: object) -> Html:
    """Return text and links of HTML; values of another type are empty.

    >>> read_html('<p>Poet</p><p><a href="https://x.com/ada">here</a></p>')
    Html(text='\\nPoet\\n\\nhere\\n', links=('https://x.com/ada',))
    """
    reader = _Reader()
    if isinstance(html, str):
        with suppress(AssertionError):  # html.parser raises it for a broken "<!["; the text before it counts
            reader.feed(html[:MAX_HTML])
            reader.close()
    return Html("".join(reader.words), tuple(reader.links[:MAX_LINKS]))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.links: list[str] = []
        self._silent_depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent_depth += tag in _SILENT
        if tag in _BLOCKS:
            self.words.append("\n")
        if tag == "a" and (href := dict(attrs).get("href")):
            self.links.append(href)

    def handle_endtag(self, tag: str) -> None:
        self._silent_depth = max(self._silent_depth - (tag in _SILENT), 0)
        if tag in _BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent_depth:
            self.words.append(data)
