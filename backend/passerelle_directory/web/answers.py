"""What several routes share: cacheable answers, errors, the visitor's language, and links that keep the filter."""

from __future__ import annotations

import hashlib
import json
from typing import Any, cast
from urllib.parse import urlencode

from flask import Response, current_app, request
from pydantic import BaseModel

from passerelle_directory.config import Config
from passerelle_directory.publishing.files import LATEST
from passerelle_directory.publishing.lifetimes import CHECKED_AGAIN
from passerelle_directory.web.languages import LANGUAGES, Language, choose_language, find_language

SHORT = int(CHECKED_AGAIN.total_seconds())  # seconds that answers which change may be kept


class ErrorAnswer(BaseModel):
    """What went wrong: a stable code, and one English sentence."""

    code: str
    message: str


def config() -> Config:
    """Return the settings of the running application."""
    return cast(Config, current_app.extensions["passerelle"])


def answer_kept(body: bytes, mimetype: str, max_age: int = SHORT) -> Response:
    """Answer with `body` and its checksum as ETag, or with 304 to a request that names this ETag."""
    response = Response(body, mimetype=mimetype)
    response.cache_control.public = True
    response.cache_control.max_age = max_age
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    return cast(Response, response.make_conditional(request))


def answer_page(html: str, language: Language, mimetype: str = "text/html") -> Response:
    """Answer with a page in a language; caches keep one answer per language."""
    response = answer_kept(html.encode(), mimetype)
    response.content_language.add(language.code)
    response.vary.add("Accept-Language")
    return response


def find_visitors_language() -> Language:
    """Return the language of ?lang=, else the browser's."""
    accepted = (tag for tag, quality in request.accept_languages if quality)  # the best first
    return choose_language(request.args.get("lang"), accepted)


def page_address(**changes: str) -> str:
    """Return the address of this page with some of its query changed; an empty value is left out."""
    query = {**request.args.to_dict(), **changes}
    return f"{request.path}?{urlencode({name: value for name, value in query.items() if value})}"


def frame_values(config: Config, home: str) -> dict[str, Any]:
    """Return what the frame of all pages needs; `home` is the directory's origin, empty where it is this host."""
    languages = [find_language(code) for code in LANGUAGES]
    return {"site": config, "home": home, "languages": languages, "page_address": page_address}


def read_latest() -> dict[str, object] | None:
    """Return what latest.json says, or None before the first snapshot."""
    try:
        latest: dict[str, object] = json.loads((config().public / LATEST).read_bytes())
    except FileNotFoundError:
        return None
    return latest
