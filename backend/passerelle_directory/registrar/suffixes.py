"""Which part of a host name an organisation has registered, by the public suffix list. https://publicsuffix.org"""

from __future__ import annotations

from functools import cache

from publicsuffixlist import PublicSuffixList


@cache
def _lists() -> tuple[PublicSuffixList, PublicSuffixList]:
    return PublicSuffixList(), PublicSuffixList(only_icann=True)


def registrable_domain(host: str) -> str | None:
    """Return the registered domain of a host; None for a suffix, and where a company gives names below its own.

    >>> registrable_domain("social.museum.example.org"), registrable_domain("ada.github.io")
    ('example.org', None)
    """
    whole, public = (one.privatesuffix(host) for one in _lists())
    return whole if whole == public else None
