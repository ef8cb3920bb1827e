"""Perturb names as two networks differ: decoration, script, word order, nickname, another source, another name.

The tables are deliberately not those of the core: Hepburn here, Kunrei-shiki with folded spellings there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from random import Random

# How often X shows a name differently from the other network. Set by hand; nothing public counts it.
PERTURBATIONS: Mapping[str, float] = {
    "none": 0.40,
    "decoration": 0.22,
    "script": 0.08,
    "order": 0.08,
    "nickname": 0.08,
    "source": 0.07,
    "another": 0.07,
}
DECORATED_ELSEWHERE = 0.15  # of the other network's names
UNNAMED_ELSEWHERE = 0.04

_EMOJI = ["🌸", "🦋", "🐘", "🌻", "✨", "🇫🇷", "🏳️\u200d🌈", "☕", "🎨", "📚", "🔥", "🍉"]
_NOTES = ("she/her", "on sabbatical", "hiring", "新刊発売中", "お仕事募集中", "C107 東A-12a", "le 20 janvier", "v2.0")
_HONORIFICS = ("さん", "ちゃん", "先生", "P")
_TITLES = ("Dr. {}", "Prof. {}", "{} MdB", "{} (official)", "{}【公式】", "{} Official")
_SYLLABLES = ("ka", "no", "mi", "ra", "te", "lo", "su", "ve", "ri", "da", "po", "ne", "shi", "bel", "ron", "kel", "zu")
_HEPBURN = {
    "し": "shi",
    "ち": "chi",
    "つ": "tsu",
    "ふ": "fu",
    "じ": "ji",
    "ぢ": "ji",
    "づ": "zu",
    "しゃ": "sha",
    "しゅ": "shu",
    "しょ": "sho",
    "ちゃ": "cha",
    "ちゅ": "chu",
    "ちょ": "cho",
    "じゃ": "ja",
    "じゅ": "ju",
    "じょ": "jo",
}
_CYRILLIC = dict(zip("abvgdezijklmnoprstufhcyqwx", "абвгдезийклмнопрстуфхкыкви", strict=True))
_KANA_NAME = re.compile(r"KATAKANA LETTER (SMALL )?(\w+)$|HIRAGANA LETTER (SMALL )?(\w+)$")


def perturb(name: str, screen_name: str, rng: Random) -> str:
    """Return the name that X shows for a person whose other account shows `name`."""
    kind = rng.choices(list(PERTURBATIONS), list(PERTURBATIONS.values()))[0]
    return _CHANGES[kind](name, screen_name, rng)


def name_elsewhere(name: str, rng: Random) -> str:
    """Return the name as the other network shows it."""
    if rng.random() < UNNAMED_ELSEWHERE:
        return ""
    return _decorate(name, "", rng) if rng.random() < DECORATED_ELSEWHERE else name


def invent_name(rng: Random) -> str:
    """Return a name of two invented words."""
    return " ".join("".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4))).title() for _ in range(2))


def is_latin(name: str) -> bool:
    """Return whether most letters of a name are Latin."""
    letters = [one for one in name if one.isalpha()]
    return 2 * sum("LATIN" in unicodedata.name(one, "") for one in letters) >= len(letters)


def _decorate(name: str, _: str, rng: Random) -> str:
    emoji, note = rng.choice(_EMOJI), rng.choice(_NOTES)
    forms = (f"{name}{emoji}", f"{emoji} {name} {emoji}", f"{name} | {note}", f"{name}@{note}", f"{name} ({note})")
    return rng.choice(forms)


def _change_script(name: str, screen_name: str, rng: Random) -> str:
    if all(_is_kana(one) or not one.isalpha() for one in name):
        return _romanize(name).title()
    if not is_latin(name):
        return screen_name.strip("_").title()
    plain = unicodedata.normalize("NFD", name.lower()).encode("ascii", "ignore").decode()
    return "".join(_CYRILLIC.get(one, one) for one in plain).title()


def _change_order(name: str, _: str, rng: Random) -> str:
    words = name.split()
    if len(words) < 2:
        return name
    return rng.choice((f"{words[-1]}, {' '.join(words[:-1])}", " ".join((words[-1], *words[:-1]))))


def _shorten(name: str, _: str, rng: Random) -> str:
    words = name.split()
    if not is_latin(name):
        return rng.choice((name[: max(2, len(name) - rng.randint(1, 2))], name + rng.choice(_HONORIFICS)))
    if len(words) < 2:
        return name[: max(3, len(name) // 2)]
    first = rng.choice((words[0][:3], words[0][:4], f"{words[0][0]}.", words[0]))
    return rng.choice((f"{first} {words[-1]}", words[0], f"{words[0]} {words[-1][0]}."))


def _other_source(name: str, _: str, rng: Random) -> str:
    plain = "".join(one for one in unicodedata.normalize("NFD", name) if not "\u0300" <= one <= "\u036f")
    return rng.choice((unicodedata.normalize("NFC", plain), name.upper(), rng.choice(_TITLES).format(name)))


def _another(name: str, screen_name: str, rng: Random) -> str:
    return rng.choice((screen_name, invent_name(rng), "・".join(rng.choices(_EMOJI, k=2))))


def _romanize(name: str) -> str:
    kana = "".join(chr(ord(one) - 0x60) if "\u30a1" <= one <= "\u30f6" else one for one in name)
    for text, latin in sorted(_HEPBURN.items(), key=lambda pair: -len(pair[0])):
        kana = kana.replace(text, latin)
    return "".join(map(_syllable, kana))


def _syllable(character: str) -> str:
    found = _KANA_NAME.search(unicodedata.name(character, ""))
    return (found[2] or found[4]).lower() if found else "" if character in "ーっ" else character


def _is_kana(character: str) -> bool:
    return "\u3040" <= character <= "\u30ff"


_CHANGES: Mapping[str, Callable[[str, str, Random], str]] = {
    "none": lambda name, _, rng: name,
    "decoration": _decorate,
    "script": _change_script,
    "order": _change_order,
    "nickname": _shorten,
    "source": _other_source,
    "another": _another,
}
