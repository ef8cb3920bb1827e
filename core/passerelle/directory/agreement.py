"""Statements of sources about one X account -> what independent sources agree on: the rule behind the grade `attested`.

Sources that copy one another form a family and count once. Two families agree address by address: a handle that both
state is attested, a did that only one of them states beside it is not. Statements that give an X id and statements
that give only a name are about different X accounts, because X gives free names to new people; so `x_account_key`
keeps them apart, and every address in an `Agreement` comes from families that state the same X account.

Nothing here depends on the order of the statements, except which of several contradicting accounts is shown when no
two families agree: the first one, with the grade `claimed`.

What the account's own domain states (`is_own_domain`: read there by the server, docs/claims.md) needs no second family:
museum.example alone decides what @museum@museum.example says of itself. Statements against it still make a conflict.

People's own claims (`passerelle.claims`) come beside the sources. A proven one is published as it is, and statements
that differ cannot lower it; only another proven claim disputes it. One whose X side is not proven is no family, and is
published only where there is no other statement.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from passerelle.claims.grades import ClaimGrade
from passerelle.directory.rows import Grade
from passerelle.identifiers import Acct, Did, Handle, Network, RestId, ScreenName, canonicalize_screen_name

ENOUGH_FAMILIES = 2  # independent families that must state an address for it to be attested

Value = TypeVar("Value", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source says of one X account. `family`: sources with the same one count once. `seen`: when it was so.

    `claim`: the grade of a person's own claim; None for statements of other sources. `is_own_domain`: the server has
    read it at the domain whose own accounts these are.
    """

    source: str
    family: str
    rest_id: RestId | None
    screen_name: ScreenName | None
    seen: date | None
    did: Did | None = None
    handle: Handle | None = None
    acct: Acct | None = None
    claim: ClaimGrade | None = None
    is_own_domain: bool = False


