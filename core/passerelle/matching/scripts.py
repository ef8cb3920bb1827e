"""Write words of other scripts in Latin letters, roughly, so that one name in two scripts can be compared.

Spellings that differ between systems of transliteration are folded into one: it is for comparing, not for showing.
Kana: Hepburn and Kunrei-shiki (ISO 3602); Cyrillic: ISO 9 and BGN/PCGN; Greek: ELOT 743.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_LETTERS = {"ø": "o", "æ": "a", "œ": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ŋ": "n", "ə": "a"}
_CYRILLIC = dict(zip("абвгґдеєзиіїйклмнопрстуфыэў", "abvggdeeziiiiklmnoprstufieu", strict=True)) | {
    "ё": "e",
    "ж": "zh",
    "х": "h",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "sh",
    "ъ": "",
    "ь": "",
    "ю": "iu",
    "я": "ia",
}
_GREEK = dict(zip("αβγδεζηικλμνξοπρσςτυφχω", "avgdeziiklmnxoprsstifho", strict=True)) | {
    "θ": "th",
    "ψ": "ps",
}
_ROWS = {  # consonants of the kana table, in the order of the vowels a i u e o
    "": "あいうえお",
    "k": "かきくけこ",
    "g": "がぎぐげご",
    "s": "さしすせそ",
    "z": "ざじずぜぞ",
    "t": "たちつてと",
    "d": "だぢづでど",
    "n": "なにぬねの",
    "h": "はひふへほ",
    "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ",
    "m": "まみむめも",
    "r": "らりるれろ",
}
_KANA = {kana: consonant + vowel for consonant, row in _ROWS.items() for kana, vowel in zip(row, "aiueo", strict=True)}
_KANA |= {
    "や": "ya",
    "ゆ": "yu",
    "よ": "yo",
    "わ": "wa",
    "を": "o",
    "ん": "n",
    "ゔ": "vu",
    "ー": "",
    "っ": "",
    "ゐ": "i",
}
_SMALL = {"ゃ": "ya", "ゅ": "yu", "ょ": "yo", "ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o", "ゎ": "wa"}
_TABLE: Mapping[int, str] = str.maketrans(_LETTERS | _CYRILLIC | _GREEK | _KANA | _SMALL)
_KATAKANA: Mapping[int, int] = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}

# Spellings of the same sound, folded in this order; to both sides of a comparison.
_FOLDS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        ("sch|sh", "s"),
        ("tch|ch", "t"),
        ("ts|tz", "t"),
        ("fu", "hu"),
        ("j|dz", "z"),
        ("kh|x", "h"),
        ("ae", "a"),
        ("o[euo]|oh(?![aeiou])", "o"),
        ("u[eu]", "u"),
        ("w", "v"),
        ("y", "i"),
        (r"([a-z])\1+", r"\1"),
    )
)


def to_hiragana(text: str) -> str:
    """Return a text with katakana written as hiragana.

    >>> to_hiragana("ハル")
    'はる'
    """
    return text.translate(_KATAKANA)


def to_latin(text: str) -> str:
    """Return a lower-case text with kana, Cyrillic, Greek and special Latin letters written in ASCII.

    >>> to_latin("しなしな"), to_latin("чехов")
    ('sinasina', 'chehov')
    """
    return to_hiragana(text).translate(_TABLE)


def fold_spelling(latin: str) -> str:
    """Return a form that is the same for the usual spellings of one name in Latin letters.

    >>> fold_spelling("shinjiro") == fold_spelling("sinziroo")
    True
    """
    text = latin
    for pattern, replacement in _FOLDS:
        text = pattern.sub(replacement, text)
    return text
