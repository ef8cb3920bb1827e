"""What a page says when there is no page, or the server failed; the registrar's pages say it alike."""

from __future__ import annotations

from dataclasses import dataclass

NOT_THERE = (404, 422)
TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class PageError:
    """The names of the sentences that say what happened."""

    status: int
    title: str
    text: str


def describe_error(status: int, not_there: str = "error_404_text") -> PageError:
    """Return what a page says for an HTTP status; `not_there` is the sentence for a page that does not exist."""
    if status in NOT_THERE:
        return PageError(status, "error_404_title", not_there)
    return PageError(status, "error_title", "error_429_text" if status == TOO_MANY else "error_text")
