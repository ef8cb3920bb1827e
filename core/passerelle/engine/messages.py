"""The commands and events between pages and the engine: one table, from which TypeScript's types are generated.

    request   {id, type, ...fields}          files travel beside it, as attachments
    reply     {id, result}  or  {id, error: {code, message, params}}      exactly one
    event     {type, ...fields}              no id, no reply

`type` is `noun.verb`; events are `noun.changed` or `noun.progress`. COMMANDS and EVENTS near the foot are the table.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from passerelle.claims.codes import Purpose
from passerelle.claims.models import PublicPage
from passerelle.directory import Kind
from passerelle.engine.join_views import (
    BlockingView,
    JoinFileView,
    JoinOfferView,
    JoinPostView,
    JoinView,
    RowCheckView,
    RowProofsView,
)
from passerelle.engine.views import (
    AddedDirectoriesView,
    BackupContents,
    BackupSettings,
    DirectoryView,
    PostView,
    SearchView,
)
from passerelle.following.dates import DateFacts, DateView
from passerelle.following.pace import Speed
from passerelle.following.status import QueueView
from passerelle.hints.records import LookView, SeenProfile
from passerelle.identifiers import Network
from passerelle.matching.guesses import GuessView
from passerelle.matching.receipt import ReceiptView
from passerelle.matching.records import SourceName
from passerelle.matching.views import FollowState, MatchesView
from passerelle.people.observations import SeenList
from passerelle.people.summary import ArchiveView
from passerelle.view import ErrorView, Fields, View

MAX_SEEN = 5_000  # people of one people.add
MAX_DECIDED = 100_000  # people of one decision.set_many
MAX_PROFILES = 1_000  # people of one hint.find
MAX_DOMAIN = 300  # characters of a website's domain or address; a domain has 253
MAX_ID = 100  # characters of a campaign's name in the campaigns file
MAX_SENTENCE = 1_000  # characters of a sentence in a calendar
MAX_MESSAGE = 2_000  # characters of a post before it is shortened
MAX_POST = 10_000  # characters of a post on Bluesky or Mastodon; how long it may be, its network says
MAX_ALT = 1_500  # characters of a picture's description: docs.joinmastodon.org/methods/media/#v2


class Nothing(Fields):
    """A command without fields, or a result without content."""


class EngineInfo(View):
    """What runs: the core's version and Python's."""

    version: str
    python: str


class ArchiveOpen(Fields):
    """Read what was dropped (attachments: one ZIP, several, a folder's files or loose files; `names` are their paths,
    in the attachments' order), then bring the directory up to date, then match. Goes on when the page closes.

    An archive of another account than the one stored is kept beside it, as `candidate`, until `archive.replace` or
    `archive.discard`."""

    names: list[str]


class Opened(View):
    """The result of archive.open and archive.replace; `directory` is None when there was never a directory, `matches`
    then too. `is_candidate`: nothing was changed, the person has to answer which archive to keep."""

    archive: ArchiveView
    directory: DirectoryView | None
    matches: MatchesView | None
    is_candidate: bool = False


class DirectoryAdd(Fields):
    """Use one more directory: the address of its server, and its public key (base64). Its rows count as `claimed`."""

    url: str = Field(max_length=2_000)
    key: str = Field(max_length=200)


class DirectoryRemove(Fields):
    """No longer use a directory that was added; its matches go, decisions about people stay."""

    url: str


class PeopleAdd(Fields):
    """Name people of the graph by what X's pages showed, and keep what they write of themselves.

    Where they were `listed`, add them too. Then match again.
    """

    people: list[SeenProfile] = Field(max_length=MAX_SEEN)
    listed: SeenList | None = None


class HintFind(Fields):
    """Find the accounts that these profiles name; they replace the hints of the same profiles."""

    people: list[SeenProfile] = Field(max_length=MAX_PROFILES)


class AccountLook(Fields):
    """Check an account that a row (`row_id`) or a hint (None) names: asks its network, on the person's request.

    What a hint names is thereby checked: whether the account is there, and whether it names the X account in turn.
    """

    rest_id: str | None
    screen_name: str
    row_id: str | None
    network: Network
    address: str


class BridgeFind(Fields):
    """Ask whether a bridge shows this account of a row on the other network; there it stands in the row then.

    Error `account_not_found`: it does not. Asks the other network, on the person's request.
    """

    rest_id: str
    network: Network
    address: str


class AccountFind(Fields):
    """Find the account behind a Bluesky handle and its own server."""

    handle: str


class AccountFound(View):
    """Where to sign in."""

    did: str
    handle: str
    pds: str


class WatchSync(Fields):
    """Bring the directory up to date and match everyone again, without `state.work`; what a network error prevents is
    left as it was. With the standing approval, new people are followed with these own accounts; on the date that the
    person has set, its plan starts with them.
    """

    accounts: list[str]


class WatchApprove(Fields):
    """Store or delete the standing approval: people in the lane Sure who are new from now on are followed."""

    approved: bool


class DateSet(Fields):
    """Store a date and approve what follows on it: everyone who is ticked then, and the people of the lane Sure
    who are found until the day is over. `opens_at`: the midnight at which the day begins where the person is.

    Error `date_out_of_range`: not after today, or more than a year ahead.
    """

    day: date
    opens_at: AwareDatetime
    campaign_id: str | None = Field(default=None, max_length=MAX_ID)
    known: DateFacts


class DateCheck(Fields):
    """Derive again what is left to do before the date, from what the browser knows now."""

    known: DateFacts


class DateBegin(Fields):
    """Start the date's plan now with these own accounts, because the person asks for it: on the day, or later.

    The directory is brought up to date first, where its server answers.
    """

    accounts: list[str]


class CalendarMake(Fields):
    """Write the date into a calendar file, with this title and text."""

    title: str = Field(max_length=MAX_SENTENCE)
    text: str = Field(max_length=MAX_SENTENCE)


class Decide(Fields):
    """Store what the person decided. A rejection is stored for ever."""

    rest_id: str
    network: Network
    address: str
    decision: Literal["chosen", "unchosen", "rejected", "unrejected"]


class DecideMany(Fields):
    """Tick, or untick, the accounts of these people; what cannot be chosen, or was rejected, stays as it is.

    Of people muted on X only what was ticked is unticked: they are ticked one by one.
    """

    rest_ids: list[str] = Field(max_length=MAX_DECIDED)
    decision: Literal["chosen", "unchosen"]


class FollowRefresh(Fields):
    """Read which accounts the own account `account` follows already, and mark them; it follows from now on.

    Own accounts are named by a did, or by `user@server` on Mastodon and compatible servers.
    """

    account: str


class FollowStart(Fields):
    """Follow with these own accounts, at most one per network: the people of `rest_ids`, or every chosen one (None)."""

    accounts: list[str]
    rest_ids: list[str] | None = None


class FollowPause(Fields):
    """Pause following with one own account, or with those that follow now (None)."""

    account: str | None = None


class FollowResume(Fields):
    """Go on following with one own account, or with those that follow now (None)."""

    account: str | None = None


class FollowCancel(Fields):
    """Follow no one else of those who wait, with one own account, or with those that follow now (None)."""

    account: str | None = None


class FollowPrefer(Fields):
    """Follow people who are on several networks on this one only, or on each (None); their row may say otherwise."""

    network: Network | None


class FollowSpeed(Fields):
    """Choose how fast all queues go: spread out by the age of the own account, or as fast as the servers allow."""

    speed: Speed


class FollowEstimate(Fields):
    """Ask how long following every chosen person with these accounts would take. Nothing is requested for it."""

    accounts: list[str]


class FollowTimes(View):
    """Seconds until the last person would be followed, at each speed; the slowest account counts."""

    gentle: int
    fast: int


class FollowMoved(Fields):
    """Follow the new account of one that could not be followed because it has moved. `name`: the old did or address."""

    account: str
    name: str


class FollowUndo(Fields):
    """Unfollow what Passerelle followed with one own account: all of it, or these dids and addresses."""

    account: str
    names: list[str] | None = None


class FollowOne(Fields):
    """Follow, on the network of `account`, the account of one directory row or hint; asked for by a badge, by name.

    The row must be about `rest_id`, where the page shows it, or bear `screen_name`. Without `row_id` it is the hint of
    `rest_id` that names `address`, and it must have been checked.
    """

    account: str
    row_id: str | None
    screen_name: str
    rest_id: str | None = None
    address: str | None = None


class FollowedOne(View):
    """The result of follow.one."""

    state: FollowState
    error: ErrorView | None


class SearchStart(Fields):
    """Look for the people without an account here. Sends possible addresses to Bluesky's public server, names to the
    server of `account` (None: not), and @names to a few Mastodon servers, that of `own` first; see OfferView.

    Goes on when the page closes; of the same person each source is asked at most once a month.
    """

    account: str | None = None
    own: str | None = None
    followers: bool = False
    sources: tuple[SourceName, ...] = ("handles", "search", "neighbours", "servers")


class SearchOne(Fields):
    """Look for one person alone, on Bluesky: by possible addresses, and by name with `account`, where there is one."""

    rest_id: str
    account: str | None = None


class SearchedOne(View):
    """The result of search.one: the candidates, also weak ones; None where there are none."""

    guess: GuessView | None


class GuessDecide(Fields):
    """Store the answer to one guessed account. `yes`: it is the person's, and chosen for following; `no`: for ever;
    `unsure`: asked again at the end; `open`: take an answer back."""

    rest_id: str
    network: Network
    address: str
    answer: Literal["yes", "no", "unsure", "open"]


class PicturesLoad(Fields):
    """Load the pictures of a guess, from X's host for pictures and from the account's own server: only ever sent for a
    person who switched pictures on, beside a sentence that names both."""

    rest_id: str
    network: Network
    address: str


class PicturesView(View):
    """The result of pictures.load: data: URLs of PNG, JPEG or WebP; None where there is none, or no answer came."""

    on_x: str | None
    account: str | None


class PicturesCompare(Fields):
    """Store whether the two pictures of a guess look alike, and score it again; sends nothing."""

    rest_id: str
    network: Network
    address: str
    is_alike: bool


class JoinStart(Fields):
    """Join the directory: have the registrar make a claim that this X account and these accounts are one person's, and
    write the claim record as `account` (a did), where it is given. An objection names one account at least.

    Once made, it stays: the same accounts again only write what is missing. Sends all of this to the registrar, but
    `domain`: that of an organisation's website, whose file each join.check has read.
    """

    purpose: Purpose = "claim"
    rest_id: str | None = None
    screen_name: str | None = None
    did: str | None = None
    acct: str | None = None
    kind: Kind = "person"
    leaving_on: date | None = None
    public_page: PublicPage | None = None
    domain: str | None = Field(default=None, max_length=MAX_DOMAIN)
    account: str | None = None


class JoinPost(Fields):
    """Make the post for X: the person's own sentence, as long as X takes it, and the code. Sends nothing."""

    purpose: Purpose = "claim"
    message: str = Field(max_length=MAX_MESSAGE)


class JoinFile(Fields):
    """Make the file by which the website of an organisation proves its accounts. Sends nothing.

    `handle`: the Bluesky account's, as it is known here. Errors `claim_incomplete`, `own_domain`: no domain.
    """

    rest_id: str
    screen_name: str
    did: str | None = None
    handle: str | None = None
    acct: str | None = None
    domain: str = Field(max_length=MAX_DOMAIN)


class JoinRecord(Fields):
    """Write the claim record into the Bluesky repository of `account`, as often as wanted."""

    purpose: Purpose = "claim"
    account: str


class JoinCheck(Fields):
    """Have the registrar read the proofs now; `post` is the address of the post on X, None: as before.

    `domain`: also read the file of the own domain. `public_page`: what the person wishes from now on, None: as before.
    Error `post_address`: not the address of a post.
    """

    purpose: Purpose = "claim"
    post: str | None = None
    domain: bool | None = None
    public_page: PublicPage | Literal["none"] | None = None


class JoinRefresh(Fields):
    """Ask the registrar for the state of the claim; nothing is read anew."""

    purpose: Purpose = "claim"


class JoinWithdraw(Fields):
    """Withdraw the claim at the registrar, then delete its record from the Bluesky repository."""

    purpose: Purpose = "claim"


class JoinForget(Fields):
    """Forget a claim that is withdrawn, carried out, lost, or was never made."""

    purpose: Purpose = "claim"


class PostPrepare(Fields):
    """Store a post of the person's own, to be sent as `account` once its server allows it. Sends nothing.

    Attachment: the picture, a PNG of `width` by `height` pixels, described by `alt`; `names`: its name.
    """

    network: Network
    account: str
    text: str = Field(min_length=1, max_length=MAX_POST)
    language: str = Field(pattern="^[a-z]{2}$")
    alt: str = Field(max_length=MAX_ALT)
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    names: list[str] = Field(max_length=1)


class PostOf(Fields):
    """The prepared post of a network: send it (post.send), with the consent that was given for it; or delete what is
    stored of it (post.close): what was posted stays there."""

    network: Network


class BlockStart(Fields):
    """Block, on Bluesky as `account` (a did), the people blocked on X that the directory names. Blocks are public."""

    account: str


class RowOf(Fields):
    """One row of the directory: its `row_id`, and the X account that it is about."""

    row_id: str
    rest_id: str | None
    screen_name: str


class ExportMake(Fields):
    """Write the matches, or the history of follows, in a format others can read; or the archive as
    `passerelle read --json --full` prints it."""

    format: Literal["mastodon-csv", "csv", "json", "archive-json", "history-csv", "receipt-csv"]


class Exported(View):
    """A file to save."""

    filename: str
    media_type: str
    text: str


class BackupMake(Fields):
    """Save everything that is the person's as one file (docs/backup-format.md), with these settings of the pages.

    Sign-ins, and the secret of the own claim, are not in it.
    """

    settings: BackupSettings


class BackupOf(Fields):
    """Look at a backup (backup.look), or restore it (backup.restore). Attachment: the file; `names`: its name."""

    names: list[str] = Field(max_length=1)


class BackupView(View):
    """What a backup holds, beside what was here; its date (ISO 8601), and the settings of the pages in it."""

    saved_at: str
    settings: BackupSettings
    file: BackupContents
    here: BackupContents


class EngineProgress(View):
    """The step of the engine's own start."""

    type: Literal["engine.progress"] = "engine.progress"
    step: Literal["runtime", "packages", "ready"]


class StateChanged(View):
    """The engine wrote these stores: read them again.

    `keys`: what was written, of each store of which only a few records were; other stores changed as a whole.
    """

    type: Literal["state.changed"] = "state.changed"
    stores: list[str]
    keys: dict[str, list[str]]


class StorageChanged(View):
    """Whether there is room to store. While `is_full`, work waits, tries again, and this is sent with each try."""

    type: Literal["storage.changed"] = "storage.changed"
    is_full: bool


class WorkProgress(View):
    """How far the work is that `state.work` describes; not stored, sent at most five times a second."""

    type: Literal["work.progress"] = "work.progress"
    command: str
    step: Literal["reading", "directory", "matching", "following"]
    done: int
    total: int


class EngineDied(View):
    """The worker is gone (sent by its host): every open request fails with this error."""

    type: Literal["engine.died"] = "engine.died"
    error: ErrorView


# type -> (fields, result)
COMMANDS: dict[str, tuple[type[Fields], type[View] | type[Nothing]]] = {
    "engine.start": (Nothing, EngineInfo),
    "archive.open": (ArchiveOpen, Opened),
    "archive.cancel": (Nothing, Nothing),
    "archive.replace": (Nothing, Opened),
    "archive.discard": (Nothing, Nothing),
    "people.add": (PeopleAdd, Nothing),
    "hint.find": (HintFind, Nothing),
    "account.look": (AccountLook, LookView),
    "bridge.find": (BridgeFind, Nothing),
    "directory.update": (Nothing, DirectoryView),
    "directory.add": (DirectoryAdd, AddedDirectoriesView),
    "directory.remove": (DirectoryRemove, AddedDirectoriesView),
    "match.find": (Nothing, MatchesView),
    "watch.sync": (WatchSync, Nothing),
    "watch.approve": (WatchApprove, Nothing),
    "date.set": (DateSet, DateView),
    "date.withdraw": (Nothing, Nothing),
    "date.check": (DateCheck, Nothing),
    "date.begin": (DateBegin, Nothing),
    "date.calendar": (CalendarMake, Exported),
    "date.receipt": (Nothing, ReceiptView),
    "decision.set": (Decide, Nothing),
    "decision.set_many": (DecideMany, Nothing),
    "account.find": (AccountFind, AccountFound),
    "follow.refresh": (FollowRefresh, Nothing),
    "follow.start": (FollowStart, QueueView),
    "follow.pause": (FollowPause, Nothing),
    "follow.resume": (FollowResume, Nothing),
    "follow.cancel": (FollowCancel, Nothing),
    "follow.speed": (FollowSpeed, Nothing),
    "follow.estimate": (FollowEstimate, FollowTimes),
    "follow.moved": (FollowMoved, Nothing),
    "follow.prefer": (FollowPrefer, Nothing),
    "follow.undo": (FollowUndo, Nothing),
    "follow.one": (FollowOne, FollowedOne),
    "search.start": (SearchStart, SearchView),
    "search.pause": (Nothing, Nothing),
    "search.resume": (Nothing, Nothing),
    "search.cancel": (Nothing, Nothing),
    "search.one": (SearchOne, SearchedOne),
    "guess.decide": (GuessDecide, Nothing),
    "pictures.load": (PicturesLoad, PicturesView),
    "pictures.compare": (PicturesCompare, Nothing),
    "join.prepare": (Nothing, JoinOfferView),
    "join.start": (JoinStart, JoinView),
    "join.post": (JoinPost, JoinPostView),
    "join.file": (JoinFile, JoinFileView),
    "join.record": (JoinRecord, JoinView),
    "join.check": (JoinCheck, JoinView),
    "join.refresh": (JoinRefresh, JoinView),
    "join.withdraw": (JoinWithdraw, JoinView),
    "join.forget": (JoinForget, Nothing),
    "post.prepare": (PostPrepare, PostView),
    "post.send": (PostOf, PostView),
    "post.close": (PostOf, Nothing),
    "block.start": (BlockStart, BlockingView),
    "block.pause": (Nothing, Nothing),
    "block.resume": (Nothing, Nothing),
    "block.undo": (Nothing, Nothing),
    "row.proofs": (RowOf, RowProofsView),
    "row.check": (RowOf, RowCheckView),
    "export.make": (ExportMake, Exported),
    "backup.make": (BackupMake, Exported),
    "backup.look": (BackupOf, BackupView),
    "backup.restore": (BackupOf, BackupView),
    "data.delete": (Nothing, Nothing),
}

EVENTS: dict[str, type[View]] = {
    "engine.progress": EngineProgress,
    "engine.died": EngineDied,
    "state.changed": StateChanged,
    "storage.changed": StorageChanged,
    "work.progress": WorkProgress,
}
