"""`latest.json`: signature, freshness, bounds, and the checksums that it promises."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta
from typing import Any

import pytest
from passerelle import directory
from passerelle.directory import (
    MAX_AHEAD,
    MAX_PUBLISHED_FILE,
    MAX_VALIDITY,
    NOTHING_SEEN,
    FilePromise,
    Latest,
    Seen,
    key_id,
)
from passerelle.directory.latest import MAX_LATEST
from passerelle.errors import DirectoryError, ServerRefused
from passerelle.transport import Response

from tests.core.fakes import (
    BASE_URL,
    CURRENT_KEY,
    FOREIGN_KEY,
    NEXT_KEY,
    NOW,
    SOURCE,
    Directory,
    reply,
    row,
    sign,
    verify,
)

ROWS = [
    row("a", rest_id="11", screen_name="Ada_L", handle="ada.example.org"),
    row("b", screen_name="bruno", acct="bruno@quai.example.org"),
    row("c", rest_id="13", did="did:plc:ccccccccccccccccccccccc2"),
]


def read(answer: Response, seen: Seen = NOTHING_SEEN) -> Latest:
    return asyncio.run(directory.read_latest(answer, keys=SOURCE.keys, verify=verify, now=NOW, seen=seen))


def read_from(server: Directory, seen: Seen = NOTHING_SEEN) -> Latest:
    return read(server.answer(directory.latest_request(BASE_URL)), seen)


def refusal_of(server: Directory, seen: Seen = NOTHING_SEEN) -> str:
    with pytest.raises(DirectoryError) as caught:
        read_from(server, seen)
    return caught.value.code


def test_a_signed_directory_is_read() -> None:
    latest = read_from(Directory(ROWS, version=9))
    assert (latest.version, latest.rows) == (9, 3)
    assert [file.path.rpartition("/")[2] for file in latest.files.every()] == [
        "rows-0.jsonl.gz",
        "keys.jsonl.gz",
        "places.jsonl.gz",
    ]


def test_the_next_key_is_accepted_like_the_current_one() -> None:
    assert read_from(Directory(ROWS, key=NEXT_KEY)).version == 7


def test_an_unpinned_key_is_refused() -> None:
    assert refusal_of(Directory(ROWS, key=FOREIGN_KEY)) == "directory_key_unknown"


@pytest.mark.parametrize("name", ["version", "rows", "expires", "files", "deltas", "campaigns"])
def test_a_signature_covers_every_field(name: str) -> None:
    def tamper(latest: dict[str, Any]) -> None:
        latest[name] = {"version": 8, "rows": 2, "expires": "2030-01-01T00:00:00Z", "files": {}}.get(name, ["x"])

    assert refusal_of(Directory(ROWS, tamper=tamper)) == "directory_signature"


def test_a_missing_or_malformed_signature_is_refused() -> None:
    assert refusal_of(Directory(ROWS, tamper=lambda latest: latest.pop("signature"))) == "directory_signature"
    assert refusal_of(Directory(ROWS, tamper=lambda latest: latest.update(signature="?"))) == "directory_signature"


def test_an_older_version_than_seen_is_refused_and_the_same_is_accepted() -> None:
    assert refusal_of(Directory(ROWS, version=7), seen=Seen(key_id(CURRENT_KEY), 8)) == "directory_older"
    assert read_from(Directory(ROWS, version=7), seen=Seen(key_id(CURRENT_KEY), 7)).version == 7


def test_an_expired_directory_is_refused() -> None:
    assert refusal_of(Directory(ROWS, expires=NOW)) == "directory_expired"
    assert read_from(Directory(ROWS, expires=NOW + timedelta(seconds=1))).rows == 3


def test_a_validity_of_more_than_thirty_days_is_refused() -> None:
    assert read_from(Directory(ROWS, generated_at=NOW, expires=NOW + MAX_VALIDITY)).rows == 3
    for far in (MAX_VALIDITY + timedelta(seconds=1), timedelta(days=365 * 4997)):
        assert refusal_of(Directory(ROWS, generated_at=NOW, expires=NOW + far)) == "directory_invalid"


def test_a_version_far_above_its_date_is_refused() -> None:
    most = int((NOW + MAX_AHEAD).timestamp())
    assert read_from(Directory(ROWS, generated_at=NOW, version=most)).version == most
    for version in (most + 1, 2**53 - 1):
        assert refusal_of(Directory(ROWS, generated_at=NOW, version=version)) == "directory_ahead"


def test_a_directory_more_than_a_day_ahead_of_the_clock_is_refused() -> None:
    assert read_from(Directory(ROWS, generated_at=NOW + MAX_AHEAD)).rows == 3
    assert refusal_of(Directory(ROWS, generated_at=NOW + MAX_AHEAD + timedelta(seconds=1))) == "directory_ahead"


def test_the_next_key_takes_over_and_the_current_one_is_refused_afterwards() -> None:
    stolen = Seen(key_id(CURRENT_KEY), int((NOW + MAX_AHEAD).timestamp()))
    assert read_from(Directory(ROWS, key=NEXT_KEY, version=7), stolen).version == 7

    taken_over = Seen(key_id(NEXT_KEY), 7)
    assert refusal_of(Directory(ROWS, key=CURRENT_KEY, version=8), taken_over) == "directory_key_replaced"
    assert refusal_of(Directory(ROWS, key=NEXT_KEY, version=6), taken_over) == "directory_older"


def test_versions_count_anew_where_the_key_seen_is_pinned_no_more() -> None:
    assert read_from(Directory(ROWS, version=7), Seen(key_id(FOREIGN_KEY), 8)).version == 7


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
        return asyncio.run(directory.read_latest(answer, keys=(public,), verify=verify_really, now=NOW))

    latest = Directory(ROWS, tamper=sign_again).latest()
    shuffled = dict(reversed(latest.items()))
    assert read_with(reply(200, shuffled)).version == 7
    with pytest.raises(DirectoryError, match="signature"):
        read_with(reply(200, latest | {"version": 8}))


def test_the_key_id_is_the_start_of_the_keys_sha256() -> None:
    assert directory.key_id(bytes(32)) == "66687aadf862bd77"


def test_requests_bound_the_answer_by_what_is_known_before() -> None:
    assert directory.latest_request(BASE_URL).limit == MAX_LATEST + 1
    assert directory.file_request(BASE_URL, FilePromise("v1/x", "a" * 64, 500)).limit == 501


def test_a_promise_larger_than_any_directory_is_refused() -> None:
    def tamper(size: int) -> Directory:
        server = Directory(ROWS)
        latest = server.latest()
        latest["files"][0]["bytes"] = size
        latest["signature"] = base64.b64encode(sign(server.key, directory.signed_bytes(latest))).decode()
        server.latest = lambda: latest  # type: ignore[method-assign]
        return server

    assert read_from(tamper(MAX_PUBLISHED_FILE)).files.rows[0].bytes == MAX_PUBLISHED_FILE
    assert refusal_of(tamper(MAX_PUBLISHED_FILE + 1)) == "directory_invalid"
