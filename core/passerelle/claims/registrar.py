"""The registrar's API as a client uses it: requests as data, and its answers, parsed strictly. docs/claims.md

Nothing in an answer is believed that the client can know itself: the code is computed from the claim, the page's
address is the registrar's own, and an answer about another claim, or other accounts, counts as none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from passerelle.claims.grades import ClaimGrade
from passerelle.claims.models import AcctText, Claim, ClaimId, Proof, ProofKind, ProofState, PublicPage, Side
from passerelle.claims.posts import PostId, post_url
from passerelle.errors import InputError, PasserelleError, ServerRefused
from passerelle.hosts import is_web_page
from passerelle.identifiers import ScreenName
from passerelle.transport import Request, Response

PAGE_PATH = "/c/"
PUBLIC_PAGE_PATH = "/p/"  # on the directory's host
MAX_PROOFS = 20  # of one claim; there are eight kinds for each side
MAX_URL = 2_500  # characters: the public URL of a record has a did of 2,048 at most
CHECK_TIMEOUT = 60.0  # seconds; the registrar itself gives up after 25
HANDLE_PATTERN = r"^[a-z0-9.-]{1,253}$"
REASON_PATTERN = r"^[a-z_]{1,40}$"
SHOWN_NAME = ScreenName("i")  # x.com/i/status/1 leads to any author's post

NOT_YET = "0" * 32  # stands for an id and a nonce that the registrar is going to make

# The registrar's own codes -> what the client raises.
ERRORS: Mapping[str, PasserelleError] = {
    "unknown_claim": ServerRefused("The registrar knows no such claim.", code="claim_unknown"),
    "secret_missing": ServerRefused("The registrar does not accept this claim's secret.", code="claim_secret_wrong"),
    "secret_wrong": ServerRefused("The registrar does not accept this claim's secret.", code="claim_secret_wrong"),
    "not_a_post": InputError(InputError.CODES["post_address"], code="post_address"),
}


def _web_url(value: str) -> str:
    if value and not is_web_page(value):
        raise ValueError("is not a web address")
    return value


class _Answer(BaseModel):
    """Base of answers: fields that a later registrar may add are left out."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, defer_build=True)


Model = TypeVar("Model", bound=_Answer)


class ProofAnswer(_Answer):
    """The latest reading of one proof. `url` is empty where nothing could be asked."""

    kind: ProofKind
    side: Side
    url: Annotated[str, Field(max_length=MAX_URL), AfterValidator(_web_url)]
    state: ProofState
    reason: str | None = Field(pattern=REASON_PATTERN)
    read_at: AwareDatetime
    gone_at: AwareDatetime | None = None


class ClaimAnswer(_Answer):
    """The public state of a claim or an objection. `readings`: how often its proofs were read."""

    claim_id: str
    purpose: str
    rest_id: str | None
    screen_name: str | None
    did: str | None
    acct: AcctText | None
    nonce: str
    code: str
    page: str
    handle: str | None = Field(pattern=HANDLE_PATTERN)
    grade: ClaimGrade | None
    proofs: list[ProofAnswer] = Field(max_length=MAX_PROOFS)
    readings: int = Field(ge=0)
    leaving_on: date | None
    public_page: PublicPage | None = None
    disputed_until: AwareDatetime | None
    checked_at: AwareDatetime | None
    next_at: AwareDatetime

    def claim(self) -> Claim:
        """Return the claim. Raises ValueError where it is none."""
        names = ("claim_id", "purpose", "rest_id", "screen_name", "did", "acct", "nonce")
        return Claim.model_validate({name: getattr(self, name) for name in names})


class MadeAnswer(ClaimAnswer):
    """A new claim with its secret, which the registrar shows this once."""

    secret: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$")


class CheckedAnswer(_Answer):
    """The claim after a check; None for an objection that was carried out."""

    claim: ClaimAnswer | None


def public_page_url(directory: str, claim_id: str) -> str:
    """Return the address of the page about a claim on the directory `directory`, which stands while it is proven."""
    return f"{directory}{PUBLIC_PAGE_PATH}{claim_id}"


