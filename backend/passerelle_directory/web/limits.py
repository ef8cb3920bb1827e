"""Who a limit counts as one visitor, and how long a refused one has to wait."""

from __future__ import annotations

import time
from ipaddress import IPv6Address, IPv6Network, ip_address

from flask import Response, request
from flask_limiter import Limiter

# The smallest network that a provider gives to one customer: https://www.ripe.net/publications/docs/ripe-690
PREFIX_OF_ONE_VISITOR = 64


def find_visitor() -> str:
    """Return what a limit counts by: the address of the request, of IPv6 only its network.

    Requests without an address, as through a socket file, count as one visitor: an empty name would have no limit.
    """
    return name_visitor(request.remote_addr or "unknown")


def name_visitor(address: str) -> str:
    """Return one name for all addresses that one visitor may use.

    >>> name_visitor("192.0.2.1"), name_visitor("2001:db8::1:2:3:4"), name_visitor("::ffff:192.0.2.1")
    ('192.0.2.1', '2001:db8::/64', '192.0.2.1')
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped or IPv6Network((parsed, PREFIX_OF_ONE_VISITOR), strict=False))


def say_when_to_return(limiter: Limiter, response: Response) -> None:
    """Set Retry-After on a 429: the seconds until the limit counts anew (RFC 9110, section 10.2.3)."""
    reached = limiter.current_limit
    if response.status_code == 429 and reached is not None:
        response.headers["Retry-After"] = str(max(1, int(reached.reset_at - time.time())))
