"""Ask one server many times: with pauses, waiting as long as it asks to, and giving up with a clear sentence."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from passerelle.errors import NetworkError
from passerelle.networks.bluesky import retry_at
from passerelle.transport import Fetch, Request, Response

PAUSE = 1.0  # seconds between two requests
WAITS = (5.0, 20.0, 60.0)  # seconds before the next try where the server does not say how long
MAX_WAIT = timedelta(minutes=10)  # a server that asks for more is asked again in another run
ASKS_TO_WAIT = frozenset({429, 503})


class HarvestStopped(Exception):
    """A server did not give what is needed; what was read is kept, and the next run goes on there."""


class PatientFetch:
    """A fetch that waits where a server asks to (429, 503 and `Retry-After`, RFC 9110), and tries again after silence.

    `tries` counts requests without any answer; then NetworkError is raised.
    """

    def __init__(
        self,
        fetch: Fetch,
        tries: int = len(WAITS) + 1,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._fetch, self._tries, self._clock, self._sleep = fetch, tries, clock, sleep
        self._is_first = True

    async def __call__(self, request: Request) -> Response:
        """Answer as the core's `Fetch` does. Raises NetworkError; HarvestStopped where it asks to wait long."""
        if not self._is_first:
            self._sleep(PAUSE)
        self._is_first = False
        for wait in WAITS:
            response = await self._ask(request)
            if response.status not in ASKS_TO_WAIT:
                return response
            self._sleep(self._find_wait(request, response, wait))
        raise HarvestStopped(f"{_host(request)} asks to wait each time. Run the command again later: it goes on there.")

    async def _ask(self, request: Request) -> Response:
        for wait in WAITS[: self._tries - 1]:
            try:
                return await self._fetch(request)
            except NetworkError:
                self._sleep(wait)
        return await self._fetch(request)

    def _find_wait(self, request: Request, response: Response, default: float) -> float:
        now = self._clock()
        until = retry_at(response, now)
        if until is None:
            return default
        if until - now > MAX_WAIT:
            raise HarvestStopped(f"{_host(request)} asks to wait until {until:%Y-%m-%d %H:%M} UTC. Run it again then.")
        return (until - now).total_seconds()


def _host(request: Request) -> str:
    return urlsplit(request.url).netloc
