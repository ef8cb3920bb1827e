"""Accounts that are never proposed: impersonators, mirrors of X, bridges, and people who ask not to be found."""

from __future__ import annotations

import re

from passerelle.hints.find import is_listed, normalize
from passerelle.matching.records import Candidate
from passerelle.networks.bluesky.profile import SIGNED_IN_ONLY
from passerelle.networks.bridge import is_bridge

# Labels of Bluesky's moderation, and of the account itself: https://docs.bsky.app/docs/advanced-guides/moderation
EXCLUDING_LABELS = frozenset({"impersonation", "spam", "scam", "!hide", "!takedown"})
_MIRROR_LABEL = re.compile(r"(?:^|[.@-])(?:birdsite|twtr|nitter|twitter-?(?:bot|mirror))(?:[.-]|$)")
# What such accounts say about themselves, in the languages in which they were seen.
_SAYS_MIRROR = re.compile(
    r"\b(?:unofficial|not affiliated|un-?affiliated|parody|mirror(?:s|ed|ing)? (?:of|from|bot)|mirror bot|"
    r"reposts? (?:of|from)|automat(?:ed|ic) (?:re)?posts?|tweets? (?:by|from|of)|fan ?(?:account|page)|"
    r"(?:twitter|x) (?:mirror|bot)|compte (?:non officiel|miroir|parodique)|non[ -]officiel|miroir de|"
    r"inoffiziell\w*|spiegel(?:t|bot|konto)|no oficial|cuenta espejo|parodia)\b"
    r"|非公式|ミラー|転載|ファンアカウント|غير رسمي|حساب معجبين"
)


def is_excluded(candidate: Candidate, *, is_signed_in: bool) -> bool:
    """Return whether an account is never proposed. `is_signed_in`: the person has a Bluesky session of their own."""
    if candidate.labels & EXCLUDING_LABELS or (SIGNED_IN_ONLY in candidate.labels and not is_signed_in):
        return True
    # A bridge shows an account of another network; that network's own account is the person's.
    return is_bridge(candidate.address) or is_mirror(candidate)


def is_mirror(candidate: Candidate) -> bool:
    """Return whether an account copies another's posts, by its host, its handle, or its own words."""
    address = candidate.address.lower()
    host = address.rpartition("@")[2]
    texts = normalize(f"{candidate.display_name or ''}\n{candidate.description or ''}")
    return is_listed(host, "x-mirrors") or bool(_MIRROR_LABEL.search(address) or _SAYS_MIRROR.search(texts))
