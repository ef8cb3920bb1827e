"""Keep the campaigns that the pinned directory announces: downloaded by everyone, with the directory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from passerelle.directory import (
    Campaign,
    FilePromise,
    Latest,
    PinnedDirectory,
    current_campaigns,
    file_request,
    read_campaigns,
    read_file,
)
from passerelle.engine.environment import Environment
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Change, Put
from passerelle.engine.views import CampaignsView
from passerelle.errors import PasserelleError
from passerelle.transport import DEFAULT_TIMEOUT

NO_CAMPAIGNS = CampaignsView(sha256="", campaigns=[])


class Campaigns:
    """Fetch the file of campaigns where another one is promised, and leave out those that are over."""

    def __init__(self, environment: Environment, repository: Repository) -> None:
        self._environment = environment
        self._repository = repository

    async def update(self, source: PinnedDirectory, latest: Latest) -> list[Change]:
        """Return what to write. A file that cannot be had or read is no error: the campaigns of before stay."""
        before = await self._repository.campaigns() or NO_CAMPAIGNS
        after = self._current(*await self._read(source, latest.campaigns, before))
        return [Put("state", "campaigns", after.model_dump(mode="json"))] if after != before else []

    async def _read(
        self, source: PinnedDirectory, promise: FilePromise | None, before: CampaignsView
    ) -> tuple[str, Sequence[Campaign]]:
        """Return the checksum of the file that is here ("": none), and its campaigns."""
        if promise is None:
            return "", []
        if promise.sha256 == before.sha256:
            return before.sha256, before.campaigns
        request = replace(file_request(source.url, promise), timeout=DEFAULT_TIMEOUT)
        try:
            return promise.sha256, read_campaigns(read_file(await self._environment.fetch(request), promise))
        except PasserelleError:
            return before.sha256, before.campaigns

    def _current(self, sha256: str, campaigns: Sequence[Campaign]) -> CampaignsView:
        today = self._environment.now().date()
        return CampaignsView(sha256=sha256, campaigns=current_campaigns(campaigns, today))
