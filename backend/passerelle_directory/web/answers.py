"""What several routes share: answers that a browser may keep, errors, and the visitor's language."""

from __future__ import annotations

import hashlib
from typing import cast

from flask import Response, current_app, request
from pydantic import BaseModel
from sqlalchemy.orm import Session

from passerelle_directory.config import Config
from passerelle_directory.web.languages import LANGUAGES, Language, choose_language

SHORT = 300  # seconds that answers which change may be kept


class ErrorAnswer(BaseModel):
    """What went wrong: a stable code, and one English sentence."""

    code: str
    message: str


def config() -> Config:
    """Return the settings of the running application."""
    return cast(Config, current_app.extensions["passerelle"])


def open_session() -> Session:
    """Open a database session; close it with `with`."""
    return cast(Session, current_app.extensions["sessions"]())


def answer_kept(body: bytes, mimetype: str, max_age: int = SHORT) -> Response:
    """Answer with `body`, its checksum as ETag, and 304 to whoever has it already."""
    response = Response(body, mimetype=mimetype)
    response.cache_control.public = True
    response.cache_control.max_age = max_age
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    return cast(Response, response.make_conditional(request))


def answer_page(html: str, language: Language) -> Response:
    """Answer with a page in a language; caches must not give it to readers of another."""
    response = answer_kept(html.encode(), "text/html")
    response.content_language.add(language.code)
    response.vary.add("Accept-Language")
    return response


def find_visitors_language() -> Language:
    """Return the language asked for by ?lang=, else the browser's."""
    return choose_language(request.args.get("lang"), request.accept_languages.best_match(LANGUAGES))
