"""The core's messages and views -> extension/lib/messages/messages.gen.ts, so that there is one source of truth.

pydantic models  -JSON Schema-> json-schema-to-typescript -> TypeScript interfaces
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any, cast, get_args

from commands import run
from passerelle import view
from passerelle.directory import Grade, Row, campaigns
from passerelle.directory import rows as directory_rows
from passerelle.engine import join_views, messages, schemas, storage
from passerelle.engine import views as engine_views
from passerelle.engine.join_views import BlockState, JoinStatus
from passerelle.engine.messages import COMMANDS, EVENTS
from passerelle.engine.schemas import SCHEMAS
from passerelle.engine.storage import STORES
from passerelle.following import dates, status
from passerelle.hints import records as hints
from passerelle.hints.records import Confidence, Where
from passerelle.identifiers import Network
from passerelle.matching import evidence, growth, guesses, lane_counts, receipt
from passerelle.matching import views as matches
from passerelle.matching.evidence import EvidenceCode, MatchGrade
from passerelle.matching.views import FollowState
from passerelle.people import observations, summary
from passerelle.view import Fields, View
from places import BUILD, EXTENSION
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from stamps import once

OUTPUT = EXTENSION / "lib" / "messages" / "messages.gen.ts"
CONVERTER = EXTENSION / "node_modules" / "json-schema-to-typescript" / "dist" / "src" / "cli.js"
STORES_COMMENT = "/** The engine's stores in IndexedDB, as core/passerelle/engine/storage.py names them. */"
SCHEMAS_COMMENT = "/** The version of what each store holds (core/passerelle/engine/schemas.py). */"
BANNER = "// Made by build/message_types.py from the models of core/passerelle; not to be edited."
# Where the models stand.
MODULES = (
    view,
    campaigns,
    summary,
    observations,
    hints,
    evidence,
    matches,
    guesses,
    growth,
    lane_counts,
    status,
    dates,
    receipt,
    engine_views,
    join_views,
    messages,
)
# Lists of words that get a type of their own.
WORDS = {
    "Network": Network,
    "Grade": Grade,
    "MatchGrade": MatchGrade,
    "FollowState": FollowState,
    "JoinStatus": JoinStatus,
    "BlockState": BlockState,
    "EvidenceCode": EvidenceCode,
    "Where": Where,
    "Confidence": Confidence,
}


def make_message_types() -> None:
    """Write the TypeScript types where they are not up to date."""
    inputs = [Path(inspect.getfile(module)) for module in (*MODULES, storage, schemas, directory_rows)]
    once("message-types", [*inputs, BUILD / "message_types.py"], _existing, _write)


def make_schema() -> dict[str, Any]:
    """Return one JSON Schema with every model, and the tables `Commands` and `Events` by message type."""
    sent = [(model, "validation") for model in _models(Fields)]
    shown = [(model, "serialization") for model in _models(View)]
    _, schema = models_json_schema(cast("list[tuple[type[BaseModel], JsonSchemaMode]]", sent + shown))
    whole = {model.__name__ for model, _ in shown}
    definitions = {name: _plain(model, name in whole) for name, model in sorted(schema["$defs"].items())}
    definitions |= _row()
    definitions["Commands"] = _table({kind: _command(*models) for kind, models in COMMANDS.items()})
    definitions["Events"] = _table({kind: _reference(event) for kind, event in EVENTS.items()})
    tables = {name: {"$ref": f"#/$defs/{name}"} for name in ("Commands", "Events")}
    return {"title": "Messages", **_table(tables), "$defs": definitions}


def _row() -> dict[str, Any]:
    """Return the published row and its sources; every field is there, as the server writes it."""
    row = TypeAdapter(Row).json_schema(mode="serialization", ref_template="#/$defs/{model}")
    parts = row.pop("$defs") | {"PublishedRow": row | {"title": "PublishedRow"}}
    return {
        name: _plain(definition, whole=True) | {"additionalProperties": False} for name, definition in parts.items()
    }


def _write() -> None:
    options = ("--bannerComment", BANNER, "--unreachableDefinitions", "--additionalProperties", "false")
    text = run("node", CONVERTER, *options, text=json.dumps(make_schema()))
    OUTPUT.write_text("\n".join([text, *_words(), *_stores(), ""]))


def _stores() -> list[str]:
    return [
        STORES_COMMENT,
        f"export const STORES = {json.dumps(STORES)} as const;",
        SCHEMAS_COMMENT,
        f"export const SCHEMAS = {json.dumps(SCHEMAS)} as const;",
    ]


def _words() -> list[str]:
    """Return a type for each list of words, such as `Grade`."""
    return [f"export type {name} = {' | '.join(map(json.dumps, get_args(words)))};" for name, words in WORDS.items()]


def _existing() -> list[Any]:
    return [OUTPUT] if OUTPUT.exists() else []


def _command(fields: type[BaseModel], result: type[BaseModel]) -> dict[str, Any]:
    return _table({"fields": _reference(fields), "result": _reference(result)})


def _reference(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{model.__name__}"}


def _table(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _plain(definition: dict[str, Any], whole: bool) -> dict[str, Any]:
    """Drop the titles of fields (the converter would make a type of each); in a `whole` record every field is there."""
    fields = {
        name: {k: v for k, v in field.items() if k != "title"} for name, field in definition["properties"].items()
    }
    return definition | {"properties": fields} | ({"required": list(fields)} if whole else {})


def _models(base: type[BaseModel]) -> dict[type[BaseModel], None]:
    found = (model for module in MODULES for _, model in inspect.getmembers(module, inspect.isclass))
    return dict.fromkeys(model for model in found if issubclass(model, base) and model is not base)
