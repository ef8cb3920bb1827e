"""A query service with invented items: a real SPARQL engine (rdflib) over triples as Wikidata's have them.

The answers are `application/sparql-results+json`: https://www.w3.org/TR/sparql11-results-json/ . How items, statements
and qualifiers become triples: https://www.mediawiki.org/wiki/Wikibase/Indexing/RDF_Dump_Format
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from passerelle.transport import Request, Response
from rdflib import Graph

PREFIXES = """
@prefix wd: <http://www.wikidata.org/entity/> .
@prefix wds: <http://www.wikidata.org/entity/statement/> .
@prefix wdt: <http://www.wikidata.org/prop/direct/> .
@prefix p: <http://www.wikidata.org/prop/> .
@prefix ps: <http://www.wikidata.org/prop/statement/> .
@prefix pq: <http://www.wikidata.org/prop/qualifier/> .
@prefix wikibase: <http://wikiba.se/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
# Classes as Wikidata has them: a university is an organisation, a mayor holds a public office.
CLASSES = """
wd:Q3918 wdt:P279 wd:Q38723 . wd:Q38723 wdt:P279 wd:Q43229 .
wd:Q33506 wdt:P279 wd:Q43229 .
wd:Q30185 wdt:P279 wd:Q294414 .
wd:Q3044918 wdt:P31 wd:Q4164871 ; wdt:P279 wd:Q486839 .
wd:Q484876 wdt:P279 wd:Q702269 .
wd:Q142 wdt:P297 "FR" . wd:Q183 wdt:P297 "DE" .
"""
SPARQL_JSON = "application/sparql-results+json;charset=utf-8"
LIMIT = re.compile(r"LIMIT (\d+)")

Failure = Callable[[Request], Response | None]  # an answer instead of the right one; None: answer as usual


@dataclass
class QueryService:
    """`add` items as Turtle, then hand `fetch` to what is tested. `failures` are used up one for each request."""

    turtle: str = CLASSES
    failures: list[Failure] = field(default_factory=list)
    limits: list[int] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)

    def add(self, number: str, label: str, **statements: list[tuple[str, str]] | str) -> None:
        """Add an item; a statement is a value (`P31="wd:Q3918"`), or a list of pairs of value and qualifiers.

        A rank may stand among the qualifiers; else the statement is of normal rank, and the best.
        """
        lines = [f"wd:{number} rdfs:label {label} ."]
        for name, given in statements.items():
            listed = [(given, "")] if isinstance(given, str) else given
            for place, (value, qualifiers) in enumerate(listed):
                lines += self._statement(number, name, f"{number}-{name}-{place}", value, qualifiers)
        self.turtle += "\n".join(lines) + "\n"

    @staticmethod
    def _statement(number: str, name: str, statement: str, value: str, qualifiers: str) -> list[str]:
        is_deprecated = "DeprecatedRank" in qualifiers
        rank = "" if is_deprecated else "a wikibase:BestRank ; wikibase:rank wikibase:NormalRank ;"
        node = f"wds:{statement} {rank} {qualifiers + ' ;' if qualifiers else ''} ps:{name} {value} ."
        return [
            f"wd:{number} p:{name} wds:{statement} .",
            node,
            *([] if is_deprecated else [f"wd:{number} wdt:{name} {value} ."]),
        ]

    async def fetch(self, request: Request) -> Response:
        """Answer a query."""
        self.asked.append(request)
        text = parse_qs(urlsplit(request.url).query)["query"][0]
        if found := LIMIT.search(text):
            self.limits.append(int(found[1]))
        if self.failures and (failed := self.failures.pop(0)(request)) is not None:
            return failed
        body = Graph().parse(data=PREFIXES + self.turtle, format="turtle").query(text).serialize(format="json")
        return Response(200, {"content-type": SPARQL_JSON}, body or b"", request.url)
