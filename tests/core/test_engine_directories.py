"""The directories on this machine: fetched whole or by deltas, shared, hostile ones refused, added and removed."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from passerelle.directory import Row
from passerelle.transport import Request, Response

from tests.core.directory_vectors import MANY, line_of
from tests.core.fakes import CURRENT_KEY, FOREIGN_KEY, NOW, SOURCE, Browser, Directory, row
from tests.data.archives import make_archive
from tests.data.people import ADA, BRUNO, CHLOE, Someone

OTHER_URL = "https://other.example.org"
OTHER_KEY = b"key of another directory........"
KEY_TEXT = base64.b64encode(OTHER_KEY).decode()


def listed(someone: Someone, **fields: Any) -> Row:
    handle = {"handle": f"{someone.screen_name.lower().replace('_', '-')}.example.org"}
    return row(someone.screen_name.lower(), rest_id=someone.rest_id, screen_name=someone.screen_name, **handle | fields)


def delta(*changed: Row, gone: Sequence[str] = ()) -> list[bytes]:
    lines = [line_of(one).rstrip() for one in changed]
    return [*lines, *(b'{"gone":true,"row_id":"%s"}' % one.encode() for one in gone)]


class Life:
    """A browser that has read an archive, with the directory's requests by file."""

    def __init__(self, archive: str, directory: Directory) -> None:
        self.archive = archive
        self.browser = Browser(directory=directory)
        self.browser.start()
        self.other = Directory([], key=OTHER_KEY)
        self.browser.web["other.example.org"] = self.answer_other

    def answer_other(self, request: Request) -> Response:
        return self.other.answer(request)

    async def open(self) -> None:
        await self.browser.ask("archive.open", [self.archive], names=["x.zip"])

    async def update(self, directory: Directory) -> Any:
        self.browser.directory = directory
        self.browser.requests.clear()
        return await self.browser.ask("directory.update")

    @property
    def fetched(self) -> list[str]:
        """The files of directories that were requested last."""
        return [request.url.rsplit("/", 1)[1].removesuffix(".jsonl.gz") for request in self.browser.requests]

    @property
    def matches(self) -> dict[str, Any]:
        return self.browser.storage.stores["matches"]

    @property
    def stored(self) -> dict[str, Any]:
        return self.browser.storage.stores["directory"]

    def address(self, someone: Someone) -> str | None:
        match = self.matches.get(someone.rest_id)
        return match["accounts"][0]["address"] if match else None

    async def add(self, url: str = OTHER_URL, key: str = KEY_TEXT) -> Any:
        return await self.browser.ask("directory.add", url=url, key=key)


@pytest.fixture
def archive(tmp_path: Any) -> str:
    return str(make_archive(tmp_path / "x.zip", following=[ADA, BRUNO, CHLOE]))


FIRST = Directory([listed(ADA), listed(BRUNO)])
LARGE = replace(FIRST, rows=[*FIRST.rows, *MANY])  # larger than its deltas


def test_the_files_lie_here_as_they_came_and_only_once(archive: str) -> None:
    async def main() -> None:
        life = Life(archive, FIRST)
        await life.open()
        files = FIRST.packed()
        assert sorted(value for key, value in life.stored.items() if key.startswith("file ")) == sorted(files.values())
        assert life.matches.keys() == {ADA.rest_id, BRUNO.rest_id}
        await life.update(FIRST)
        assert life.fetched == ["latest.json"]

    asyncio.run(main())


def test_a_download_that_was_cut_off_goes_on_with_the_next_file(archive: str) -> None:
    async def main() -> None:
        life = Life(archive, FIRST)
        life.browser.directory = replace(FIRST, tamper=lambda latest: None)
        real = life.browser.directory.packed()
        life.browser.storage.stores["directory"]["file " + FIRST.latest()["files"][0]["sha256"]] = real["rows-0"]
        await life.open()
        assert [name for name in life.fetched if name.startswith("rows")] == []
        assert life.address(ADA) == "ada-nouvelle.example.org"

    asyncio.run(main())


