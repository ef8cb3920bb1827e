"""Post for the person, once, what they wrote and pressed for: one post on each network, stored at each step.

    post.prepare -> asked     the text, the picture and the key are stored; the pages ask for the consent
    post.send    -> sending   -> posted, or failed with the reason; sent again, it is looked for first
    post.close                the stored post is deleted; what was posted stays there

The consent is given back as soon as the post is there, or was given up.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from passerelle.engine.environment import Environment
from passerelle.engine.messages import PostOf, PostPrepare
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Delete, Put
from passerelle.engine.views import PostView
from passerelle.engine.work import Works
from passerelle.errors import CommandError, PasserelleError, StorageFull
from passerelle.identifiers import AccountId, Network, parse_account_id
from passerelle.posting.draft import Draft, Outside
from passerelle.posting.table import POSTING, RANDOM_BYTES
from passerelle.view import ErrorView, any_error_view

# Refusals that are worded for following -> what they mean for a post.
MEANING: Mapping[str, str] = {
    "session_expired": "post_closed",
    "not_signed_in": "post_closed",
    "scope_missing": "post_closed",
    "own_account_suspended": "account_disabled",
    "own_account_pending": "account_disabled",
}
VIEW, DRAFT, PICTURE = "post", "own post", "picture"  # begin the keys in store `state`; the network follows


class Posts:
    """Answer post.… and go on, after the start, with what was cut off."""

    def __init__(self, environment: Environment, repository: Repository, works: Works) -> None:
        self._environment = environment
        self._repository = repository
        self._works = works
        self._turns: dict[Network, asyncio.Lock] = {network: asyncio.Lock() for network in POSTING}

    async def on_prepare(self, fields: PostPrepare, paths: Sequence[str]) -> PostView:
        """Answer post.prepare; `paths` is the picture. Raises CommandError where an earlier post may be there."""
        picture = _read(paths, POSTING[fields.network].max_picture)
        async with self._turns[fields.network]:
            draft = await self._draft(fields.network)
            if draft is not None and draft.sent_at is not None:
                raise CommandError("An earlier post may be there; it is closed first.")
            if draft is not None:
                await self._environment.give_back(draft.account)
            return await self._store_new(fields, picture)

    async def on_send(self, fields: PostOf) -> PostView:
        """Answer post.send: return what came of it. Raises CommandError where nothing was prepared."""
        return await self._works.finish(self._send(fields.network))

    async def on_close(self, fields: PostOf) -> None:
        """Answer post.close: delete the stored post. What was posted stays there."""
        async with self._turns[fields.network]:
            view = await self._view(fields.network)
            if view is not None:
                await self._environment.give_back(parse_account_id(view.account))
            keys = [_key(kind, fields.network) for kind in (VIEW, DRAFT, PICTURE)]
            await self._repository.write([Delete("state", key) for key in keys])

    async def load(self) -> None:
        """After the start: go on with what was being sent, and give back what is not needed any more."""
        for network in POSTING:
            view = await self._view(network)
            if view is not None and view.state == "sending":
                self._works.start(self._send_quietly(network))
            elif view is not None and view.state == "posted" and view.has_consent:
                self._works.start(self._end_consent(view))

    async def _send_quietly(self, network: Network) -> None:
        try:
            await self._send(network)
        except (CommandError, StorageFull):
            return  # it was closed meanwhile, or everything is being deleted

    async def _store_new(self, fields: PostPrepare, picture: bytes) -> PostView:
        account = parse_account_id(fields.account)
        now = self._environment.now()
        key = POSTING[fields.network].make_key(now, self._environment.random(RANDOM_BYTES))
        draft = Draft(
            account=account,
            key=key,
            text=fields.text,
            language=fields.language,
            alt=fields.alt,
            width=fields.width,
            height=fields.height,
            created_at=now.isoformat(),
        )
        view = PostView(
            network=fields.network, account=account, state="asked", text=fields.text, language=fields.language
        )
        await self._repository.write(
            [
                _put(view),
                Put("state", _key(DRAFT, fields.network), asdict(draft)),
                Put("state", _key(PICTURE, fields.network), picture),
            ]
        )
        return view

    async def _send(self, network: Network) -> PostView:
        async with self._turns[network]:
            view, draft = await self._view(network), await self._draft(network)
            if view is not None and view.state == "posted":
                return await self._end_consent(view)
            if view is None or draft is None:
                raise CommandError("No post was prepared.")
            view = view.model_copy(update={"state": "sending", "error": None, "has_consent": True})
            await self._repository.write([_put(view)])
            return await self._send_stored(view, draft)

    async def _send_stored(self, view: PostView, draft: Draft) -> PostView:
        outside = Outside(
            fetch=self._environment.fetch,
            keep=lambda changed: self._keep(view.network, changed),
            now=self._environment.now,
            sleep=self._environment.sleep,
        )
        picture = await self._repository.get("state", _key(PICTURE, view.network))
        try:
            url = await POSTING[view.network].send(draft, picture, outside)
        except StorageFull:
            raise
        except Exception as error:  # noqa: BLE001 - pages show that it stopped; a bug is logged with its traceback
            if not isinstance(error, PasserelleError):
                self._environment.log("".join(traceback.format_exception(error)))
            return await self._fail(view, any_error_view(error))
        return await self._finish(view, url)

    async def _keep(self, network: Network, draft: Draft) -> None:
        await self._repository.write([Put("state", _key(DRAFT, network), asdict(draft))])

    async def _fail(self, view: PostView, error: ErrorView) -> PostView:
        error = error.model_copy(update={"code": MEANING.get(error.code, error.code)})
        draft = await self._draft(view.network)
        may_be_there = draft is not None and draft.sent_at is not None
        view = view.model_copy(update={"state": "failed", "error": error, "may_be_there": may_be_there})
        await self._repository.write([_put(view)])
        return view

    async def _finish(self, view: PostView, url: str) -> PostView:
        """Store where the post is, delete the rest, and give the consent back."""
        posted_at = self._environment.now().isoformat()
        view = view.model_copy(update={"state": "posted", "url": url, "posted_at": posted_at, "may_be_there": False})
        changes = [Delete("state", _key(kind, view.network)) for kind in (DRAFT, PICTURE)]
        await self._repository.write([_put(view), *changes])
        return await self._end_consent(view)

    async def _end_consent(self, view: PostView) -> PostView:
        await self._environment.give_back(parse_account_id(view.account))
        view = view.model_copy(update={"has_consent": False})
        await self._repository.write([_put(view)])
        return view

    async def _view(self, network: Network) -> PostView | None:
        stored = await self._repository.get("state", _key(VIEW, network))
        return PostView.model_validate(stored) if stored else None

    async def _draft(self, network: Network) -> Draft | None:
        stored: dict[str, Any] | None = await self._repository.get("state", _key(DRAFT, network))
        return Draft(**{**stored, "account": AccountId(stored["account"])}) if stored else None


def _read(paths: Sequence[str], limit: int) -> bytes:
    """Read the picture. Raises CommandError unless there is one, of `limit` bytes at most."""
    content = b"".join(Path(path).read_bytes() for path in paths)
    if len(paths) != 1 or not 0 < len(content) <= limit:
        raise CommandError("A post has one picture that is not too large.")
    return content


def _key(kind: str, network: Network) -> str:
    return f"{kind} {network}"


def _put(view: PostView) -> Put:
    return Put("state", _key(VIEW, view.network), view.model_dump(mode="json"))
