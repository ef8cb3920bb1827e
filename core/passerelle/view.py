"""Bases of the records that cross the engine's door: what pages show, and what they send."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from passerelle.errors import PasserelleError


class View(BaseModel):
    """Base of everything that pages show: frozen, and closed, so that a typing mistake is an error."""

    # Built when first used: 200 of the 680 ms of processor time that importing the engine took in Pyodide.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Fields(BaseModel):
    """Base of what a command carries beside id and type: frozen; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)  # as in View


class ErrorView(View):
    """An error as pages receive it: `code` picks the sentence, `params` fill it, `message` is English for reports."""

    code: str
    message: str
    params: dict[str, str | int] = {}


def error_view(error: PasserelleError) -> ErrorView:
    """Return the record for an error that the core raised on purpose."""
    return ErrorView(code=error.code, message=error.message, params=dict(error.params))


def any_error_view(error: Exception) -> ErrorView:
    """Return the record for any exception; one that was not raised on purpose is a bug, and shows only its type."""
    if isinstance(error, PasserelleError):
        return error_view(error)
    return ErrorView(code="bug", message=f"Passerelle made a mistake: unexpected {type(error).__name__}.")
