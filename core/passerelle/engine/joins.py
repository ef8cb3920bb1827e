"""Join the directory, object to being listed, withdraw: the person's own claims at the registrar.

    join.start: starting -> (registrar) -> made -> (own Bluesky server) -> record written
    join.check: the registrar reads the proofs -> checked, unproven, waiting ...
    join.withdraw: withdrawing -> (registrar) -> withdrawn -> (own Bluesky server) -> record deleted

Each step is stored before the next request leaves. Cut off, a record and a withdrawal go on at the next start. A claim
of which no answer came is made anew by the next press; the registrar deletes the first one, whose secret is lost.
The secret is stored apart from the views and travels to the registrar alone. Nothing is sent before join.start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from passerelle.claims.codes import Purpose
from passerelle.claims.domain_files import domain_file_request, make_domain_file, networks_of, parse_domain
from passerelle.claims.models import Claim, source_name
from passerelle.claims.post_text import make_post_text, weigh
from passerelle.claims.posts import PostId, parse_post_url, post_url
from passerelle.claims.records import COLLECTION, make_record
from passerelle.claims.registrar import (
    SHOWN_NAME,
    ClaimAnswer,
    Registrar,
    Wanted,
    expect_ok,
    read_checked,
    read_made,
    read_state,
)
from passerelle.directory import Row
from passerelle.engine.environment import Environment
from passerelle.engine.join_status import FINAL, with_answer
from passerelle.engine.join_views import JoinFileView, JoinOfferView, JoinPostView, JoinView
from passerelle.engine.messages import (
    JoinCheck,
    JoinFile,
    JoinForget,
    JoinPost,
    JoinRecord,
    JoinRefresh,
    JoinStart,
    JoinWithdraw,
    Nothing,
)
from passerelle.engine.repository import Repository
from passerelle.engine.storage import Change, Delete, Put
from passerelle.engine.work import Works
from passerelle.errors import CommandError, InputError, PasserelleError, ServerRefused
from passerelle.identifiers import Acct, Did, RestId, ScreenName, parse_did
from passerelle.networks import bluesky
from passerelle.transport import Request, Response
from passerelle.view import error_view

INTENT = "https://x.com/intent/post"  # https://docs.x.com/x-for-websites/tweet-button/guides/web-intent
# Where the views stand in store `state`, and the secrets, which no page reads.
VIEW_KEYS: dict[Purpose, str] = {"claim": "join", "objection": "objection"}
OWN_KEYS: dict[Purpose, str] = {"claim": "own claim", "objection": "own objection"}
FORBIDDEN = 403
NO_CONTENT = 204

_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class OwnClaim:
    """What is stored beside the view: the claim, its secret, the post that proves its X side, when it was made."""

    claim: Claim
    secret: str
    made_at: str
    post: PostId | None = None

    def put(self) -> Put:
        """Return the change that stores it."""
        fields = {"claim": self.claim.model_dump(mode="json"), "secret": self.secret, "made_at": self.made_at}
        return Put("state", OWN_KEYS[self.claim.purpose], fields | {"post": self.post})


class Joins:
    """The own claim and an objection; one command at a time."""

    def __init__(self, environment: Environment, repository: Repository, works: Works) -> None:
        self._environment = environment
        self._repository = repository
        self._works = works
        self._in_turn = asyncio.Lock()

    async def on_prepare(self, fields: Nothing) -> JoinOfferView:
        """Answer join.prepare; nothing is sent."""
        graph = await self._repository.graph()
        owner = graph.owner if graph else None
        blocked = [one for one in graph.people.values() if one.blocked] if graph else []
        first = next(iter(await self._repository.rows_about(blocked)), None)
        rows = [row for one in blocked for row in first.find_by_id(one.rest_id)[:1]] if first is not None else []
        own = await self._own_row(owner.rest_id) if owner and owner.rest_id else None
        registrar = self._environment.directories[0].registrar
        return JoinOfferView(
            rest_id=owner.rest_id if owner else None,
            screen_name=owner.screen_name if owner else None,
            display_name=owner.display_name if owner else None,
            row_id=own.row_id if own else None,
            grade=own.grade if own else None,
            blocked=len(blocked),
            blocked_listed=sum(1 for row in rows if row.did or row.handle),
            registrar=registrar.removeprefix("https://") if registrar else None,
        )

    async def on_start(self, fields: JoinStart) -> JoinView:
        """Answer join.start. Raises InputError before anything is sent; ServerRefused, NetworkError."""
        accounts = {name: getattr(fields, name) for name in ("purpose", "rest_id", "screen_name", "did", "acct")}
        wanted = Wanted.parse(accounts, fields.kind, fields.leaving_on, fields.public_page)
        account = _parse_account(fields.account, wanted.named.did) if fields.account else None
        domain = parse_domain(fields.domain) if fields.domain else None
        return await self._alone(lambda: self._start(wanted, account, domain))

    async def on_post(self, fields: JoinPost) -> JoinPostView:
        """Answer join.post; nothing is sent."""
        _, own = await self._require(fields.purpose)
        text = make_post_text(fields.message, own.claim.code)
        return JoinPostView(text=text, weight=weigh(text), url=f"{INTENT}?{urlencode({'text': text})}")

    async def on_file(self, fields: JoinFile) -> JoinFileView:
        """Answer join.file; nothing is sent. Raises InputError."""
        accounts = {name: getattr(fields, name) for name in ("rest_id", "screen_name", "did", "acct")}
        claim, domain = Wanted.parse(accounts, "other", None).named, parse_domain(fields.domain)
        url = domain_file_request(domain).url
        name, networks = url.rpartition("/")[2], networks_of(domain, claim, fields.handle)
        return JoinFileView(url=url, name=name, text=make_domain_file(claim), networks=networks)

    async def on_record(self, fields: JoinRecord) -> JoinView:
        """Answer join.record. Raises ServerRefused, NetworkError."""
        return await self._alone(lambda: self._record(fields.purpose, fields.account))

    async def on_check(self, fields: JoinCheck) -> JoinView:
        """Answer join.check. Raises InputError for a post's address that is none; ServerRefused, NetworkError."""
        post = parse_post_url(fields.post) if fields.post is not None else None
        return await self._alone(lambda: self._check(fields, post))

    async def on_refresh(self, fields: JoinRefresh) -> JoinView:
        """Answer join.refresh. Raises ServerRefused, NetworkError."""
        return await self._alone(lambda: self._refresh(fields.purpose))

    async def on_withdraw(self, fields: JoinWithdraw) -> JoinView:
        """Answer join.withdraw. Raises ServerRefused, NetworkError; what is left is done by the next one."""
        return await self._alone(lambda: self._withdraw(fields.purpose))

    async def on_forget(self, fields: JoinForget) -> None:
        """Answer join.forget. Raises CommandError for a claim that stands: it is withdrawn first."""
        await self._alone(lambda: self._forget(fields.purpose))

    async def load(self) -> None:
        """After the start: go on with a record or a withdrawal that was cut off."""
        for purpose in VIEW_KEYS:
            view = await self._view(purpose)
            if view and view.error is None and (step := self._cut_off(view)):
                self._works.start(self._finish_quietly(step))

    def _cut_off(self, view: JoinView) -> Callable[[], Awaitable[JoinView]] | None:
        account = view.account
        if view.status == "withdrawing" or view.record == "removing":
            return lambda: self._withdraw(view.purpose)
        if view.record == "asked" and account:
            return lambda: self._record(view.purpose, account)
        return None

    async def _record(self, purpose: Purpose, account: str) -> JoinView:
        view, own = await self._require(purpose)
        return await self._write_record(view, own, _parse_account(account, own.claim.did))

    async def _finish_quietly(self, step: Callable[[], Awaitable[JoinView]]) -> None:
        """Run a step; why it failed stands in the view."""
        try:
            async with self._in_turn:
                await step()
        except PasserelleError:
            return

    async def _alone(self, work: Callable[[], Awaitable[_R]]) -> _R:
        async def in_turn() -> _R:
            async with self._in_turn:
                return await work()

        return await self._works.finish(in_turn())

    async def _start(self, wanted: Wanted, account: Did | None, domain: str | None) -> JoinView:
        purpose = wanted.named.purpose
        view, own = await self._view(purpose), await self._own(purpose)
        if view is None or own is None or view.status in FINAL:
            view, own = await self._make(wanted, account, domain)
        elif not _names_same(own.claim, wanted.named):
            raise InputError(InputError.CODES["claim_exists"], code="claim_exists")
        return await self._write_record(view, own, account) if account else view

    async def _make(self, wanted: Wanted, account: Did | None, domain: str | None) -> tuple[JoinView, OwnClaim]:
        """Have the registrar make a claim. One write stores its answer, and that the record is to be written."""
        registrar = self._registrar()
        view = _starting(wanted, account, domain)
        await self._repository.write([_put(view)])
        response = await self._ask(view, registrar.make_request(wanted))
        claim, secret = await self._read(view, lambda: read_made(response, wanted, registrar))
        own = OwnClaim(claim, secret, self._environment.now().isoformat())
        made: dict[str, Any] = {
            "status": "made",
            "claim_id": claim.claim_id,
            "code": claim.code,
            "page": registrar.page(claim.claim_id),
            "account": account,
            "record": "asked" if account else "none",
        }
        view = view.model_copy(update=made)
        await self._repository.write([own.put(), _put(view)])
        return view, own

    async def _write_record(self, view: JoinView, own: OwnClaim, account: Did) -> JoinView:
        view = view.model_copy(update={"account": account, "record": "asked", "error": None})
        await self._repository.write([_put(view)])
        record = make_record(own.claim, datetime.fromisoformat(own.made_at))
        response = await self._ask(view, bluesky.put_record_request(account, COLLECTION, own.claim.claim_id, record))
        uri = bluesky.record_uri(account, own.claim.claim_id, COLLECTION)
        await self._read(view, lambda: _expect_written(response, uri))
        view = view.model_copy(update={"record": "written"})
        await self._repository.write([_put(view)])
        return view

    async def _check(self, fields: JoinCheck, post: PostId | None) -> JoinView:
        view, own = await self._require(fields.purpose)
        if post:
            own = OwnClaim(own.claim, own.secret, own.made_at, post)
            view = view.model_copy(update={"post": post_url(own.claim.screen_name or SHOWN_NAME, post)})
        view = view.model_copy(update={"error": None})
        await self._repository.write([own.put(), _put(view)])
        registrar = self._registrar()
        domain = fields.domain if fields.domain is not None or view.domain is None else True
        request = registrar.check_request(
            own.claim.claim_id, own.secret, own.post, domain=domain, public_page=fields.public_page
        )
        response = await self._ask(view, request)
        answer = await self._read(view, lambda: read_checked(response, own.claim, registrar))
        return await self._keep(view, answer)

    async def _refresh(self, purpose: Purpose) -> JoinView:
        view, own = await self._require(purpose)
        registrar = self._registrar()
        response = await self._ask(view, registrar.state_request(own.claim.claim_id))
        try:
            answer = await self._read(view, lambda: read_state(response, own.claim, registrar))
        except ServerRefused as error:
            if error.code != "claim_unknown":
                raise
            view = view.model_copy(update={"status": "lost", "refreshed_at": self._environment.now().isoformat()})
            await self._repository.write([_put(view)])
            return view
        return await self._keep(view, answer)

    async def _keep(self, view: JoinView, answer: ClaimAnswer | None) -> JoinView:
        """Store what the registrar says. An objection that was carried out needs its record no more."""
        if answer is None:
            return await self._end(view, "carried_out")
        is_listed = await self._is_listed(view)
        directory = self._environment.directories[0].url
        view = with_answer(view, answer, self._environment.now(), directory, is_listed=is_listed)
        await self._repository.write([_put(view)])
        return view

    async def _withdraw(self, purpose: Purpose) -> JoinView:
        view = await self._view(purpose)
        if view is None or view.claim_id is None:
            raise CommandError("There is no claim.")
        if view.record == "removing" and view.status in FINAL:
            return await self._remove_record(view)
        view, own = await self._require(purpose)
        view = view.model_copy(update={"status": "withdrawing", "error": None})
        await self._repository.write([_put(view)])
        response = await self._ask(view, self._registrar().withdraw_request(own.claim.claim_id, own.secret))
        await self._read(view, lambda: _expect_withdrawn(response))
        return await self._end(view, "withdrawn")

    async def _end(self, view: JoinView, status: str) -> JoinView:
        """Store that the claim is over, delete its secret, then delete its record."""
        has_record = view.account is not None and view.record != "none"
        ended = {"status": status, "record": "removing" if has_record else "none", "error": None}
        view = view.model_copy(update=ended)
        await self._repository.write([_put(view), Delete("state", OWN_KEYS[view.purpose])])
        return await self._remove_record(view) if has_record else view

    async def _remove_record(self, view: JoinView) -> JoinView:
        account = parse_did(view.account)
        view = view.model_copy(update={"error": None})
        await self._repository.write([_put(view)])
        key = view.claim_id or ""
        response = await self._ask(view, bluesky.delete_record_request(account, COLLECTION, key))
        if not await self._read(view, lambda: _is_deleted(response)):
            found = await self._ask(view, bluesky.get_follow_request(account, key, COLLECTION))
            await self._read(view, lambda: bluesky.expect_no_record(found))
        view = view.model_copy(update={"record": "none"})
        await self._repository.write([_put(view)])
        return view

    async def _forget(self, purpose: Purpose) -> None:
        view = await self._view(purpose)
        if view and view.status not in FINAL | {"starting"}:
            raise CommandError("This claim stands; withdraw it first.")
        changes: list[Change] = [Delete("state", VIEW_KEYS[purpose]), Delete("state", OWN_KEYS[purpose])]
        await self._repository.write(changes)

    async def _ask(self, view: JoinView, request: Request) -> Response:
        """Send a request. Why there is no answer is stored with the view, and raised."""
        try:
            return await self._environment.fetch(request)
        except PasserelleError as error:
            await self._fail(view, error)
            raise

    async def _read(self, view: JoinView, parse: Callable[[], _R]) -> _R:
        """Parse an answer. A refusal is stored with the view, and raised."""
        try:
            return parse()
        except PasserelleError as error:
            await self._fail(view, error)
            raise

    async def _fail(self, view: JoinView, error: PasserelleError) -> None:
        await self._repository.write([_put(view.model_copy(update={"error": error_view(error)}))])

    async def _require(self, purpose: Purpose) -> tuple[JoinView, OwnClaim]:
        """Return the claim that was made. Raises CommandError where there is none."""
        view, own = await self._view(purpose), await self._own(purpose)
        if view is None or own is None:
            raise CommandError("There is no claim.")
        return view, own

    async def _view(self, purpose: Purpose) -> JoinView | None:
        stored = await self._repository.get("state", VIEW_KEYS[purpose])
        return JoinView.model_validate(stored) if stored else None

    async def _own(self, purpose: Purpose) -> OwnClaim | None:
        stored = await self._repository.get("state", OWN_KEYS[purpose])
        return OwnClaim(**{**stored, "claim": Claim.model_validate(stored["claim"])}) if stored else None

    async def _is_listed(self, view: JoinView) -> bool:
        row = await self._own_row(RestId(view.rest_id), view.screen_name) if view.rest_id else None
        return row is not None and any(one.name == source_name(view.claim_id or "") for one in row.sources)

    async def _own_row(self, rest_id: RestId, screen_name: str | None = None) -> Row | None:
        """Return the row that the first directory has of an X account, by id, else by name."""
        names = [ScreenName(screen_name)] if screen_name else []
        for first in (await self._repository.files.look_up([rest_id], names))[:1]:
            rows = (*first.find_by_id(rest_id), *(row for one in names for row in first.find_by_name(one)))
            return next(iter(rows), None)
        return None

    def _registrar(self) -> Registrar:
        origin = self._environment.directories[0].registrar
        if origin is None:
            raise CommandError("The directory that this program was built with has no registrar.")
        return Registrar(origin)