def test_deltas_change_remove_and_add_rows_without_the_whole_files(archive: str) -> None:
    async def main() -> None:
        life = Life(archive, LARGE)
        await life.open()
        changed, new = listed(ADA, handle="moved.example.org"), listed(CHLOE)
        deltas = {(7, 8): delta(changed), (8, 9): delta(new, gone=[BRUNO.screen_name.lower()])}
        view = await life.update(replace(LARGE, rows=[changed, new, *MANY], version=9, deltas=deltas))
        assert life.fetched == ["latest.json", "delta-7-8", "delta-8-9"]
        assert (view["version"], view["error"]) == (9, None)
        assert (life.address(ADA), life.address(BRUNO)) == ("moved.example.org", None)
        assert life.matches[CHLOE.rest_id]["new_since"]
        life.browser.start()  # and after a restart
        await life.browser.ask("match.find")
        assert life.matches.keys() == {ADA.rest_id, CHLOE.rest_id}

    asyncio.run(main())


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("a chain with a gap", {"deltas": {(6, 8): []}}),
        ("no chain", {"deltas": {}}),
        ("a delta that cannot be unpacked", {"deltas": {(7, 8): [b"x" * (1 << 17)]}}),
        ("a base of thirty days", {"deltas": {(7, 8): []}, "generated_at": NOW - timedelta(hours=1)}),
    ],
)
def test_the_whole_is_fetched_where_deltas_do_not_lead_on(archive: str, name: str, changes: dict[str, Any]) -> None:
    async def main() -> None:
        before = replace(LARGE, generated_at=NOW - timedelta(days=29, hours=23)) if "base" in name else LARGE
        life = Life(archive, replace(before, expires=NOW + timedelta(minutes=30)))
        await life.open()
        life.browser.clock.time += timedelta(hours=2 if "base" in name else 0)
        after = replace(LARGE, rows=[listed(ADA), listed(CHLOE), *MANY], version=8)
        await life.update(replace(after, **changes))
        assert [name for name in life.fetched if name.startswith("rows")] == ["rows-0"]
        assert life.matches.keys() == {ADA.rest_id, CHLOE.rest_id}
        assert not any(key.startswith("overlay") for key in life.stored)
        assert len(life.stored) == 1 + len(LARGE.packed())

    asyncio.run(main())


