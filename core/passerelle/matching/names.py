"""Compare display names and handles of two networks: normalized words, and how two of them relate."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from passerelle.matching.scripts import fold_spelling, to_hiragana, to_latin
from passerelle.matching.words import read_words
from passerelle.text import without_any_invisible

# same: the same words in any order and case, without decoration; transliterated: the same in Latin letters;
# similar: a nickname, an initial or a missing word; different; unknown: one of the two has no words.
NameRelation = Literal["same", "transliterated", "similar", "different", "unknown"]
# same: equal letters and digits; subdomain: only the first label of a longer domain is equal; similar; different.
HandleRelation = Literal["same", "subdomain", "similar", "different"]

MAX_NAME = 100  # characters compared: quadratic comparisons stay cheap
SIMILAR_FROM = 0.92  # Jaro-Winkler, as Sky Follower Bridge uses: src/lib/bskyHelpers.ts
_LEAST_SHARED = 4  # letters of a word that is similar by itself
_LEAST_SHARED_CJK = 3
_COMMON_PART = 5  # letters that one handle must share with another that contains it

_COMBINING = re.compile("[\u0300-\u036f]")  # of Latin, Greek and Cyrillic; the marks of kana and Indic scripts stay
_APOSTROPHE = re.compile("['’ʼ`]")
_NOT_WORD = re.compile(r"[\W_]+")
# What creators and officials write after or around their name: "Ada @ Paris", "Ada | poet", "Ada (she/her)".
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】|［[^］]*］|〔[^〕]*〕|《[^》]*》")
_SEPARATOR = re.compile(r"\s[-–—·•~]\s|[@|/:·•★☆◆●■♪,]|〜|、|。")
_KEY = re.compile("[^a-z0-9]")
# Hosts that give handles or usernames to everyone; the rest of such a handle says nothing about its owner.
SHARED_SUFFIXES = ("bsky.social", "brid.gy")


@dataclass(frozen=True, slots=True)
class NameForms:
    """A display name in the forms that are compared; `words` is the name itself without decoration, sorted."""

    words: tuple[str, ...]
    all_words: tuple[str, ...]
    latin: str

    @property
    def joined(self) -> str:
        """Return the words as one text."""
        return "".join(self.words)


@cache
def name_forms(name: str) -> NameForms:
    """Return the comparable forms of a display name.

    >>> name_forms("🦋 Dr. Zoë O’Brien | she/her").words
    ('obrien', 'zoe')
    """
    plain = unicodedata.normalize("NFKC", without_any_invisible(name[:MAX_NAME]))
    main = tuple(sorted(_main_words(plain)))
    return NameForms(main, _words(plain), fold_spelling("".join(sorted(map(to_latin, main)))))


def relate_names(one: str | None, other: str | None) -> NameRelation:
    """Return how two display names relate.

    >>> relate_names("LOVELACE, Ada", "Ada Lovelace 🦋"), relate_names("しなしな", "Shinashina")
    ('same', 'transliterated')
    """
    a, b = name_forms(one or ""), name_forms(other or "")
    if not a.words or not b.words:
        return "unknown"
    if a.words == b.words or a.all_words == b.all_words:
        return "same"
    if a.latin == b.latin and a.latin.isascii():
        return "transliterated"
    return "similar" if _are_similar(a, b) else "different"


def key_of(text: str) -> str:
    """Return the letters and digits of a handle or @name, lower case.

    >>> key_of("Ada_L-1")
    'adal1'
    """
    return _KEY.sub("", text.lower())


def latin_key(name: str) -> str:
    """Return a display name as a handle would spell it: its words in their own order, in ASCII letters.

    >>> latin_key("Zoë O’Brien")
    'zoeobrien'
    """
    return key_of("".join(map(to_latin, _main_words(unicodedata.normalize("NFKC", name[:MAX_NAME])))))


def own_part(handle: str) -> str:
    """Return the part of a handle that its owner chose: `ada` of ada.bsky.social and ada@example.org, else all."""
    if "@" in handle:
        return handle.partition("@")[0]
    suffix = next((one for one in SHARED_SUFFIXES if handle.endswith(f".{one}")), None)
    return handle.removesuffix(f".{suffix}") if suffix else handle


def relate_handles(screen_name: str, handle: str) -> HandleRelation:
    """Return how an X @name and a handle or acct relate.

    >>> relate_handles("ada_l", "ada-l.bsky.social"), relate_handles("alice", "alice.example.org")
    ('same', 'subdomain')
    """
    key, own = key_of(screen_name), own_part(handle.lower())
    labels = own.split(".")
    if key == key_of(own) or (len(labels) == 2 and key == key_of(labels[0])) or _is_national(labels, key):
        return "same"
    if key == key_of(labels[0]):
        return "subdomain"
    return "similar" if _are_keys_similar(key, key_of(labels[0])) else "different"


def _is_national(labels: Sequence[str], key: str) -> bool:
    """Return whether a name stands before an ending of two labels, as in ada.co.jp."""
    return len(labels) == 3 and len(labels[1]) <= 3 and len(labels[2]) == 2 and key_of(labels[0]) == key


def _are_keys_similar(key: str, other: str) -> bool:
    short, long = sorted((key, other), key=len)
    contains = len(short) >= _COMMON_PART and short in long
    return contains or (len(short) >= _LEAST_SHARED and similarity(key, other) >= SIMILAR_FROM)


def _main_words(plain: str) -> list[str]:
    """Return the words of the first part of a name that has any, in order."""
    parts = _SEPARATOR.split(_swap_comma(_BRACKETS.sub(" ", plain)))
    return next(filter(None, map(_words_in_order, parts)), []) or _words_in_order(plain)


def _words(text: str) -> tuple[str, ...]:
    return tuple(sorted(_words_in_order(text)))


def _words_in_order(text: str) -> list[str]:
    folded = _COMBINING.sub("", unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold()))
    plain = to_hiragana(unicodedata.normalize("NFC", _APOSTROPHE.sub("", folded)))
    words = _NOT_WORD.sub(" ", plain).split()
    return [word for word in words if word not in read_words("titles")] or words


def _swap_comma(name: str) -> str:
    """Write "Last, First" without its comma; a comma elsewhere separates a name from the rest."""
    head, comma, rest = name.partition(",")
    is_inverted = comma and "," not in rest and 1 <= len(rest.split()) <= 3 and len(head.split()) <= 3
    return f"{head} {rest}" if is_inverted else name


def _are_similar(a: NameForms, b: NameForms) -> bool:
    if _is_part(a.joined, b.joined) or _is_subset(a.words, b.words) or _is_subset(b.words, a.words):
        return True
    if len(a.words) == len(b.words) > 1:
        return _match_initials(a.words, b.words)
    return min(len(a.latin), len(b.latin)) >= _LEAST_SHARED and similarity(a.latin, b.latin) >= SIMILAR_FROM


def _is_part(one: str, other: str) -> bool:
    """Return whether a name of a script without spaces is a part of the other."""
    short, long = sorted((one, other), key=len)
    return len(short) >= _LEAST_SHARED_CJK and not short.isascii() and short in long


def _is_subset(few: Sequence[str], many: Sequence[str]) -> bool:
    return set(few) < set(many) and max(map(len, few)) >= _LEAST_SHARED


def _match_initials(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether one word is equal and each other one begins like its counterpart: Ada L., Chris Marlowe."""
    shared = set(one) & set(other)
    rest, others = sorted(set(one) - shared), sorted(set(other) - shared)
    if not shared or max(map(len, shared)) < 3 or len(rest) != len(others):
        return False
    return all(a.startswith(b) or b.startswith(a) or a[:3] == b[:3] for a, b in zip(rest, others, strict=True))


