"""Mastodon: the web page of an account, and the rows of the file that it imports follows from."""

from __future__ import annotations

from passerelle.identifiers import Acct

# https://docs.joinmastodon.org/user/moving/#import and app/models/form/import.rb: only the first column is required.
FOLLOWING_CSV_HEADER = ("Account address", "Show boosts", "Notify on new posts", "Languages")


def profile_url(acct: Acct) -> str:
    """Return the web page of an account. Every fediverse software in use answers or redirects there.

    >>> profile_url(Acct("ada", "social.example.org"))
    'https://social.example.org/@ada'
    """
    return f"https://{acct.domain}/@{acct.username}"


def following_csv_row(acct: Acct) -> tuple[str, str, str, str]:
    """Return one row of following_accounts.csv as Mastodon writes it: with boosts, no notifications."""
    return (str(acct), "true", "false", "")
