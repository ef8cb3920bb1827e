"""How a handle names its did by itself: a TXT record in the DNS, or a file on its host. https://atproto.com/specs/handle

The DNS comes first; several records with different dids name none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from passerelle.errors import InvalidIdentifier, ServerRefused
from passerelle.identifiers import Did, Handle, parse_did
from passerelle.transport import Request, Response

PREFIX = "did="
PATIENCE = 5.0  # seconds
MAX_FILE = 4_096  # bytes; a did has at most 2,048 characters


def txt_name(handle: Handle) -> str:
    """Return the name of the TXT records of a handle."""
    return f"_atproto.{handle}"


def read_txt_records(records: Iterable[str]) -> Did | None:
    """Return the did that TXT records name; None without one.

    Raises ServerRefused("account_not_found") for several dids.

    >>> read_txt_records(["v=spf1 -all", "did=did:web:example.com"])
    'did:web:example.com'
    """
    dids = set(_dids(records))
    if len(dids) > 1:
        raise ServerRefused("This handle names several accounts.", code="account_not_found")
    return next(iter(dids), None)


def well_known_request(handle: Handle) -> Request:
    """Return the request for the file of a handle."""
    url = f"https://{handle}/.well-known/atproto-did"
    return Request("GET", url, {"accept": "text/plain"}, timeout=PATIENCE, limit=MAX_FILE, may_redirect=True)


def read_well_known(response: Response) -> Did | None:
    """Return the did in the file of a handle; None where there is none."""
    try:
        return parse_did(response.body.decode("ascii").strip()) if 200 <= response.status < 300 else None
    except (UnicodeDecodeError, InvalidIdentifier):
        return None


def _dids(records: Iterable[str]) -> Iterator[Did]:
    for record in records:
        if record.startswith(PREFIX):
            try:
                yield parse_did(record.removeprefix(PREFIX))
            except InvalidIdentifier:
                continue