@dataclass(frozen=True, slots=True)
class Registrar:
    """One registrar, by its origin."""

    origin: str

    def page(self, claim_id: ClaimId) -> str:
        """Return the address of a claim's page, to which profiles link."""
        return f"{self.origin}{PAGE_PATH}{claim_id}"

    def make_request(self, claim: Wanted) -> Request:
        """Return the request that makes a claim or an objection."""
        return self._send("POST", claim.path, claim.body())

    def state_request(self, claim_id: ClaimId) -> Request:
        """Return the request for a claim's public state."""
        return Request("GET", f"{self.origin}/v1/claims/{claim_id}", purpose="registrar")

    def check_request(
        self,
        claim_id: ClaimId,
        secret: str,
        post: PostId | None,
        *,
        domain: bool | None = None,
        public_page: PublicPage | Literal["none"] | None = None,
    ) -> Request:
        """Return the request that has the proofs read; what is None stays as the registrar has it."""
        new = {"post": post_url(SHOWN_NAME, post) if post else None, "domain": domain, "public_page": public_page}
        body = {name: value for name, value in new.items() if value is not None}
        return self._send("POST", f"/v1/claims/{claim_id}/check", body, secret)

    def withdraw_request(self, claim_id: ClaimId, secret: str) -> Request:
        """Return the request that withdraws a claim."""
        return Request("DELETE", f"{self.origin}/v1/claims/{claim_id}", _bearer(secret), purpose="registrar")

    def _send(self, method: str, path: str, body: Mapping[str, Any], secret: str | None = None) -> Request:
        headers = {"content-type": "application/json"} | (_bearer(secret) if secret else {})
        content = json.dumps(body).encode()
        return Request(method, self.origin + path, headers, content, timeout=CHECK_TIMEOUT, purpose="registrar")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A claim or objection to be made: what the person named. `named` has no id and no nonce of its own yet.

    `public_page`: whether the directory is to show a page about it once it is proven.
    """

    named: Claim
    kind: str
    leaving_on: date | None
    public_page: PublicPage | None = None

    @classmethod
    def parse(
        cls, fields: Mapping[str, Any], kind: str, leaving_on: date | None, public_page: PublicPage | None = None
    ) -> Self:
        """Parse the accounts of a claim. Raises InputError where they make none."""
        try:
            named = Claim.model_validate({**fields, "claim_id": NOT_YET[:16], "nonce": NOT_YET})
        except ValidationError:
            raise InputError(InputError.CODES["claim_incomplete"], code="claim_incomplete") from None
        return cls(named, kind, leaving_on, public_page)

    @property
    def path(self) -> str:
        """Return where it is made."""
        return "/v1/claims" if self.named.purpose == "claim" else "/v1/objections"

    def body(self) -> dict[str, Any]:
        """Return what is sent."""
        x_account = {"rest_id": self.named.rest_id, "screen_name": self.named.screen_name}
        targets = {"did": self.named.did, "acct": str(self.named.acct) if self.named.acct else None}
        if self.named.purpose == "objection":
            return {"x": x_account if self.named.rest_id else None, **targets}
        day = self.leaving_on.isoformat() if self.leaving_on else None
        page = {"public_page": self.public_page} if self.public_page else {}
        return {**x_account, **targets, "kind": self.kind, "leaving_on": day, **page}


def read_made(response: Response, wanted: Wanted, registrar: Registrar) -> tuple[Claim, str]:
    """Parse the answer to `make_request`: the claim and its secret. Raises what `expect_ok` does."""
    expect_ok(response, 201)
    answer = _parse(MadeAnswer, response)
    return _same(answer, wanted.named, registrar), answer.secret


def read_state(response: Response, claim: Claim, registrar: Registrar) -> ClaimAnswer:
    """Parse the state of a claim. Raises what `expect_ok` does."""
    expect_ok(response, 200)
    answer = _parse(ClaimAnswer, response)
    _expect_claim(answer, claim, registrar)
    return answer


def read_public(response: Response, claim_id: ClaimId, registrar: Registrar) -> tuple[Claim, ClaimAnswer]:
    """Parse the state of a claim that others made. Raises what `expect_ok` does."""
    expect_ok(response, 200)
    answer = _parse(ClaimAnswer, response)
    if answer.claim_id != claim_id:
        raise unreadable()
    claim = _claim_of(answer)
    _expect_claim(answer, claim, registrar)
    return claim, answer


def read_checked(response: Response, claim: Claim, registrar: Registrar) -> ClaimAnswer | None:
    """Parse the answer to `check_request`; None: the objection was carried out. Raises what `expect_ok` does."""
    expect_ok(response, 200)
    answer = _parse(CheckedAnswer, response).claim
    if answer is None and claim.purpose == "claim":
        raise unreadable()
    if answer is not None:
        _expect_claim(answer, claim, registrar)
    return answer


def expect_ok(response: Response, status: int) -> None:
    """Raise ServerRefused unless this is the promised status; InputError for a post's address that is none."""
    if response.status == status:
        return
    code = _problem_code(response)
    if code in ERRORS:
        error = ERRORS[code]
        raise type(error)(error.message, code=error.code)
    if response.status == 429:
        raise ServerRefused("The registrar asks to wait.", code="rate_limited")
    if response.status >= 500 or response.status < 400:
        raise ServerRefused("The registrar had a problem.", code="server_error", status=response.status)
    raise ServerRefused("The registrar refused the request.", status=response.status, reason=code)


def unreadable() -> ServerRefused:
    """Return the error for an answer that is not about the claim, or has another shape than promised."""
    return ServerRefused("The registrar sent something that cannot be read.", code="server_error")


def to_proofs(answer: ClaimAnswer) -> list[Proof]:
    """Return the readings of an answer."""
    return [Proof.model_validate(one.model_dump()) for one in answer.proofs]


def _bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def _parse(model: type[Model], response: Response) -> Model:
    try:
        return model.model_validate_json(json.dumps(response.json()))
    except (ValueError, RecursionError):
        raise unreadable() from None


def _claim_of(answer: ClaimAnswer) -> Claim:
    try:
        return answer.claim()
    except ValueError:
        raise unreadable() from None


def _same(answer: ClaimAnswer, named: Claim, registrar: Registrar) -> Claim:
    """Return the claim of an answer if it names the accounts that were asked for."""
    claim = _claim_of(answer)
    _expect_claim(answer, claim, registrar)
    if claim.model_copy(update={"claim_id": named.claim_id, "nonce": named.nonce}) != named:
        raise unreadable()
    return claim


def _expect_claim(answer: ClaimAnswer, claim: Claim, registrar: Registrar) -> None:
    is_it = _claim_of(answer) == claim and answer.code == claim.code and answer.page == registrar.page(claim.claim_id)
    if not is_it:
        raise unreadable()


def _problem_code(response: Response) -> str:
    try:
        document = response.json()
    except (ValueError, RecursionError):
        return ""
    code = document.get("code") if isinstance(document, Mapping) else None
    return code[:80] if isinstance(code, str) else ""
