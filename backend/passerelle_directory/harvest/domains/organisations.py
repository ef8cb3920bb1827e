"""The organisations whose websites are read: CSV with a column `domain`, members of groups, Wikidata's (P856)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from passerelle.domains import canonicalize_host
from passerelle.hosts import is_public_host
from passerelle.proofs.domains import Registrable

from passerelle_directory.harvest.wikidata.facts import Item
from passerelle_directory.harvest.wikidata.rows import make_found
from passerelle_directory.importers.lines import UnreadableFile
from passerelle_directory.publishing.groups import MEMBERS, Covered

NAMES = {"member": "display_name"}  # members.csv of a group may be given as it is, with the column `domain` beside


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation; `screen_name` is there where the list names its X account: its page must name the same."""

    domain: str
    display_name: str = ""
    kind: str = "other"
    country: str = ""
    screen_name: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the fields by name."""
        return asdict(self)


def read_list(path: Path) -> list[Organisation]:
    """Read a list. Raises UnreadableFile."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(_parse(csv.DictReader(file, restval="")))
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise UnreadableFile(f"{path}: {error}") from None


def _parse(lines: Iterable[Mapping[str, str]]) -> Iterator[Organisation]:
    known = Organisation.__dataclass_fields__.keys()
    for number, line in enumerate(lines, start=2):
        fields = {NAMES.get(name, name): (value or "").strip() for name, value in line.items() if name}
        if "domain" not in fields:
            raise ValueError("there is no column 'domain'.")
        if not fields["domain"]:
            continue  # a group's member without a website
        domain = parse_domain(fields["domain"])
        if domain is None:
            raise ValueError(f"line {number}: {fields['domain'][:80]!r} is no domain.")
        named = {name: value for name, value in fields.items() if name in known and value}
        yield Organisation(**named | {"domain": domain})


def parse_domain(text: str) -> str | None:
    """Return the domain of a website, given as a domain or an address, without `www.`; None where it is none.

    >>> parse_domain("https://www.Museum.example.org/en/"), parse_domain("museum.example.org"), parse_domain("10.0.0.1")
    ('museum.example.org', 'museum.example.org', None)
    """
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname
    except ValueError:
        return None
    domain = canonicalize_host((host or "").removeprefix("www."))
    return domain if domain and is_public_host(domain) else None


def from_members(members: Iterable[Covered], registrable: Registrable) -> Iterator[Organisation]:
    """Yield the members of groups that are organisations with a domain: the one their list states, else their handle.

    A handle is an organisation's domain only if it is a registered one; `name.bsky.social` is not.
    Raises UnreadableFile for a stated domain that is none.
    """
    for one in members:
        member = one.member
        stated = parse_domain(member.domain) if member.domain else None
        if member.domain and stated is None:
            raise UnreadableFile(f"{MEMBERS}: {member.name}: {member.domain[:80]!r} is no domain.")
        domain = stated or (one.handle if one.handle and registrable(one.handle) == one.handle else None)
        if domain and member.kind != "person":
            yield Organisation(domain, member.name, member.kind, member.country or "", member.screen_name or "")


def from_items(items: Iterable[Item], day: date) -> Iterator[Organisation]:
    """Yield the organisations among Wikidata's items that state one website and one X account."""
    for item in items:
        fields = make_found(item, day).fields
        websites = {parse_domain(address) for address in item.values("website")}
        domain = websites.pop() if len(websites) == 1 else None
        if fields and domain and fields["kind"] != "person":
            named = {name: fields[name] for name in ("display_name", "kind", "country", "screen_name")}
            yield Organisation(domain, **named)
