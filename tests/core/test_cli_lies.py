"""A directory that lies, at the command line: signed by the right key, served over HTTP, in a process of its own."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from passerelle.directory import (
    Evidence,
    PackedRows,
    encode_keys,
    encode_places,
    id_key,
    key_id,
    pack_block,
    pack_rows,
    published_line,
    signed_bytes,
)
from passerelle.directory.latest import MAX_LATEST
from passerelle.identifiers import RestId

from tests.core.fakes import row, source
from tests.data.archives import make_archive
from tests.data.people import ADA, ELIF, FORMULA

pytest.importorskip("httpx")

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
ROWS = [
    row("a", rest_id=ADA.rest_id, handle="ada.example.org"),
    row("b", rest_id=FORMULA.rest_id, handle="formula.example.org"),
]
HUGE = 1_500_000_000  # bytes of a latest.json
BOMBS = 50  # blocks
MOST_MEMORY = 100_000_000  # bytes; an honest small directory takes 61 million, mostly of Python and its modules


@dataclass
class Liar:
    """What a directory serves: latest.json made of `packed`, changed by `change` before it is signed."""

    packed: PackedRows
    change: Mapping[str, Any]
    served: dict[str, bytes]
    endless: bool = False
    taken: int = 0

    def latest(self) -> bytes:
        """Return latest.json, signed."""
        now = datetime.now(UTC).replace(microsecond=0)
        kinds = [
            *(("rows", one) for one in self.packed.rows),
            ("keys", self.packed.keys),
            ("places", self.packed.places),
        ]
        files = [{"kind": kind, **self._promise(content)} for kind, content in kinds]
        fields = {
            "version": int(now.timestamp()),
            "generated_at": now.isoformat(),
            "expires": (now + timedelta(days=14)).isoformat(),
            "rows": 2,
            "files": files,
            "deltas": [],
            "campaigns": [],
            "key_id": key_id(PUBLIC),
            **self.change,
        }
        signature = base64.b64encode(KEY.sign(signed_bytes(fields))).decode()
        return json.dumps(fields | {"signature": signature}).encode()

    def _promise(self, content: bytes) -> dict[str, Any]:
        sha256 = hashlib.sha256(content).hexdigest()
        self.served.setdefault(f"/v1/directory/files/{sha256}", content)
        return {"path": f"v1/directory/files/{sha256}", "sha256": sha256, "bytes": len(content)}


@contextmanager
def serving(liar: Liar) -> Iterator[str]:
    """Serve on loopback; yield the address."""
    latest = liar.latest()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            if self.path.endswith("latest.json") and liar.endless:
                self.send_header("content-length", str(HUGE))
                self.end_headers()
                self.send_without_end()
                return
            body = latest if self.path.endswith("latest.json") else liar.served[self.path]
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def send_without_end(self) -> None:
            try:
                while liar.taken < HUGE:
                    liar.taken += self.wfile.write(b" " * 65_536)
            except OSError:  # the client has enough
                pass

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@dataclass(frozen=True)
class Answer:
    """How the program ended: status, output, errors, and its highest memory in bytes."""

    status: int
    out: str
    error: str
    memory: int

    @property
    def found(self) -> dict[str, str]:
        """Return the handle that was found for each X id."""
        matches = json.loads(self.out)["matches"]
        return {match["rest_id"]: match["accounts"][0]["address"] for match in matches if match["row_id"]}


# VmHWM of proc_pid_status(5), since what wait4 tells counts the parent's memory, too.
PROGRAM = """
import sys; from pathlib import Path; from passerelle.cli.main import main
status = main(sys.argv[2:])
Path(sys.argv[1]).write_text(Path("/proc/self/status").read_text())
sys.exit(status)
"""


def match(archive: Path, liar: Liar, folder: Path) -> Answer:
    """Run `passerelle match` in a process of its own, so that its memory is its own."""
    with serving(liar) as url:
        arguments = ["match", str(archive), "--json", "--directory", url, "--key", base64.b64encode(PUBLIC).decode()]
        command = [sys.executable, "-c", PROGRAM, str(folder / "status"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    (peak,) = (line.split()[1] for line in (folder / "status").read_text().splitlines() if line.startswith("VmHWM:"))
    return Answer(done.returncode, done.stdout, done.stderr, int(peak) * 1024)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("archive") / "x.zip")


def honest() -> PackedRows:
    return pack_rows((one, published_line(one, Evidence(one.row_id, (source(),)))) for one in ROWS)


def liar(packed: PackedRows | None = None, **change: Any) -> Liar:
    return Liar(packed or honest(), change, {})


def test_an_honest_directory_finds_people(archive: Path, tmp_path: Path) -> None:
    answer = match(archive, liar(), tmp_path)
    assert (answer.status, answer.error) == (0, "")
    assert answer.found == {ADA.rest_id: "ada.example.org", FORMULA.rest_id: "formula.example.org"}
    assert answer.memory < MOST_MEMORY


NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param({"version": int(NOW.timestamp()) + 2 * 86_400}, "dated in the future", id="dated in two days"),
        ({"version": 2**53 - 1}, "dated in the future"),
        ({"expires": "7023-01-01T00:00:00+00:00"}, "not a directory"),
        ({"expires": "2026-01-01T00:00:00+00:00", "generated_at": "2025-12-20T00:00:00+00:00"}, "past its expiry date"),
        ({"files": []}, "not a directory"),
        ({"files": None}, "not a directory"),
        ({"files": [{"kind": "rows"}] * 10_000}, "not a directory"),
        ({"deltas": "all"}, "not a directory"),
        ({"rows": 2_000_001}, "not a directory"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_signed_latest_json_that_lies_is_refused(
    archive: Path, tmp_path: Path, change: Mapping[str, Any], sentence: str
) -> None:
    answer = match(archive, liar(**change), tmp_path)
    assert (answer.status, answer.out) == (3, "")
    assert sentence in answer.error
    assert answer.error.count("\n") == 1


def cut_short(content: bytes) -> bytes:
    return content[: len(content) // 2]


@pytest.mark.parametrize("kind", ["rows", "keys", "places"])
@pytest.mark.parametrize("swap", [cut_short, lambda content: content[::-1], lambda content: content + b" "])
def test_a_file_cut_short_or_swapped_is_refused(
    archive: Path, tmp_path: Path, kind: str, swap: Callable[[bytes], bytes]
) -> None:
    lying = liar()
    lying.latest()
    content = lying.packed.rows[0] if kind == "rows" else getattr(lying.packed, kind)
    lying.served[f"/v1/directory/files/{hashlib.sha256(content).hexdigest()}"] = swap(content)
    answer = match(archive, lying, tmp_path)
    assert (answer.status, answer.out) == (3, "")
    assert "does not have the promised checksum" in answer.error


def with_keys(packed: PackedRows, blocks: Sequence[tuple[str, int]], lengths: Sequence[int]) -> PackedRows:
    """Return the directory with keys of these X ids only, leading to these blocks."""
    entries = sorted((id_key(RestId(rest_id)), block) for rest_id, block in blocks)
    keys, numbers = [key for key, _ in entries], [block for _, block in entries]
    return replace(packed, keys=encode_keys(keys), places=encode_places(lengths, numbers))


def test_keys_that_point_elsewhere_hide_people_and_find_no_wrong_ones(archive: Path, tmp_path: Path) -> None:
    (block,) = honest().rows
    lying = with_keys(honest(), [(ELIF.rest_id, 0), (ADA.rest_id, 0), (FORMULA.rest_id, 7)], [len(block)])
    answer = match(archive, liar(lying), tmp_path)
    assert answer.status == 0
    assert answer.found == {ADA.rest_id: "ada.example.org"}


@pytest.mark.parametrize(
    "bomb",
    [
        zlib.compress(bytes(130_000_000), 9, 31),  # as large as a packed block may be
        pack_block(b'{"a":"' + b"a" * 100_000 + b'","rest_id":"%s"}\n' % ADA.rest_id.encode()),
        pack_block(b'{"rest_id":"%s","row_id":' % ADA.rest_id.encode() + b"[" * 60_000 + b"\n"),
        pack_block(b'{"rest_id":"%s"}\n' % ADA.rest_id.encode() * 3_000),
        b"\x1f\x8b" + bytes(100),
    ],
    ids=["bomb", "long line", "deep line", "no rows", "no gzip"],
)
def test_bombs_and_broken_blocks_hide_their_rows_only(archive: Path, tmp_path: Path, bomb: bytes) -> None:
    (block,) = honest().rows
    blocks = [(ADA.rest_id, number) for number in range(BOMBS)] + [(FORMULA.rest_id, BOMBS)]
    lying = replace(honest(), rows=(bomb * BOMBS + block,))
    answer = match(archive, liar(with_keys(lying, blocks, [len(bomb)] * BOMBS + [len(block)])), tmp_path)
    assert answer.status == 0, answer.error
    assert answer.found == {FORMULA.rest_id: "formula.example.org"}
    assert answer.memory < MOST_MEMORY


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda packed: replace(packed, keys=packed.keys[:-1]), "keys cannot be read"),
        (lambda packed: replace(packed, keys=packed.keys[:8] + b"\xff" * 4 + packed.keys[12:]), "keys cannot be read"),
        (lambda packed: replace(packed, places=b"PPLC" + packed.places[4:-1]), "list of blocks cannot be read"),
        (lambda packed: replace(packed, places=packed.places[:8] + b"\xff" * 8 + packed.places[16:]), "cannot be read"),
        (lambda packed: replace(packed, keys=encode_keys([1])), "do not fit together"),
        (lambda packed: replace(packed, keys=b"", places=b""), "cannot be read"),
    ],
)
def test_keys_and_places_with_wrong_counts_are_refused(
    archive: Path, tmp_path: Path, change: Callable[[PackedRows], PackedRows], sentence: str
) -> None:
    answer = match(archive, liar(change(honest())), tmp_path)
    assert (answer.status, answer.out) == (3, "")
    assert sentence in answer.error


def test_a_latest_json_of_one_and_a_half_gigabytes_is_cut_off(archive: Path, tmp_path: Path) -> None:
    lying = liar()
    lying.endless = True
    answer = match(archive, lying, tmp_path)
    assert (answer.status, answer.out) == (3, "")
    assert "not a directory" in answer.error
    assert lying.taken < 8 * MAX_LATEST  # what the sockets buffer is taken, too
    assert answer.memory < MOST_MEMORY
