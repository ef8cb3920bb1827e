"""Page-ready records: what the engine stores and the pages show, so that a page opens without running Python.

Where each lives: store `state` (keys archive, directory, matches, queue, work) and store `matches` (key rest_id).
TypeScript types are generated from these models by build/message_types.py.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from passerelle.errors import PasserelleError

Network = Literal["bluesky", "fediverse"]
Grade = Literal["proven", "attested", "imported", "claimed"]
# A match without a row has one of the last two: their profile on X names the account, and (linked) that names them.
MatchGrade = Literal["proven", "attested", "imported", "claimed", "linked", "hinted"]
FollowState = Literal["none", "waiting", "asked", "following", "failed"]
# One word per reason to believe; the sentence for it is in the message catalogues.
EvidenceCode = Literal[
    "same_rest_id",  # the directory row carries the id this person follows
    "same_name",  # ... or the name that the archive gives to that id
    "old_name",  # the archive's name for the id is older than a year
    "source",  # who says so (`detail`: name of the source, `url` where known)
    "name_contradicts",  # id and name of the row disagree with what was seen: demoted
    "says_so",  # their profile on X names the account (`detail`: name, bio, location or url)
    "guessed",  # ... by a bare name, which was completed: a doubt
    "account_found",  # the account was there when the person had it checked
    "links_back",  # ... and names their X account in turn
    "account_gone",  # there was no such account: a doubt
]
Where = Literal["name", "bio", "location", "url"]
Confidence = Literal["explicit", "likely", "inferred"]


class View(BaseModel):
    """Base of all views: frozen, and closed, so that a typing mistake is an error."""

    # Built when first used: 200 of the 680 ms of processor time that importing the engine took in Pyodide.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class ErrorView(View):
    """An error as pages get it: `code` picks the sentence, `params` fill it, `message` is English for reports."""

    code: str
    message: str
    params: dict[str, str | int] = {}


def error_view(error: PasserelleError) -> ErrorView:
    """Give an error as pages get it."""
    return ErrorView(code=error.code, message=error.message, params=dict(error.params))


def any_error_view(error: Exception) -> ErrorView:
    """Give any exception as pages get it: one that nobody raised on purpose is our mistake, and says no more."""
    if isinstance(error, PasserelleError):
        return error_view(error)
    return ErrorView(code="bug", message=f"Passerelle made a mistake: unexpected {type(error).__name__}.")


class WarningView(View):
    """Something in the archive that did not stop the reading."""

    code: str
    file: str | None
    message: str


class OwnerView(View):
    """Whose archive this is."""

    rest_id: str | None
    screen_name: str | None
    display_name: str | None


class ArchiveView(View):
    """Whom one follows: the numbers of `passerelle read --json`, for people.

    `origin` says where that comes from; `pages_read_at` is when the owner's own lists on x.com were read last.
    """

    account: OwnerView
    exported_at: str | None
    following: int
    followers: int
    mutuals: int
    blocked: int
    muted: int
    tweets: int
    named_following: int
    named_followers: int
    warnings: list[WarningView]
    origin: Literal["archive", "pages", "both"] = "archive"
    pages_read_at: str | None = None


class DirectoryView(View):
    """Which directory is here; `error` is why the last update failed, the copy before it stays in use."""

    url: str
    version: int
    rows: int
    generated_at: str
    expires: str
    checked_at: str
    error: ErrorView | None


class EvidenceView(View):
    """One reason to believe an account is the person's."""

    code: EvidenceCode
    detail: str | None
    url: str | None
    date: str | None


class CheckView(View):
    """What came of looking at an account that a hint names; `did` is set for Bluesky where it is there."""

    state: Literal["found", "linked", "gone"]
    at: str
    did: str | None


class HintView(View):
    """An account that somebody's profile on X names (`seen`: ISO 8601): unverified until the person has it checked."""

    network: Network
    address: str
    url: str
    confidence: Confidence
    where: Where
    seen: str
    check: CheckView | None


class ProfileHints(View):
    """Which accounts one X profile names, the surest first. Store `hints`, key rest_id."""

    rest_id: str
    screen_name: str
    display_name: str | None
    hints: list[HintView]


class LookView(View):
    """An account as it shows itself, loaded because the person pressed a button that says so; never stored.

    `picture` is a data: URL of a PNG, JPEG or WebP. `hidden`: the owner asks not to be shown to people who are not
    signed in, so there is neither picture nor text.
    """

    network: Network
    address: str
    did: str | None
    url: str
    display_name: str | None
    description: str | None
    picture: str | None
    links_back: bool
    hidden: bool


class AccountView(View):
    """One account that a match proposes. `address` is a handle or an acct, `did` where it is pinned or was checked.

    `listed`: a row of the directory names it; `hint`: their own profile on X does. One of the two at least.
    """

    network: Network
    address: str
    did: str | None
    url: str
    chosen: bool
    rejected: bool
    state: FollowState
    error: ErrorView | None
    listed: bool
    hint: HintView | None


class MatchView(View):
    """One row of the list: a person of the archive and where they are. Key: rest_id. Without `row_id`: hints only."""

    rest_id: str
    row_id: str | None
    screen_name: str | None
    display_name: str | None
    following: bool
    followed_by: bool
    grade: MatchGrade
    preselected: bool
    leaving_on: str | None
    accounts: list[AccountView]
    evidence: list[EvidenceView]


class MatchesView(View):
    """The counts above the list. `found` counts people followed whom the directory knows, on any network.

    `hinted` counts people followed of whom only their own profile speaks.
    """

    following: int
    named: int
    found: int
    found_bluesky: int
    found_fediverse: int
    found_followers: int
    hinted: int
    preselected: int


class QueueView(View):
    """How following goes. `next_at` (ISO 8601) is set while a server asked to wait, `error` while one stopped it."""

    account: str
    running: bool
    waiting: int
    asked: int
    following: int
    failed: int
    next_at: str | None
    error: ErrorView | None


class WorkView(View):
    """What the engine is doing now, so that a popup opened in the middle can show it. `total` 0 means unknown."""

    command: str
    step: Literal["reading", "directory", "matching", "following"]
    done: int
    total: int
    started_at: str
    error: ErrorView | None
