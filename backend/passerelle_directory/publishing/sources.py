"""Which sources are independent of each other: lists that copy one another count once."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

# The key took its rows from the value, or both took theirs from it; seed/SOURCES.md says how we know.
COPIES: Mapping[str, str] = {
    "dietmarkammerer": "wikidata",
    "everton137": "wikidata",  # its file of members of parliament is that of politics-on-social-media
    "helloquittex": "ouest-france",  # the campaign's dossier reprints the paper's list
    "pierremesure": "wikidata",  # its rows carry the Wikidata items they came from
    "politics-on-social-media": "wikidata",
    "w43gvg": "wikidata",
}


def family(source: str) -> str:
    """Return the family of a source: the owner of `owner/repository`, the host of a web address, else the whole name.

    >>> family("someone/list"), family("https://www.paper.example/a"), family("everton137/leavex-tools")
    ('someone', 'paper.example', 'wikidata')
    """
    name = source.strip().casefold()
    if name.startswith(("https://", "http://")):
        own = (urlsplit(name).hostname or name).removeprefix("www.")
    elif "/" in name.split()[0]:
        own = name.split("/")[0]
    else:
        own = name
    return COPIES.get(own, own)
