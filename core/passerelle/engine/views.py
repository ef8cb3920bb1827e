"""What pages show of the directory, of the work going on, and of what is preferred. Store `state`, key as named."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from passerelle.directory import Campaign
from passerelle.following.pace import Speed
from passerelle.identifiers import Network
from passerelle.matching.records import SourceName
from passerelle.view import ErrorView, View


class DirectoryView(View):
    """Which directory is here; `error` is why the last update failed, the copy before it stays in use.

    `expires` is empty for the directory that comes with the program.
    """

    url: str
    version: int
    rows: int
    generated_at: str
    expires: str
    checked_at: str
    error: ErrorView | None


class CampaignsView(View):
    """The campaigns of the pinned directory by their date, until 30 days after it. Key `campaigns`.

    `sha256` is that of the file they came in, empty where there is none.
    """

    sha256: str
    campaigns: list[Campaign]


class AddedDirectoryView(View):
    """A directory that the person added. `key`: its public key, base64."""

    key: str
    directory: DirectoryView


class AddedDirectoriesView(View):
    """The directories that the person added, in the order in which they count. Key `directories`."""

    added: list[AddedDirectoryView]


class StoredFileView(View):
    """One file of a directory as the server publishes it. Store `directory`, key `file <sha256>`: its bytes."""

    kind: Literal["rows", "keys", "places"]
    sha256: str
    bytes: int


class StoredDirectoryView(View):
    """The files of one directory on this machine, in their order.

    `generated_at` is that of these files (ISO 8601); `version` counts the deltas since, which lie in store `directory`
    under `overlay <url>`: rows and removals as JSON Lines of `overlay` bytes.
    """

    url: str
    is_added: bool
    key_id: str
    version: int
    generated_at: str
    overlay: int
    files: list[StoredFileView]


class CheckedRowsView(View):
    """Rows of an added directory that are proven by what was read here, each as `directory.added.Statement`.

    Store `directory`, key `checked <url>`.
    """

    rows: list[tuple[str, str | None, str | None, str | None, str | None, str | None]]


class StoredDirectoriesView(View):
    """The directories on this machine, the pinned one first. Store `directory`, key `sources`."""

    directories: list[StoredDirectoryView]


class WorkView(View):
    """What the engine is doing now, so that a popup opened in the middle can show it. `total` 0 means unknown."""

    command: str
    step: Literal["reading", "directory", "matching", "following"]
    done: int
    total: int
    started_at: str
    error: ErrorView | None


class OfferView(View):
    """What looking for people on Bluesky would send. Key `offer`.

    `people` can be looked for, `asked` of them were asked about before; `handles` are possible addresses of the others,
    sent in `batches`; `names` can be searched for with a sign-in; `friends` are accounts whose follows can be read.
    """

    people: int
    asked: int
    handles: int
    batches: int
    names: int
    friends: int


class SourceView(View):
    """How far one source of candidates is: `done` of `total` people or lists, in so many `requests`."""

    source: SourceName
    state: Literal["waiting", "running", "done", "closed", "skipped"]
    done: int = 0
    total: int = 0
    requests: int = 0
    error: ErrorView | None = None


class SearchView(View):
    """The search for people's accounts: what was chosen, how far it is. Key `search`.

    `account` searches by name, None: no search by name; `own` is the own address on Mastodon, whose server is asked
    first. `next_at`: a server asked to wait until then; `error`: why it is paused, if no person paused it.
    """

    state: Literal["running", "paused", "done", "cancelled"]
    account: str | None
    own: str | None
    followers: bool
    people: int
    found: int
    servers: list[str]
    sources: list[SourceView]
    started_at: str
    finished_at: str | None
    next_at: str | None
    error: ErrorView | None


class SpeedView(View):
    """How fast to follow. Key `speed`."""

    speed: Speed


class PreferredView(View):
    """On which network people are followed who are on several; None: on each. Key `preferred`."""

    network: Network | None


class BackupSettings(View):
    """Settings that the pages keep, not the engine; they travel in a backup. `language`: as the person chose it."""

    language: str = Field(default="auto", pattern=r"^[a-z]{2,4}$")
    pictures: bool = False


class BackupContents(View):
    """What a backup holds, or what is here: whose people, how many; for how many of them something was decided; how
    many accounts were followed, and wait to be; whether there is a standing approval."""

    screen_name: str | None
    people: int
    decisions: int
    followed: int
    waiting: int
    has_approval: bool


class NewsView(View):
    """What the last directory that brought someone new brought. Key `news`.

    `at` (ISO 8601) is the `new_since` of these people; `followed`: accounts that were planned by standing approval.
    """

    at: str
    count: int
    followed: int = 0


class PostView(View):
    """A post of the person's own that Passerelle sends for them. Store `state`, keys `post <network>`. Times: ISO 8601.

    `asked`: prepared; the own server's consent is awaited. `sending`: under way. `failed`: `error` says why; it can be
    sent again, which posts nothing twice; `may_be_there`: the server may have got it. `posted`: it stands at `url`.
    `has_consent`: the consent to post was used, and is not given back yet.
    """

    network: Network
    account: str
    state: Literal["asked", "sending", "failed", "posted"]
    text: str
    language: str
    error: ErrorView | None = None
    may_be_there: bool = False
    has_consent: bool = False
    url: str | None = None
    posted_at: str | None = None


class ApprovalView(View):
    """The standing approval: surely known people who are new since `since` (ISO 8601) are followed. Key `approval`."""

    since: str
