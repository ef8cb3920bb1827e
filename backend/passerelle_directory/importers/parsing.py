"""The fields of one line -> a statement about an X account, about an organisation that left X, or about both."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from passerelle.directory import KINDS, MAX_URL, Kind
from passerelle.errors import InputError
from passerelle.hosts import is_web_page
from passerelle.identifiers import (
    Acct,
    Did,
    Handle,
    RestId,
    ScreenName,
    parse_acct,
    parse_did,
    parse_handle,
    parse_rest_id,
    parse_screen_name,
)
from passerelle.text import clean_display_name

from passerelle_directory.countries import parse_country

Parsed = TypeVar("Parsed")

MAX_SOURCE = 300  # characters of a source's name: what the tables hold

# What a source says. `suspended`: nothing is posted any more, the account stays. `closed`: the account is gone and the
# source does not say why; it may have been merged. `returned`: it posts on X again.
HOWS = ("announced", "suspended", "left", "closed", "returned")
MAX_ANNOUNCED = timedelta(days=2 * 365)  # no one names a day further ahead

# Domains that carry copies of other people's posts under their names: never an account of the person
# (real cases: Wikidata gave respublicae.eu accounts as politicians' own).
DENIED: Mapping[str, str] = {
    "respublicae.eu": "a bot that copies posts from X",
    "bird.makeup": "a bot that copies posts from X",
    "press.coop": "a bot that copies posts from X",
    "brid.gy": "a bridge; give the account it bridges",
}
DENIED_LABEL = "birdsite"  # birdsite.link, birdsite.live, birdsitelive.example.org, ...

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z", re.ASCII)


class InvalidLine(InputError):
    """A line that cannot be imported; the message tells why."""

    code = "invalid_line"


@dataclass(frozen=True, slots=True)
class Source:
    """The source of a line: its name, its address, the day on which it was so, and whether it is the own domain."""

    name: str
    url: str | None
    seen: date | None
    is_own_domain: bool = False


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One X account and at least one account elsewhere."""

    source: Source
    rest_id: RestId | None
    screen_name: ScreenName | None
    did: Did | None
    handle: Handle | None
    acct: Acct | None
    kind: Kind
    country: str | None
    display_name: str | None


@dataclass(frozen=True, slots=True)
class DepartureLine:
    """One organisation, or person in public `office`, that left X.

    `left` is a year, month or day, `by` the latest it can have been. The X account is there if the source names it.
    """

    source: Source
    organisation: str
    office: str | None
    rest_id: RestId | None
    screen_name: ScreenName | None
    kind: Kind
    country: str | None
    left: str | None
    by: str | None
    how: str
    handle: Handle | None
    acct: Acct | None


def parse_line(
    fields: Mapping[str, str], today: date, *, is_own_domain: bool = False
) -> tuple[AccountLine | None, DepartureLine | None]:
    """Parse one line; at least one of the two results is there. Raises InputError, which tells the operator why."""
    source = replace(_parse_source(fields, today), is_own_domain=is_own_domain)
    kind = _kind(fields.get("kind", "other"))
    country = parse_country(fields["country"]) if "country" in fields else None
    name = clean_display_name(fields.get("display_name", ""))
    handle = _optional(fields, "handle", parse_handle)
    acct = _optional(fields, "acct", parse_acct)
    _refuse_copies(handle, acct)
    account = AccountLine(
        source=source,
        rest_id=_optional(fields, "rest_id", parse_rest_id),
        screen_name=_optional(fields, "screen_name", parse_screen_name),
        did=_optional(fields, "did", parse_did),
        handle=handle,
        acct=acct,
        kind=kind,
        country=country,
        display_name=name,
    )
    departure = _parse_departure(fields, account, today) if "left_x" in fields else None
    is_account = bool((account.rest_id or account.screen_name) and (account.did or handle or acct))
    if not is_account and departure is None:
        raise InvalidLine("It needs an X account (rest_id or screen_name) and an account elsewhere, or left_x.")
    return (account if is_account else None), departure


def _parse_departure(fields: Mapping[str, str], account: AccountLine, today: date) -> DepartureLine:
    office = clean_display_name(fields.get("office", ""))
    if account.display_name is None:
        raise InvalidLine("Only an organisation with a display_name can be a departure.")
    if account.kind == "person" and office is None:
        raise InvalidLine("Only an organisation with a display_name, or a person with an office, can be a departure.")
    if account.kind != "person" and office is not None:
        raise InvalidLine("Only a person has an office.")
    how = _how(fields.get("how", "left"))
    left, by = _parse_left(fields["left_x"], today + MAX_ANNOUNCED if how == "announced" else today)
    return DepartureLine(
        source=account.source,
        organisation=account.display_name,
        office=office,
        rest_id=account.rest_id,
        screen_name=account.screen_name,
        kind=account.kind,
        country=account.country,
        left=left,
        by=by,
        how=how,
        handle=account.handle,
        acct=account.acct,
    )


def _parse_source(fields: Mapping[str, str], today: date) -> Source:
    source = fields.get("source", "")
    if not (source and source.isprintable() and len(source) <= MAX_SOURCE):
        raise InvalidLine(f"It names no source, or one that is not a line of up to {MAX_SOURCE} characters.")
    url = fields.get("source_url")
    if url is not None and not (is_web_page(url) and len(url) <= MAX_URL):
        raise InvalidLine("Its source_url is not a plain web address (https://host/path, without user or port).")
    seen = _first_day(_checked_date(fields["source_date"], today)) if "source_date" in fields else None
    return Source(source, url, seen)


def _parse_left(text: str, latest: date) -> tuple[str | None, str | None]:
    """Parse "2025-01-20", "2025-01", "2025", "by 2025-01" or "unknown" into (date, no later than)."""
    if text == "unknown":
        return None, None
    if text.startswith("by "):
        return None, _checked_date(text.removeprefix("by "), latest)
    return _checked_date(text, latest), None


def _checked_date(text: str, today: date) -> str:
    try:
        first = _first_day(text)
    except ValueError:
        raise InvalidLine(f"This is not a year, month or day: {text[:20]!r}.") from None
    if first > today:
        raise InvalidLine(f"This date is in the future: {text}.")
    return text


def _first_day(text: str) -> date:
    """Return the earliest day that a year, month or day can mean: a name may be older than it says, never younger."""
    if not (parts := _DATE.match(text)):
        raise ValueError(text)
    year, month, day = parts.groups()
    return date(int(year), int(month or 1), int(day or 1))


def _kind(text: str) -> Kind:
    if found := next((kind for kind in KINDS if kind == text), None):
        return found
    raise InvalidLine(f"The kind {text[:20]!r} is not one of {', '.join(KINDS)}.")


def _how(text: str) -> str:
    if text in HOWS:
        return text
    raise InvalidLine(f"The value {text[:20]!r} of how is not one of {', '.join(HOWS)}.")


def _optional(fields: Mapping[str, str], name: str, parse: Callable[[str], Parsed]) -> Parsed | None:
    return parse(fields[name]) if name in fields else None


def _refuse_copies(handle: Handle | None, acct: Acct | None) -> None:
    for domain in (handle, acct.domain if acct else None):
        if domain and (why := _why_denied(domain)):
            raise InvalidLine(f"{domain} is {why}.")


def _why_denied(domain: str) -> str | None:
    if any(label.startswith(DENIED_LABEL) for label in domain.split(".")):
        return "a bot that copies posts from X"
    return next((why for name, why in DENIED.items() if domain == name or domain.endswith(f".{name}")), None)
