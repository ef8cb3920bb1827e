"""Which repositories hold records of a collection: a relay's list, page by page, stored as it comes."""

from __future__ import annotations

from urllib.parse import urlsplit

from passerelle.errors import NetworkError, ServerRefused
from passerelle.identifiers import Did
from passerelle.networks.bluesky.repositories import read_repositories, repositories_request
from passerelle.transport import Fetch, Response

from passerelle_directory.harvest.answers import StoredAnswers
from passerelle_directory.harvest.patience import HarvestStopped

RELAY = "https://relay1.us-east.bsky.network"  # https://docs.bsky.app/blog/relay-updates-sync-v1-1
MAX_PAGES = 10_000  # of at most 1,000 repositories


async def read_dids(relay: str, collection: str, stored: StoredAnswers, fetch: Fetch) -> list[Did]:
    """Return the repositories, each once. Pages that are stored already are not asked for again.

    Raises HarvestStopped where the relay does not answer as its lexicon says; the next run goes on there.
    """
    pages = [read_repositories(Response(200, {}, body)) for body in stored]
    cursor = pages[-1].cursor if pages else None
    while not stored.is_finished and (not pages or cursor):
        body = await _ask(relay, collection, cursor, fetch)
        page = read_repositories(Response(200, {}, body))
        if (cursor and page.cursor == cursor) or len(pages) >= MAX_PAGES:
            raise HarvestStopped(f"{_host(relay)} sends its list without end; nothing was changed.")
        stored.add(body)
        pages.append(page)
        cursor = page.cursor
    return list(dict.fromkeys(did for page in pages for did in page.dids))


async def _ask(relay: str, collection: str, cursor: str | None, fetch: Fetch) -> bytes:
    """Return the body of one page, which is readable."""
    try:
        response = await fetch(repositories_request(relay, collection, cursor))
        read_repositories(response)
    except (NetworkError, ServerRefused) as error:
        raise HarvestStopped(f"{_host(relay)}: {error.message} Run the command again: it goes on there.") from None
    return response.body


def _host(relay: str) -> str:
    return urlsplit(relay).netloc
