"""The directory as files: latest.json, and the immutable files that it names."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Literal

from flask import Response, abort, send_from_directory
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from passerelle.directory import Campaign, Row
from pydantic import BaseModel, Field, TypeAdapter

from passerelle_directory.publishing.files import FILES, LATEST
from passerelle_directory.publishing.lifetimes import CACHED_FOR
from passerelle_directory.publishing.media import SUFFIXES, media_type
from passerelle_directory.web.answers import ErrorAnswer, answer_kept, config

api = APIBlueprint("directory", __name__, url_prefix="/v1/directory", abp_tags=[Tag(name="directory")])

NOT_YET = "This directory has published nothing yet."
RETRY_AFTER = timedelta(minutes=5)
PATTERN = rf"^[0-9a-f]{{64}}\.({'|'.join(map(re.escape, SUFFIXES))})$"


class Promise(BaseModel):
    """A file that can be downloaded: its path from the directory's address, SHA-256 in hex, and size in bytes."""

    path: str
    sha256: str
    bytes: int


class NamedFile(Promise):
    """A file of the whole directory; `rows` come in several, in this order."""

    kind: Literal["rows", "keys", "places"]


class Delta(Promise):
    """What changed from one version to another."""

    from_version: int = Field(alias="from")
    to_version: int = Field(alias="to")


class LatestAnswer(BaseModel):
    """What is published now. `signature`: Ed25519 over the RFC 8785 canonical JSON of everything else, in base64."""

    version: int
    generated_at: str
    expires: str
    rows: int
    files: list[NamedFile]
    deltas: list[Delta]
    campaigns: list[Promise] = Field(description="the file of campaigns, where there are any", max_length=1)
    key_id: str
    signature: str


class FilePath(BaseModel):
    """The name of a file."""

    name: str = Field(description="the SHA-256 of its bytes, and its kind", pattern=PATTERN)


def _schema_of(kind: str) -> dict[str, Any]:
    """Return the schema of a file; for JSON Lines, that of one line."""
    if kind == SUFFIXES["json"]:
        campaigns = {"type": "array", "items": Campaign.model_json_schema()}
        return {"type": "object", "required": ["campaigns"], "properties": {"campaigns": campaigns}}
    if kind != SUFFIXES["jsonl.gz"]:
        return {"type": "string"}
    row = TypeAdapter(Row).json_schema(mode="serialization")
    row["properties"]["sources"]["items"] = row.pop("$defs")["EvidenceSource"]
    return row


@api.get("/latest.json", responses={200: LatestAnswer, 503: ErrorAnswer})
def get_latest() -> Response:
    """Get what is published now: version, files, signature."""
    try:
        body = (config().public / LATEST).read_bytes()
    except FileNotFoundError:
        abort(503, NOT_YET, retry_after=RETRY_AFTER.seconds)
    return answer_kept(body, "application/json")


@api.get(
    "/files/<name>",
    responses={
        200: {
            "description": "gzip JSON Lines (the schema is that of one line), an index of them, or campaigns",
            "content": {kind: {"schema": _schema_of(kind)} for kind in dict.fromkeys(SUFFIXES.values())},
        },
        404: ErrorAnswer,
    },
)
def get_file(path: FilePath) -> Response:
    """Get a file that latest.json names; it never changes, and is gone 15 days after latest.json stops naming it."""
    response = send_from_directory(
        config().public / FILES,
        path.name,
        mimetype=media_type(path.name),
        etag=path.name[:64],
        max_age=int(CACHED_FOR.total_seconds()),
    )
    response.cache_control.public = True
    response.cache_control.immutable = True
    return response
