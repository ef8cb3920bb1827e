"""The command `passerelle-directory harvest domains`."""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passerelle.errors import NetworkError, ServerRefused
from passerelle.transport import Fetch

from passerelle_directory.config import Config, InvalidSetting
from passerelle_directory.database import open_session, prepare_database
from passerelle_directory.harvest.answers import StoredAnswers, read_stored
from passerelle_directory.harvest.domains.organisations import Organisation, from_items, from_members, read_list
from passerelle_directory.harvest.found import Found
from passerelle_directory.harvest.running import make_asking_fetch, store
from passerelle_directory.harvest.wikidata.facts import parse_items
from passerelle_directory.harvest.wikidata.rows import SOURCE as WIKIDATA
from passerelle_directory.publishing.groups import read_groups

if TYPE_CHECKING:
    from passerelle_directory.harvest.domains.checking import SiteReader

FOLDER = "domains"
FRESH = timedelta(hours=20)
RANDOM_NAME_BYTES = 8
PATIENCE = 20.0  # seconds for one answer


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "lists", nargs="*", type=Path, metavar="FILE", help="CSV of organisations, with a column domain"
    )
    parser.add_argument("--groups", action="store_true", help="also the members of the groups that have a domain")
    parser.add_argument("--wikidata", action="store_true", help="also the websites that `harvest wikidata` has read")


def run(config: Config, options: argparse.Namespace) -> int:
    """Harvest websites."""
    organisations = [one for path in options.lists for one in read_list(path)]
    now = datetime.now(UTC)
    if options.groups:
        organisations += read_members(config)
    if options.wikidata:
        stored = read_stored(config.harvest / WIKIDATA)
        organisations += from_items((item for body in stored for item in parse_items(body)), now.date())
    if not organisations:
        raise InvalidSetting(
            "Name a file of organisations, or add --groups, or run `harvest wikidata` first and add --wikidata."
        )
    return harvest(config, organisations, make_asking_fetch(config, PATIENCE), now)


def read_members(config: Config) -> list[Organisation]:
    """Return the members of the operator's groups that have a domain. Raises DatabaseNotReady, InvalidGroups."""
    from passerelle_directory.publishing.snapshot import cover_groups
    from passerelle_directory.registrar.suffixes import registrable_domain

    with open_session(config) as session:
        covered = cover_groups(session, read_groups(config.groups))
    return [one for _, members in covered for one in from_members(members, registrable_domain)]


def harvest(config: Config, organisations: Iterable[Organisation], fetch: Fetch, now: datetime) -> int:
    """Read the websites and import what they say; return the exit status."""
    from passerelle_directory.harvest.domains.checking import SiteReader
    from passerelle_directory.registrar.suffixes import registrable_domain

    prepare_database(config)
    listed = list({one.domain: one for one in organisations}.values())
    question = json.dumps([one.to_json() for one in listed])
    stored = StoredAnswers(config.harvest / FOLDER, question, now, FRESH)
    reader = SiteReader(registrable_domain, secrets.token_hex(RANDOM_NAME_BYTES), fetch)
    asyncio.run(_read_all(listed, stored, reader, now))
    answers = [json.loads(body) for body in stored]
    day = stored.begun.date()
    return store(config, "harvest domains", make_found(listed, answers, day), now.date())


async def _read_all(listed: Sequence[Organisation], stored: StoredAnswers, reader: SiteReader, now: datetime) -> None:
    """Read the websites that are not stored yet, one after the other."""
    for organisation in listed[sum(1 for _ in stored) :]:
        stored.add(json.dumps(await _read(organisation, reader)).encode())
    stored.finish(now)


async def _read(organisation: Organisation, reader: SiteReader) -> dict[str, Any]:
    from passerelle_directory.harvest.domains.checking import NotUsed

    try:
        site = await reader.read(organisation)
    except NotUsed as error:
        return {"reason": str(error)}
    except (NetworkError, ServerRefused) as error:
        return {"reason": f"left for the next run: {error.message}"}
    addresses = site.fields() | {"screen_name": site.screen_name}
    return {"fields": addresses, "is_own": site.is_attested, "remarks": list(site.remarks)}


def make_found(listed: Sequence[Organisation], answers: Sequence[dict[str, Any]], day: date) -> list[Found]:
    """Return what counts of each website. An account that several websites name is none's own."""
    named = Counter(key for answer in answers for key in _account_keys(answer))
    return [_make(one, answer, named, day) for one, answer in zip(listed, answers, strict=True)]


def _make(one: Organisation, answer: dict[str, Any], named: Counter[tuple[str, str]], day: date) -> Found:
    if "reason" in answer:
        return Found(one.domain, reason=answer["reason"])
    shared = next((address for kind, address in _account_keys(answer) if named[kind, address] > 1), None)
    if shared:
        return Found(one.domain, reason=f"several websites name {shared}")
    url = f"https://{one.domain}/"
    about = {"display_name": one.display_name, "kind": one.kind, "country": one.country}
    source = {"source": url, "source_url": url, "source_date": day.isoformat()}
    name = f"{one.domain} ({'; '.join(answer['remarks'])})" if answer["remarks"] else one.domain
    return Found(name, answer["fields"] | about | source, is_own_domain=answer["is_own"])


def _account_keys(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(kind, value.lower()) for kind, value in answer.get("fields", {}).items() if value]
