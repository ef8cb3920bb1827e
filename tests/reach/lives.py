"""Invented bios, websites and circles of friends for the accounts of `make reach`."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

# Set by hand: nothing public counts them.
PAGE_SEEN = 0.5  # people of whom a page of X showed bio and website
HAS_BIO = 0.85
BIO_ELSEWHERE = {"copy": 0.25, "part": 0.35, "new": 0.25, "none": 0.15}  # of the bio on X
NAMED_ON_X = 0.08  # of the X profiles that were seen: 27 of 751 of all people, more of those who have an account
NAMES_ANOTHER = 0.01  # X profiles that name another person's account
LINKS_BACK = 0.10  # of the other network's profiles
HAS_SITE = 0.35
SITE_IS_HANDLE = 0.6  # people whose handle is a domain and who show it on X as their website
CIRCLE = 60  # people of one circle
KNOWS = 0.35  # part of the circle that one person follows, where they have an account
POPULAR = 1_500  # accounts of strangers that are followed from everywhere
FOLLOWS_POPULAR = (40, 400)  # of those, how many one person follows
FOLLOWS_OTHERS = (2, 15)  # of all other accounts

_TOPICS = 40  # words of one circle
_OWN = 3  # words that only this person writes
_COMMON = ("views are my own", "he/him", "she/her", "mum of two", "coffee first", "日常つぶやき", "opinions mine")
_SYLLABLES = (
    "bar",
    "cel",
    "dom",
    "fir",
    "gan",
    "hul",
    "jor",
    "kam",
    "lin",
    "mus",
    "nor",
    "pel",
    "rav",
    "sol",
    "tam",
    "vex",
)


@dataclass(frozen=True, slots=True)
class Life:
    """What one person writes about themselves: the bio on X, and their own words."""

    circle: int
    bio: str | None
    site: str | None


def invent_life(circle: int, rng: Random) -> Life:
    """Return bio and website of a person of a circle."""
    words = rng.sample(_topics(circle), 5) + [_word(rng) for _ in range(_OWN)]
    rng.shuffle(words)
    bio = " ".join(words) if rng.random() < HAS_BIO else None
    if bio and rng.random() < 0.3:
        bio += f". {rng.choice(_COMMON)}"
    return Life(circle, bio, f"{_word(rng)}{_word(rng)}.example.net" if rng.random() < HAS_SITE else None)


def bio_elsewhere(life: Life, rng: Random) -> str:
    """Return the bio of the same person on the other network."""
    kind = rng.choices(list(BIO_ELSEWHERE), list(BIO_ELSEWHERE.values()))[0]
    if kind == "none":
        return ""
    if kind == "copy" and life.bio:
        return life.bio
    kept = (life.bio or "").split()[:4] if kind == "part" else []
    return " ".join(kept + rng.sample(_topics(life.circle), 4))


def _topics(circle: int) -> list[str]:
    rng = Random(f"topics {circle}")
    return [_word(rng) for _ in range(_TOPICS)]


def _word(rng: Random) -> str:
    return "".join(rng.choices(_SYLLABLES, k=rng.randint(2, 3)))
