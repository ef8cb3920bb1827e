"""Read the X side of a claim: a public post with the claim's code, or with the did of a Keytrace record."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from passerelle.claims.codes import find_codes
from passerelle.claims.grades import OTHER_NAME
from passerelle.claims.models import Claim, Proof, ProofKind, ProofState, Side
from passerelle.claims.oembed import NamedPost, oembed_request, read_oembed
from passerelle.claims.posts import Post, PostId, PostMissing, post_request, post_url, read_post
from passerelle.claims.records import is_same_name
from passerelle.errors import NetworkError, ServerRefused
from passerelle.identifiers import ScreenName
from passerelle.transport import Fetch

UNKNOWN_NAME = ScreenName("i")  # x.com/i/status/1 leads to any author's post
Commits = Callable[[str], bool]  # whether a post's own text commits to the claim


@dataclass(frozen=True, slots=True)
class _Found:
    kind: ProofKind
    side: Side
    state: ProofState
    reason: str | None
    name: ScreenName | None = None


async def read_x_side(claim: Claim, post: PostId, now: datetime, fetch: Fetch, commits: Commits | None = None) -> Proof:
    """Read the post from X's post data; where that gives no answer, from oEmbed, which proves the name only."""
    commits = commits or (lambda text: claim.code in find_codes(text))
    try:
        found = judge_post(claim, read_post(await fetch(post_request(post)), post), commits)
    except PostMissing as error:
        found = _Found("x_post", "x", "gone", error.code)
    except (NetworkError, ServerRefused) as error:
        found = await _read_name(claim, post, fetch, commits, error.code)
    return Proof(
        kind=found.kind,
        side=found.side,
        url=post_url(claim.screen_name or UNKNOWN_NAME, post),
        state=found.state,
        reason=found.reason,
        name=found.name,
        read_at=now,
    )


def judge_post(claim: Claim, post: Post, commits: Commits) -> _Found:
    """Return what a post says about a claim: its author's id first, then whether it commits, then the name."""
    reason = None
    if post.author_id != claim.rest_id:
        reason = "other_author"
    elif post.is_stale:
        reason = "stale_edit"
    elif not commits(post.text):
        reason = "no_code"
    elif not is_same_name(post.author_name, claim.screen_name):
        reason = OTHER_NAME
    return _Found("x_post", "x", "contradicts" if reason else "holds", reason, post.author_name)


def judge_named_post(claim: Claim, post: NamedPost, commits: Commits) -> _Found:
    """Return what oEmbed says about a claim."""
    reason = None
    if not is_same_name(post.author_name, claim.screen_name):
        reason = "other_author"
    elif not commits(post.text):
        reason = "no_code"
    return _Found("x_oembed", "x_name", "contradicts" if reason else "holds", reason, post.author_name)


def names_did(did: str) -> Commits:
    """Return whether a text has a did as a word of its own."""
    whole = re.compile(rf"(?<![\w@#/.:=&?%-]){re.escape(did)}(?![\w/:=&?%@-]|\.\w)", re.ASCII)
    return lambda text: whole.search(text) is not None


async def _read_name(claim: Claim, post: PostId, fetch: Fetch, commits: Commits, why: str) -> _Found:
    try:
        answer = read_oembed(await fetch(oembed_request(claim.screen_name or UNKNOWN_NAME, post)))
    except (NetworkError, ServerRefused):
        return _Found("x_post", "x", "unknown", why)
    return judge_named_post(claim, answer, commits)
