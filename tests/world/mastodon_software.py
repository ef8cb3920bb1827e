"""How Mastodon and its relatives differ, as data.

Mastodon: https://docs.joinmastodon.org/api/ and its source; GoToSocial: https://docs.gotosocial.org/en/latest/api/,
and answers measured on 0.20; Pleroma and Akkoma: https://docs.akkoma.dev/stable/development/API/; Pixelfed: its issues
2106, 2521 (redirects), 6741 and 6720 (OAuth errors without `state`), Mastodon.py issue 35 (no `scope` in the answer).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # of ULIDs: https://github.com/ulid/spec
FLAKE = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # of Pleroma's ids


def snowflake(number: int) -> str:
    """Return an id as Mastodon makes them: digits, too many for a JavaScript number."""
    return str(109_712_345_678_901_234 + number)


def ulid(number: int) -> str:
    """Return an id as GoToSocial makes them."""
    return "01J" + _digits(number, CROCKFORD, 23)


def flake(number: int) -> str:
    """Return an id as Pleroma makes them."""
    return "A" + _digits(number, FLAKE, 17)


def _digits(number: int, digits: str, length: int) -> str:
    return "".join(digits[number // len(digits) ** place % len(digits)] for place in reversed(range(length)))


@dataclass(frozen=True, slots=True)
class Software:
    """One kind of server; the defaults are those of a current Mastodon."""

    name: str = "mastodon"
    version: str = "4.4.3"
    make_id: Callable[[int], str] = snowflake
    has_metadata: bool = True  # /.well-known/oauth-authorization-server
    checks_pkce: bool = True
    takes_several_redirects: bool = True
    takes_out_of_band: bool = True
    scopes: frozenset[str] = frozenset({"read", "write", "follow", "push", "profile"})  # and `read:…`, `write:…`
    says_scope: bool = True  # in the answer to a token request
    says_state_in_errors: bool = True
    reset: Literal["iso", "epoch"] | None = "iso"  # X-RateLimit-Reset; None: no such headers at all
    follows_a_day: int | None = 400  # app/lib/rate_limiter.rb
    lookup_needs_token: bool = False
    has_lookup: bool = True
    answers_follow_at_once: bool = True  # else `requested` first, also for accounts that are not locked
    status_of_self_follow: int = 404


MASTODON = Software()
OLD_MASTODON = Software(
    version="4.2.10",
    has_metadata=False,
    checks_pkce=False,
    scopes=frozenset({"read", "write", "follow", "push"}),
)
GOTOSOCIAL = Software(
    name="gotosocial",
    version="0.20.0",
    make_id=ulid,
    has_metadata=False,
    checks_pkce=False,
    scopes=frozenset({"read", "write", "admin", "profile", "push"}),
    follows_a_day=None,
    lookup_needs_token=True,
    answers_follow_at_once=False,
    status_of_self_follow=406,
)
PLEROMA = Software(
    name="akkoma",
    version="2.7.2 (compatible; Akkoma 3.15.2)",
    make_id=flake,
    has_metadata=False,
    checks_pkce=False,
    scopes=frozenset({"read", "write", "follow", "push", "admin"}),
    reset=None,
    follows_a_day=None,
    has_lookup=False,
    status_of_self_follow=400,
)
PIXELFED = Software(
    name="pixelfed",
    version="3.5.3 (compatible; Pixelfed 0.12.5)",
    has_metadata=False,
    checks_pkce=False,
    takes_several_redirects=False,
    takes_out_of_band=False,
    scopes=frozenset({"read", "write", "follow", "push", "admin:read", "admin:write"}),
    says_scope=False,
    says_state_in_errors=False,
    reset=None,
    follows_a_day=None,
    status_of_self_follow=400,
)
