"""`make x-pages` and `make x-users` on whatever lies in a folder: one JSON object, nothing left out, nobody stopped."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.data.people import ADA, BRUNO, FARID
from tests.extension.x_markup import classic, name_line, tweet

ROOT = Path(__file__).parents[2]
PAGE = classic(tweet(ADA), tweet(FARID, line=name_line(FARID, shown="\u2066@farid_k\u2069")))
FOUND = [
    {"surface": "tweet", "handle": "ada_nouvelle", "rest_id": None},
    {"surface": "tweet", "handle": "farid_k", "rest_id": None},
]


def run(module: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", module, str(folder)], cwd=ROOT, capture_output=True, text=True)


def printed(module: str, folder: Path) -> Any:
    done = run(module, folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def in_head(text: str) -> str:
    return PAGE.replace("<head>", f"<head>{text}")


def test_pages_of_every_kind_are_read_and_what_is_no_page_is_left_alone(tmp_path: Path) -> None:
    refresh = '<meta http-equiv="refresh" content="0;url=https://x.com/{}">'
    pages = {
        "Ada (@ada) on X.html": PAGE.encode(),
        "Ada (@ada) on X_files/frame.html": b"<p>nobody",
        "capitals.HTM": PAGE.encode("utf-8-sig"),
        "deep/er/page.xhtml": PAGE.encode("utf-16"),
        "fragment.html": tweet(ADA).encode() + tweet(FARID).encode(),
        "latin.html": in_head("<meta charset=iso-8859-1>")
        .replace("A post", "Un thé")
        .replace("\u2066", "")
        .encode("latin-1", "ignore"),
        "leads-away.html": in_head(refresh.format("home") + refresh.format("")).encode(),
        "frames.html": PAGE.replace("</body>", '<iframe src="https://x.com/"></iframe></body>').encode(),
        "scripts.html": PAGE.replace("</body>", "<script>document.body.remove()</script></body>").encode(),
        "empty.html": b"",
        "noise.html": bytes(range(256)) * 100,
    }
    for name, content in {**pages, "page.txt": PAGE.encode(), "picture.png": b""}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder.html").mkdir()

    nobody = {"Ada (@ada) on X_files/frame.html", "empty.html", "noise.html"}
    assert printed("tests.x_pages", tmp_path) == {name: [] if name in nobody else FOUND for name in pages}


def test_answers_of_every_kind_are_read(tmp_path: Path) -> None:
    # A line separator in a name: JSON lets it stand, and so does X.
    ada = {"__typename": "User", "rest_id": ADA.rest_id, "core": {"screen_name": "ada_nouvelle", "name": "A\u2028da"}}
    more = {**ada, "core": {"screen_name": "ada_nouvelle"}, "profile_bio": {"description": "Poète. \ud83e"}}
    bruno = {"__typename": "User", "rest_id": BRUNO.rest_id, "legacy": {"screen_name": "brunoquai"}}
    text = json.dumps([ada, more], ensure_ascii=True)
    packed = base64.b64encode(text.encode()).decode()
    har = {"log": {"entries": [{"response": {"content": {"text": packed, "encoding": "base64"}}}]}}
    files = {
        "answer.json": text.encode(),
        "marked.JSON": text.encode("utf-8-sig"),
        "wide.json": text.encode("utf-16"),
        "lines.jsonl": f"{json.dumps(ada)}\n\n{json.dumps(more)}\nno json\n".encode(),
        "recording.har": json.dumps(har).encode(),
        "deep/recorded.json": json.dumps([{"url": "/", "responseBody": text}, {"responseBody": "no {"}]).encode(),
    }
    for name, content in {
        **files,
        "bruno.txt": json.dumps(bruno).encode(),
        "empty.json": b"",
        "page.html": b"",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)

    done = run("tests.x_users", tmp_path)
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert "empty.json is no JSON" in done.stderr
    assert found.keys() == {*files, "bruno.txt", "empty.json"}
    assert [user["screen_name"] for user in found["bruno.txt"]] == ["brunoquai"]
    assert found["empty.json"] == []
    for name in files:
        (user,) = found[name]
        assert (user["rest_id"], user["display_name"]) == (ADA.rest_id, "A\u2028da"), name
        assert user["bio"] == "Poète. \ud83e", name


def test_an_empty_folder_is_an_empty_object_and_none_is_an_error(tmp_path: Path) -> None:
    for module in ("tests.x_pages", "tests.x_users"):
        assert printed(module, tmp_path) == {}
        assert run(module, tmp_path / "none").returncode == 2


def test_a_file_that_cannot_be_read_is_null_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.html").symlink_to("/proc/self/mem")  # a file that nobody can read from its start, root neither
    (tmp_path / "b.html").write_text(PAGE)
    (tmp_path / "a.json").symlink_to("/proc/self/mem")
    (tmp_path / "b.json").write_text("{}")
    for module, suffix, read in (("tests.x_pages", "html", FOUND), ("tests.x_users", "json", [])):
        done = run(module, tmp_path)
        assert json.loads(done.stdout) == {f"a.{suffix}": None, f"b.{suffix}": read}
        assert f"a.{suffix} could not be" in done.stderr
        assert done.returncode == 1
