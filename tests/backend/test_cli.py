"""The command line as an operator uses it: main() with settings from the environment, and the real server once."""

from __future__ import annotations

import base64
import json
import os
import resource
import signal
import socket
import stat
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from passerelle_directory.cli import main

START_UP = 60  # seconds; alone on the machine it takes two


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh PASSERELLE_DATA, not yet there."""
    folder = tmp_path / "data"
    monkeypatch.setenv("PASSERELLE_DATA", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return folder


def test_keygen_makes_two_keys_that_only_the_owner_reads(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keygen"]) == 0
    printed = dict(text.split() for text in capsys.readouterr().out.splitlines())
    assert set(printed) == {"current", "next"}
    assert all(len(base64.b64decode(key, validate=True)) == 32 for key in printed.values())
    files = sorted((data / "keys").iterdir())
    assert [file.name for file in files] == ["current.pem", "next.pem"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((data / "keys").stat().st_mode) == 0o700


def test_keygen_never_overwrites(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["keygen"])
    first = capsys.readouterr().out
    before = {file: file.read_bytes() for file in (data / "keys").iterdir()}
    main(["keygen"])
    assert capsys.readouterr().out == first
    assert {file: file.read_bytes() for file in (data / "keys").iterdir()} == before


def test_keygen_after_a_change_of_keys_makes_only_the_missing_one(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["keygen"])
    following = capsys.readouterr().out.splitlines()[1].split()[1]
    (data / "keys" / "next.pem").replace(data / "keys" / "current.pem")
    main(["keygen"])
    current, new = (text.split()[1] for text in capsys.readouterr().out.splitlines())
    assert current == following != new


@pytest.mark.parametrize("command", [["serve"], ["snapshot"]])
def test_a_fresh_folder_gets_a_sentence_and_no_file(
    data: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert main(command) == 3
    said = capsys.readouterr().err
    assert "Run first: passerelle-directory" in said
    assert len(said.splitlines()) == 1
    assert not data.exists()


def test_serve_without_a_snapshot_says_what_to_do(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["db", "upgrade"])
    assert main(["serve"]) == 3
    assert "snapshot" in capsys.readouterr().err


def test_all_commands_in_order_publish_a_directory(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands = (["keygen"], ["seed"], ["snapshot"], ["db", "upgrade"], ["snapshot"])
    assert [main(command) for command in commands] == [0] * len(commands)
    latest = json.loads((data / "public" / "latest.json").read_bytes())
    assert latest["rows"] > 700
    assert f"Version {latest['version']}: " in capsys.readouterr().out


def test_bad_lines_are_reported_with_their_number_and_the_rest_is_in(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(
        "screen_name,handle,source\nmuseum,museum.example.com,lists/one\nzoo,no,lists/one\n", encoding="utf-8"
    )
    main(["db", "upgrade"])
    assert main(["import", str(rows)]) == 0
    said = capsys.readouterr()
    assert said.out == f"{rows}: 1 new, 0 changed, 0 known, 1 skipped\n"
    assert said.err == f"{rows} line 3: This is not a handle: 'no'\n"


def test_a_file_without_any_good_line_is_unreadable(data: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("screen_name,handle,source\nzoo,no,lists/one\n", encoding="utf-8")
    main(["db", "upgrade"])
    assert main(["import", str(rows)]) == 3
    assert main(["import", str(tmp_path / "missing.csv")]) == 3


def test_import_without_a_file_is_wrong_usage(data: Path) -> None:
    main(["db", "upgrade"])
    assert main(["import"]) == 2


def test_import_seed_is_the_seed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["db", "upgrade"])
    main(["import", "--seed"])
    assert capsys.readouterr().out.count(" 0 skipped") == 2


def test_a_wrong_setting_is_wrong_usage(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PASSERELLE_PROXIES", "many")
    assert main(["keygen"]) == 2
    assert "PASSERELLE_PROXIES" in capsys.readouterr().err


def test_a_file_that_is_no_database_gets_one_line(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data.mkdir()
    (data / "directory.sqlite").write_bytes(b"no database at all" * 100)
    assert main(["seed"]) == 3
    assert capsys.readouterr().err.startswith("passerelle-directory: The database cannot be used: ")


@pytest.mark.parametrize("url", ["nonsense", "nosuch://u:hunter2@127.0.0.1/x", "postgresql+nosuch://u:hunter2@h/x"])
@pytest.mark.parametrize("command", [["db", "upgrade"], ["seed"]])
def test_an_address_of_no_database_gets_one_line_without_the_password(
    url: str, command: list[str], data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert main(command) == 3
    said = capsys.readouterr().err
    assert said.startswith("passerelle-directory: DATABASE_URL ")
    assert (said.count("\n"), "hunter2" in said) == (1, False)


def run_without_room(arguments: list[str], room: int) -> subprocess.CompletedProcess[str]:
    """Run a command that may not write any file longer than `room` bytes, as on a full disk."""
    return subprocess.run(
        [sys.executable, "-m", "passerelle_directory.cli", *arguments],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
        capture_output=True,
        text=True,
        check=False,
    )


def test_keygen_on_a_full_disk_leaves_no_key_and_works_later(data: Path) -> None:
    full = run_without_room(["keygen"], 0)
    assert (full.returncode, full.stderr.count("\n")) == (3, 1)
    assert "no room left on the disk" in full.stderr
    assert list((data / "keys").iterdir()) == []
    assert main(["keygen"]) == 0


def test_keygen_replaces_an_empty_key(data: Path) -> None:
    (data / "keys").mkdir(parents=True)
    (data / "keys" / "current.pem").touch()
    assert main(["keygen"]) == 0
    assert (data / "keys" / "current.pem").stat().st_size > 0


@pytest.mark.parametrize("command", [["seed"], ["snapshot"]])
@pytest.mark.parametrize("room", [0, 20_000])
def test_a_full_disk_gets_one_line_and_keeps_what_is_published(data: Path, command: list[str], room: int) -> None:
    for before in (["keygen"], ["seed"], ["snapshot"]):
        assert main(before) == 0
    published = (data / "public" / "latest.json").read_bytes()
    (data / "directory.sqlite").unlink(missing_ok=command == ["seed"])
    if command == ["snapshot"]:
        main(["seed"])
    full = run_without_room(command, room)
    assert (full.returncode, full.stderr.count("\n")) == (3, 1), full.stderr
    assert (data / "public" / "latest.json").read_bytes() == published
    assert main(["seed"]) == 0
    assert main(["snapshot"]) == 0


def test_control_characters_in_a_name_do_not_reach_the_terminal(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "a\x1b]0;owned\x07.csv"
    rows.write_text("screen_name,handle,source\nzoo,\x1b[2Jno,lists/one\n", encoding="utf-8")
    main(["import", str(rows), str(tmp_path / "\x1b[31mmissing.csv")])
    printed = capsys.readouterr()
    assert "\x1b" not in printed.out + printed.err
    assert "\\x1b" in printed.out


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get_when_up(url: str) -> bytes:
    """Fetch `url` as soon as the server answers."""
    for _ in range(START_UP * 10):
        try:
            with urllib.request.urlopen(url) as answer:
                body: bytes = answer.read()
                return body
        except urllib.error.URLError:
            time.sleep(0.1)
    raise TimeoutError(url)


def test_serve_on_a_port_in_use_says_so_and_does_not_begin(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["keygen"], ["db", "upgrade"], ["snapshot"]):
        assert main(command) == 0
    capsys.readouterr()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["serve", "--port", str(taken.getsockname()[1])]) == 3
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("passerelle-directory: Nothing can be served on 127.0.0.1:")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http"])
def test_a_port_that_is_none_is_wrong_usage(port: str, data: Path) -> None:
    with pytest.raises(SystemExit) as left:
        main(["serve", "--port", port])
    assert left.value.code == 2


def test_a_damaged_latest_is_not_written_over(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["keygen"], ["db", "upgrade"], ["snapshot"]):
        assert main(command) == 0
    latest = data / "public" / "latest.json"
    for damaged in ("", "[]", "{}", '{"version": null}'):
        latest.write_text(damaged)
        assert main(["snapshot"]) == 3
        assert latest.read_text() == damaged
    assert capsys.readouterr().err.count("latest.json is damaged") == 4


def send_badly(port: int) -> None:
    """Send an invalid request, an oversized one, and one whose connection is reset before the answer."""
    for request in (
        b"\0\xff nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000,
        b"GET /departures HTTP/1.1\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(request)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close with a reset


def test_the_limit_counts_every_request(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for command in (["keygen"], ["db", "upgrade"], ["snapshot"]):
        assert main(command) == 0
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "passerelle_directory.cli", "serve", "--port", str(port)],
        env={**os.environ, "PASSERELLE_LIMIT": "7 per hour"},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        get_when_up(f"http://127.0.0.1:{port}/openapi.json")
        statuses = [get_status(f"http://127.0.0.1:{port}/v1/directory/latest.json") for _ in range(30)]
    finally:
        server.terminate()
        server.wait(timeout=START_UP)
    assert statuses == [200] * 7 + [429] * 23


def get_status(url: str) -> int:
    """Fetch `url` on a new connection; return the status."""
    try:
        with urllib.request.urlopen(url) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        return error.code


def test_serve_answers_on_loopback_and_stops_when_told(data: Path) -> None:
    for command in (["keygen"], ["db", "upgrade"], ["snapshot"]):
        assert main(command) == 0
    files = sorted(data.rglob("*"))
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "passerelle_directory.cli", "serve", "--port", str(port)],
        env={**os.environ, "HOME": str(data)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        body = get_when_up(f"http://127.0.0.1:{port}/v1/directory/latest.json")
        assert json.loads(body)["rows"] == 0
        send_badly(port)
    finally:
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=START_UP)
    assert server.returncode == 0
    assert b'"route": "/v1/directory/latest.json"' in log
    assert b"127.0.0.1" not in log
    assert sorted(data.rglob("*")) == files
