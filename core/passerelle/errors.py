"""The errors that the core raises, as one tree; each has a stable `code` that interfaces translate.

    PasserelleError
    |-- InputError (ValueError)        the person's file or text; they can choose another
    |   |-- InvalidIdentifier          a text that is no rest_id, handle, did or acct
    |   `-- UnreadableArchive          this file or folder; `CODES` says which kinds of trouble there are
    |-- DirectoryError                 the directory's fault; the archive is fine
    |-- NetworkError                   no answer, or not in time; try again later
    |-- ServerRefused                  a server answered and refused
    |-- StorageFull                    there is no room left on this machine
    |-- StorageNewer                   what is stored was written by a newer version of Passerelle
    `-- CommandError                   the page asked the engine something it does not know

"The server did not answer" and "this person is not there" are different types everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class PasserelleError(Exception):
    """Base of every error the core raises on purpose: a stable code, one English sentence, and values to fill in."""

    code: str = "bug"

    def __init__(self, message: str, *, code: str | None = None, **params: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.params: Mapping[str, str | int] = params


class InputError(PasserelleError, ValueError):
    """What the person handed over cannot be used; nothing was changed."""

    code = "invalid_input"
    CODES: ClassVar[Mapping[str, str]] = {
        "invalid_input": "What was handed over cannot be used.",
        "other_x_account": "The page on x.com belongs to another account than what is here.",
        "directory_address": "This is not the https address of a public server.",
        "directory_public_key": "This is not the key of a directory.",
        "directory_known": "This directory is in use already.",
        "directories_full": "There are as many directories as there may be.",
        "own_domain": "This is not the domain of a website, such as museum.example.org.",
        "post_address": "This is not the address of a post on X, such as https://x.com/ada/status/20.",
        "claim_incomplete": "A claim names an X account, and an account on Bluesky, Mastodon, or both.",
        "date_out_of_range": "A date lies after today, and at most a year ahead.",
        "claim_exists": "There is a claim for other accounts already; withdraw it first.",
        "backup_unreadable": "This is no backup of Passerelle, or only a part of one.",
        "backup_newer": "This backup was saved by a newer version of Passerelle.",
        "backup_too_large": "This file is larger than a backup can be.",
        "backup_while_busy": "Following, a search or blocking is going on; a backup is restored while nothing is sent.",
    }


class InvalidIdentifier(InputError):
    """A text that should name an account does not."""

    code = "invalid_identifier"
    CODES: ClassVar[Mapping[str, str]] = {
        "invalid_identifier": "This names no account.",
        "handle_incomplete": "This is a Bluesky name without its ending; `proposal` is the whole handle.",
        "email_address": "This is an e-mail address, not a Bluesky handle.",
        "fediverse_address": "This is an address of Mastodon, not of Bluesky.",
    }


class UnreadableArchive(InputError):
    """The file or folder is no X archive that can be read; `code` says which kind of trouble."""

    code = "unreadable_archive"
    CODES: ClassVar[Mapping[str, str]] = {
        "not_found": "There is no such file, or it cannot be opened.",
        "not_a_zip": "This file is not a ZIP archive.",
        "truncated_zip": "The ZIP is cut short: the download did not finish.",
        "encrypted_zip": "The ZIP is protected by a password.",
        "unsupported_zip": "The ZIP is packed in a way that cannot be read here; unpacked, it can.",
        "in_icloud": "The file is only in iCloud, not on this machine.",
        "not_an_x_archive": "There is no X archive in here.",
        "no_following": "The archive does not list the accounts you follow: following.js is missing.",
        "old_tweet_archive": "This is the tweet archive X gave until 2019: it does not list the accounts you follow.",
        "wrong_archive": "This is an archive of another service.",
        "several_accounts": "These are archives of different accounts.",
        "too_large": "The archive claims sizes that cannot be true.",
        "cancelled": "Reading was stopped.",
    }


class DirectoryError(PasserelleError):
    """The directory answered with something we must not believe; the last good copy stays in use."""

    code = "directory_invalid"
    CODES: ClassVar[Mapping[str, str]] = {
        "directory_invalid": "The directory sent something that is not a directory.",
        "directory_signature": "The directory's signature is wrong.",
        "directory_key_unknown": "The directory is signed with a key this extension does not know.",
        "directory_key_replaced": "The directory is signed with a key that was replaced.",
        "directory_ahead": "The directory is dated in the future.",
        "directory_older": "The directory is older than the copy already here.",
        "directory_expired": "The directory is past its expiry date.",
        "directory_corrupt": "A directory file does not have the promised checksum.",
    }


class NetworkError(PasserelleError):
    """No answer, or not in time; `host` in `params` is the server."""

    code = "server_unreachable"


class ServerRefused(PasserelleError):
    """A server answered and refused; `code` says why where that is known."""

    code = "server_refused"
    CODES: ClassVar[Mapping[str, str]] = {
        "server_refused": "The server refused the request.",
        "server_error": "The server had a problem of its own.",
        "sign_in_refused": "The handle or the app password is wrong.",
        "session_expired": "The sign-in has ended; sign in again.",
        "not_signed_in": "No account is signed in.",
        "rate_limited": "The server asks to wait.",
        "account_not_found": "There is no such account.",
        "handle_moved": "This handle belongs to another account than the directory says.",
        "hint_unchecked": "An account that only a profile names is followed once it has been checked.",
        "scope_missing": "The sign-in does not allow to follow; sign in again and allow it.",
        "follow_limit": "The account follows as many accounts as its server allows.",
        "follow_refused": "The server does not allow to follow this account.",
        "own_account": "This is the own account.",
        "search_closed": "The own server does not allow this sign-in to search for accounts.",
        "claim_closed": "The own server does not allow this sign-in to write the claim record.",
        "block_closed": "The own server does not allow this sign-in to block accounts.",
        "post_closed": "The own server does not allow this sign-in to post.",
        "post_unsure": "The server may have posted this; it does not tell whether it has.",
        "claim_unknown": "The registrar knows no such claim; it was withdrawn, or never proven.",
        "claim_secret_wrong": "The registrar does not accept the secret of this claim.",
        "account_moved": "The account has moved; `address` is the new one.",
        "account_blocked": "One of the two accounts blocks the other.",
        "account_suspended_there": "The account is suspended by its own network.",
        "account_deactivated": "The account is deactivated.",
        "account_suspended": "The own server has suspended this account.",
        "own_account_suspended": "The own account is suspended or disabled by its server.",
        "own_account_deactivated": "The own account is deactivated.",
        "own_account_pending": "The own account is not confirmed or approved yet by its server.",
        "account_labelled": "Moderation has put `labels` on the own account; following stopped.",
        "knows_everybody": "The server accepts every name (a catch-all), so its answer proves nothing.",
    }


class StorageNewer(PasserelleError):
    """Nothing was read or stored: a newer version of Passerelle wrote what is here."""

    code = "storage_newer"


class StorageFull(PasserelleError):
    """Nothing was stored: this machine, or the browser's share of it, has no room left."""

    code = "storage_full"


class CommandError(PasserelleError):
    """A page sent the engine a command it does not know, or one with wrong fields."""

    code = "unknown_command"
