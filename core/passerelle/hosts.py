"""Which hosts may be contacted: public DNS names only, never an address in numbers or a name of a local network.

Mirrored in extension/lib/rules/hosts.ts; vectors in tests/data/vectors/hosts-allowed.json.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from passerelle.domains import MAX_HOST

# Two labels at least. The last begins with a letter, which excludes IPv4 in every form that browsers read as numbers
# (decimal, hex, octal, short: https://url.spec.whatwg.org/#concept-ipv4-parser); brackets exclude IPv6.
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+([a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)\Z", re.ASCII)
# Last labels that never lead to a public server: https://www.iana.org/assignments/special-use-domain-names, and those
# that routers and companies use inside (https://www.icann.org/resources/pages/name-collision-2013-12-06-en).
_LOCAL = frozenset(
    [
        "alt",
        "arpa",
        "corp",
        "domain",
        "example",
        "home",
        "internal",
        "intranet",
        "invalid",
        "lan",
        "local",
        "localdomain",
        "localhost",
        "mail",
        "onion",
        "private",
        "test",
    ]
)


def is_public_host(host: str) -> bool:
    """Return whether a host, in lower case and ASCII, is a public DNS name.

    >>> [is_public_host(host) for host in ("quai.example.org", "127.0.0.1", "[::1]", "router.lan", "intranet")]
    [True, False, False, False, False]
    """
    found = _NAME.match(host) if len(host) <= MAX_HOST else None
    return found is not None and found[1] not in _LOCAL


def public_host(url: object) -> str | None:
    """Return the host of an https URL, if that is a public DNS name without port, user or password; else None.

    >>> public_host("https://quai.example.org/users/ada"), public_host("https://127.0.0.1/"), public_host("http://a.org")
    ('quai.example.org', None, None)
    """
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        host = parts.hostname or ""
    except ValueError:
        return None
    is_bare = parts.scheme == "https" and parts.netloc.lower() == host
    return host if is_bare and is_public_host(host) else None


def is_web_page(url: str) -> bool:
    """Return whether a URL may be shown as a link: http or https, a DNS name, and nothing that hides the name.

    User and password are refused, for `https://bank.example@evil.example/` leads to evil.example; so are backslashes,
    which browsers read as slashes, blanks and control characters.

    >>> [is_web_page(url) for url in ("https://a.org/b?c", "https://bank@evil.org/", "https://a.org\\\\@b.org/")]
    [True, False, False]
    """
    if not url.isprintable() or any(mark in url for mark in " \\"):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(_NAME.match(parts.netloc.lower()))
