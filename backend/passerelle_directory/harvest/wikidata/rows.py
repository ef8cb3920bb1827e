"""The facts about an item -> the line that an import takes, or why the item is left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from babel.languages import get_official_languages
from passerelle.directory import Kind

from passerelle_directory.harvest.found import Found
from passerelle_directory.harvest.wikidata.facts import ENTITY, Fact, Item

SOURCE = "wikidata"
PAGE = "https://www.wikidata.org/wiki/"
HUMAN = "Q5"
# As long as the sources of the seed may be old: docs/decisions/0037-former-office-holders.md
AFTER_OFFICE = timedelta(days=3 * 365)
LANGUAGES = ("en", "mul")  # of a name, where there is none in a language of the country

# What the items are instances of, by Wikidata's own classes.
KINDS: Mapping[str, Kind] = {
    "Q3918": "university",
    "Q875538": "university",  # public university
    "Q902104": "university",  # private university
    "Q38723": "university",  # institution of higher education
    "Q31855": "university",  # research institute
    "Q11032": "media",  # newspaper
    "Q1110794": "media",  # daily newspaper
    "Q41298": "media",  # magazine
    "Q1002697": "media",  # periodical
    "Q192283": "media",  # news agency
    "Q17232649": "media",  # news website
    "Q2001305": "media",  # television channel
    "Q1616075": "media",  # television station
    "Q14350": "media",  # radio station
    "Q79913": "ngo",
    "Q163740": "ngo",  # nonprofit organization
    "Q708676": "ngo",  # charitable organization
    "Q48204": "ngo",  # voluntary association
    "Q327333": "public-body",  # government agency
    "Q192350": "public-body",  # ministry
    "Q484170": "public-body",  # commune of France
    "Q262166": "public-body",  # municipality of Germany
    "Q515": "public-body",  # city
    "Q6465": "public-body",  # department of France
    "Q36784": "public-body",  # region of France
    "Q4830453": "company",  # business
    "Q6881511": "company",  # enterprise
    "Q891723": "company",  # public company
}


def make_found(item: Item, today: date) -> Found:
    """Return the line of an item, or the reason why it is left out."""
    if reason := _why_not(item, today):
        return Found(item.number, reason=reason)
    ids = {fact.detail for fact in item.get("x") if fact.detail}
    handles, accts = item.values("bluesky"), item.values("fediverse")
    bluesky = handles[0] if len(handles) == 1 else ""
    return Found(
        item.number,
        {
            "source": SOURCE,
            "source_url": PAGE + item.number,
            "source_date": today.isoformat(),
            "screen_name": item.values("x")[0],
            "rest_id": ids.pop() if len(ids) == 1 else "",
            "did" if bluesky.startswith("did:") else "handle": bluesky,
            "acct": accts[0] if len(accts) == 1 else "",
            "kind": _kind(item),
            "country": _country(item),
            "display_name": _name(item),
        },
    )


def _why_not(item: Item, today: date) -> str | None:
    if HUMAN in _classes(item):
        if item.get("died"):
            return "This person has died."
        if not any(_is_recent(office, today) for office in item.get("office")):
            return "It states no public office that this person holds or held in the last three years."
    elif not (item.get("organisation") or _classes(item) & KINDS.keys()):
        return "It is neither an organisation nor a person."
    if len({name.casefold() for name in item.values("x")}) != 1:
        return "It names no current X account, or several."
    if 1 not in (len(item.values("bluesky")), len(item.values("fediverse"))):
        return "It names no current account elsewhere, or several on one network."
    return None


def _is_recent(office: Fact, today: date) -> bool:
    """Return whether a term has not ended, or not long ago. An end that is no date counts as long ago."""
    if office.detail is None:
        return True
    try:
        return date.fromisoformat(office.detail[:10]) >= today - AFTER_OFFICE
    except ValueError:
        return False


def _classes(item: Item) -> frozenset[str]:
    return frozenset(value.removeprefix(ENTITY) for value in item.values("class"))


def _kind(item: Item) -> Kind:
    if HUMAN in _classes(item):
        return "person"
    known = (KINDS[name] for name in map(_short, item.values("class")) if name in KINDS)
    return next(known, "other")


def _short(address: str) -> str:
    return address.removeprefix(ENTITY)


def _country(item: Item) -> str:
    codes = item.values("country")
    return codes[0] if len(codes) == 1 else ""


def _name(item: Item) -> str:
    """Return the label in a language of its country, else in one of LANGUAGES, else any."""
    labels = {fact.language: fact.value for fact in item.get("label")}
    own = get_official_languages(_country(item) or "ZZ")
    return next((labels[language] for language in (*own, *LANGUAGES, *labels) if language in labels), "")
