"""Display names, bios, locations and links -> Hint: the addresses that people write about themselves.

    find_hints(name="Ada 🦋 @ada.bsky.social")  ->  [Hint("bluesky", "ada.bsky.social", "explicit", "name")]

A hint is text that names an account, never proof of ownership. The lists of hosts and words are in data/*.txt, forms
and decoys in tests/data/hints-*.jsonl.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import unquote, urlsplit

from passerelle.domains import canonicalize_host
from passerelle.errors import InvalidIdentifier
from passerelle.hints.records import Confidence, Where
from passerelle.identifiers import Network, canonicalize_acct, parse_acct, parse_did, parse_handle
from passerelle.text import without_any_invisible

MAX_TEXT = 2_000  # characters of one field; X allows 50 in a name, 160 in a bio
MAX_URLS = 20

# "by @x" and "alt of x" speak of another account: one step less sure.
LESS_SURE: dict[Confidence, Confidence] = {"explicit": "likely", "likely": "inferred", "inferred": "inferred"}
SURENESS: tuple[Confidence, ...] = ("explicit", "likely", "inferred")

# Sites where `/profile/<handle or did>` is a Bluesky account.
BLUESKY_SITES = frozenset(
    {
        "bsky.app",
        "bsky.social",
        "staging.bsky.app",
        "main.bsky.dev",
        "deer.social",
        "blacksky.community",
        "zeppelin.social",
        "witchsky.app",
    }
)
# Domains of Bluesky itself.
BLUESKY_OWN = frozenset({"bsky.app", "bsky.social", "bsky.network", "bsky.brid.gy"})
# Lists of hosts that are no servers of the fediverse, or where following means something else.
NO_SERVERS = ("other-platforms", "mail-hosts", "nostr-hosts", "x-mirrors")
# Sites that show accounts of other servers: `/<server>/@user`.
FEDIVERSE_CLIENTS = frozenset({"elk.zone", "main.elk.zone"})
# Hosts that look as if they ran fediverse software.
_LIKE_FEDIVERSE = re.compile(
    r"masto|mstdn|(?:^|[.-])(?:social|fedi|fediverse|toots?|troet|friendica|pleroma|akkoma|misskey|calckey|firefish|sharkey"
    r"|iceshrimp|pixelfed|peertube|lemmy|gotosocial|hubzilla|snac)(?:[.-]|\Z)"
)
# Labels of hosts that mirror X: BirdsiteLIVE (https://github.com/NicolasConstant/BirdsiteLive) and its like.
_LIKE_MIRROR = re.compile(r"(?:^|\.)(?:birdsite(?:live)?|birdbots|twtr|twttr|twitter|nitter)\.")
_LIKE_PIXELFED = re.compile(r"(?:^|\.)pixelfed\.")
_LIKE_PEERTUBE = re.compile(r"(?:^|[.-])peertube(?:[.-]|\Z)")
_NO_PIXELFED_NAMES = frozenset(
    {"about", "api", "discover", "explore", "i", "login", "p", "register", "site", "stories"}
)

_SPACES = re.compile(r"\s+")

# A name may touch Japanese or Arabic words, not letters that could be mistaken for its own (a Cyrillic а).
_LETTERS = "a-z0-9_\u00c0-\u024f\u0370-\u058f\u13a0-\u13ff\u1e00-\u1fff"
_BEFORE = rf"(?<![{_LETTERS}@.%/+-])"
_BEFORE_OR_SLASH = _BEFORE.replace("/", "")  # "IG/ada bsky/ada.bsky.social": links have been taken out before
_AFTER = rf"(?![{_LETTERS}]|[@-]+[{_LETTERS}])"
_WHOLE = rf"(?!\.?[{_LETTERS}])"  # the host ends here: a shorter one is an address that was never written
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_TLD = rf"[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?{_WHOLE}"
_ASCII_HOST = rf"(?:{_LABEL}\.)+{_TLD}"


def _unicode_host(characters: str) -> str:
    """Return the pattern of a host whose labels hold these characters; its last label is ASCII if it can be."""
    # Loose, as canonicalize_host decides, and every class of characters takes a millisecond to compile.
    label = rf"[{characters}-]{{1,63}}"
    return rf"(?!-)(?:{label}\.)+(?:{_TLD}|(?![0-9-]){label})"


# A host in ASCII, else one in scripts that set blanks between words: of Japanese it cannot be told where a host begins,
# unless an @ stands before it. Atomic, so that no shorter host is tried.
_HOST = rf"(?>{_ASCII_HOST}|{_unicode_host(_LETTERS.replace('_', ''))})"
# Letters, digits and marks of every script, and symbols; not the punctuation of Latin-1, of all scripts, of CJK.
_WIDE = (
    "a-z0-9\u00aa\u00b2\u00b3\u00b5\u00b9\u00ba\u00bc-\u00be\u00c0-\u060b\u060d-\u061a\u0620-\u066a\u066e-\u06d3\u06d5-\u1fff"
    "\u2070-\u2dff\u2e80-\u2fff\u3005-\u3007\u3021-\u30fa\u30fc-\ufdff\ufe20-\ufe2f\U00010000-\U0003ffff"
)
_HOST_AFTER_AT = rf"(?>{_ASCII_HOST}|{_unicode_host(_WIDE)})"
_USER = r"[a-z0-9_](?:[a-z0-9_.-]{0,60}[a-z0-9_])?"
_SHORT = r"[a-z0-9](?:[a-z0-9-]{1,16}[a-z0-9])"  # the first label of a handle under bsky.social: 3 to 18 characters

_MARKER = r"(?:🦋|(?<![a-z0-9_@.])(?:bsky|bluesky)(?![a-z0-9_])|ブルースカイ|ブルスカ|بلوسكاي|블루스카이|블스)"
_ON = r"(?:on|sur|auf|en|em|su|op|på|na|at)"
_WORD = r"(?:bsky|bluesky)(?![a-z0-9_.@])"
_SEGMENT_START = r"(?:^|[|/,;·•・()\n\0])\s*"
_SEGMENT_END = r"(?=\s*(?:$|[|/,;·•・()\n\0]|[^\s\w]))"

_URL = re.compile(rf"(?<![{_LETTERS}@.-])(?:https?://[^\s<>\"\0]+|at://[^\s<>\"\0]+|{_HOST}/[^\s<>\"\0]*)")
_BRIDGED = re.compile(rf"{_BEFORE}@?({_HOST})@bsky\.brid\.gy{_AFTER}")
_ACCT = re.compile(rf"{_BEFORE}@({_USER})@({_HOST_AFTER_AT}){_AFTER}")
_SPACED_ACCT = re.compile(
    rf"{_BEFORE}@({_USER})\s+@\s*({_HOST_AFTER_AT}){_AFTER}|{_BEFORE}@({_USER})@\s+({_HOST_AFTER_AT}){_AFTER}"
)
_BARE_ACCT = re.compile(rf"{_BEFORE}({_USER})@({_HOST_AFTER_AT}){_AFTER}")
_SPOKEN_ACCT = re.compile(rf"{_BEFORE}@?({_USER})\s+at\s+({_LABEL}(?:\s+dot\s+{_LABEL})+){_AFTER}")
_BSKY_SOCIAL = re.compile(rf"{_BEFORE_OR_SLASH}@?({_LABEL})\.bsky\.social{_AFTER}")
_DID = re.compile(rf"{_BEFORE}did:plc:[a-z2-7]{{24}}{_AFTER}")
_MARKED = re.compile(rf"{_MARKER}[\s:=→➡⇒>–—-]*@?({_HOST}){_AFTER}(?!/)")
_ON_BLUESKY = re.compile(
    rf"{_BEFORE}@?({_HOST})(?:\s+{_ON}\s+{_WORD}|\s*[(\[]\s*(?:{_ON}\s+)?(?:{_WORD}|🦋))|{_BEFORE}@({_HOST})\s*🦋"
)
_SHORT_BSKY = re.compile(rf"{_BEFORE}@?({_SHORT})\.bsky(?![a-z0-9_-]|\.[a-z])")
_NAMED = re.compile(rf"{_MARKER}\s*[:=→⇒>]+\s*@?({_SHORT}){_SEGMENT_END}(?![.@/-])")
_NAME_ON = re.compile(rf"{_SEGMENT_START}@?({_SHORT})\s+{_ON}\s+{_WORD}{_SEGMENT_END}", re.MULTILINE)

_FEDIVERSE_WORD = re.compile(
    r"mastodon|mastodonte|masto\b|fediverse|fedivers|\bfedi\b|toots?\b|misskey|pixelfed|🐘|🦣|マストドン|みすきー|ماستودون|마스토돈"
)
_MAIL_WORD = re.compile(r"mail|contact|kontakt|contacto|tips|press|✉|📧|📩|💌|📨")
_ANOTHER_ACCOUNT = re.compile(
    r"(?:\b(?:alt(?: of)?|(?:(?:run|art|icon|pfp|header|banner|made|managed|owned) )?by|w/|(?:co-?)?founder(?: of)?"
    r"|ceo(?: of)?|editor (?:of|at)|works? (?:at|for)|pfp|avi|icon|header|banner)):?\s*\Z"
)

_SPOKEN_BSKY = re.compile(rf"({_LABEL})\s+dot\s+bsky\s+dot\s+social")
_SPACED_BSKY = re.compile(r"\s*\.\s*bsky\s*\.\s*social(?![a-z0-9])")
_BRACKETED_DOT = re.compile(r"\s*[\[({<]\s*(?:dot|punkt|point|punto|\.)\s*[\])}>]\s*")
_BRACKETED_AT = re.compile(r"\s*[\[({<]\s*(?:at|@)\s*[\])}>]\s*")
# One of these is in every form below.
_ANY_MARK = re.compile(rf"\.|did:|\b(?:dot|punkt|point|punto)\b|{_MARKER}")
_URL_END = re.compile(r"[.,;:!?)\]}'\"’”»。、」』|>]+\Z")


@dataclass(frozen=True, slots=True)
class Hint:
    """Text that names an account: `address` is a handle, a did or an acct in lower case, `where` the field it is in."""

    network: Network
    address: str
    confidence: Confidence
    where: Where


Found = tuple[Network, str, Confidence]


def find_hints(name: str = "", bio: str = "", location: str = "", urls: Iterable[str] = ()) -> list[Hint]:
    """Return the addresses in a profile, in the order of name, bio, location and links.

    `urls` are the links of the profile, expanded (t.co says nothing). Each address once, with its best confidence.

    >>> find_hints(bio="writer. 🐘 @ada@mastodon.social")
    [Hint(network='fediverse', address='ada@mastodon.social', confidence='explicit', where='bio')]
    """
    texts: tuple[tuple[Where, str], ...] = (("name", name), ("bio", bio), ("location", location))
    found: dict[tuple[Network, str], Hint] = {}
    for where, addresses in (
        *((where, _in_text(normalize(text))) for where, text in texts),
        *(("url", _in_url(normalize(url))) for url in list(urls)[:MAX_URLS]),
    ):
        for network, address, confidence in addresses:
            known = found.get((network, address))
            if known is None or SURENESS.index(confidence) < SURENESS.index(known.confidence):
                found[network, address] = Hint(network, address, confidence, where)
    return list(found.values())


def may_hold_hint(name: str) -> bool:
    """Return quickly whether a display name may name an account: without one of these marks it never does."""
    return bool(_ANY_MARK.search(_plain(name)))


def normalize(text: str) -> str:
    """Return text in lower case, NFKC, with single spaces and without invisible characters."""
    return _SPACES.sub(lambda spaces: "\n" if "\n" in spaces[0] else " ", _plain(text))


def _plain(text: str) -> str:
    # lower() writes a final Σ as ς, which is another letter in a host name.
    return without_any_invisible(unicodedata.normalize("NFKC", text[:MAX_TEXT])).replace("Σ", "σ").lower()


def _in_text(text: str) -> Iterator[Found]:
    """Find addresses in normalized text: what one form has matched is blanked for the others."""
    text = _SPOKEN_BSKY.sub(r"\1.bsky.social", _BRACKETED_AT.sub("@", _BRACKETED_DOT.sub(".", text)))
    text = _SPACED_BSKY.sub(".bsky.social", text)
    found: list[tuple[int, Found]] = []
    for form, read in _FORMS:
        for match in form.finditer(text):
            addresses = list(read(match))
            is_another = _ANOTHER_ACCOUNT.search(text[max(0, match.start() - 24) : match.start()])
            for network, address, confidence in addresses:
                found.append((match.start(), (network, address, LESS_SURE[confidence] if is_another else confidence)))
            if addresses or form is _URL:
                text = text[: match.start()] + "\0" * (match.end() - match.start()) + text[match.end() :]
    return (address for _, address in sorted(found, key=lambda pair: pair[0]))


def _in_url(url: str) -> Iterator[Found]:
    """Yield the account that a link leads to."""
    if "://" not in url:
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        host, path = _canonical(parts.hostname or "").removeprefix("www."), unquote(parts.path)
    except ValueError:
        return
    steps = [step for step in path.split("/") if step]
    if parts.scheme == "at":
        yield from _bluesky(parts.netloc, "explicit")
    elif len(steps) > 1 and steps[0] == "profile" and (host in BLUESKY_SITES or _is_bluesky_name(steps[1])):
        yield from _bluesky(steps[1].removeprefix("@").rstrip(".,;:!?"), "explicit")
    elif host in BLUESKY_SITES:
        if len(steps) == 1 and _is_bluesky_name(steps[0]):  # bsky.app/@ada.bsky.social
            yield from _bluesky(steps[0].removeprefix("@"), "likely")
    elif host.endswith(".bsky.social"):
        yield from _bluesky(host, "explicit")
    elif host in FEDIVERSE_CLIENTS and len(steps) > 1 and steps[1].startswith("@"):
        yield from _fediverse(steps[1][1:], steps[0])
    elif not is_listed(host, "other-platforms"):
        yield from _on_a_server(host, steps)


def _on_a_server(host: str, steps: list[str]) -> Iterator[Found]:
    """Read the path of a page on what may be a server of the fediverse."""
    first, *rest = (steps[1:] if steps[:1] in (["web"], ["deck"]) else steps) or [""]
    runs_fediverse = is_server(host) or bool(_LIKE_FEDIVERSE.search(host))
    if first.startswith("@"):
        user, _, remote = first[1:].partition("@")
        yield from _fediverse(user, remote or host)
    elif first in ("users", "profile", "user", "u") and rest and runs_fediverse:
        yield from _fediverse(rest[0].removeprefix("@"), host)
    elif first in ("a", "c") and rest and _LIKE_PEERTUBE.search(host):
        yield from _fediverse(rest[0], host)
    elif first and not rest and _LIKE_PIXELFED.search(host) and first not in _NO_PIXELFED_NAMES:
        yield from _fediverse(first, host)


def _read_url(match: re.Match[str]) -> Iterator[Found]:
    return _in_url(_URL_END.sub("", match[0]))


def _read_bridged(match: re.Match[str]) -> Iterator[Found]:
    return _bluesky(match[1], "explicit")


def _read_acct(match: re.Match[str]) -> Iterator[Found]:
    return _fediverse(match[1], match[2])


def _read_spaced_acct(match: re.Match[str]) -> Iterator[Found]:
    user, host = match[1] or match[3], match[2] or match[4]
    return _fediverse(user, host) if _speaks_of_fediverse(match, host) else iter(())


def _read_bare_acct(match: re.Match[str]) -> Iterator[Found]:
    """`user@host` is an e-mail address, unless the host or the words around it speak of the fediverse."""
    user, host = match[1], match[2]
    if is_listed(user, "mailboxes") or not _speaks_of_fediverse(match, host):
        return iter(())
    return _fediverse(user, host)


def _read_spoken_acct(match: re.Match[str]) -> Iterator[Found]:
    user, host = match[1], re.sub(r"\s+dot\s+", ".", match[2])
    return _fediverse(user, host) if _speaks_of_fediverse(match, host) else iter(())


def _read_bsky_social(match: re.Match[str]) -> Iterator[Found]:
    return _bluesky(f"{match[1]}.bsky.social", "explicit")


def _read_did(match: re.Match[str]) -> Iterator[Found]:
    return _bluesky(match[0], "explicit")


def _read_domain(match: re.Match[str]) -> Iterator[Found]:
    """A domain beside a word for Bluesky: the handle is the person's own domain."""
    domain = next(group for group in match.groups() if group)
    if domain.startswith("www.") or is_listed(domain, "other-platforms") or domain in BLUESKY_SITES:
        return iter(())
    return _bluesky(domain, "likely")


