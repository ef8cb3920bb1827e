"""What pages show of joining the directory: the own claim, an objection, blocking people first, a row's proofs."""

from __future__ import annotations

from typing import Literal

from passerelle.claims.codes import Purpose
from passerelle.claims.grades import ClaimGrade
from passerelle.claims.models import ProofKind, ProofState, Side
from passerelle.directory import Grade
from passerelle.directory.rows import Kind
from passerelle.identifiers import Network
from passerelle.view import ErrorView, View

# starting: pressed, no answer of the registrar was stored. made: nothing was read yet. unproven: read, and no account
# is proven. waiting: a server did not answer, the registrar tries again by itself. checked: proven or claimed by one
# reading; the second one publishes it. proven, claimed: read twice. disputed: another proven claim names another
# account. x_gone: proven, and the post is gone since. withdrawing: pressed, not yet done. carried_out: an objection
# that was. lost: the registrar knows no such claim any more.
JoinStatus = Literal[
    "starting",
    "made",
    "unproven",
    "waiting",
    "checked",
    "proven",
    "claimed",
    "disputed",
    "x_gone",
    "withdrawing",
    "withdrawn",
    "carried_out",
    "lost",
]
TargetSide = Literal["x", "bluesky", "fediverse"]
SideState = Literal["missing", "holds", "gone", "contradicts", "unknown"]
RecordState = Literal["none", "asked", "written", "removing"]
BlockState = Literal["waiting", "asked", "blocked", "already", "failed", "undoing", "undone"]


class SideView(View):
    """One side of a claim: what its best proof says. `reason` is a code (docs/claims.md), or `name_only`: X shows only
    the post's name now, not its author's id. `missing`: never read."""

    side: TargetSide
    state: SideState
    kind: ProofKind | None = None
    url: str | None = None
    reason: str | None = None
    gone_at: str | None = None


class DomainFileState(View):
    """What reading a domain's file came to. `reason` is a code (docs/claims.md); None where it holds."""

    state: ProofState
    reason: str | None


class JoinView(View):
    """The own claim, or an objection (`purpose`). Store `state`, keys `join` and `objection`. Times are ISO 8601.

    `page` is the address for a Mastodon profile field, `profile_settings` where that server's owner edits the fields.
    `record`: the record in the Bluesky repository of `account`. `post`: the address that was checked last.
    `wants_page`: the person wants a page of the directory about it; `public_page`: where it stands while it is proven.
    `domain`: the organisation's own one, whose file is to be read; `domain_file`: what that file says.
    `is_listed`: the directory on this machine has the claim. `error`: why the last step did not succeed.
    """

    purpose: Purpose
    status: JoinStatus
    rest_id: str | None
    screen_name: str | None
    did: str | None
    acct: str | None
    handle: str | None = None
    kind: Kind = "person"
    leaving_on: str | None = None
    wants_page: bool = False
    public_page: str | None = None
    claim_id: str | None = None
    code: str | None = None
    page: str | None = None
    profile_settings: str | None = None
    account: str | None = None
    record: RecordState = "none"
    post: str | None = None
    domain: str | None = None
    domain_file: DomainFileState | None = None
    sides: tuple[SideView, ...] = ()
    grade: ClaimGrade | None = None
    is_listed: bool = False
    disputed_until: str | None = None
    checked_at: str | None = None
    next_at: str | None = None
    refreshed_at: str | None = None
    error: ErrorView | None = None


class JoinOfferView(View):
    """What is known before joining; nothing is sent for it.

    `rest_id` and `screen_name` are the archive's owner (None where unknown); `row_id`, `grade`: the row that the
    directory has of them already. `blocked`: people blocked on X, `blocked_listed` those with a Bluesky account in the
    directory. `registrar`: the host that is asked once the person joins; None where this build has none.
    """

    rest_id: str | None
    screen_name: str | None
    display_name: str | None
    row_id: str | None
    grade: Grade | None
    blocked: int
    blocked_listed: int
    registrar: str | None


class JoinPostView(View):
    """The post for X, ready: its text, its length as X counts it (280 at most), and the address that opens it."""

    text: str
    weight: int
    url: str


class JoinFileView(View):
    """The file by which an organisation's website proves its accounts: its `url`, name and text.

    `networks`: where an account is the domain's own, so that the file proves it; none: it would prove nothing.
    """

    url: str
    name: str
    text: str
    networks: tuple[Network, ...]


class BlockedView(View):
    """One person blocked on X and the Bluesky account that the directory names.

    `did` as the row has it; unless `is_sure`, the handle (`address`) has to lead to it first. `key`: the record's.
    `account`: the own account that blocks them; None: that of the view.
    """

    rest_id: str
    screen_name: str | None
    address: str
    did: str | None
    is_sure: bool
    key: str | None = None
    account: str | None = None
    state: BlockState = "waiting"
    error: ErrorView | None = None


class BlockingView(View):
    """Blocking, on Bluesky, people blocked on X. Store `state`, key `blocking`.

    `next_at` (ISO 8601): the server asked to wait until then. `error`: why it is paused, if no person paused it.
    """

    state: Literal["running", "paused", "done", "undoing", "undone"]
    account: str
    people: list[BlockedView]
    next_at: str | None = None
    error: ErrorView | None = None


class RowProofsView(View):
    """What checking a row would read; nothing is sent for it. `claims`: the claims that state it, none for most rows.

    `servers`: the hosts that row.check asks; `with_own_server`: and the server of the Bluesky account; `may_refer`: and
    servers to which the Mastodon server refers, where addresses have another domain than it. `x_origins`: the
    origins that the extension needs access to for X's side; without it that side is not known.
    """

    claims: list[str]
    servers: list[str]
    with_own_server: bool
    may_refer: bool
    x_origins: list[str]


class RowProofView(View):
    """One proof as it was read now. `url` can be opened by anyone."""

    kind: ProofKind
    side: Side
    url: str
    state: ProofState
    reason: str | None


class RowCheckView(View):
    """What the proofs of a row say now. `grade` is what they are worth, None: nothing; `agrees`: they prove the row's
    own accounts as the row has them."""

    grade: ClaimGrade | None
    agrees: bool
    proofs: list[RowProofView]
    read_at: str
