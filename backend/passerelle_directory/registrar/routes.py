"""The registrar's API: claims and objections."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self, cast

from flask import Response, current_app, jsonify, request
from flask_limiter import Limiter
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from passerelle.claims.models import (
    CLAIM_ID_PATTERN,
    MAX_ACCT,
    DidText,
    Proof,
    PublicPage,
    RestIdText,
    ScreenNameText,
)
from passerelle.claims.posts import PostId, parse_post_url
from passerelle.directory import Kind
from passerelle.errors import InputError
from passerelle.identifiers import parse_acct
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic import model_validator as validates
from sqlalchemy.orm import Session

from passerelle_directory.models import StoredClaim
from passerelle_directory.registrar.checking import Registrar
from passerelle_directory.registrar.problems import Problem, describe
from passerelle_directory.registrar.standing import Dispute, find_dispute
from passerelle_directory.registrar.store import (
    find_claim,
    is_secret,
    make_claim,
    to_claim,
    to_proofs,
    utc,
    withdraw,
    write,
)
from passerelle_directory.web.limits import find_visitor

api = APIBlueprint("claims", __name__, url_prefix="/v1", abp_tags=[Tag(name="claims")])
SECRET: list[dict[str, list[str]]] = [{"secret": []}]
OWNERS_PROBLEMS = describe(401, 403, 404, 422, 429)
MAKERS_PROBLEMS = describe(413, 422, 429)


def _limit() -> str:
    return registrar().config.limit


def _claim_limit() -> str:
    return registrar().config.claim_limit


limiter = Limiter(find_visitor, application_limits=[_limit])

POST_PATTERN = (
    r"^https://(?:(?:www|mobile)\.)?(?:x|twitter)\.com"
    r"/(?:[A-Za-z0-9_]{1,20}|i/web)/status(?:es)?/[1-9][0-9]{0,19}(?:[/?#][!-~]*)?$"
)
# user@domain with the domain in lower-case ASCII, as Mastodon's own addresses are.
ACCT_PATTERN = (
    r"^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,60}[A-Za-z0-9_])?"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,3}[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$"
)


def _check_acct(text: str) -> str:
    return str(parse_acct(text))


AcctField = Annotated[str, Field(max_length=MAX_ACCT, pattern=ACCT_PATTERN), AfterValidator(_check_acct)]


def _needs_one_of(*names: str) -> ConfigDict:
    """Return the settings of a body of which one of these fields at least is set; unknown fields are refused."""
    present: list[Any] = [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in names]
    return ConfigDict(extra="forbid", json_schema_extra={"anyOf": present})


class XAccount(BaseModel):
    """An X account, by its id and its name today."""

    model_config = ConfigDict(extra="forbid")

    rest_id: RestIdText = Field(description="X's permanent id, in digits")
    screen_name: ScreenNameText = Field(description="today's @name on X, without the @")


class ClaimBody(XAccount):
    """A claim: an X account, and the Bluesky account, the Mastodon account, or both, of the same person."""

    model_config = _needs_one_of("did", "acct")

    did: DidText | None = None
    acct: AcctField | None = None
    kind: Kind = "person"
    country: str | None = Field(None, pattern="^[A-Z]{2}$")
    leaving_on: date | None = None
    public_page: PublicPage | None = Field(None, description="a page of the directory about it, once it is proven")

    @validates(mode="after")
    def _has_target(self) -> Self:
        if self.did is None and self.acct is None:
            raise ValueError("a claim names a did, an acct, or both")
        return self


class ObjectionBody(BaseModel):
    """An objection: accounts of which one is proven to be the sender's own, and which are not to be listed."""

    model_config = _needs_one_of("x", "did", "acct")

    x: XAccount | None = None
    did: DidText | None = None
    acct: AcctField | None = None

    @validates(mode="after")
    def _names_an_account(self) -> Self:
        if self.x is None and self.did is None and self.acct is None:
            raise ValueError("an objection names an account")
        return self


class CheckBody(BaseModel):
    """Where the proofs are: the post on X, a Keytrace record's key, an own domain, the X profile.

    `public_page`: what the owner wishes from now on; `none` takes the page away with the next publication.
    """

    model_config = ConfigDict(extra="forbid")

    post: str | None = Field(None, max_length=2048, pattern=POST_PATTERN, description="https://x.com/NAME/status/ID")
    keytrace: str | None = Field(None, pattern=r"^[A-Za-z0-9._:~-]{1,64}$")
    domain: bool | None = None
    in_x_profile: bool | None = None
    public_page: PublicPage | Literal["none"] | None = None


class ClaimPath(BaseModel):
    """The id of a claim."""

    claim_id: str = Field(pattern=CLAIM_ID_PATTERN)


class ProofAnswer(BaseModel):
    """The latest reading of one proof; anyone can read `url` again."""

    kind: str
    side: str
    url: str
    state: Literal["holds", "gone", "contradicts", "unknown"]
    reason: str | None
    read_at: datetime
    gone_at: datetime | None


class ClaimAnswer(BaseModel):
    """The public state of a claim or objection. `disputed_until`: another proven claim names another account.

    `readings`: how often its proofs were read; a claim is published from the second time on. `public_page`: while it is
    published as proven, the directory shows a page about it under /p/<claim_id>.
    """

    claim_id: str
    purpose: Literal["claim", "objection"]
    rest_id: str | None
    screen_name: str | None
    did: str | None
    acct: str | None
    handle: str | None
    nonce: str
    code: str
    page: str
    grade: Literal["proven", "claimed"] | None
    proofs: list[ProofAnswer]
    readings: int
    leaving_on: date | None
    public_page: PublicPage | None
    disputed_until: datetime | None
    created_at: datetime
    checked_at: datetime | None
    next_at: datetime


