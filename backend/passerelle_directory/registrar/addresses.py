"""Which network addresses are public: those that any other server may have, and no address inside a network."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# Global unicast, the only range that IANA has given to public servers: https://www.iana.org/assignments/ipv6-address-space
GLOBAL_UNICAST = IPv6Network("2000::/3")


def is_public_address(text: str) -> bool:
    """Return whether an address in numbers is public. Tunnels that carry an IPv4 address inside are refused.

    >>> [is_public_address(one) for one in ("93.184.215.14", "10.0.0.1", "::ffff:93.184.215.14", "2002:a00:1::")]
    [True, False, False, False]
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return isinstance(address, IPv4Address) or _is_public_ipv6(address)


def _is_public_ipv6(address: IPv6Address) -> bool:
    is_tunnel = address.sixtofour is not None or address.teredo is not None or address.ipv4_mapped is not None
    return address in GLOBAL_UNICAST and not is_tunnel
