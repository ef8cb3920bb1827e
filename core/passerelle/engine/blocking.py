"""Block, on Bluesky, the people blocked on X that the directory names, one after another; stored at each step.

    block.start -> list own blocks -> (find the did -> asked -> createRecord -> blocked)* -> done
    block.undo  -> (deleteRecord -> undone)*, of those that this has blocked

The key of a record is stored before the record is sent; cut off, the record of an `asked` person is looked up first.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar

from passerelle.directory import Row
from passerelle.engine.environment import Environment
from passerelle.engine.join_views import BlockedView, BlockingView, BlockState
from passerelle.engine.messages import BlockStart, Nothing
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Put
from passerelle.engine.work import Works, cancel
from passerelle.errors import CommandError, NetworkError, PasserelleError, ServerRefused, StorageFull
from passerelle.identifiers import Did, parse_did, parse_handle
from passerelle.matching.evidence import PRESELECTED_GRADES
from passerelle.networks import bluesky
from passerelle.networks.bluesky import BLOCK, Follow
from passerelle.people.graph import Person
from passerelle.transport import Request, Response
from passerelle.view import ErrorView, any_error_view, error_view

KEY = "blocking"  # in store `state`
PAUSE = 1.0  # seconds between two blocks: 3 points each of the 5,000 an hour that Bluesky's servers allow
WAIT_WHEN_LIMITED = timedelta(minutes=5)  # where a server says "too many requests" without saying until when
TRIES = 5  # of a request without an answer, before this pauses and says so
FIRST_WAIT, LONGEST_WAIT = 5.0, 120.0  # seconds before it is tried again, doubling
FORBIDDEN, TOO_MANY = 403, 429
CLOCK_ID_BYTES = 2  # of a record key; make_tid uses 10 bits
# A refusal that is about one person; every other one is about the server or the sign-in, and pauses.
ABOUT_ONE = frozenset({"account_not_found", "handle_moved", "server_refused", "own_account"})
SENT: frozenset[BlockState] = frozenset({"asked", "blocked", "undoing"})  # of a record that may be there

_R = TypeVar("_R")


class _Limited(Exception):
    """A server asks to wait for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Blocking:
    """Run one such work, in the background of the loop."""

    def __init__(self, environment: Environment, repository: Repository, works: Works) -> None:
        self._environment = environment
        self._repository = repository
        self._works = works
        self._task: asyncio.Task[None] | None = None

    async def on_start(self, fields: BlockStart) -> BlockingView:
        """Answer block.start. Raises CommandError while an earlier one is not over."""
        account = parse_did(fields.account)
        earlier = await self._view()
        if earlier and earlier.state in ("running", "paused", "undoing"):
            raise CommandError("An earlier one is not over yet.")
        sent = _sent(earlier) if earlier else {}
        listed = [sent.pop((account, one.rest_id), one) for one in await self._listed(account)]
        people = [*listed, *sent.values()]  # what another account has blocked is undone with the rest
        view = BlockingView(state="running", account=account, people=people)
        await self._put(view)
        self._go_on(self._block)
        return view

    async def on_pause(self, fields: Nothing) -> None:
        """Answer block.pause: stop after what is being sent now."""
        await self.stop()
        view = await self._view()
        if view and view.state == "running":
            await self._put(view.model_copy(update={"state": "paused", "next_at": None}))

    async def on_resume(self, fields: Nothing) -> None:
        """Answer block.resume."""
        view = await self._view()
        if view is None or view.state != "paused":
            raise CommandError("Nothing is paused.")
        await self._put(view.model_copy(update={"state": "running", "error": None}))
        self._go_on(self._block)

    async def on_undo(self, fields: Nothing) -> None:
        """Answer block.undo: unblock those that this has blocked."""
        await self.stop()
        view = await self._view()
        if view is None:
            raise CommandError("There is nothing to undo.")
        await self._put(view.model_copy(update={"state": "undoing", "error": None, "next_at": None}))
        self._go_on(self._undo)

    async def load(self) -> None:
        """After the start: go on with what was running, unless it had failed."""
        view = await self._view()
        if view and view.error is None and view.state in ("running", "undoing"):
            self._go_on(self._block if view.state == "running" else self._undo)

    async def stop(self) -> None:
        """Stop at once; storage keeps how far it was."""
        await cancel([self._task] if self._task else [])
        self._task = None

    def _go_on(self, work: Callable[[], Awaitable[None]]) -> None:
        self._task = asyncio.ensure_future(self._run(work))
        self._task.add_done_callback(self._report_bug)

    def _report_bug(self, task: asyncio.Task[None]) -> None:
        """Log what no one expected, and show that this has stopped."""
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception) and not isinstance(error, StorageFull):
            self._environment.log("".join(traceback.format_exception(error)))
            self._works.start(self._fail(any_error_view(error)))

    async def _run(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except StorageFull:
            return  # everything is being deleted
        except PasserelleError as error:
            await self._fail(error_view(error))

    async def _fail(self, error: ErrorView) -> None:
        """Store why this stopped; a block goes on by block.resume, an undo by block.undo."""
        view = await self._require()
        state = "paused" if view.state == "running" else view.state
        await self._put(view.model_copy(update={"state": state, "error": error, "next_at": None}))

    async def _block(self) -> None:
        view = await self._require()
        account = parse_did(view.account)
        own_records = await self._retry(lambda: bluesky.list_follows(account, self._fetch, BLOCK))
        blocked = {did: key for key, did in own_records.items()}
        for number, person in enumerate(view.people):
            if person.state in ("waiting", "asked") and _account_of(person, view) == account:
                await self._block_one(account, number, person, blocked)
        await self._end("done")

    async def _block_one(self, account: Did, number: int, person: BlockedView, blocked: dict[Did, str]) -> None:
        """Block one person, unless that is so already; a refusal that is about them alone is stored with them."""
        try:
            did = await self._retry(lambda: self._find_did(account, person))
            if did in blocked:
                state = "blocked" if blocked[did] == person.key else "already"
                await self._change(number, did=did, state=state)
                return
            key = self._make_key()
            await self._change(number, did=did, key=key, state="asked")
            await self._environment.sleep(PAUSE)
            await self._retry(partial(self._create, Follow(key, did, self._environment.now().isoformat()), account))
            await self._change(number, state="blocked")
        except ServerRefused as error:
            if error.code not in ABOUT_ONE:
                raise
            await self._change(number, state="failed", error=error_view(error))

    async def _undo(self) -> None:
        view = await self._require()
        for number, person in enumerate(view.people):
            key = person.key
            if person.state in SENT and key:
                await self._change(number, state="undoing")
                await self._environment.sleep(PAUSE)
                await self._retry(partial(self._delete, _account_of(person, view), key))
                await self._change(number, state="undone")
        await self._end("undone")

    async def _find_did(self, account: Did, person: BlockedView) -> Did:
        """Return the account to block: a did that one source alone states has to belong to the handle, too."""
        did = Did(person.did) if person.did else None
        if did is None or (not person.is_sure and not person.address.startswith("did:")):
            found = (await bluesky.find_identity(parse_handle(person.address), self._fetch)).did
            if did and found != did:
                raise ServerRefused(ServerRefused.CODES["handle_moved"], code="handle_moved")
            did = found
        if did == account:
            raise ServerRefused(ServerRefused.CODES["own_account"], code="own_account")
        return did

    async def _create(self, follow: Follow, account: Did) -> None:
        """Write a block record, unless an earlier try of which the answer was lost has written it."""
        found = await self._fetch(bluesky.get_follow_request(account, follow.rkey, BLOCK))
        if bluesky.read_follow_exists(found):
            return
        response = await self._fetch(bluesky.create_follow_request(account, follow, BLOCK))
        if response.status == FORBIDDEN:
            raise ServerRefused(ServerRefused.CODES["block_closed"], code="block_closed")
        bluesky.expect_ok(response)
        if not bluesky.confirms_create(response, bluesky.record_uri(account, follow.rkey, BLOCK)):
            raise ServerRefused("The Bluesky server sent something that cannot be read.", code="server_error")

    async def _delete(self, account: Did, key: str) -> None:
        response = await self._fetch(bluesky.delete_record_request(account, BLOCK, key))
        if response.status == FORBIDDEN:
            raise ServerRefused(ServerRefused.CODES["block_closed"], code="block_closed")
        bluesky.expect_ok(response)
        if not bluesky.confirms_deletes(response, 1):  # a missing record, or no answer of the server's own
            bluesky.expect_no_record(await self._fetch(bluesky.get_follow_request(account, key, BLOCK)))

    async def _retry(self, work: Callable[[], Awaitable[_R]]) -> _R:
        """Return what some requests come to, again where a server does not answer or asks to wait."""
        wait = FIRST_WAIT
        for tries in range(1, TRIES + 1):
            try:
                return await work()
            except _Limited as limited:
                await self._wait(limited.seconds)
                continue
            except NetworkError as error:
                failure: PasserelleError = error
            except ServerRefused as error:
                if error.code != "server_error":
                    raise
                failure = error
            if tries < TRIES:
                await self._environment.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)
                continue
            raise failure
        raise ServerRefused("The server asks to wait, again and again.", code="rate_limited")

    async def _wait(self, seconds: float) -> None:
        until = self._environment.now() + timedelta(seconds=seconds)
        await self._put((await self._require()).model_copy(update={"next_at": until.isoformat()}))
        await self._environment.sleep(seconds)
        await self._put((await self._require()).model_copy(update={"next_at": None}))

    async def _fetch(self, request: Request) -> Response:
        """Send a request. Raises _Limited where the server asks to wait."""
        response = await self._environment.fetch(request)
        if response.status == TOO_MANY:
            now = self._environment.now()
            until = bluesky.retry_at(response, now) or now + WAIT_WHEN_LIMITED
            raise _Limited((until - now).total_seconds())
        return response

    def _make_key(self) -> str:
        now = self._environment.now()
        clock_id = int.from_bytes(self._environment.random(CLOCK_ID_BYTES))
        return bluesky.make_tid(int(now.timestamp() * 1_000_000), clock_id)

    async def _listed(self, account: Did) -> list[BlockedView]:
        """Return the people blocked on X who have a Bluesky account in the first directory."""
        graph = await self._repository.graph()
        blocked = [one for one in graph.people.values() if one.blocked] if graph else []
        lookups = await self._repository.rows_about(blocked)
        found = ((one, lookups[0].find_by_id(one.rest_id)) for one in blocked) if lookups else ()
        return [
            _blocked(person, rows[0], account) for person, rows in found if rows and (rows[0].did or rows[0].handle)
        ]

    async def _change(self, number: int, **fields: object) -> None:
        view = await self._require()
        people = [*view.people]
        people[number] = people[number].model_copy(update=fields)
        await self._put(view.model_copy(update={"people": people}))

    async def _end(self, state: str) -> None:
        await self._put((await self._require()).model_copy(update={"state": state, "next_at": None}))

    async def _require(self) -> BlockingView:
        view = await self._view()
        if view is None:
            raise CommandError("Nothing was started.")
        return view

    async def _view(self) -> BlockingView | None:
        stored = await self._repository.get("state", KEY)
        return BlockingView.model_validate(stored) if stored else None

    async def _put(self, view: BlockingView) -> None:
        await self._repository.write([Put("state", KEY, view.model_dump(mode="json"))])


def _sent(earlier: BlockingView) -> dict[tuple[Did, str], BlockedView]:
    """Return those whose block an earlier work has sent, by account and rest_id: it can be undone."""
    sent = [one for one in earlier.people if one.state in SENT]
    named = [one.model_copy(update={"account": _account_of(one, earlier)}) for one in sent]
    return {(_account_of(one, earlier), one.rest_id): one for one in named}


def _account_of(person: BlockedView, view: BlockingView) -> Did:
    """Return the own account that blocks a person."""
    return parse_did(person.account or view.account)


def _blocked(person: Person, row: Row, account: Did) -> BlockedView:
    return BlockedView(
        rest_id=person.rest_id,
        screen_name=person.name.screen_name if person.name else row.screen_name,
        address=row.handle or str(row.did),
        did=row.did,
        is_sure=row.grade in PRESELECTED_GRADES,
        account=account,
    )