class MadeAnswer(ClaimAnswer):
    """A new claim, with its secret, which is shown this once."""

    secret: str


class CheckedAnswer(BaseModel):
    """The claim after a check; null for an objection that was carried out: it and what it named are deleted."""

    claim: ClaimAnswer | None


@api.post("/claims", responses={201: MadeAnswer, **MAKERS_PROBLEMS})
@limiter.limit(_claim_limit)
def post_claim(body: ClaimBody) -> tuple[Response, int]:
    """Make a claim. Nothing is published before its proofs were read."""
    return _make(body.model_dump() | {"purpose": "claim"})


@api.post("/objections", responses={201: MadeAnswer, **MAKERS_PROBLEMS})
@limiter.limit(_claim_limit)
def post_objection(body: ObjectionBody) -> tuple[Response, int]:
    """Make an objection. Once one of its accounts is proven, what others state about that account is removed."""
    x_account = body.x.model_dump() if body.x else {"rest_id": None, "screen_name": None}
    return _make({**x_account, "did": body.did, "acct": body.acct, "purpose": "objection", "kind": "other"})


@api.get("/claims/<claim_id>", responses={200: ClaimAnswer, **describe(404, 422, 429)})
def get_claim(path: ClaimPath) -> Response:
    """Get the public state of a claim or objection."""
    with registrar().sessions() as session:
        return jsonify(_answer(session, _find(session, path.claim_id)))


@api.post(
    "/claims/<claim_id>/check", responses={200: CheckedAnswer, **OWNERS_PROBLEMS, **describe(413)}, security=SECRET
)
@limiter.limit(_claim_limit)
def check_claim(path: ClaimPath, body: CheckBody) -> Response:
    """Read the proofs now. What the body names is stored first, and read again later."""
    post = _parse_post(body.post)
    write(registrar().sessions, lambda session: _store_places(_find_own(session, path.claim_id), body, post))
    registrar().check(path.claim_id)
    with registrar().sessions() as session:
        stored = find_claim(session, path.claim_id)
        return jsonify({"claim": _answer(session, stored) if stored else None})


@api.delete("/claims/<claim_id>", responses={204: None, **OWNERS_PROBLEMS}, security=SECRET)
@limiter.limit(_claim_limit)
def delete_claim(path: ClaimPath) -> tuple[str, int]:
    """Withdraw a claim. What others state about the accounts that it has proven is removed, too."""
    one = registrar()
    write(
        one.sessions,
        lambda session: withdraw(session, _find_own(session, path.claim_id), one.refusals_key, one.clock()),
    )
    return "", 204


def registrar() -> Registrar:
    """Return what the running application works with."""
    return cast(Registrar, current_app.extensions["registrar"])


def _make(fields: Mapping[str, Any]) -> tuple[Response, int]:
    def store(session: Session) -> dict[str, Any]:
        claim, secret = make_claim(fields, registrar().clock())
        session.add(claim)
        session.flush()
        return _answer(session, claim) | {"secret": secret}

    return jsonify(write(registrar().sessions, store)), 201


def _find(session: Session, claim_id: str, *, lock: bool = False) -> StoredClaim:
    stored = find_claim(session, claim_id, lock=lock)
    if stored is None:
        raise Problem("unknown_claim")
    return stored


def _find_own(session: Session, claim_id: str) -> StoredClaim:
    """Return the claim whose secret the request carries."""
    stored = _find(session, claim_id, lock=True)
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise Problem("secret_missing")
    if not is_secret(stored, secret.strip()):
        raise Problem("secret_wrong")
    return stored


def _parse_post(text: str | None) -> PostId | None:
    try:
        return parse_post_url(text) if text else None
    except InputError:
        raise Problem("not_a_post") from None


def _store_places(stored: StoredClaim, body: CheckBody, post: PostId | None) -> None:
    stored.post_id = post or stored.post_id
    stored.keytrace = body.keytrace or stored.keytrace
    stored.has_domain = stored.has_domain if body.domain is None else body.domain
    stored.in_x_profile = stored.in_x_profile if body.in_x_profile is None else body.in_x_profile
    if body.public_page:
        stored.public_page = None if body.public_page == "none" else body.public_page


def _answer(session: Session, stored: StoredClaim) -> dict[str, Any]:
    dispute: Dispute | None = find_dispute(session, stored, registrar().clock())
    answer = ClaimAnswer(
        claim_id=stored.claim_id,
        purpose=cast(Any, stored.purpose),
        rest_id=stored.rest_id,
        screen_name=stored.screen_name,
        did=stored.did,
        acct=stored.acct,
        handle=stored.handle,
        nonce=stored.nonce,
        code=to_claim(stored).code,
        page=registrar().page(stored.claim_id),
        grade=cast(Any, stored.grade),
        proofs=[_proof(one) for one in to_proofs(stored)],
        readings=stored.readings,
        leaving_on=stored.leaving_on,
        public_page=cast(Any, stored.public_page),
        disputed_until=dispute.until if dispute else None,
        created_at=utc(stored.created_at),
        checked_at=utc(stored.checked_at) if stored.checked_at else None,
        next_at=utc(stored.next_at),
    )
    return answer.model_dump(mode="json")


def _proof(proof: Proof) -> ProofAnswer:
    return ProofAnswer.model_validate(proof.model_dump(exclude={"name"}))
