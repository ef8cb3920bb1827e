"""The directory: signature, freshness and checksums of latest.json, rows, and the index built from its files."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle import directory
from passerelle.directory import BuiltIndex, DirectoryIndex, FilePromise, InvalidRow, Latest, Row
from passerelle.directory.latest import MAX_FILE, MAX_LATEST
from passerelle.errors import DirectoryError, ServerRefused
from passerelle.identifiers import RestId, ScreenName
from passerelle.transport import Response

from tests.core.fakes import (
    BASE_URL,
    FOREIGN_KEY,
    NEXT_KEY,
    NOW,
    SOURCE,
    Directory,
    json_lines,
    reply,
    row,
    sign,
    source,
    verify,
)

ROWS = [
    row("a", rest_id="11", screen_name="Ada_L", handle="ada.example.org"),
    row("b", screen_name="bruno", acct="bruno@quai.example.org"),
    row("c", rest_id="13", did="did:plc:ccccccccccccccccccccccc2"),
]


def read(answer: Response, seen_version: int = 0) -> Latest:
    return asyncio.run(
        directory.read_latest(answer, keys=SOURCE.keys, verify=verify, now=NOW, seen_version=seen_version)
    )


def read_from(server: Directory, seen_version: int = 0) -> Latest:
    return read(server.answer(directory.latest_request(BASE_URL)), seen_version)


def refusal_of(server: Directory, seen_version: int = 0) -> str:
    with pytest.raises(DirectoryError) as caught:
        read_from(server, seen_version)
    return caught.value.code


def merged(snapshot: bytes, evidence: bytes, rows: int = 1000) -> BuiltIndex:
    steps = directory.build_index(directory.read_lines(snapshot), directory.read_lines(evidence), rows)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast(BuiltIndex, end.value)


def index_of(*rows: Row) -> DirectoryIndex:
    whole = merged(*Directory(rows).files())
    return DirectoryIndex(whole.rows, whole.keys, whole.offsets)


def test_a_signed_directory_is_read() -> None:
    latest = read_from(Directory(ROWS, version=9))
    assert (latest.version, latest.rows) == (9, 3)
    assert latest.snapshot.path == "v1/directory/files/snapshot.jsonl.gz"


def test_the_next_key_is_accepted_like_the_current_one() -> None:
    assert read_from(Directory(ROWS, key=NEXT_KEY)).version == 7


def test_an_unpinned_key_is_refused() -> None:
    assert refusal_of(Directory(ROWS, key=FOREIGN_KEY)) == "directory_key_unknown"


@pytest.mark.parametrize("name", ["version", "rows", "expires", "snapshot", "campaigns"])
def test_a_signature_covers_every_field(name: str) -> None:
    def tamper(latest: dict[str, Any]) -> None:
        latest[name] = {"version": 8, "rows": 2, "expires": "2030-01-01T00:00:00Z", "snapshot": {}}.get(name, ["x"])

    assert refusal_of(Directory(ROWS, tamper=tamper)) == "directory_signature"


def test_a_missing_or_malformed_signature_is_refused() -> None:
    assert refusal_of(Directory(ROWS, tamper=lambda latest: latest.pop("signature"))) == "directory_signature"
    assert refusal_of(Directory(ROWS, tamper=lambda latest: latest.update(signature="?"))) == "directory_signature"


def test_an_older_version_than_seen_is_refused_and_the_same_is_accepted() -> None:
    assert refusal_of(Directory(ROWS, version=7), seen_version=8) == "directory_older"
    assert read_from(Directory(ROWS, version=7), seen_version=7).version == 7


def test_an_expired_directory_is_refused() -> None:
    assert refusal_of(Directory(ROWS, expires=NOW)) == "directory_expired"
    assert read_from(Directory(ROWS, expires=NOW + timedelta(seconds=1))).rows == 3


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"x"', b"[" * 100_000, b"{" + b" " * (1 << 20) + b"}"])
def test_other_documents_are_refused(body: bytes) -> None:
    with pytest.raises(DirectoryError) as caught:
        read(Response(200, {}, body))
    assert caught.value.code in ("directory_invalid", "directory_key_unknown")


def test_a_server_error_is_not_an_invalid_directory() -> None:
    with pytest.raises(ServerRefused) as caught:
        read(reply(503, {}))
    assert caught.value.code == "server_error"


def test_a_file_must_have_the_promised_checksum_and_size() -> None:
    body = b"rows"
    promise = FilePromise("v1/x", "a" * 64, len(body))
    with pytest.raises(DirectoryError) as caught:
        directory.read_file(Response(200, {}, body), promise)
    assert caught.value.code == "directory_corrupt"


def test_a_real_ed25519_signature_over_canonical_json_is_accepted() -> None:
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    private = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = private.public_key().public_bytes_raw()

    async def verify_really(key: bytes, message: bytes, signature: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature

        try:
            ed25519.Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def sign_again(latest: dict[str, Any]) -> None:
        latest["key_id"] = directory.key_id(public)
        latest["signature"] = base64.b64encode(private.sign(directory.signed_bytes(latest))).decode()

    def read_with(answer: Response) -> Latest:
        return asyncio.run(directory.read_latest(answer, keys=(public,), verify=verify_really, now=NOW, seen_version=0))

    latest = Directory(ROWS, tamper=sign_again).latest()
    shuffled = dict(reversed(latest.items()))
    assert read_with(reply(200, shuffled)).version == 7
    with pytest.raises(DirectoryError, match="signature"):
        read_with(reply(200, latest | {"version": 8}))


def test_the_key_id_is_the_start_of_the_keys_sha256() -> None:
    assert directory.key_id(bytes(32)) == "66687aadf862bd77"


def test_rows_are_found_by_id_and_by_name_in_any_case() -> None:
    index = index_of(*ROWS)
    assert index.find_by_id(RestId("11"))[0].handle == "ada.example.org"
    assert index.find_by_name(ScreenName("ADA_l"))[0].row_id == "a"
    assert index.find_by_name(ScreenName("Bruno"))[0].sources == (source(),)
    assert index.find_by_id(RestId("12")) == ()
    assert index.find_by_name(ScreenName("nobody")) == ()


def test_a_row_is_read_back_as_it_was_written() -> None:
    for one in ROWS:
        assert Row.from_json(json.loads(json.dumps(one.to_json()))) == one


def test_a_row_with_a_colliding_key_is_never_returned() -> None:
    # A real collision is hard to construct, so the key of another name points at Bruno's line.
    whole = merged(*Directory(ROWS).files())
    key = directory.name_key(ScreenName("bruno")).to_bytes(4, "little")
    offset = whole.offsets[whole.keys.index(key) :][:4]
    elsewhere = directory.name_key(ScreenName("nobody")).to_bytes(4, "little")
    index = DirectoryIndex(whole.rows, elsewhere, offset)
    assert index.find_by_name(ScreenName("nobody")) == ()


def test_keys_are_the_crc_that_javascript_computes_too() -> None:
    assert directory.name_key(ScreenName("Ada_L")) == directory.name_key(ScreenName("ada_l")) == 0xC3203F5B
    assert directory.id_key(RestId("12")) == 0x401C51E1


@pytest.mark.parametrize(
    "bad",
    [
        {"screen_name": "not a name"},
        {"rest_id": 11},
        {"rest_id": "99999999999999999999999"},
        {"handle": "nodot"},
        {"acct": "nodomain"},
        {"did": "plc:abc"},
        {"grade": "certain"},
        {"kind": []},
        {"name_seen": "yesterday"},
        {"country": "France"},
        {"platform": "y"},
        {"row_id": ""},
        {"row_id": "b" * 65},
        {"screen_name": None},
        {"handle": None},
        {"display_name": ["x"]},
    ],
)
def test_a_bad_row_is_refused(bad: dict[str, Any]) -> None:
    good = row("b", screen_name="bruno", handle="bruno.example.org").to_json()
    assert Row.from_json(good).row_id == "b"
    with pytest.raises(InvalidRow):
        Row.from_json(good | bad)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"rest_id": 11}, "rest_id"),
        ({"grade": None}, "grade"),
        ({"sources": {}}, "sources"),
        ({"sources": [{"name": "a"}, {"name": "b", "url": "ftp://x"}]}, "sources[1].url: "),
        ({"sources": [{}]}, "sources[0].name: "),
        ({"sources": ["x"]}, "sources[0]: "),
    ],
)
def test_the_error_of_a_bad_row_names_the_path_of_the_field(fields: dict[str, Any], path: str) -> None:
    good = row("b", screen_name="bruno", handle="bruno.example.org").to_json()
    with pytest.raises(InvalidRow) as caught:
        Row.from_json(good | fields)
    assert caught.value.message.startswith(path)


def test_requests_bound_the_answer_by_what_is_known_before() -> None:
    assert directory.latest_request(BASE_URL).limit == MAX_LATEST + 1
    assert directory.file_request(BASE_URL, FilePromise("v1/x", "a" * 64, 500)).limit == 501


def test_a_promise_larger_than_any_directory_is_refused() -> None:
    def tamper(size: int) -> Directory:
        server = Directory(ROWS)
        latest = server.latest()
        latest["snapshot"]["bytes"] = size
        latest["signature"] = base64.b64encode(sign(server.key, directory.signed_bytes(latest))).decode()
        server.latest = lambda: latest  # type: ignore[method-assign]
        return server

    assert read_from(tamper(MAX_FILE)).snapshot.bytes == MAX_FILE
    assert refusal_of(tamper(MAX_FILE + 1)) == "directory_invalid"


def test_bad_rows_are_left_out_and_counted() -> None:
    good = [one.to_json() for one in ROWS]
    lines = json_lines([good[0], {"row_id": "aa"}, good[1]]) + b"not json\n" + json_lines([good[0], good[2]])
    whole = merged(lines, b"")
    assert (whole.count, whole.skipped) == (3, 3)


def test_display_names_lose_marks_that_reorder_text() -> None:
    one = row("a", display_name="Alice \u202egro.live\u202c\nx")
    assert one.display_name == "Alice gro.live x"


def test_a_file_that_unpacks_to_too_much_is_refused() -> None:
    bomb = gzip.compress(b"a\n" * 10_000_000)
    with pytest.raises(DirectoryError):
        list(directory.read_lines(bomb, rows=10))
    with pytest.raises(DirectoryError):
        list(directory.read_lines(gzip.compress(b"a" * 200_000), rows=1000))


def test_a_file_cut_short_is_refused() -> None:
    snapshot, _ = Directory(ROWS).files()
    with pytest.raises(DirectoryError) as caught:
        list(directory.read_lines(snapshot[:-20]))
    assert caught.value.code == "directory_corrupt"


def test_more_rows_than_promised_are_refused() -> None:
    with pytest.raises(DirectoryError):
        merged(*Directory(ROWS).files(), rows=2)


@given(st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line and line), max_size=50))
def test_lines_are_read_as_they_were_written(lines: list[bytes]) -> None:
    text = b"\n".join(lines)
    assert list(directory.read_lines(gzip.compress(text))) == lines
    assert list(directory.read_lines(gzip.compress(text + b"\n"))) == lines


@given(st.sets(st.integers(1, 10**6), min_size=1, max_size=60))
def test_every_row_is_found_by_its_own_keys_only(ids: set[int]) -> None:
    rows = [row(f"{number:06}", rest_id=str(number), screen_name=f"n{number}") for number in ids]
    index = index_of(*rows)
    for one in rows:
        assert one.rest_id
        assert one.screen_name
        assert [found.row_id for found in index.find_by_id(one.rest_id)] == [one.row_id]
        assert [found.row_id for found in index.find_by_name(one.screen_name)] == [one.row_id]
    assert index.find_by_id(RestId(str(max(ids) + 1))) == ()
