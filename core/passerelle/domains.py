"""Host names as browsers read them: UTS 46, non-transitional, so that `straße.social` stays its own server.

The same hosts as `new URL(…).hostname` gives (https://url.spec.whatwg.org/#concept-domain-to-ascii). The mirror is
extension/lib/rules/domains.ts; tests/data/vectors/hosts.json holds both to it. Python's own "idna" codec is IDNA 2003,
which turns ß into ss and ς into σ: the address of another server.
"""

from __future__ import annotations

import re

MAX_HOST = 253  # characters; https://www.rfc-editor.org/rfc/rfc1035#section-3.1 without the dots at the ends
MAX_LABEL = 63

_ASCII_HOST = re.compile(r"[a-z0-9._-]+\Z", re.ASCII)
_ASCII_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\Z", re.ASCII)
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\Z", re.ASCII)  # URL reads a host that ends so as an IPv4 address
_PUNYCODE = "xn--"


def canonicalize_host(text: str) -> str | None:
    """Return a host name in lower-case ASCII; None where it is no name of at least two labels (IP addresses too).

    >>> canonicalize_host("Straße.Social")
    'xn--strae-oqa.social'
    """
    if len(text) > MAX_HOST:
        return None
    host = text.lower() if text.isascii() else _map(text)
    if host is None or (_PUNYCODE in host and not _is_valid_punycode(host)):
        return None
    labels = host.split(".")
    is_name = len(labels) > 1 and len(host) <= MAX_HOST and all(map(_ASCII_LABEL.match, labels))
    return host if is_name and not _NUMBER.match(labels[-1]) else None


def _map(text: str) -> str | None:
    """Return a host with characters beyond ASCII as UTS 46 maps it, labels encoded; None where it forbids one."""
    import idna  # its tables take 15 ms to load, and few hosts need them

    try:
        mapped = idna.uts46_remap(text, std3_rules=False, transitional=False)
        return ".".join(map(_encode, mapped.split(".")))
    except (idna.IDNAError, UnicodeError):
        return None


def _encode(label: str) -> str:
    """Encode one mapped label. Raises IDNAError where its marks, joiners or directions are out of place."""
    if label.isascii():
        return label
    import idna

    idna.check_initial_combiner(label)
    idna.check_bidi(label)
    for position, character in enumerate(label):
        if character in "\u200c\u200d" and not idna.valid_contextj(label, position):
            raise idna.IDNAError("a joiner where nothing joins")
    return _PUNYCODE + label.encode("punycode").decode("ascii")


def _is_valid_punycode(host: str) -> bool:
    """Return whether every `xn--` label decodes to a label that is encoded to the same again."""
    if not _ASCII_HOST.match(host):
        return False
    for label in host.split("."):
        if label.startswith(_PUNYCODE):
            try:
                decoded = label.removeprefix(_PUNYCODE).encode().decode("punycode")
            except UnicodeError:
                return False
            if decoded.isascii() or _map(decoded) != label:
                return False
    return True
