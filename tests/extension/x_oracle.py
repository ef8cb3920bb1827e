"""The people on a saved X page, read a second time from its text by the rules of docs/x-pages.md.

Nothing here is shared with the adapters: not their language, not their selectors, and not the browser's parser. Tags
are nested as they stand in the file, which is how X's script had nested them, buttons in buttons included.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

Found = tuple[str, str, str | None]  # surface, @name, id

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SHOWN = re.compile(r"@(\w{1,20})", re.ASCII)
FOLLOW = re.compile(r"(\d+)-(?:follow|unfollow|cancel|unblock)")
PROFILE = re.compile(r"(?:https://x\.com)?/(\w{1,20})", re.ASCII)


class Tag:
    """An element: its name, attributes, and what is inside."""

    def __init__(self, name: str, attributes: dict[str, str | None], parent: Tag | None) -> None:
        self.name, self.attributes, self.parent = name, attributes, parent
        self.inside: list[Tag | str] = []

    def __getitem__(self, attribute: str) -> str:
        return self.attributes.get(attribute) or ""

    @property
    def test_id(self) -> str:
        return self["data-testid"]

    @property
    def text(self) -> str:
        return "".join(one if isinstance(one, str) else one.text for one in self.inside).strip()

    def all(self) -> Iterator[Tag]:
        """This element and those in it, in the order of the page."""
        yield self
        for one in self.inside:
            if isinstance(one, Tag):
                yield from one.all()

    def around(self) -> Iterator[Tag]:
        """The elements around this one, from the inside."""
        if self.parent:
            yield self.parent
            yield from self.parent.around()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.current = Tag("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Tag(tag, dict(attrs), self.current)
        self.current.inside.append(made)
        if tag not in VOID:
            self.current = made

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.current.inside.append(Tag(tag, dict(attrs), self.current))

    def handle_endtag(self, tag: str) -> None:
        for one in (self.current, *self.current.around()):
            if one.name == tag and one.parent:
                self.current = one.parent
                return

    def handle_data(self, data: str) -> None:
        self.current.inside.append(data)


def expected_people(page: str) -> list[Found]:
    """Return everyone on a page, each once per place, in the order of their @names."""
    reader = _Reader()
    reader.feed(page)
    tags = list(reader.root.all())
    position = {id(tag): at for at, tag in enumerate(tags)}
    is_new = any("data-timeline-entry" in tag.attributes for tag in tags)
    found = [one for tag in tags for one in (_new if is_new else _classic)(tag, reader.root)]
    return [person for _, person in sorted(found, key=lambda one: position[id(one[0])])]


def _classic(tag: Tag, root: Tag) -> Iterator[tuple[Tag, Found]]:
    if tag.test_id == "socialContext":
        link = next((one for one in tag.around() if one.name == "a"), None)
        if link and (leads := PROFILE.fullmatch(link["href"])):
            yield link, ("reposter", leads[1], None)
    surface = {"User-Name": "tweet", "UserName": "profile", "UserCell": "cell", "HoverCard": "hover"}.get(tag.test_id)
    shown = next((one for one in tag.all() if one["tabindex"] == "-1" and SHOWN.fullmatch(one.text)), None)
    if not surface or not shown or any(one.test_id == "UserCell" for one in tag.around()):
        return
    name = shown.text[1:]
    cards = [one for one in tag.around() if one["role"] == "link" and one["tabindex"] == "0"]
    if surface == "tweet" and any(one.name == "article" for card in cards for one in card.around()):
        surface = "quote"
    yield shown, (surface, name, _id(tag, root, surface, name))


def _id(tag: Tag, root: Tag, surface: str, name: str) -> str | None:
    if surface == "quote":
        return None
    if surface == "tweet":
        return _button(next((one for one in tag.around() if one.name == "article"), tag), name)
    return (_schema(root, name) or _button(root, name)) if surface == "profile" else _button(tag, name)


def _button(tag: Tag, name: str) -> str | None:
    buttons = [(one, FOLLOW.fullmatch(one.test_id)) for one in tag.all()]
    ids = [found[1] for one, found in buttons if found and re.search(rf"@{name}\b", one["aria-label"])]
    return ids[0] if ids else None


def _schema(root: Tag, name: str) -> str | None:
    for tag in root.all():
        if tag["type"] == "application/ld+json":
            person = json.loads(tag.text)["mainEntity"]
            if person["additionalName"] == name:
                identifier: str = person["identifier"]
                return identifier
    return None


def _new(tag: Tag, _: Tag) -> Iterator[tuple[Tag, Found]]:
    if "data-timeline-entry" not in tag.attributes:
        return
    own = [one for one in tag.all() if _entry_of(one) is tag]
    pictured = {one["alt"] for one in own if one.name == "img" and one["alt"].startswith("@")}
    is_post = any(one.name == "article" for one in own)
    surface = "cell" if not is_post else "quote" if _entry_of(tag.parent) else "tweet"
    for one in own:
        if one.name == "a" and one.text in pictured and one["href"] == f"/{one.text[1:]}":
            yield one, (surface, one.text[1:], None)
            return


def _entry_of(tag: Tag | None) -> Tag | None:
    while tag and "data-timeline-entry" not in tag.attributes:
        tag = tag.parent
    return tag
