"""Make a world from pairs and a pool by a seed: people of X, accounts elsewhere, who follows whom, and the truth.

Handles of the pairs are real, all else is invented: names on X are perturbed (names.py), bios, websites and follows are
made up (lives.py), people without any account and accounts that resemble people are added at the rates below.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from passerelle.errors import InvalidIdentifier
from passerelle.hints.find import find_hints
from passerelle.identifiers import RestId, ScreenName, parse_screen_name
from passerelle.matching.records import Sought

from tests.reach.inputs import Pair, PoolAccount
from tests.reach.lives import (
    CIRCLE,
    FOLLOWS_OTHERS,
    FOLLOWS_POPULAR,
    KNOWS,
    LINKS_BACK,
    NAMED_ON_X,
    NAMES_ANOTHER,
    PAGE_SEEN,
    POPULAR,
    SITE_IS_HANDLE,
    Life,
    bio_elsewhere,
    invent_life,
)
from tests.reach.names import is_latin, name_elsewhere, perturb
from tests.world.appview import Actor, Followed

NOW = datetime(2026, 11, 20, tzinfo=UTC)
USED_OF_POOL = 0.9  # people of X in the pool who may be followed; the others only give names to strangers
# Accounts that resemble a person of X and are not theirs, by hand; the same for people with and without an account.
NAMESAKE = {"common": 0.50, "rare": 0.10}  # another person with the same name, by how common its words are in the pool
MORE_NAMESAKES = 0.3  # of those, a second one, and so on
NAMESAKE_HANDLES = {"name": 0.6, "own": 0.34, "same": 0.06}  # handle from the name, of their own, as the @name on X
# Another person, of another name, has the handle: short ones are taken first.
SAME_HANDLE = {"short": 0.12, "long": 0.04}
SHORT_HANDLE = 6  # letters and digits
# Another person has the username on one of the servers that most pairs are on, by its length: with another name, and
# with the same one (the share of namesakes whose handle is the @name, as on Bluesky).
SAME_USERNAME = {"short": 0.12, "long": 0.04}
LARGEST_SERVERS = 3
PARKED = 0.02  # an unused account without name has the handle
IMPERSONATOR = 0.03
IMPERSONATOR_LABELLED = 0.7
IMPERSONATOR_LINKS = 0.3
MIRROR = 0.05
SAME_TOPICS = 0.10  # such accounts that write about what the person's circle writes about
NEAR_STRANGER = 0.03  # such accounts that one or two people of the circle follow
LIFETIME = (20, 1200)  # days since an account was made
IMPERSONATOR_LIFETIME = (5, 250)
_DUPED = 0.10  # impersonators that one person of the circle follows
_NO_POSTS = 0.06
_HIDDEN = 0.04  # accounts that ask not to be shown to people who are not signed in

_MIRROR_TEXTS = (
    "Unofficial mirror of @{name} on X",
    "Automated posts from x.com/{name}. Not affiliated.",
    "Compte miroir de @{name}",
    "{name} の非公式ミラー",
)
_NOT_HANDLE = re.compile("[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class XPerson:
    """One person that the archive follows: what X shows, and the addresses of their real accounts."""

    sought: Sought
    accounts: frozenset[str]
    group: str
    latin: bool
    circle: int


@dataclass
class World:
    """All people and accounts: `actors`, `followed`, `posts` by did, `handles` to dids, `fediverse` by acct."""

    people: list[XPerson] = field(default_factory=list)
    unconfirmed: list[XPerson] = field(default_factory=list)
    actors: dict[str, Actor] = field(default_factory=dict)
    handles: dict[str, str] = field(default_factory=dict)
    followed: dict[str, list[Followed]] = field(default_factory=dict)
    fediverse: dict[str, dict[str, Any]] = field(default_factory=dict)
    posts: dict[str, int] = field(default_factory=dict)

    def find(self, identifier: str) -> Actor | None:
        """Return the account of a did or handle."""
        return self.actors.get(self.handles.get(identifier.lower(), identifier))

    def all(self) -> Iterator[Actor]:
        """Return every account."""
        return iter(self.actors.values())

    def follows(self, did: str) -> Sequence[Followed]:
        """Return the follows of an account."""
        return self.followed.get(did, ())


def make_world(
    pairs: Sequence[Pair], pool: Sequence[PoolAccount], unconfirmed: Sequence[Pair], absent_share: float, seed: str
) -> World:
    """Return a world in which `absent_share` (0 to 1) of the people of X have no account elsewhere."""
    return _Maker(pairs, pool, Random(f"{seed} {absent_share}")).make(unconfirmed, absent_share)


class _Maker:
    def __init__(self, pairs: Sequence[Pair], pool: Sequence[PoolAccount], rng: Random) -> None:
        self.pairs, self.rng, self.world = pairs, rng, World()
        taken = {one.screen_name.lower() for one in pairs}
        elsewhere = {address for one in pairs for address in (*one.bluesky, *one.mastodon)}
        self.strangers = [one for one in pool if one.platform == "x" and one.handle.lower() not in taken]
        self.others = [one for one in pool if one.platform == "bluesky" and one.handle.lower() not in elsewhere]
        self.rng.shuffle(self.strangers)
        self.word_counts = Counter(word for one in pool for word in set(one.name.lower().split()))
        hosts = Counter(acct.rpartition("@")[2] for one in pairs for acct in one.mastodon)
        self.servers = [host for host, _ in hosts.most_common(LARGEST_SERVERS)]
        self.true_dids: dict[int, list[str]] = {}
        self.bystanders: list[str] = []

    def make(self, unconfirmed: Sequence[Pair], absent_share: float) -> World:
        present, absent = self._choose(absent_share)
        circles = max(1, round((len(present) + len(absent)) / CIRCLE))
        for pair in present:
            self._add_present(pair, self.rng.randrange(circles))
        for one in absent:
            self._add_absent(one, self.rng.randrange(circles))
        for pair in unconfirmed:
            self._add_unconfirmed(pair, self.rng.randrange(circles))
        for one in self.others:
            self._add_bystander(one.handle.lower(), one.name)
        for one in self._rest(absent):
            self._add_bystander(_usual_handle(one.handle), one.name)
        self._add_follows()
        return self.world

    def _choose(self, absent_share: float) -> tuple[Sequence[Pair], Sequence[PoolAccount]]:
        """Return who has an account and who has none, with the same share of both among Latin and other names."""
        if not absent_share:
            return self.pairs, ()
        chosen = [self._choose_of(is_latin_name, absent_share) for is_latin_name in (True, False)]
        return [one for some, _ in chosen for one in some], [one for _, some in chosen for one in some]

    def _choose_of(self, is_latin_name: bool, absent_share: float) -> tuple[Sequence[Pair], Sequence[PoolAccount]]:
        """Return the same for one kind of name. Where the pool has too few people of X with such names, some of the
        pairs become people without account: otherwise every such name would be that of a person who has one."""
        pairs = [one for one in self.pairs if is_latin(one.name) == is_latin_name]
        strangers = [one for one in self.strangers if is_latin(one.name) == is_latin_name]
        strangers = strangers[: int(len(strangers) * USED_OF_POOL)]
        count = min(len(pairs), round((len(pairs) + len(strangers)) * (1 - absent_share)) or bool(pairs))
        present = self.rng.sample(pairs, count)
        absent = round(count * absent_share / (1 - absent_share))
        names = {one.screen_name for one in present}
        left = [PoolAccount("x", one.screen_name, one.name) for one in pairs if one.screen_name not in names]
        return present, [*strangers, *left][:absent]

    def _rest(self, absent: Sequence[PoolAccount]) -> Iterator[PoolAccount]:
        used = {one.handle for one in absent}
        return (one for one in self.strangers if one.handle not in used)

    def _far(self) -> int:
        return -self.rng.randint(1, 400)

    def _add_present(self, pair: Pair, circle: int) -> None:
        life = invent_life(circle, self.rng)
        own_domain = next((one for one in pair.bluesky if not one.endswith(".bsky.social")), None)
        if own_domain and self.rng.random() < SITE_IS_HANDLE:
            life = replace(life, site=own_domain)
        person = self._add_person(pair, life, frozenset((*pair.bluesky, *pair.mastodon)))
        for handle in pair.bluesky:
            text = self._own_text(pair, life)
            did = self._add_actor(handle, name_elsewhere(pair.name, self.rng), life, text, did=pair.did)
            self.true_dids.setdefault(circle, []).append(did)
        for acct in pair.mastodon:
            self._add_fediverse(acct, name_elsewhere(pair.name, self.rng), self._own_text(pair, life), life.site)
        self._add_lookalikes(pair, life, person)

    def _own_text(self, pair: Pair, life: Life) -> str:
        text = bio_elsewhere(life, self.rng)
        return f"{text} x.com/{pair.screen_name}" if self.rng.random() < LINKS_BACK else text

    def _add_absent(self, one: PoolAccount, circle: int) -> None:
        try:
            pair = Pair(parse_screen_name(one.handle), one.name, (), None, (), "unknown")
        except InvalidIdentifier:
            return
        life = invent_life(circle, self.rng)
        self._add_lookalikes(pair, life, self._add_person(pair, life, frozenset()))

    def _add_unconfirmed(self, pair: Pair, circle: int) -> None:
        life = invent_life(circle, self.rng)
        self.world.unconfirmed.append(self._person(pair, life, frozenset()))
        for handle in pair.bluesky:
            self._add_actor(handle, name_elsewhere(pair.name, self.rng), invent_life(circle, self.rng))

    def _add_person(self, pair: Pair, life: Life, accounts: frozenset[str]) -> XPerson:
        person = self._person(pair, life, accounts)
        self.world.people.append(person)
        return person

    def _person(self, pair: Pair, life: Life, accounts: frozenset[str]) -> XPerson:
        rng, is_seen = self.rng, self.rng.random() < PAGE_SEEN
        bio = life.bio if is_seen else None
        if is_seen and accounts and rng.random() < NAMED_ON_X:
            bio = f"{bio or ''} {_mention(rng.choice(sorted(accounts)))}"
        elif is_seen and rng.random() < NAMES_ANOTHER and self.others:
            bio = f"{bio or ''} {_mention(rng.choice(self.others).handle.lower())}"
        sites = (f"https://{life.site}/",) if is_seen and life.site else ()
        sought = Sought(
            rest_id=RestId(str(10_000 + len(self.world.people) + len(self.world.unconfirmed))),
            screen_names=(ScreenName(pair.screen_name),),
            display_name=perturb(pair.name, pair.screen_name, rng),
            bio=bio,
            websites=sites,
            named=frozenset(one.address for one in find_hints(bio=bio or "") if one.confidence != "inferred"),
        )
        return XPerson(sought, accounts, pair.group, is_latin(pair.name), life.circle)

    def _add_lookalikes(self, pair: Pair, life: Life, person: XPerson) -> None:
        rng = self.rng
        chance = chance_of_namesake = NAMESAKE["common" if self._is_common(pair.name) else "rare"]
        while rng.random() < chance:
            self._add_namesake(pair, life.circle)
            chance = MORE_NAMESAKES
        usual = _usual_handle(pair.screen_name)
        length = "short" if len(_slug(pair.screen_name)) <= SHORT_HANDLE else "long"
        if rng.random() < SAME_HANDLE[length] and self.strangers:
            self._add_stranger(usual, rng.choice(self.strangers).name, life.circle)
        if rng.random() < SAME_USERNAME[length] and self.strangers:
            self._add_username(pair, rng.choice(self.strangers).name)
        if rng.random() < chance_of_namesake * NAMESAKE_HANDLES["same"]:
            self._add_username(pair, pair.name)
        if rng.random() < PARKED:
            self._add_actor(usual, "", Life(self._far(), None, None), "", posts=0)
        if rng.random() < IMPERSONATOR:
            self._add_impersonator(pair, life)
        if rng.random() < MIRROR:
            text = rng.choice(_MIRROR_TEXTS).format(name=pair.screen_name)
            handle = rng.choice((f"{_slug(pair.screen_name)}-mirror.bsky.social", usual))
            self._add_actor(handle, pair.name, Life(self._far(), None, None), text, posts=900)

    def _add_namesake(self, pair: Pair, circle: int) -> None:
        kind = self.rng.choices(list(NAMESAKE_HANDLES), list(NAMESAKE_HANDLES.values()))[0]
        own = self.rng.choice(self.strangers).handle if self.strangers else pair.screen_name
        texts = {"same": pair.screen_name, "own": own, "name": self._handle_of(pair.name) or own}
        self._add_stranger(_usual_handle(texts[kind]), pair.name, circle)

    def _add_username(self, pair: Pair, name: str) -> None:
        """Add another person's account under the @name on one of the largest servers, where it is free."""
        if not self.servers:
            return
        acct = f"{pair.screen_name.lower()}@{self.rng.choice(self.servers)}"
        life = invent_life(self._far(), self.rng)
        if acct not in self.world.fediverse and acct not in pair.mastodon:
            self._add_fediverse(acct, name, bio_elsewhere(life, self.rng), life.site)

    def _handle_of(self, name: str) -> str:
        words = [_slug(word) for word in name.split()]
        sign = self.rng.choice(("", "-", "."))
        digits = self.rng.choice(("", "", str(self.rng.randint(1, 99))))
        return _slug(sign.join(filter(None, words)).replace(".", "")) + digits

    def _add_stranger(self, handle: str, name: str, circle: int) -> None:
        """Add another person: of another circle, where a few people of this one may know them."""
        topics = circle if self.rng.random() < SAME_TOPICS else self._far()
        did = self._add_actor(handle, name, invent_life(topics, self.rng))
        if did and self.rng.random() < NEAR_STRANGER:
            self._follow_from_circle(did, circle, self.rng.randint(1, 2))

    def _add_bystander(self, handle: str, name: str) -> None:
        self.bystanders.append(self._add_actor(handle, name, invent_life(self._far(), self.rng)))

    def _add_impersonator(self, pair: Pair, life: Life) -> None:
        rng = self.rng
        stem = _slug(pair.screen_name)
        handle = rng.choice((f"{stem}{rng.randint(1, 99)}", f"{stem}-official", f"real{stem}", stem))
        text = f"{life.bio or ''} {'x.com/' + pair.screen_name if rng.random() < IMPERSONATOR_LINKS else ''}"
        labels = ("impersonation",) if rng.random() < IMPERSONATOR_LABELLED else ()
        few, days = rng.randint(0, 30), IMPERSONATOR_LIFETIME
        did = self._add_actor(f"{handle}.bsky.social", pair.name, life, text, labels=labels, posts=few, days=days)
        if did and rng.random() < _DUPED:
            self._follow_from_circle(did, life.circle, 1)

    def _is_common(self, name: str) -> bool:
        words = name.lower().split()
        if len(words) > 1:
            return all(self.word_counts[word] >= 4 for word in words)
        return len(name) <= 4

    def _add_actor(
        self,
        handle: str,
        name: str,
        life: Life,
        text: str | None = None,
        *,
        did: str | None = None,
        labels: Sequence[str] = (),
        posts: int | None = None,
        days: tuple[int, int] = LIFETIME,
    ) -> str:
        """Add an account and return its did; "" where the handle is taken or cannot be."""
        if not handle or handle in self.world.handles:
            return ""
        rng, did = self.rng, did if did and did not in self.world.actors else _did(handle)
        marks = (*labels, *(["!no-unauthenticated"] if rng.random() < _HIDDEN else []))
        usual = 0 if rng.random() < _NO_POSTS else int(rng.lognormvariate(4, 2))
        more = {
            "createdAt": (NOW - timedelta(days=rng.randint(*days))).isoformat(),
            "labels": [{"val": label} for label in marks],
            **({"website": f"https://{life.site}"} if life.site and rng.random() < 0.4 else {}),
        }
        bio = bio_elsewhere(life, rng) if text is None else text
        self.world.actors[did] = Actor(did, handle, name, bio, more)
        self.world.handles[handle] = did
        self.world.posts[did] = usual if posts is None else posts
        return did

    def _add_fediverse(self, acct: str, name: str, text: str, site: str | None) -> None:
        link = f'<a href="https://{site}">{site}</a>'
        self.world.fediverse[acct] = {
            "name": name,
            "summary": f"<p>{text}</p>",
            "attachment": [{"type": "PropertyValue", "value": link}] if site else [],
            "discoverable": self.rng.random() >= _HIDDEN,
        }

    def _follow_from_circle(self, did: str, circle: int, count: int) -> None:
        friends = self.true_dids.get(circle, [])
        for friend in self.rng.sample(friends, min(count, len(friends))):
            self._follow(friend, did)

    def _follow(self, did: str, other: str) -> None:
        if did != other:
            self.world.followed.setdefault(did, []).append(Followed(f"at://{did}/{other}", other))

    def _add_follows(self) -> None:
        everyone = list(self.world.actors)
        known = list(filter(None, self.bystanders)) or everyone
        popular = self.rng.sample(known, min(POPULAR, len(known)))
        for dids in self.true_dids.values():
            for did in filter(None, dids):
                for friend in filter(None, dids):
                    if self.rng.random() < KNOWS:
                        self._follow(did, friend)
                for crowd, some in ((popular, FOLLOWS_POPULAR), (everyone, FOLLOWS_OTHERS)):
                    for other in set(self.rng.choices(crowd, k=self.rng.randint(*some))):
                        self._follow(did, other)


def _mention(address: str) -> str:
    return f"@{address}" if "@" in address else f"https://bsky.app/profile/{address}"


def _usual_handle(name: str) -> str:
    slug = _slug(name)
    return f"{slug}.bsky.social" if slug else ""


def _slug(text: str) -> str:
    return _NOT_HANDLE.sub("-", text.lower()).strip("-")[:50]


def _did(handle: str) -> str:
    digest = hashlib.sha256(handle.encode()).digest()
    return "did:plc:" + base64.b32encode(digest).decode().lower()[:24]
