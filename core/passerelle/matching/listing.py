"""The accounts of one person: those that the directory's row names, then those that only their X profile names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from passerelle.directory import Row
from passerelle.hints.records import HintView
from passerelle.identifiers import Did, Network
from passerelle.networks.table import NETWORKS


@dataclass(frozen=True, slots=True)
class Account:
    """One account elsewhere. `address` is a handle, an acct, or a did where no handle is known.

    `listed`: a row names it; `hint`: their X profile does. One of the two at least.
    """

    network: Network
    address: str
    did: Did | None
    url: str
    listed: bool = True
    hint: HintView | None = None


def list_accounts(row: Row) -> Iterator[Account]:
    """Yield the accounts that a row names."""
    for network, read in _ADDRESSES.items():
        address, did = read(row)
        if address is not None:
            yield Account(network, address, did, NETWORKS[network].profile_url(did or address))


def join_hints(listed: Iterable[Account], hints: Iterable[HintView]) -> Iterator[Account]:
    """Yield the accounts of a row, each with the hint that names the same, then those that only hints name."""
    rest = list(hints)
    for account in listed:
        same = next((hint for hint in rest if is_account(account, hint)), None)
        rest = [hint for hint in rest if not is_account(account, hint)]
        yield replace(account, hint=same)
    yield from map(_hinted, rest)


def is_account(account: Account, hint: HintView) -> bool:
    """Return whether a hint names this account: by did where both are known, because handles move; else by address."""
    if account.network != hint.network:
        return False
    if account.did and hint.check and hint.check.did:
        return account.did == hint.check.did
    return hint.address in (account.address.lower(), account.did)


def _hinted(hint: HintView) -> Account:
    did = Did(hint.check.did) if hint.check and hint.check.did else None
    return Account(hint.network, hint.address, did, hint.url, listed=False, hint=hint)


# Where a row has the account of each network: address (None without an account) and did.
_ADDRESSES: Mapping[Network, Callable[[Row], tuple[str | None, Did | None]]] = {
    "bluesky": lambda row: (row.handle or row.did, row.did),
    "fediverse": lambda row: (str(row.acct) if row.acct else None, None),
}
