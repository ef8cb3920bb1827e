"""Our identifiers, records and answers beside those of the `atproto` library, whose models come from the lexicons."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from passerelle.errors import InvalidIdentifier, ServerRefused
from passerelle.identifiers import Did, parse_did, parse_handle
from passerelle.networks import bluesky
from passerelle.networks.bluesky import Follow
from passerelle.networks.bluesky.profile import read_profile_record
from pydantic import TypeAdapter, ValidationError

from tests.core.fakes import ME, did_document, reply

pytest.importorskip("atproto_client")
from atproto_client import models
from atproto_client.models import string_formats
from atproto_core.did_doc import DidDocument  # type: ignore[import-untyped]

STRICT = {"strict_string_format": True}
RKEY = "3kaaaaaaaaaa2"
CID = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
# Reserved names that are handles by their grammar and never in use: https://atproto.com/specs/handle
RESERVED = (".alt", ".arpa", ".example", ".internal", ".invalid", ".local", ".localhost", ".onion")

# https://www.w3.org/TR/did-core/#did-syntax: "%" and two hex digits
BAD_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})")

LABEL = st.from_regex(r"[A-Za-z0-9-]{1,64}", fullmatch=True)
HANDLES = st.lists(LABEL, min_size=1, max_size=6).map(".".join)
DIDS = st.from_regex(r"did:[a-z]{1,9}:[a-zA-Z0-9._:%-]{0,40}", fullmatch=True)
DIDS_IN_USE = st.from_regex(r"did:plc:[a-z2-7]{24}", fullmatch=True)


@cache
def adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)  # takes milliseconds to build


def accepts(model: Any, value: object) -> bool:
    """Return whether a string format of the library takes a value, with strict checks."""
    try:
        adapter(model).validate_python(value, context=STRICT)
    except ValidationError:
        return False
    return True


def parsed(parse: Callable[[object], str], value: object) -> str | None:
    try:
        return parse(value)
    except InvalidIdentifier:
        return None


def validate(model: Any, document: object) -> Any:
    return model.model_validate(document, context=STRICT)


@given(HANDLES)
@example("ada.bsky.social")
@example("a.b-c.x1")
@example("1.2.3.4")
@example("xn--caf-dma.example.org")
def test_handles_are_those_of_the_lexicon(text: str) -> None:
    handle = parsed(parse_handle, text)
    assert (handle is not None) == (accepts(string_formats.Handle, text) and not text.lower().endswith(RESERVED))
    assert handle is None or handle == text.lower()


@given(st.text(max_size=40) | HANDLES.map(lambda text: f" @{text}\n"))
def test_every_parsed_handle_is_one_of_the_lexicon(text: str) -> None:
    handle = parsed(parse_handle, text)
    assert handle is None or accepts(string_formats.Handle, handle)


@given(DIDS)
@example("did:web:ada.example.org%3A")
@example("did:plc:")
@example("did:a:%0")
@example("did:a:%zz")
def test_dids_are_those_of_the_lexicon(text: str) -> None:
    is_did = accepts(string_formats.Did, text)
    if BAD_ESCAPE.search(text):  # the library takes any two letters after "%"
        is_did = False
    assert (parsed(parse_did, text) is not None) == is_did


@given(st.text(max_size=40))
def test_every_parsed_did_is_one_of_the_lexicon(text: str) -> None:
    did = parsed(parse_did, text)
    assert did is None or accepts(string_formats.Did, did)


@given(st.integers(0, 2**53 - 1), st.integers(0, 1023))
def test_record_keys_are_tids(microseconds: int, clock_id: int) -> None:
    assert accepts(string_formats.Tid, bluesky.make_tid(microseconds, clock_id))


@given(st.lists(DIDS_IN_USE, min_size=1, max_size=5), st.datetimes())
def test_written_follows_have_the_shape_of_the_lexicon(dids: list[str], moment: Any) -> None:
    at = f"{moment.isoformat(timespec='milliseconds')}Z"
    follows = [Follow(bluesky.make_tid(number, 0), Did(did), at) for number, did in enumerate(dids)]
    batch = json.loads(bluesky.apply_writes_request(ME, follows).body or b"")
    written = validate(models.ComAtprotoRepoApplyWrites.Data, batch)
    assert [write.value.subject for write in written.writes] == dids
    single = json.loads(bluesky.create_follow_request(ME, follows[0]).body or b"")
    validate(models.ComAtprotoRepoCreateRecord.Data, single)
    record = validate(models.AppBskyGraphFollow.Record, single["record"])
    assert (record.subject, record.created_at) == (dids[0], at)


def test_answers_of_the_lexicon_confirm_writes() -> None:
    uris = [bluesky.record_uri(ME, RKEY), bluesky.record_uri(ME, "3kaaaaaaaaab2")]
    created = [{"uri": uri, "cid": CID, "validationStatus": "valid"} for uri in uris]
    single = validate(models.ComAtprotoRepoCreateRecord.Response, created[0])
    assert bluesky.confirms_create(reply(200, single.model_dump(by_alias=True, mode="json")), uris[0])
    results = [{"$type": "com.atproto.repo.applyWrites#createResult"} | one for one in created]
    batch = validate(models.ComAtprotoRepoApplyWrites.Response, {"results": results})
    assert bluesky.confirms_writes(reply(200, batch.model_dump(by_alias=True, mode="json")), uris)


@given(st.lists(DIDS_IN_USE, max_size=5), st.none() | st.text("abc234", min_size=1, max_size=13))
def test_listed_follows_are_read_as_the_library_reads_them(dids: list[str], cursor: str | None) -> None:
    def record(number: int, did: str) -> dict[str, Any]:
        value = {"$type": "app.bsky.graph.follow", "subject": did, "createdAt": "2026-11-20T09:00:00.000Z"}
        return {"uri": bluesky.record_uri(ME, bluesky.make_tid(number, 0)), "cid": CID, "value": value}

    document = {"records": [record(number, did) for number, did in enumerate(dids)], "cursor": cursor}
    theirs = validate(models.ComAtprotoRepoListRecords.Response, document)
    ours = bluesky.read_follows(reply(200, document))
    assert list(ours.dids) == [one.value.subject for one in theirs.records]
    assert ours.cursor == theirs.cursor


def test_a_record_that_the_library_reads_exists() -> None:
    document = {"uri": bluesky.record_uri(ME, RKEY), "cid": CID, "value": {"$type": "app.bsky.graph.follow"}}
    document["value"] |= {"subject": ME, "createdAt": "2026-11-20T09:00:00.000Z"}  # type: ignore[operator]
    validate(models.ComAtprotoRepoGetRecord.Response, document)
    assert bluesky.read_follow_exists(reply(200, document))


@given(DIDS_IN_USE, st.none() | st.just("ada.example.org"))
def test_did_documents_are_read_as_the_library_reads_them(did: str, handle: str | None) -> None:
    document = did_document(did, handle)
    ours, theirs = bluesky.read_did_document(reply(200, document), Did(did)), DidDocument.from_dict(document)
    assert ours.pds == theirs.get_pds_endpoint()
    assert ours.handle == theirs.get_handle()
    with pytest.raises(ServerRefused):
        bluesky.read_did_document(reply(200, document), ME)


def test_a_profile_record_has_the_texts_of_the_lexicon() -> None:
    value = {"$type": "app.bsky.actor.profile", "displayName": "Ada", "description": "Poet", "website": "https://a.org"}
    theirs = validate(models.AppBskyActorProfile.Record, value)
    ours = read_profile_record(reply(200, {"uri": f"at://{ME}/app.bsky.actor.profile/self", "value": value}))
    assert (ours["displayName"], ours["description"]) == (theirs.display_name, theirs.description)