def _read_short(match: re.Match[str]) -> Iterator[Found]:
    """A bare name beside a word for Bluesky: most likely under bsky.social."""
    return iter(()) if is_listed(match[1], "not-names") else _bluesky(f"{match[1]}.bsky.social", "inferred")


# In this order: the longer form first, the guess last.
_FORMS = (
    (_URL, _read_url),
    (_BRIDGED, _read_bridged),
    (_ACCT, _read_acct),
    (_SPACED_ACCT, _read_spaced_acct),
    (_BARE_ACCT, _read_bare_acct),
    (_SPOKEN_ACCT, _read_spoken_acct),
    (_BSKY_SOCIAL, _read_bsky_social),
    (_DID, _read_did),
    (_SHORT_BSKY, _read_short),
    (_MARKED, _read_domain),
    (_ON_BLUESKY, _read_domain),
    (_NAMED, _read_short),
    (_NAME_ON, _read_short),
)


def _bluesky(address: str, confidence: Confidence) -> Iterator[Found]:
    try:
        account = parse_did(address) if address.startswith("did:") else parse_handle(_canonical(address))
    except InvalidIdentifier:
        return
    while account.endswith(".bsky.social.bsky.social"):  # the ending was added to a whole handle
        account = parse_handle(account.removesuffix(".bsky.social"))
    first, _, rest = account.partition(".")
    if account.endswith(".ap.brid.gy"):  # an account of the fediverse as Bluesky sees it
        yield from _fediverse(first, rest.removesuffix(".ap.brid.gy"))
    elif account not in BLUESKY_OWN and not (rest == "bsky.social" and is_listed(first, "bluesky-services")):
        yield "bluesky", account, confidence


