"""Whatever is done to an archive, reading ends: in a result or in one of our errors, in bounded time and memory."""

from __future__ import annotations

import io
import random
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from passerelle.archive import read
from passerelle.archive.drafts import Draft
from passerelle.archive.locate import Export
from passerelle.archive.readers import salvage_account, salvage_people, take_readme
from passerelle.archive.syntax import CHUNK, MAX_ROW, Rows, read_object, read_text
from passerelle.errors import UnreadableArchive
from passerelle.people.graph import from_json, make_graph, to_json
from passerelle.people.summary import summarize, summary_json

from tests.data.archives import ZIP_DATE, chatter, make_archive, sample_tweets
from tests.data.people import ADA, BRUNO, PEOPLE, STRANGER

FEW, MANY = 500, 100_000
SECONDS = 10  # far more than any example takes, far less than anybody waits

few = settings(max_examples=FEW, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
many = settings(few, max_examples=MANY)

Mutation = Callable[[bytes], bytes]


def cut(at: float) -> Mutation:
    return lambda content: content[: int(len(content) * at)]


def flip(at: float, bits: int) -> Mutation:
    def change(content: bytes) -> bytes:
        place = int(len(content) * at)
        return content[:place] + bytes([content[place] ^ bits]) + content[place + 1 :] if place < len(content) else b""

    return change


def swap(first: float, second: float, size: int) -> Mutation:
    def change(content: bytes) -> bytes:
        a, b = sorted((int(len(content) * first), int(len(content) * second)))
        b = max(b, a + size)
        return content[:a] + content[b : b + size] + content[a + size : b] + content[a : a + size] + content[b + size :]

    return change


def insert(at: float, foreign: bytes) -> Mutation:
    def change(content: bytes) -> bytes:
        place = int(len(content) * at)
        return content[:place] + foreign + content[place:]

    return change


PLACES = st.floats(0, 1, exclude_max=True)
FOREIGN = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"[", b"{", b'"', b"]", b"}", b"\\", b",", b"\0", b"[" * 5000, b'{"a":' * 5000, b"9" * 5000, b"=[{"]
    ),
)
MUTATIONS = st.lists(
    st.one_of(
        st.builds(cut, PLACES),
        st.builds(flip, PLACES, st.integers(1, 255)),
        st.builds(swap, PLACES, PLACES, st.integers(1, 400)),
        st.builds(insert, PLACES, FOREIGN),
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A valid ZIP as X sends it."""
    path = tmp_path_factory.mktemp("whole") / "a.zip"
    return make_archive(path, following=[ADA, BRUNO], followers=[STRANGER], tweets=sample_tweets()[:3]).read_bytes()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a valid archive that are read, by name."""
    folder = make_archive(tmp_path_factory.mktemp("files"), following=[ADA, BRUNO], tweets=sample_tweets()[:3])
    names = ("account", "manifest", "following", "follower", "tweets", "tweet-headers", "community-tweet")
    found = {f"data/{name}.js": (folder / f"data/{name}.js").read_bytes() for name in names}
    return {**found, "data/README.txt": (folder / "data/README.txt").read_bytes()}


def read_to_the_end(path: Path) -> None:
    """Read; what comes out can be written and read back. Any other exception than ours fails the test."""
    refusal = None
    try:
        result = read([path])
    except UnreadableArchive as error:
        refusal = error
    if refusal:
        assert refusal.code in UnreadableArchive.CODES
        assert refusal.message.endswith(".")
    else:
        summary_json(summarize(result, full=True)).encode()
        graph = make_graph(result)
        assert from_json(to_json(graph)) == graph


def damage_the_zip(archive: bytes, mutations: list[Mutation], folder: Path) -> None:
    for mutation in mutations:
        archive = mutation(archive)
    path = folder / "damaged.zip"
    path.write_bytes(archive)
    read_to_the_end(path)


def damage_a_file(files: dict[str, bytes], name: str, mutations: list[Mutation], folder: Path) -> None:
    content = files[name]
    for mutation in mutations:
        content = mutation(content)
    path = folder / "damaged.zip"
    with zipfile.ZipFile(path, "w") as file:
        for member, text in {**files, name: content}.items():
            file.writestr(zipfile.ZipInfo(member, ZIP_DATE), text)
    read_to_the_end(path)


NAMES = st.sampled_from(
    [f"data/{name}" for name in ("account.js", "manifest.js", "following.js", "follower.js", "tweets.js", "README.txt")]
)


@few
@given(mutations=MUTATIONS)
def test_a_damaged_zip_ends_in_a_result_or_our_error(archive: bytes, mutations: list[Mutation], tmp_path: Path) -> None:
    damage_the_zip(archive, mutations, tmp_path)


@few
@given(name=NAMES, mutations=MUTATIONS)
def test_a_damaged_file_ends_in_a_result_or_our_error(
    files: dict[str, bytes], name: str, mutations: list[Mutation], tmp_path: Path
) -> None:
    damage_a_file(files, name, mutations, tmp_path)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@many
@given(mutations=MUTATIONS)
def test_many_damaged_zips(archive: bytes, mutations: list[Mutation], tmp_path: Path) -> None:
    damage_the_zip(archive, mutations, tmp_path)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@many
@given(name=NAMES, mutations=MUTATIONS)
def test_many_damaged_files(files: dict[str, bytes], name: str, mutations: list[Mutation], tmp_path: Path) -> None:
    damage_a_file(files, name, mutations, tmp_path)


# Texts made to cost time, memory or the interpreter: each some megabytes long.
MEGA = 1024 * 1024
EXPENSIVE = {
    "brackets": b"[" * (4 * MEGA),
    "objects": b'[{"a":' * MEGA,
    "rows in rows": b'=[{"tweet":{"a":[0,' * (MEGA // 4),
    "rows in rows, after commas": b'=[0,{"tweet":{"a":[0,' + b'{"tweet":{"a":[0,' * (MEGA // 4),
    "half rows": b'=[{"tweet":{' + b',{"tweet":{' * (MEGA // 4),
    "quotes": b'=[{"tweet":' + b'"' * (4 * MEGA),
    "escaped quotes": b'=[{"tweet":' + b'\\"' * (2 * MEGA),
    "single quotes": b"=[{'tweet':" + b"'" * (4 * MEGA),
    "letters": b"=[{tweet:" + b"a" * (4 * MEGA),
    "spaces": b"=[{tweet:" + b" " * (4 * MEGA),
    "commas and spaces": b"=[{tweet:" + b",  " * (MEGA),
    "commas": b"=[" + b"," * (4 * MEGA),
    "equals signs": b"= " * (4 * MEGA),
    "slashes": b"=[{tweet:" + b"/" * (4 * MEGA),
    "digits": b'=[{"tweet":' + b"9" * (4 * MEGA),
    "zeros": bytes(4 * MEGA),
    "one long string": b'=[{"tweet":{"full_text":"' + b"a" * (4 * MEGA),
    "newlines and braces": b"=[{tweet:" + b"\n}," * MEGA,
    "0xff": b"\xff" * (4 * MEGA),
    "UTF-16": b"\xff\xfe" + b"[\0{\0" * MEGA,
    "an end and blanks": b"=[{x]" + b" " * (2 * MEGA) + b"x",
    "ends and blanks": b"=[{x" + b"]  " * MEGA + b"x",
    "ends, semicolons and blanks": b"=[{x" + b"] ; " * MEGA + b"x",
}


@pytest.mark.timeout(SECONDS * 3)
@pytest.mark.parametrize("name", EXPENSIVE)
def test_no_text_costs_more_than_its_length(name: str) -> None:
    tracemalloc.start()
    try:
        rows = Rows(io.BytesIO(EXPENSIVE[name]), "tweet")
        for _ in rows:
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 * (MAX_ROW + CHUNK)


# A pump is repeated between a prefix and a suffix, to find expressions that need more than linear time.
PREFIXES = (
    b"",
    b"=[",
    b"=[{",
    b'=[{"tweet":{"a":',
    b"=[{x]",
    b"=[{tweet:'",
    b'=[{"account":{"accountId',
    b"- @username",
)
SUFFIXES = (b"", b"x", b"]", b"];", b"}", b'"', b"\n", b"]x")
PUMPS = (
    b" ", b"\n", b"\t", b"]", b"] ", b"];", b" ; ", b"; ]", b"[", b"[ ", b"{", b"}", b"{}", b"[]", b",", b", ",
    b",]", b",}", b"=", b"= ", b"=[", b'"', b"'", b'\\"', b"\\'", b"\\", b"/", b"//", b"// \n", b"a", b"a ", b"a:",
    b"a :", b"$", b"1", b"-", b"{a:", b'{"tweet":', b'{"tweet":{', b"\n},{", b"\n}, ", b'accountId":"',
    b"accountId : ", b'username:"a"', b"- Account ID: 1 ", b"@a ",
)  # fmt: skip
PUMPED = 96 * 1024  # bytes
TARGETS: tuple[Callable[[bytes], object], ...] = (
    lambda content: list(Rows(io.BytesIO(content), "tweet")),
    lambda content: list(Rows(io.BytesIO(content), "following", partial(salvage_people, "following"))),
    lambda content: list(Rows(io.BytesIO(content), "account", salvage_account)),
    lambda content: read_object(io.BytesIO(content)),
    lambda content: take_readme(Draft(Export(())), read_text(io.BytesIO(content))),
)
SHAPES = tuple(product(PREFIXES, PUMPS, SUFFIXES, TARGETS))


def slow_shapes(
    shapes: Iterable[tuple[bytes, bytes, bytes, Callable[[bytes], object]]],
) -> list[tuple[bytes, bytes, bytes]]:
    """Return the shapes that take more than a second of this process, twice: linear ones take some milliseconds.

    Twice, since a collection of the whole process's garbage may fall into one of them.
    """
    return [
        (prefix, pump, suffix)
        for prefix, pump, suffix, target in shapes
        if all(_processor_time(target, prefix + pump * (PUMPED // len(pump)) + suffix) > 1 for _ in range(2))
    ]


def _processor_time(target: Callable[[bytes], object], content: bytes) -> float:
    started = time.process_time()
    with suppress(ValueError):
        target(content)
    return time.process_time() - started


def test_no_pumped_shape_is_slow() -> None:
    assert slow_shapes(random.Random(20261127).sample(SHAPES, 200)) == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_none_of_all_pumped_shapes_is_slow() -> None:
    assert len(SHAPES) == 14_720
    assert slow_shapes(SHAPES) == []


def test_reading_many_tweets_takes_little_memory(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip", tweets=chatter(PEOPLE, 8_000))
    tracemalloc.start()
    try:
        assert read([path]).tweets == 8_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * MEGA  # the file has 13