def similarity(one: str, other: str) -> float:
    """Return the Jaro-Winkler similarity of two texts, 0 to 1.

    W. E. Winkler, String Comparator Metrics and Enhanced Decision Rules in the Fellegi-Sunter Model of Record Linkage,
    1990: https://files.eric.ed.gov/fulltext/ED325505.pdf

    >>> round(similarity("martha", "marhta"), 3)
    0.961
    """
    jaro = _jaro(one[:MAX_NAME], other[:MAX_NAME])
    prefix = next(
        (i for i, (a, b) in enumerate(zip(one[:4], other[:4], strict=False)) if a != b), min(4, len(one), len(other))
    )
    return jaro + prefix * 0.1 * (1 - jaro)


def _jaro(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    window = max(len(one), len(other)) // 2 - 1
    free = [True] * len(other)
    places = []
    for i, letter in enumerate(one):
        for j in range(max(0, i - window), min(len(other), i + window + 1)):
            if free[j] and other[j] == letter:
                free[j] = False
                places.append((i, j))
                break
    matches = len(places)
    if not matches:
        return 0.0
    in_order = [other[j] for j in sorted(j for _, j in places)]
    swapped = sum(one[i] != letter for (i, _), letter in zip(places, in_order, strict=True)) / 2
    return (matches / len(one) + matches / len(other) + (matches - swapped) / matches) / 3


def search_words(name: str) -> str:
    """Return the words to search accounts by: the name in its own script and order, without decoration.

    >>> search_words("🦋 Zoë Quinn | she/her")
    'zoe quinn'
    """
    plain = unicodedata.normalize("NFKC", without_any_invisible(name[:MAX_NAME]))
    return " ".join(_main_words(plain))