def _fediverse(user: str, host: str) -> Iterator[Found]:
    host = _canonical(host)
    if any(is_listed(host, name) for name in NO_SERVERS) or _LIKE_MIRROR.search(host):
        return
    if is_under(host, "bsky.social") or host in BLUESKY_SITES:
        yield from _bluesky_with_at(user, host)
        return
    try:
        acct = canonicalize_acct(parse_acct(f"{user}@{host}"))
    except InvalidIdentifier:
        return
    yield "fediverse", acct, "explicit" if is_server(host) else "likely"


def _bluesky_with_at(user: str, host: str) -> Iterator[Found]:
    """Read `user@host` on a host of Bluesky, where no fediverse account is."""
    if host != "bsky.social" and is_under(host, "bsky.social"):  # bsky@ada.bsky.social
        yield from _bluesky(host, "explicit")
    elif "." in user:  # ada.bsky.social@bsky.social
        yield from _bluesky(user, "likely")
    elif host == "bsky.social":
        yield from _bluesky(f"{user}.bsky.social", "likely")


def _is_bluesky_name(text: str) -> bool:
    """Return whether a step of a path can only be a Bluesky account, on whatever site."""
    return text.startswith("did:plc:") or is_under(text.removeprefix("@").rstrip(".,;:!?"), "bsky.social")


