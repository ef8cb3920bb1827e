"""An answer of the query service -> the facts about each item. https://www.w3.org/TR/sparql11-results-json/"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from passerelle.jsons import parse_json

ENTITY = "http://www.wikidata.org/entity/"


class InvalidAnswer(ValueError):
    """The answer is cut, is a message of an error, or has another shape."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its value, its language where it is a label, and what qualifies it."""

    value: str
    language: str
    detail: str | None


@dataclass(slots=True)
class Item:
    """One item (`address` is its entity IRI) with its facts by kind, as `items.sparql` names them."""

    address: str
    facts: dict[str, list[Fact]] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """Return its name, such as Q42."""
        return self.address.removeprefix(ENTITY)

    def get(self, kind: str) -> list[Fact]:
        """Return the facts of one kind."""
        return self.facts.get(kind, [])

    def values(self, kind: str) -> list[str]:
        """Return the different values of one kind, in their order."""
        return list(dict.fromkeys(fact.value for fact in self.get(kind)))


def parse_items(body: bytes) -> list[Item]:
    """Return the items of an answer, ordered by address. Raises InvalidAnswer."""
    try:
        bindings = parse_json(body)["results"]["bindings"]
        return _collect(bindings)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidAnswer("The query service sent no whole answer.") from error


def _collect(bindings: Iterable[Mapping[str, Any]]) -> list[Item]:
    items: dict[str, Item] = {}
    for binding in bindings:
        address, value = _text(binding["item"]), binding["value"]
        if not address.startswith(ENTITY):
            raise InvalidAnswer(f"This is no item: {address[:80]!r}.")
        detail = _text(binding["detail"]) if "detail" in binding else None
        fact = Fact(_text(value), str(value.get("xml:lang", "")), detail)
        facts = items.setdefault(address, Item(address)).facts.setdefault(_text(binding["fact"]), [])
        if fact not in facts:
            facts.append(fact)
    return [items[address] for address in sorted(items)]


def _text(term: Mapping[str, Any]) -> str:
    value = term["value"]
    if not isinstance(value, str):
        raise InvalidAnswer("A value is no text.")
    return value
