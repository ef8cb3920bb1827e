"""Which sources are independent of each other: lists that copy one another count once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

# A source on the left took its rows from the one on the right; seed/SOURCES.md says how we know.
COPIES: Mapping[str, str] = {
    "pierremesure": "wikidata",  # its rows carry the Wikidata items they came from
    "politics-on-social-media": "wikidata",
    "helloquittex": "ouest-france",  # the campaign's dossier reprints the paper's list
}


def family(source: str) -> str:
    """Name whom a source belongs to: the owner of `owner/repository`, the host of a web address, else its first word.

    >>> family("everton137/leavex-tools"), family("everton137/leavex.eu content/news")
    ('everton137', 'everton137')
    """
    name = source.strip().casefold()
    if name.startswith(("https://", "http://")):
        own = (urlsplit(name).hostname or name).removeprefix("www.")
    elif "/" in name.split()[0]:
        own = name.split("/")[0]
    else:
        own = name
    return COPIES.get(own, own)


def count_independent(sources: Iterable[str]) -> int:
    """Count the families that these sources come from."""
    return len({family(source) for source in sources})
