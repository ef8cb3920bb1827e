"""What an answer of a Mastodon-compatible server means: refusal, how long to wait, whether its limit is used up.

https://docs.joinmastodon.org/api/rate-limits/; GoToSocial: https://docs.gotosocial.org/en/latest/api/ratelimiting/.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from passerelle.errors import ServerRefused
from passerelle.transport import Response

LONGEST_LIMIT = timedelta(hours=24)  # the window of follows: app/lib/rate_limiter.rb
# A difference below this is a number of seconds to wait, as RFC 9110 and the RateLimit draft have it; above, a moment.
LONGEST_SECONDS = 10_000_000
MAX_ERROR = 200  # characters kept of a server's own words
# What Mastodon says where the own account may not act: app/controllers/api/base_controller.rb, require_user!
_CLOSED: Mapping[str, str] = {
    "login is currently disabled": "own_account_suspended",
    "currently pending approval": "own_account_pending",
    "missing a confirmed e-mail": "own_account_pending",
}
_RESETS = ("x-ratelimit-reset", "ratelimit-reset")
_REMAINING = ("x-ratelimit-remaining", "ratelimit-remaining")


def expect_ok(response: Response, host: str) -> None:
    """Raise what `refusal` returns unless the status is a success."""
    if response.status >= 300:
        raise refusal(response, host)


def refusal(response: Response, host: str) -> ServerRefused:
    """Return the error of a refusal, by what has to be done about it."""
    words = error_words(response)
    if response.status == 401:
        return ServerRefused("The sign-in to this server has ended; sign in again.", code="session_expired", host=host)
    if response.status == 403 and _is_about_scope(words):
        return ServerRefused("This sign-in does not allow to follow.", code="scope_missing", host=host)
    if response.status == 403 and (code := _closed_code(words)):
        return ServerRefused("Your account on this server cannot be used now.", code=code, host=host)
    if response.status == 429:
        return ServerRefused("The server asks to wait.", code="rate_limited", host=host)
    if response.status in (404, 410):
        return ServerRefused("There is no such account on this server.", code="account_not_found", host=host)
    code = "server_error" if response.status >= 500 else "server_refused"
    return ServerRefused("The server refused the request.", code=code, host=host, reason=words, status=response.status)


def unreadable(host: str) -> ServerRefused:
    """Return the error for an answer that is not what the API promises."""
    return ServerRefused("The server sent something that cannot be read.", code="server_error", host=host)


def error_words(response: Response) -> str:
    """Return the text of `{"error"}`, or "" without one."""
    document = document_of(response)
    words = document.get("error") if isinstance(document, Mapping) else None
    return words[:MAX_ERROR] if isinstance(words, str) else ""


def document_of(response: Response) -> Any:
    """Parse the JSON of an answer; None where it is something else."""
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None


def slowed_until(response: Response, now: datetime) -> datetime | None:
    """Return until when the server wants no request: after a 429, or when the last allowed one is used up.

    Servers say it as ISO 8601 (Mastodon, GoToSocial), as Unix seconds, as seconds to wait, or as a date (RFC 9110). A
    moment counts only within the longest window: outside it our clock or the server's is wrong. None where it is not
    said, or not needed.
    """
    if response.status != 429 and _first(response, _REMAINING) != "0":
        return None
    texts = (response.headers.get("retry-after"), _first(response, _RESETS))
    moments = (_moment(text, now) for text in texts if text)
    return next((moment for moment in moments if moment and now < moment <= now + LONGEST_LIMIT), None)


def _first(response: Response, names: tuple[str, ...]) -> str | None:
    return next((response.headers[name] for name in names if name in response.headers), None)


def _moment(text: str, now: datetime) -> datetime | None:
    if text.isascii() and text.isdecimal() and len(text) <= 11:
        number = int(text)
        return now + timedelta(seconds=number) if number < LONGEST_SECONDS else datetime.fromtimestamp(number, UTC)
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        with suppress(ValueError):
            moment = parse(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _closed_code(words: str) -> str | None:
    """Return the code of a 403 that is about the own account; None for others."""
    return next((code for text, code in _CLOSED.items() if text in words.lower()), None)


def _is_about_scope(words: str) -> bool:
    """Return whether a 403 is about the sign-in: Mastodon and GoToSocial say "scope", Pleroma "permissions"."""
    return "scope" in words.lower() or "permissions" in words.lower()
