"""Errors as problem details (RFC 9457): `application/problem+json` with a stable `code`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"

# code -> status and sentence
PROBLEMS: Mapping[str, tuple[int, str]] = {
    "invalid_request": (422, "The request does not have the described shape."),
    "not_a_post": (422, "This is not the address of a post on X, such as https://x.com/ada/status/20."),
    "unknown_claim": (404, "There is no such claim. It was withdrawn, or never made."),
    "secret_missing": (401, "Send the claim's secret as: Authorization: Bearer SECRET"),
    "secret_wrong": (403, "This is not the secret of this claim."),
}


class Problem(Exception):
    """An error that the client can act on; `code` is one of PROBLEMS."""

    def __init__(self, code: str, detail: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.status, sentence = PROBLEMS[code]
        self.detail = detail or sentence


class ProblemAnswer(BaseModel):
    """What went wrong: the HTTP status, its name, one English sentence, and a stable code."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str


def describe(*statuses: int) -> dict[int | str, Any]:
    """Return the description of error answers for the OpenAPI document."""
    schema = ProblemAnswer.model_json_schema()
    content = {MEDIA_TYPE: {"schema": schema}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def answer_problem(status: int, code: str, detail: str) -> Response:
    """Return an error answer."""
    answer = ProblemAnswer(title=HTTPStatus(status).phrase, status=status, detail=detail, code=code)
    response = jsonify(answer.model_dump())
    response.status_code = status
    response.mimetype = MEDIA_TYPE
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def answer_invalid(error: ValidationError) -> Response:
    """Return the answer to a request that does not fit its model: the first error, with its place."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    detail = f"{place}: {first['msg']}" if place else first["msg"]
    return answer_problem(422, "invalid_request", detail)


def set_up_problems(app: Flask, show_error: Callable[[int], Response]) -> None:
    """Answer every error of the API as problem details, and with `show_error` where a person opened a page."""

    @app.errorhandler(Problem)
    def answer_own(problem: Problem) -> Response:
        return answer_problem(problem.status, problem.code, problem.detail)

    @app.errorhandler(HTTPException)
    def answer_http(error: HTTPException) -> Response:
        status = error.code or 500
        if error.response is not None and status < 500:
            return error.response  # type: ignore[return-value]  # made by answer_invalid
        if not request.path.startswith("/v1/") and request.accept_mimetypes.accept_html:
            return show_error(status)
        response = answer_problem(
            status, error.name.lower().replace(" ", "_"), error.description or HTTPStatus(status).phrase
        )
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):
                response.headers[name] = value
        return response
