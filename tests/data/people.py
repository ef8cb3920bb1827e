"""Invented people with names in many scripts, some of them hostile; none of them exists, and no id is in use on X."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Someone:
    """One invented account on X; `bio` is what their profile says."""

    rest_id: str
    screen_name: str
    display_name: str
    bio: str = ""


def _someone(number: int, screen_name: str, display_name: str, bio: str = "") -> Someone:
    # X hands out ids by time; 9·10^18 comes up about the year 2078.
    return Someone(str(9_000_000_000_000_000_000 + number * 1_000_003), screen_name, display_name, bio)


OWNER = _someone(1, "odile_passe", "Odile Passé", "Bibliothécaire. Sur le départ.")
STRANGER = _someone(2, "someone_else", "Someone Else Entirely")

ADA = _someone(11, "ada_nouvelle", "Ada Nouvelle", "Poète. 🦋 ada-nouvelle.bsky.social")
BRUNO = _someone(12, "brunoquai", "Bruno Quai", "@bruno@quai.example.org")
CHLOE = _someone(13, "Chloe_Marais", "Chloé Marais 🌿")
DARIUSZ = _someone(14, "dariusz_lodz", "Dariusz Łódzki")
ELIF = _someone(15, "elifisik", "Elif Işık")
FARID = _someone(16, "farid_k", "فريد الخياط")
GALINA = _someone(17, "galina_reka", "Галина Рекова")
HIDEO = _someone(18, "hideo_umi", "海野秀夫")
IRINI = _someone(19, "irini_ag", "Ειρήνη Αγγέλου")
JUNHO = _someone(20, "junho_bada", "바다 준호")
KAVITA = _someone(21, "kavita_nadi", "कविता नदी")
LEVI = _someone(22, "levi_gesher", "לוי גשר")
MIN = _someone(23, "min_qiao", "桥敏")
NOOR = _someone(24, "noor_pol", "نور پل\u200cساز")  # a zero-width non-joiner that Persian needs
OLU = _someone(25, "olu_afara", "Olúwaṣeun Àfárá")
PHUONG = _someone(26, "phuong_cau", "Phượng Cầu")
SOMCHAI = _someone(27, "somchai_s", "สมชาย สะพาน")

HTML = _someone(31, "angle_brackets", "<img src=x onerror=alert(1)><b>Bold</b>")
BIDI = _someone(32, "turned_round", "Alice \u202egro.live\u202c \u2066isolated\u2069")
FORMULA = _someone(33, "equals_sign", "=cmd|' /C calc'!A0")
AT_SIGN = _someone(34, "at_sign", "@nasa")
PLUS = _someone(35, "plus_minus", "+1-1")
INVISIBLE = _someone(36, "no_name", "\u200b\u2060\u00ad")
LINES = _someone(37, "two_lines", "First line\nsecond\tline\u2028third")
QUOTES = _someone(38, "quo_tes", 'O\'Quote "Quotes" \\ ]}, {')
FAMILY = _someone(39, "family_four", "Family 👨\u200d👩\u200d👧\u200d👦 🏳️\u200d🌈")
LONG = _someone(40, "long_one", "Lo" + "o" * 300 + "ng")

# Nobody else lists these: only their profiles say where they are (tests/e2e/test_hints.py). The last one lies.
KIM = _someone(41, "kim_levee", "Kim Levée", "Jardins. 🦋 kim-levee.pds.passerelle.eu")
NILS = _someone(42, "nils_bro", "Nils Bro", "🐘 @nils@quai.example.org")
MAUD = _someone(43, "maud_menteuse", "Maud M.", "bsky: @ada-nouvelle.pds.passerelle.eu")
SPEAKERS = (KIM, NILS, MAUD)

FRIENDLY = (
    ADA, BRUNO, CHLOE, DARIUSZ, ELIF, FARID, GALINA, HIDEO, IRINI,
    JUNHO, KAVITA, LEVI, MIN, NOOR, OLU, PHUONG, SOMCHAI,
)  # fmt: skip
HOSTILE = (HTML, BIDI, FORMULA, AT_SIGN, PLUS, INVISIBLE, LINES, QUOTES, FAMILY, LONG)
PEOPLE = (*FRIENDLY, *HOSTILE)


def crowd(count: int, first: int = 1_000) -> list[Someone]:
    """Invent `count` more people with plain names, always the same: for split files and measurements."""
    return [_someone(first + number, f"crowd_{number:x}", f"Crowd {number}") for number in range(count)]


_FIRST = (
    "Amélie", "Youssef", "Ingrid", "Mateo", "Zofia", "Kwame", "Lucía", "Henrik", "Soraya", "Tomás", "Nadia", "Elliot",
    "Chiara", "Benoît", "Freja", "Samir", "Johanna", "Rui", "Eszter", "Marguerite",
)  # fmt: skip
_LAST = (
    "Lemaire", "Benali", "Solberg", "Aguirre", "Wiśniewska", "Mensah", "Ferrer", "Lindqvist", "Haddad", "Carvalho",
    "Petrova", "Whitfield", "Moretti", "Garnier", "Mikkelsen", "Toledano", "Brandt",
)  # fmt: skip


def neighbours(count: int) -> list[Someone]:
    """Invent `count` people (340 at most) with names as people have them, always the same: for `make run`."""
    return [_neighbour(number) for number in range(count)]


def _neighbour(number: int) -> Someone:
    # 20 and 17 have no common divisor, so that every pair comes once.
    first, last = _FIRST[number % len(_FIRST)], _LAST[number % len(_LAST)]
    letters = unicodedata.normalize("NFKD", f"{first}_{last[:6]}").encode("ascii", "ignore").decode().lower()
    return _someone(20_000 + number, letters, f"{first} {last}")