def test_a_grown_overlay_is_folded_into_new_files(archive: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        monkeypatch.setattr("passerelle.engine.downloads.MAX_OVERLAY", 100)
        life = Life(archive, LARGE)
        await life.open()
        changed = listed(ADA, handle="moved.example.org")
        await life.update(
            replace(LARGE, rows=[changed, listed(BRUNO), *MANY], version=8, deltas={(7, 8): delta(changed)})
        )
        assert life.fetched[:3] == ["latest.json", "delta-7-8", "rows-0"]
        assert life.address(ADA) == "moved.example.org"

    asyncio.run(main())


def test_versions_of_a_new_key_are_never_reached_by_deltas(archive: str) -> None:
    async def main() -> None:
        life = Life(archive, FIRST)
        await life.open()
        stolen = replace(FIRST, rows=[listed(CHLOE)], version=8, deltas={(7, 8): []}, key=SOURCE.keys[1])
        await life.update(stolen)
        assert life.matches.keys() == {CHLOE.rest_id}

    asyncio.run(main())


def test_keys_and_places_that_do_not_fit_are_refused_and_the_copy_stays(archive: str) -> None:
    class Damaged(Directory):
        def packed(self) -> dict[str, bytes]:
            files = super().packed()
            return {**files, "places": files["keys"]}

    async def main() -> None:
        life = Life(archive, FIRST)
        await life.open()
        answer = await life.update(Damaged([listed(CHLOE)], version=8))
        assert answer["error"]["code"] == "directory_corrupt"
        await life.browser.ask("match.find")
        assert life.matches.keys() == {ADA.rest_id, BRUNO.rest_id}

    asyncio.run(main())


def test_an_added_directory_is_claimed_only_and_named_as_source(archive: str) -> None:
    async def main() -> None:
        life = Life(archive, FIRST)
        await life.open()
        life.other.rows = [listed(CHLOE, grade="proven")]
        added = await life.add()
        (one,) = added["added"]
        assert (one["directory"]["url"], one["directory"]["rows"], one["key"]) == (OTHER_URL, 1, KEY_TEXT)
        match = life.matches[CHLOE.rest_id]
        assert (match["grade"], match["preselected"]) == ("claimed", False)
        assert {"code": "source", "detail": "other.example.org"}.items() <= match["evidence"][1].items()
        assert life.browser.storage.stores["state"]["directories"] == added

    asyncio.run(main())


def test_the_pinned_directory_wins_over_an_added_one(archive: str) -> None:
    async def main() -> None:
        named = row("ada", screen_name=ADA.screen_name, name_seen="2026-11-01", grade="claimed")
        life = Life(archive, Directory([named]))
        await life.open()
        life.other.rows = [listed(ADA, handle="evil.example.org", grade="proven")]
        await life.add()
        assert life.address(ADA) == "ada.example.org"

    asyncio.run(main())


def test_removing_a_directory_removes_its_matches_and_files(archive: str) -> None:
    async def main() -> None:
        life = Life(archive, FIRST)
        await life.open()
        before = dict(life.stored)
        life.other.rows = [listed(CHLOE)]
        await life.add()
        assert CHLOE.rest_id in life.matches
        await life.browser.ask("directory.remove", url=OTHER_URL)
        assert life.matches.keys() == {ADA.rest_id, BRUNO.rest_id}
        assert life.stored == before

    asyncio.run(main())


def test_a_mirror_costs_no_second_copy(archive: str) -> None:
    async def main() -> None:
        life = Life(archive, FIRST)
        await life.open()
        before = life.stored.keys()
        life.browser.requests.clear()
        life.other = replace(FIRST, key=OTHER_KEY)
        await life.add()
        assert life.fetched == ["latest.json"]
        assert life.stored.keys() == before
        await life.browser.ask("directory.remove", url=OTHER_URL)
        await life.browser.ask("match.find")
        assert life.matches.keys() == {ADA.rest_id, BRUNO.rest_id}

    asyncio.run(main())


@pytest.mark.parametrize(
    ("code", "url", "key"),
    [
        ("directory_address", "http://other.example.org", KEY_TEXT),
        ("directory_address", "https://127.0.0.1", KEY_TEXT),
        ("directory_address", "https://router.lan", KEY_TEXT),
        ("directory_address", "other", KEY_TEXT),
        ("directory_public_key", OTHER_URL, "abc"),
        ("directory_public_key", OTHER_URL, ""),
        ("directory_known", SOURCE.url, KEY_TEXT),
        ("directory_key_unknown", OTHER_URL, base64.b64encode(FOREIGN_KEY).decode()),
    ],
)
def test_what_cannot_be_added_is_told_and_not_stored(archive: str, code: str, url: str, key: str) -> None:
    async def main() -> None:
        life = Life(archive, FIRST)
        await life.open()
        before = dict(life.stored)
        assert (await life.add(url, key))["error"]["code"] == code
        assert life.stored == before
        assert "directories" not in life.browser.storage.stores["state"]

    asyncio.run(main())


def test_an_added_directory_that_fails_keeps_its_copy_and_holds_nothing_back(archive: str) -> None:
    async def main() -> None:
        life = Life(archive, FIRST)
        await life.open()
        life.other.rows = [listed(CHLOE)]
        await life.add()
        life.other.is_down = True
        view = await life.update(replace(FIRST, rows=[listed(ADA)], version=8))
        assert view["error"] is None
        (one,) = life.browser.storage.stores["state"]["directories"]["added"]
        assert one["directory"]["error"]["code"] == "server_unreachable"
        assert life.matches.keys() == {ADA.rest_id, CHLOE.rest_id}
        life.other = Directory([], key=CURRENT_KEY)
        await life.update(replace(FIRST, version=9))
        (one,) = life.browser.storage.stores["state"]["directories"]["added"]
        assert one["directory"]["error"]["code"] == "directory_key_unknown"

    asyncio.run(main())