def _canonical(host: str) -> str:
    return canonicalize_host(host) or host


def is_under(host: str, domain: str) -> bool:
    """Return whether `host` is `domain` or a subdomain of it."""
    return host == domain or host.endswith(f".{domain}")


def _speaks_of_fediverse(match: re.Match[str], host: str) -> bool:
    host = _canonical(host)
    if is_server(host) or _LIKE_FEDIVERSE.search(host):
        return True
    before = match.string[max(0, match.start() - 30) : match.start()]
    after = match.string[match.end() : match.end() + 16]
    words = [*_FEDIVERSE_WORD.finditer(before)]
    return bool(words and not _MAIL_WORD.search(before, words[-1].end())) or bool(_FEDIVERSE_WORD.search(after))


def is_server(host: str) -> bool:
    """Return whether `host` is a known server of the fediverse."""
    return host in _listed("fediverse-servers")


def is_listed(name: str, listed: str) -> bool:
    """Return whether `name`, or a domain it is under, is in data/<listed>.txt. Compares whole labels."""
    labels = name.split(".")
    return any(".".join(labels[start:]) in _listed(listed) for start in range(len(labels)))


@cache
def _listed(name: str) -> frozenset[str]:
    text = files("passerelle.hints").joinpath(f"data/{name}.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
