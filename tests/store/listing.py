"""The stores' texts in every language -> OUT/mozilla/<locale>/ and OUT/chrome/<locale>/.

All sentences stand in extension/locales/: `store.…`, and for privacy those of the directory's own page
(`site.privacy_…`). Edge takes Chrome's. What Chrome asks of the developer comes from docs/permissions.md:
OUT/chrome/privacy-practices.txt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
CATALOGUES = ROOT / "extension" / "locales"
PERMISSIONS = ROOT / "docs" / "permissions.md"
FIREFOX_ONLY = "Firefox"

# Our name for a store -> its name of a language, where that differs from ours.
# https://github.com/mozilla/addons-server/blob/master/src/olympia/core/languages.py
STORES: Mapping[str, Mapping[str, str]] = {
    "mozilla": {"en": "en-US", "es": "es-ES"},
    "chrome": {},
}
# The texts that a store asks for -> the most characters it takes. Chrome and Edge take the summary from the manifest.
# https://developer.chrome.com/docs/webstore/prepare, https://extensionworkshop.com/documentation/develop/create-an-appealing-listing/
LIMITS: Mapping[str, Mapping[str, int]] = {
    "mozilla": {"name": 50, "summary": 250, "description": 15_000, "privacy": 100_000},
    "chrome": {"name": 75, "summary": 132, "description": 16_000, "privacy": 100_000},
}
SUMMARY = {"mozilla": "store.summary", "chrome": "manifest.description"}

# A title has the sentences below it as its list.
DESCRIPTION = (
    ("store.purpose",),
    (
        "store.how_title",
        "store.how_archive",
        "store.how_found",
        "store.how_follow",
        "store.how_badges",
        "store.how_join",
    ),
    (
        *("store.privacy_title", "store.privacy_stored", "store.privacy_alone", "store.privacy_asked"),
        "store.privacy_never",
    ),
    ("store.trust",),
)
OF_THE_SERVER = ("visitors", "listed", "join", "kept", "given", "rights", "object")
PRIVACY = (
    DESCRIPTION[2],
    ("store.privacy_server_title", "site.privacy_1", "site.privacy_2"),
    *((f"site.privacy_{part}_title", f"site.privacy_{part}") for part in OF_THE_SERVER),
)

PRACTICES = """\
Single purpose

{purpose}

{justifications}

Remote code

No. All code is in the package; the policy of its pages refuses any other.

Data that the extension handles

Personally identifiable information: the X name and number and the accounts that a person names, sent to the registrar
when they press Join, to be published.
Authentication information: handle and app password, or a permission by OAuth, sent to the person's own server when they
sign in.
Personal communications: a post that the person wrote, with its picture, sent to their own server when they press Post
it.
Website content: on x.com, once badges are switched on, the names on the page, which stay in the browser.

Not sold to third parties; not used or transferred for purposes unrelated to the single purpose; not used or transferred
to determine creditworthiness or for lending purposes.
"""


def write_listing(out: Path) -> list[Path]:
    """Write the texts of every store and language; return their folders, one for each."""
    folders = [_write(out / store, store, language) for store in STORES for language in languages()]
    (out / "chrome" / "privacy-practices.txt").write_text(practices())
    return folders


def languages() -> list[str]:
    """Return the name of every catalogue."""
    return sorted(file.stem for file in CATALOGUES.glob("*.json"))


def locale_of(store: str, language: str) -> str:
    """Return what a store calls a language.

    >>> locale_of("mozilla", "en"), locale_of("chrome", "en")
    ('en-US', 'en')
    """
    return STORES[store].get(language, language)


def texts(store: str, language: str) -> Mapping[str, str]:
    """Return the texts of a listing, as in LIMITS. Raises ValueError if one is too long."""
    say = catalogue(language)
    made = {
        "name": say["app.name"],
        "summary": say[SUMMARY[store]],
        "description": _sections(say, DESCRIPTION),
        "privacy": _sections(say, PRIVACY),
    }
    for name, most in LIMITS[store].items():
        if len(made[name]) > most:
            raise ValueError(f"{name} for {store} in {language} has {len(made[name])} characters of {most}")
    return made


def practices() -> str:
    """Return what Chrome's form on privacy asks: purpose, and why each permission of its package is needed."""
    lines = [f"Justification: {name}\n\n{reason}" for name, reason in justifications()]
    return PRACTICES.format(purpose=catalogue("en")["store.purpose"], justifications="\n\n".join(lines))


def justifications() -> Iterator[tuple[str, str]]:
    """Yield each permission in docs/permissions.md that Chromium's package asks for, and what for, without links."""
    for line in PERMISSIONS.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("| `") or FIREFOX_ONLY in (cells[1], cells[1].rsplit(maxsplit=1)[-1]):
            continue
        reason = cells[2] if len(cells) > 2 else ""
        yield cells[0].replace("`", ""), re.sub(r" \(\[[^\]]*\]\([^)]*\)\)|\*\*", "", reason)


def _write(folder: Path, store: str, language: str) -> Path:
    target = folder / locale_of(store, language)
    target.mkdir(parents=True, exist_ok=True)
    for name, text in texts(store, language).items():
        (target / f"{name}.txt").write_text(text + "\n")
    return target


def _sections(say: Mapping[str, str], sections: tuple[tuple[str, ...], ...]) -> str:
    return "\n\n".join("\n\n".join(_section(say, keys)) for keys in sections)


def _section(say: Mapping[str, str], keys: tuple[str, ...]) -> Iterator[str]:
    title, *sentences = (say[key] for key in keys)
    yield title
    if sentences:
        yield "\n".join(f"• {sentence}" for sentence in sentences)


def catalogue(language: str) -> Mapping[str, str]:
    """Return the sentences of a language."""
    sentences: Mapping[str, str] = json.loads((CATALOGUES / f"{language}.json").read_text())
    return sentences
