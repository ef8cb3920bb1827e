"""Ask the query service page by page, and keep each answer. https://www.mediawiki.org/wiki/Wikidata_Query_Service"""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files
from string import Template
from urllib.parse import urlencode, urlsplit

from passerelle.errors import NetworkError, ServerRefused
from passerelle.transport import Fetch, Request

from passerelle_directory.harvest.answers import StoredAnswers
from passerelle_directory.harvest.patience import HarvestStopped
from passerelle_directory.harvest.wikidata.facts import InvalidAnswer, Item, parse_items

ENDPOINT = "https://query.wikidata.org/sparql"
ACCEPT = "application/sparql-results+json"
PATIENCE = 75.0  # seconds: the service itself ends a query after 60
MAX_ANSWER = 32 << 20  # bytes; 400 items have about 2 MB
ITEMS_AT_ONCE = 400
FEWEST_ITEMS = 25  # a query for so few that still fails is a fault of another kind


def query() -> Template:
    """Return the query: `$after` is the address after which items are wanted, `$limit` how many."""
    return Template(files(__package__).joinpath("items.sparql").read_text(encoding="utf-8"))


def question(endpoint: str) -> str:
    """Return what tells one harvest from another: the endpoint and the query."""
    return f"{endpoint}\n{query().template}"


async def read_all(endpoint: str, stored: StoredAnswers, fetch: Fetch, now: datetime) -> list[Item]:
    """Return all items, asking only for those whose answers are not stored yet.

    Raises HarvestStopped; what was read is stored, and the next call goes on there.
    """
    items = [item for body in stored for item in parse_items(body)]
    size = ITEMS_AT_ONCE
    while not stored.is_finished:
        page, body, size = await _read_page(endpoint, items[-1].address if items else "", size, fetch)
        if page:
            stored.add(body)
            items += page
        else:
            stored.finish(now)
    return items


async def _read_page(endpoint: str, after: str, size: int, fetch: Fetch) -> tuple[list[Item], bytes, int]:
    """Return the next items, the answer that states them, and for how many to ask next.

    An answer that is late or cut is asked for again with half the items: the service cuts what takes it too long.
    """
    failed = "it did not answer"
    while size >= FEWEST_ITEMS:
        try:
            response = await fetch(page_request(endpoint, after, size))
            if response.status == 200:
                return _expect_next(parse_items(response.body), after), response.body, size
            failed = f"it answered with status {response.status}"
        except InvalidAnswer as error:
            failed = str(error)
        except ServerRefused as error:
            failed = error.message
        except NetworkError:
            failed = "it did not answer in time"
        size //= 2
    raise HarvestStopped(
        f"{urlsplit(endpoint).netloc} cannot be read: {failed}. Run the command again: it goes on there."
    )


def page_request(endpoint: str, after: str, size: int) -> Request:
    """Return the request for the `size` items whose address comes after `after`."""
    text = query().substitute(after=after, limit=size)
    url = f"{endpoint}?{urlencode({'query': text, 'format': 'json'})}"
    return Request("GET", url, {"accept": ACCEPT}, timeout=PATIENCE, limit=MAX_ANSWER)


def _expect_next(page: list[Item], after: str) -> list[Item]:
    """Return the items. Raises InvalidAnswer where one does not come after `after`: it would be read twice."""
    if page and page[0].address <= after:
        raise InvalidAnswer("The query service sent items that were read already.")
    return page