def _starting(wanted: Wanted, account: Did | None, domain: str | None) -> JoinView:
    named = wanted.named
    return JoinView(
        purpose=named.purpose,
        status="starting",
        rest_id=named.rest_id,
        screen_name=named.screen_name,
        did=named.did,
        acct=str(named.acct) if named.acct else None,
        kind=wanted.kind,
        domain=domain,
        leaving_on=wanted.leaving_on.isoformat() if wanted.leaving_on else None,
        wants_page=wanted.public_page is not None,
        profile_settings=_profile_settings(named.acct) if named.acct else None,
        account=account,
    )


def _profile_settings(acct: Acct) -> str:
    """Return where Mastodon's web pages let an account's owner edit the profile's fields."""
    return f"https://{acct.domain}/settings/profile"


def _parse_account(text: str, did: Did | None) -> Did:
    """Parse the own account that writes the record: it must be the one that the claim names."""
    account = parse_did(text)
    if account != did:
        raise CommandError("The record is written by the Bluesky account that the claim names.")
    return account


def _names_same(one: Claim, other: Claim) -> bool:
    return one.model_copy(update={"claim_id": other.claim_id, "nonce": other.nonce}) == other


def _expect_written(response: Response, uri: str) -> None:
    """Raise ServerRefused unless the record was written: `claim_closed` where the sign-in may not."""
    _expect_allowed(response)
    bluesky.expect_ok(response)
    if not bluesky.confirms_create(response, uri):
        raise ServerRefused("The Bluesky server sent something that cannot be read.", code="server_error")


def _is_deleted(response: Response) -> bool:
    """Return whether a server confirms that a record was deleted; of a missing one it says nothing."""
    _expect_allowed(response)
    bluesky.expect_ok(response)
    return bluesky.confirms_deletes(response, 1)


def _expect_allowed(response: Response) -> None:
    if response.status == FORBIDDEN:
        raise ServerRefused(ServerRefused.CODES["claim_closed"], code="claim_closed")


def _expect_withdrawn(response: Response) -> None:
    try:
        expect_ok(response, NO_CONTENT)
    except ServerRefused as error:
        if error.code != "claim_unknown":  # withdrawn before, and the answer was lost
            raise


def _put(view: JoinView) -> Put:
    return Put("state", VIEW_KEYS[view.purpose], view.model_dump(mode="json"))
