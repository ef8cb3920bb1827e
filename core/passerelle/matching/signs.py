"""Signs: what of a candidate agrees with a person's X account, and what does not. Weights stand in weights.py."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import datetime, timedelta
from typing import Literal

from passerelle.domains import canonicalize_host
from passerelle.hints.check import links_back
from passerelle.hints.find import is_listed, normalize
from passerelle.matching.names import (
    HandleRelation,
    key_of,
    latin_key,
    name_forms,
    own_part,
    relate_handles,
    relate_names,
)
from passerelle.matching.rarity import is_rare, share_of
from passerelle.matching.records import Candidate, Sought
from passerelle.matching.words import read_words

# One word per sign; the sentence for it is in the message catalogues.
Sign = Literal[
    "named_by_x",  # their X profile names this account
    "links_back",  # its bio or website names their X account
    "domain_is_site",  # its handle is the domain of the website in their X profile
    "same_site",  # both profiles name the same website
    "same_handle_rare",
    "same_handle_common",
    "same_label",  # only the first label of a longer domain is their @name
    "similar_handle",
    "same_name_rare",
    "same_name_common",
    "transliterated_name",
    "similar_name",
    "name_is_handle",  # the handle spells the display name of X
    "different_name",
    "no_name",  # one of the two has no name
    "bio_alike",
    "bio_partly_alike",
    "bio_different",
    "followed_by_one",  # of the people already found
    "followed_by_two",
    "followed_by_more",
    "followed_unlike",  # ... while neither its name nor its handle is the person's: popular accounts are
    "unfollowed",  # by any of the people found, although the follows of enough of them were read
    "on_fediverse",  # fewer namesakes are there than on Bluesky
    "same_picture",  # both pictures look alike; compared only where the person asked for pictures
    "unused",  # no posts
    "few_posts",
    "young",  # made lately: impersonators are, most people are not
    "one_of_several",  # the person has other candidates on this network
]

FEW_POSTS = 20  # by hand
YOUNG = timedelta(days=180)  # by hand
_RARE_KEY_LENGTH = 7  # letters and digits: shorter @names are taken by chance; set by hand
_COMMON_WORD = 2e-5  # share of people from which a handle that is only a first or last name is common; by hand
_ALIKE, _ALIKE_WORDS = 0.5, 3  # share of the shorter bio's words, and how many at least; by hand
_PARTLY, _PARTLY_WORDS = 0.15, 2
_WORD = re.compile(r"[^\W\d_]{4,}")
_NO_SPACES = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def find_signs(
    person: Sought, candidate: Candidate, now: datetime, *, is_circle_known: bool = False
) -> frozenset[Sign]:
    """Return every sign for and against a candidate; `is_circle_known`: candidates/neighbours.py."""
    likeness = find_likeness(person, candidate)
    bio = _bio_signs(person.bio, candidate.description)
    circle = _circle_signs(candidate, likeness, is_circle_known=is_circle_known)
    return likeness.union(bio, circle, _use_signs(candidate, now))


def find_likeness(person: Sought, candidate: Candidate) -> frozenset[Sign]:
    """Return the signs of addresses, handles and names alone."""
    kinds = (_address_signs, _handle_signs, _name_signs)
    return frozenset(sign for kind in kinds for sign in kind(person, candidate))


def _address_signs(person: Sought, candidate: Candidate) -> Iterator[Sign]:
    if person.named & {candidate.address, candidate.did}:
        yield "named_by_x"
    texts = filter(None, (candidate.display_name, candidate.description, *candidate.websites))
    if links_back(texts, person.screen_names):
        yield "links_back"
    sites = own_sites(person.websites)
    if candidate.network == "bluesky" and candidate.address in sites:
        yield "domain_is_site"
    elif sites & own_sites(candidate.websites):
        yield "same_site"


def _handle_signs(person: Sought, candidate: Candidate) -> Iterator[Sign]:
    relations = {relate_handles(name, candidate.address): name for name in reversed(person.screen_names)}
    if "same" in relations:
        yield "same_handle_rare" if _is_rare_key(key_of(relations["same"])) else "same_handle_common"
        return
    yield from (sign for relation, sign in _HANDLE_SIGNS if relation in relations)


_HANDLE_SIGNS: tuple[tuple[HandleRelation, Sign], ...] = (("subdomain", "same_label"), ("similar", "similar_handle"))


def _is_rare_key(key: str) -> bool:
    return len(key) >= _RARE_KEY_LENGTH and share_of(key) < _COMMON_WORD


def _name_signs(person: Sought, candidate: Candidate) -> Iterator[Sign]:
    names = person.display_name
    relation = relate_names(names, candidate.display_name)
    if relation == "same" and names:
        yield "same_name_rare" if is_rare(name_forms(names).words) else "same_name_common"
    elif relation == "transliterated":
        yield "transliterated_name"
    elif relation == "similar":
        yield "similar_name"
    elif (
        names and len(latin_key(names)) >= _RARE_KEY_LENGTH and latin_key(names) == key_of(own_part(candidate.address))
    ):
        yield "name_is_handle"
    else:
        yield "no_name" if relation == "unknown" else "different_name"


def _bio_signs(one: str | None, other: str | None) -> Iterator[Sign]:
    a, b = _bio_words(one), _bio_words(other)
    if not a or not b:
        return
    shared = len(a & b)
    share = shared / min(len(a), len(b))
    if share >= _ALIKE and shared >= _ALIKE_WORDS:
        yield "bio_alike"
    elif share >= _PARTLY and shared >= _PARTLY_WORDS:
        yield "bio_partly_alike"
    elif not shared:
        yield "bio_different"


def _circle_signs(candidate: Candidate, likeness: Set[Sign], *, is_circle_known: bool) -> Iterator[Sign]:
    followers = len(candidate.followed_by)
    if candidate.network == "fediverse":
        yield "on_fediverse"
    elif followers:
        yield _FOLLOWED.get(followers, "followed_by_more")
        if _EQUAL.isdisjoint(likeness):
            yield "followed_unlike"
    elif is_circle_known:
        yield "unfollowed"


# A name or handle that is the person's own.
_EQUAL: frozenset[Sign] = frozenset(
    {"same_handle_rare", "same_handle_common", "same_name_rare", "same_name_common", "transliterated_name"}
)
_FOLLOWED: Mapping[int, Sign] = {1: "followed_by_one", 2: "followed_by_two"}


def _use_signs(candidate: Candidate, now: datetime) -> Iterator[Sign]:
    if candidate.same_picture:
        yield "same_picture"
    if candidate.posts is not None and candidate.posts <= FEW_POSTS:
        yield "few_posts" if candidate.posts else "unused"
    if candidate.created_at and now - candidate.created_at < YOUNG:
        yield "young"


def _bio_words(text: str | None) -> frozenset[str]:
    """Return the words of a bio that may tell people apart; pairs of characters in scripts without spaces."""
    plain = normalize(text or "")
    runs = _NO_SPACES.findall(plain)
    pairs = (run[start : start + 2] for run in runs for start in range(len(run) - 1))
    words = (word for word in _WORD.findall(_NO_SPACES.sub(" ", plain)) if word not in read_words("bio-words"))
    return frozenset((*words, *pairs))


def own_sites(urls: Iterable[str]) -> frozenset[str]:
    """Return the hosts of links, without `www.`, that may belong to one person."""
    hosts = (canonicalize_host(_host(url).removeprefix("www.")) for url in urls)
    return frozenset(host for host in hosts if host and not _is_shared(host))


def _host(url: str) -> str:
    return re.sub(r"^[a-z]+://", "", url.strip().lower()).partition("/")[0].partition("?")[0]


def _is_shared(host: str) -> bool:
    labels = host.split(".")
    ends = {".".join(labels[start:]) for start in range(len(labels))}
    return (
        bool(ends & read_words("shared-sites")) or is_listed(host, "fediverse-servers") or host.endswith(".bsky.social")
    )
