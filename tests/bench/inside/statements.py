"""Statements about invented people in the sizes of real ones, the same on every machine: what a large server holds.

The shares are those of the curated lists and of the real pairs that the directory was designed with: a third of the
handles repeat the X name, two rows of five know only a name, Mastodon's servers are few large and many small ones.
Ids, dids and numbers of posts are random, since they are what does not pack.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

SYLLABLES = tuple("anbercaldorelfangrihajolkelinmarnorpertasvenwilxanyorzel"[n : n + 2] for n in range(0, 54, 2))
SERVERS = 171  # as many as in the real pairs
LISTS = 30
DID_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"  # base32, https://web.plc.directory/spec/v0.1/did-plc
COUNTRIES = ["FR", "DE", "GB", "US", "CA", "BR", "JP", "ES", "IT", "NL", "BE", "CH"]
ORGANISATIONS = ["media", "ngo", "university", "public-body", "company", "other"]
FIRST_DAY = date(2024, 11, 1)
DAYS = 700


@dataclass(frozen=True, slots=True)
class Stated:
    """One source's statement about an X account."""

    source: str
    source_url: str
    source_date: date
    screen_name: str
    did: str | None
    handle: str | None
    acct: str | None
    kind: str
    country: str | None
    display_name: str | None


@dataclass(frozen=True, slots=True)
class Invented:
    """An X account, and what its sources state."""

    row_id: str
    rest_id: str | None
    statements: tuple[Stated, ...]


def invent(count: int) -> Iterator[Invented]:
    """Return so many accounts; the first ones are the same for every count."""
    return (_account(number) for number in range(count))


def _account(number: int) -> Invented:
    random = Random(number)
    words = "".join(random.choices(SYLLABLES, k=random.randint(2, 4)))
    # The number keeps names apart, as digits do on X.
    name = f"{words.title()}{random.choice(['', '_'])}{number:x}"[:15]
    rest_id = None if random.random() < 0.4 else str(random.randrange(10**7, 2 * 10**18))
    is_organisation = random.random() < 0.1
    has_bluesky = random.random() < 0.8
    handle = _handle(random, name.lower().replace("_", "-").strip("-"), words) if has_bluesky else None
    did = f"did:plc:{''.join(random.choices(DID_LETTERS, k=24))}" if has_bluesky and random.random() < 0.6 else None
    acct = f"{name.strip('_')}@{_server(random)}" if not has_bluesky or random.random() < 0.3 else None
    families = 2 if random.random() < 0.3 else 1
    statements = tuple(
        Stated(
            *_source(random, name, n),
            screen_name=name,
            did=did,
            handle=handle,
            acct=acct,
            kind=random.choice(ORGANISATIONS) if is_organisation else "person",
            country=random.choice(COUNTRIES) if random.random() < 0.4 else None,
            display_name=f"{words.title()} {random.choice(SYLLABLES).title()}" if is_organisation else None,
        )
        for n in range(families)
    )
    return Invented(f"{random.getrandbits(64):016x}", rest_id, statements)


def _handle(random: Random, name: str, words: str) -> str:
    luck = random.random()
    if luck < 0.4:
        return f"{name}.bsky.social"
    if luck < 0.75:
        return f"{words}{random.randrange(10_000)}.bsky.social"
    return f"{words}-{random.choice(SYLLABLES)}{random.randrange(1000)}.example.org"


def _server(random: Random) -> str:
    number = min(int(random.paretovariate(0.8)), SERVERS)
    return "mastodon.social" if number == 1 else f"server-{number}.example.org"


def _source(random: Random, name: str, number: int) -> tuple[str, str, date]:
    day = FIRST_DAY + timedelta(days=random.randrange(DAYS))
    if number == 0 and random.random() < 0.2:  # an own claim, with the post that proves it
        return "own claim", f"https://x.com/{name}/status/{random.randrange(10**18, 2 * 10**18)}", day
    chosen = random.randrange(LISTS // 2) * 2 + number  # of two families for two statements
    return f"owner-{chosen}/list", f"https://github.com/owner-{chosen}/list", FIRST_DAY + timedelta(days=chosen)