@dataclass(frozen=True, slots=True)
class Contradiction:
    """An account on `network` that a source states instead of the published one."""

    network: Network
    address: str
    source: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is published about one X account, and what contradicts it.

    `name_seen` is the last day on which two families saw the name, or the only family that states it.
    """

    rest_id: RestId | None
    screen_name: ScreenName | None
    name_seen: date | None
    did: Did | None
    handle: Handle | None
    acct: Acct | None
    grade: Grade
    contradictions: tuple[Contradiction, ...]


@dataclass(frozen=True, slots=True)
class _Target:
    """The account on one network that is published, whether it is attested, and the statements against it."""

    did: Did | None = None
    handle: Handle | None = None
    acct: Acct | None = None
    is_attested: bool = True
    against: tuple[Statement, ...] = ()


def x_account_key(statement: Statement) -> tuple[str, str]:
    """Return what identifies the X account of a statement: its id where one is given, else its name.

    >>> x_account_key(Statement("a/b", "a", None, ScreenName("Museum"), None))
    ('name', 'museum')
    """
    if statement.rest_id is not None:
        return "id", statement.rest_id
    return "name", canonicalize_screen_name(ScreenName(statement.screen_name or ""))


def find_agreement(statements: Sequence[Statement]) -> Agreement:
    """Return what `statements`, the oldest first and all with one `x_account_key`, agree on."""
    proven = [one for one in statements if one.claim == "proven"]
    if proven:
        return _publish_proven(proven, [one for one in statements if one.claim is None])
    sources = [one for one in statements if one.claim is None]
    agreed = _agree_on(sources or statements)
    return agreed if sources else replace(agreed, grade="claimed")


def _agree_on(statements: Sequence[Statement]) -> Agreement:
    bluesky, fediverse = _find_bluesky(statements), _find_fediverse(statements)
    contradictions = (
        *(Contradiction("bluesky", str(one.did or one.handle), one.source) for one in bluesky.against),
        *(Contradiction("fediverse", str(one.acct), one.source) for one in fediverse.against),
    )
    name, name_seen = _find_name(statements)
    return Agreement(
        rest_id=statements[0].rest_id,
        screen_name=name,
        name_seen=name_seen,
        did=bluesky.did,
        handle=bluesky.handle,
        acct=fediverse.acct,
        grade=_grade(bluesky, fediverse, contradictions),
        contradictions=contradictions,
    )


def _publish_proven(proven: Sequence[Statement], sources: Sequence[Statement]) -> Agreement:
    """Publish the first proven claim of each network; another proven claim disputes it, other sources cannot."""
    bluesky = next((one for one in proven if one.did), None)
    fediverse = next((one for one in proven if one.acct), None)
    disputes = [*_against(proven, bluesky, fediverse)]
    name, name_seen = _find_name(proven)
    return Agreement(
        rest_id=proven[0].rest_id,
        screen_name=name,
        name_seen=name_seen,
        did=bluesky.did if bluesky else None,
        handle=bluesky.handle if bluesky else None,
        acct=fediverse.acct if fediverse else None,
        grade="claimed" if disputes else "proven",
        contradictions=(*disputes, *_against(sources, bluesky, fediverse)),
    )


def _against(
    statements: Iterable[Statement], bluesky: Statement | None, fediverse: Statement | None
) -> Iterator[Contradiction]:
    """Yield what statements say instead of the published accounts."""
    for one in statements:
        if bluesky and (one.did or one.handle) and not _is_same(one, bluesky):
            yield Contradiction("bluesky", str(one.did or one.handle), one.source)
        if fediverse and one.acct and _acct_key(one) != _acct_key(fediverse):
            yield Contradiction("fediverse", str(one.acct), one.source)


def _grade(bluesky: _Target, fediverse: _Target, contradictions: Sequence[Contradiction]) -> Grade:
    if contradictions:
        return "claimed"
    return "attested" if bluesky.is_attested and fediverse.is_attested else "imported"


def _find_bluesky(statements: Sequence[Statement]) -> _Target:
    stating = [one for one in statements if one.did or one.handle]
    if not stating:
        return _Target()
    if did := _most_stated(stating, lambda one: one.did):
        return _agreed_on_did(stating, did)
    if handle := _most_stated(stating, lambda one: one.handle):
        return _agreed_on_handle(stating, handle)
    return _stated_first(stating)


def _agreed_on_did(stating: Sequence[Statement], did: Did) -> _Target:
    """Publish a did that two families state; its handle only where two families state both."""
    supporters = [one for one in stating if one.did == did]
    stating_handle = _group(supporters, lambda one: one.handle)
    handles = {handle: _count_families(group) for handle, group in stating_handle.items() if _agree(group)}
    seen = {one.handle: _recency(one) for one in sorted(supporters, key=_recency)}
    return _Target(
        did=did,
        handle=max(handles, key=lambda handle: (handles[handle], seen[handle], handle), default=None),
        against=tuple(one for one in stating if one.did != did and (one.did or one.handle not in handles)),
    )


def _agreed_on_handle(stating: Sequence[Statement], handle: Handle) -> _Target:
    """Publish a handle that two families state, without a did, which no two families state. Two dids are a conflict."""
    supporters = [one for one in stating if one.handle == handle]
    dids = {one.did for one in supporters if one.did}
    return _Target(
        handle=handle,
        against=tuple(one for one in stating if one.handle != handle or (one.did and len(dids) > 1)),
    )


def _stated_first(stating: Sequence[Statement]) -> _Target:
    """Publish what the first family states, where no two families agree on anything."""
    first = stating[0]
    own = [one for one in stating if one.family == first.family and _is_same(one, first)]
    return _Target(
        did=next((one.did for one in own if one.did), None),
        handle=next((one.handle for one in own if one.handle), None),
        is_attested=False,
        against=tuple(one for one in stating if one not in own),
    )


def _is_same(one: Statement, other: Statement) -> bool:
    if one.did and other.did:
        return one.did == other.did
    return one.handle is not None and one.handle == other.handle


def _find_fediverse(statements: Sequence[Statement]) -> _Target:
    stating = [one for one in statements if one.acct]
    if not stating:
        return _Target()
    agreed = _most_stated(stating, _acct_key)
    published = agreed or _acct_key(stating[0])
    return _Target(
        acct=next(one.acct for one in stating if _acct_key(one) == published),
        is_attested=agreed is not None,
        against=tuple(one for one in stating if _acct_key(one) != published),
    )


def _acct_key(statement: Statement) -> str | None:
    return str(statement.acct).lower() if statement.acct else None


def _find_name(statements: Sequence[Statement]) -> tuple[ScreenName | None, date | None]:
    """Return the name that most families state (the newest among equals), and the last day two families saw it."""
    names = _group(statements, lambda one: _name_key(one.screen_name))
    if not names:
        return None, None
    newest = {key: max(map(_recency, stating)) for key, stating in names.items()}
    best = max(names, key=lambda key: (_count_families(names[key]), newest[key], key))
    stating = names[best]
    families = {one.family for one in stating}
    by_family = {family: max(_recency(one) for one in stating if one.family == family) for family in families}
    days = sorted(by_family.values(), reverse=True)[:ENOUGH_FAMILIES]
    spelled = max(stating, key=_recency).screen_name
    return spelled, None if days[-1] == date.min else days[-1]


def _name_key(name: ScreenName | None) -> str | None:
    return canonicalize_screen_name(name) if name else None


def _recency(statement: Statement) -> date:
    return statement.seen or date.min


def _most_stated(statements: Sequence[Statement], value: Callable[[Statement], Value | None]) -> Value | None:
    """Return the value that most families state, if enough of them or the own domain do; the first among equals."""
    agreed = {stated: group for stated, group in _group(statements, value).items() if _agree(group)}
    return max(agreed, key=lambda stated: _count_families(agreed[stated]), default=None)


def _group(
    statements: Iterable[Statement], value: Callable[[Statement], Value | None]
) -> Mapping[Value, Sequence[Statement]]:
    """Return which statements state which value."""
    found: dict[Value, list[Statement]] = {}
    for one in statements:
        if (stated := value(one)) is not None:
            found.setdefault(stated, []).append(one)
    return found


def _agree(statements: Sequence[Statement]) -> bool:
    return _count_families(statements) >= ENOUGH_FAMILIES or any(one.is_own_domain for one in statements)


def _count_families(statements: Iterable[Statement]) -> int:
    return len({one.family for one in statements})
