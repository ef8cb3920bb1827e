"""Damaged, edited and repacked archives: one case for each kind seen in public exports."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from passerelle.archive import Archive, read
from passerelle.archive.records import WARNINGS
from passerelle.errors import UnreadableArchive

from tests.data.archives import ZIP_DATE, make_archive, tweet
from tests.data.people import ADA, BRUNO, OWNER, PEOPLE, crowd

Build = Callable[[Path], list[Path]]


@dataclass(frozen=True)
class Case:
    """An input and its expected result: counts and warning codes, or the code of the refusal."""

    build: Build
    following: int = len(PEOPLE)
    followers: int = 11
    warnings: frozenset[str] = frozenset()
    refused: str | None = None
    owner: str | None = OWNER.screen_name


def codes(archive: Archive) -> frozenset[str]:
    return frozenset(warning.code for warning in archive.warnings)


def zipped(**recipe: object) -> Build:
    return lambda tmp: [make_archive(tmp / "archive.zip", **recipe)]


def unpacked(**recipe: object) -> Build:
    return lambda tmp: [make_archive(tmp / "archive", **recipe)]


def changed(name: str, change: Callable[[bytes], bytes], **recipe: object) -> Build:
    """Make an archive, then change one file in it, as its owner did."""

    def build(tmp: Path) -> list[Path]:
        folder = make_archive(tmp / "archive", **recipe)
        file = folder / name
        file.write_bytes(change(file.read_bytes()))
        return [folder]

    return build


def loose(*names: str, **recipe: object) -> Build:
    def build(tmp: Path) -> list[Path]:
        folder = make_archive(tmp / "archive", **recipe)
        return [folder / name for name in names]

    return build


def rezipped(tmp: Path, rename: Callable[[str], str], extra: dict[str, bytes] | None = None) -> list[Path]:
    """Zip an archive again under other names."""
    source = make_archive(tmp / "original.zip")
    target = tmp / "again.zip"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(zipfile.ZipInfo(rename(info.filename), ZIP_DATE), old.read(info))
        for name, content in (extra or {}).items():
            new.writestr(zipfile.ZipInfo(name, ZIP_DATE), content)
    return [target]


def zip_in_zip(tmp: Path, method: int = zipfile.ZIP_DEFLATED, depth: int = 1) -> list[Path]:
    path = make_archive(tmp / "twitter-2026-03-06-abc.zip")
    for level in range(depth):
        outer = tmp / f"outer{level}.zip"
        with zipfile.ZipFile(outer, "w", method) as file:
            file.writestr(zipfile.ZipInfo("notes.txt", ZIP_DATE), b"my archive")
            file.write(path, path.name)
        path = outer
    return [path]


def both_tweet_files(tmp: Path) -> list[Path]:
    """An export of 2021 unpacked first, one of 2026 over it: tweet.js stays beside tweets.js."""
    folder = make_archive(tmp / "archive", era="C", tweets=[tweet(1, mentions=[ADA]), tweet(2)])
    make_archive(folder, era="D", tweets=[tweet(2), tweet(3, mentions=[BRUNO])])
    return [folder]


def formatter_made_this(content: bytes) -> bytes:
    """Rewrite as a JavaScript formatter does: bare keys, trailing commas, a semicolon, a final newline."""
    prefix, _, body = content.decode().partition(" = ")
    lines = []
    for line in json.dumps(json.loads(body), indent=2).splitlines():
        key, colon, rest = line.partition('": ')
        line = f"{key.replace(chr(34), '')}: {rest}" if colon else line
        lines.append(line if line.endswith(("{", "[", ",")) or line == "]" else f"{line},")
    return f"{prefix} = {chr(10).join(lines)};\n".encode()


def damage_row(content: bytes) -> bytes:
    return content.replace(b'"following" : {', b'"following" : {{', 1)


def lose_ids(content: bytes) -> bytes:
    return content.replace(b'"accountId" : "9', b'"accountId" : "x', 2).replace(b'"userLink"', b'"link"', 2)


def add_strange_rows(content: bytes) -> bytes:
    strange = b'= [ null, { }, [ ], 7, "text", { "follower" : { "accountId" : "12" } }, { "following" : null },'
    return content.replace(b"= [", strange, 1)


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def brackets_opened(content: bytes) -> bytes:
    return content.replace(b"= [", b"= [" + b'{"following":{"a":' * 50_000, 1)


FOLLOWING = "data/following.js"

CASES: dict[str, Case] = {
    # Packaging
    "as X sent it": Case(zipped()),
    "unpacked, as Safari does": Case(unpacked()),
    "one extra folder": Case(zipped(top="twitter_archive/")),
    "several extra folders": Case(zipped(top="docs/2023/twitter-2022-11-17-abc/")),
    "zipped again by macOS": Case(
        lambda tmp: rezipped(
            tmp,
            lambda name: f"twitter-2020-11-17-abc/{name}",
            {
                "__MACOSX/twitter-2020-11-17-abc/data/following.js": b"window.YTD.following.part0 = [ ]",
                "__MACOSX/twitter-2020-11-17-abc/data/._following.js": b"\0\5\26\7\0\2\0\0Mac OS X",
                "twitter-2020-11-17-abc/data/._follower.js": b"\0\5\26\7\0\2\0\0Mac OS X",
                "twitter-2020-11-17-abc/.DS_Store": b"\0\0\0\1Bud1",
            },
        )
    ),
    "the contents of data/ at the root": Case(
        lambda tmp: rezipped(tmp, lambda name: name.removeprefix("data/")),
    ),
    "backslashes in the paths": Case(lambda tmp: rezipped(tmp, lambda name: name.replace("/", "\\"))),
    "upper-case names": Case(lambda tmp: rezipped(tmp, str.upper)),
    "a dot in front of each path": Case(lambda tmp: rezipped(tmp, lambda name: f"./{name}")),
    "absolute paths": Case(
        lambda tmp: rezipped(tmp, lambda name: f"/home/me/{name}"), warnings=frozenset({"odd_path"})
    ),
    "paths that climb": Case(lambda tmp: rezipped(tmp, lambda name: f"../../{name}"), warnings=frozenset({"odd_path"})),
    "zip64 for a small archive": Case(zipped(zip64=True)),
    "a ZIP inside a ZIP, deflated": Case(zip_in_zip, warnings=frozenset({"nested_zip"})),
    "a ZIP inside a ZIP, stored": Case(
        lambda tmp: zip_in_zip(tmp, zipfile.ZIP_STORED), warnings=frozenset({"nested_zip"})
    ),
    "a ZIP three deep": Case(lambda tmp: zip_in_zip(tmp, depth=2), refused="not_an_x_archive"),
    "a folder with the ZIP in it": Case(lambda tmp: [make_archive(tmp / "downloads" / "x.zip").parent]),
    "media ZIPs inside, as in 2019": Case(
        zipped(extra={"data/tweet_media/tweet-media-part1.zip": b"PK\3\4 not opened"})
    ),
    "split files": Case(
        zipped(following=crowd(25), followers=crowd(31), part_rows=10, tweets=[tweet(n) for n in range(35)]),
        following=25,
        followers=31,
    ),
    # Parts that are there, parts that are not
    "only following.js": Case(
        loose(FOLLOWING),
        followers=0,
        owner=None,
        warnings=frozenset({"account_unknown", "followers_missing", "tweets_missing"}),
    ),
    "loose files": Case(
        loose(FOLLOWING, "data/follower.js", "data/account.js", "data/tweets.js", "Your archive.html"),
    ),
    "loose split files, follower.js among them": Case(
        loose(
            FOLLOWING,
            "data/follower.js",
            "data/follower-part1.js",
            "data/account.js",
            part_rows=20,
            followers=PEOPLE,
        ),
        following=20,
        followers=27,
        warnings=frozenset({"tweets_missing"}),
    ),
    "no account.js": Case(unpacked(omit=["account.js"])),
    "no account.js, no manifest": Case(unpacked(omit=["account.js", "manifest.js"])),
    "nothing that says whose it is": Case(
        unpacked(omit=["account.js", "manifest.js", "README.txt"]),
        owner=None,
        warnings=frozenset({"account_unknown"}),
    ),
    "no following.js": Case(zipped(omit=["following.js"]), following=0, warnings=frozenset({"following_missing"})),
    "neither following.js nor follower.js": Case(
        zipped(omit=["following.js", "follower.js"]), refused="no_following"
    ),
    "no follower.js": Case(
        zipped(omit=["follower.js"]), followers=0, warnings=frozenset({"followers_missing"})
    ),
    "no tweets": Case(zipped(omit=["tweets"]), warnings=frozenset({"tweets_missing"})),
    "a part is missing": Case(
        zipped(followers=crowd(30), part_rows=10, omit=["follower-part1.js"], tweets=[]),
        following=27,
        followers=20,
        warnings=frozenset({"part_missing"}),
    ),
    "the first part is missing": Case(
        zipped(followers=crowd(30), part_rows=10, omit=["follower.js"], tweets=[]),
        following=27,
        followers=20,
        warnings=frozenset({"part_missing"}),
    ),
    "one part of several ZIPs": Case(
        zipped(manifest={"isPartialArchive": True}), warnings=frozenset({"partial_archive"})
    ),
    "tweet.js and tweets.js": Case(both_tweet_files),
    "empty lists": Case(zipped(following=[], followers=[], tweets=[]), following=0, followers=0),
    # Manifest
    "no manifest": Case(unpacked(omit=["manifest.js"])),
    "a trailing comma in the manifest": Case(
        changed("data/manifest.js", lambda content: content.replace(b"\n  }\n}", b"\n  },\n}"))
    ),
    "a manifest that is no JSON": Case(
        changed("data/manifest.js", lambda _: b"window.__THAR_CONFIG = { oops"),
        warnings=frozenset({"manifest_unreadable"}),
    ),
    "a list emptied by its owner": Case(
        changed("data/follower.js", lambda _: b"window.YTD.follower.part0 = [];\n"),
        followers=0,
        warnings=frozenset({"count_mismatch"}),
    ),
    # Syntax
    "a byte order mark": Case(changed(FOLLOWING, lambda content: b"\xef\xbb\xbf" + content)),
    "UTF-16, saved by an editor": Case(changed(FOLLOWING, lambda content: content.decode().encode("utf-16"))),
    "Windows line ends": Case(changed(FOLLOWING, lambda content: content.replace(b"\n", b"\r\n"))),
    "a semicolon and a final newline": Case(changed(FOLLOWING, lambda content: content + b";\n")),
    "on one line": Case(changed(FOLLOWING, lambda content: b" ".join(content.split()))),
    "re-saved by a formatter": Case(
        changed(FOLLOWING, formatter_made_this), warnings=frozenset({"file_repaired"})
    ),
    "account.js re-saved by a formatter": Case(
        changed("data/account.js", formatter_made_this), warnings=frozenset({"file_repaired"})
    ),
    "a damaged prefix": Case(changed(FOLLOWING, lambda content: b"vers" + content[content.index(b" = ") :])),
    "no prefix": Case(changed(FOLLOWING, lambda content: content[content.index(b"[") :])),
    "comments before it": Case(
        changed(FOLLOWING, lambda content: b'// (c) me\n// replace "following.js" [with your own]\n' + content)
    ),
    "links to x.com": Case(changed(FOLLOWING, lambda content: content.replace(b"//twitter.com", b"//x.com"))),
    "ids only in the links": Case(changed(FOLLOWING, lambda content: content.replace(b'"accountId"', b'"id"'))),
    "no links, as in 2018": Case(changed(FOLLOWING, lambda content: content.replace(b'"userLink"', b'"other"'))),
    "values blanked by the owner": Case(
        changed("data/account.js", lambda content: content.replace(OWNER.rest_id.encode(), b"")),
    ),
    "README of 0 bytes": Case(changed("data/README.txt", lambda _: b"", omit=["account.js", "manifest.js"]), owner=None,
                              warnings=frozenset({"account_unknown"})),
    "following.js of 0 bytes": Case(
        changed(FOLLOWING, lambda _: b""), following=0, warnings=frozenset({"file_empty", "following_missing"})
    ),
    "following.js of 0 bytes, no follower.js": Case(
        changed(FOLLOWING, lambda _: b"", omit=["follower.js"]), refused="no_following"
    ),
    "follower.js of 0 bytes": Case(
        changed("data/follower.js", lambda _: b""),
        followers=0,
        warnings=frozenset({"file_empty", "followers_missing"}),
    ),
    "a broken row": Case(changed(FOLLOWING, damage_row), warnings=frozenset({"file_repaired"})),
    "rows without an id": Case(changed(FOLLOWING, lose_ids), following=len(PEOPLE) - 2),
    "rows of other kinds": Case(changed(FOLLOWING, add_strange_rows), warnings=frozenset({"count_mismatch"})),
    "a file cut short": Case(
        changed("data/follower.js", cut, followers=crowd(100)),
        followers=50,
        warnings=frozenset({"file_truncated", "file_repaired"}),
    ),
    "a file of zeros": Case(
        changed("data/follower.js", lambda content: bytes(len(content))),
        followers=0,
        warnings=frozenset({"file_unreadable", "followers_missing"}),
    ),
    "a file of another kind": Case(
        changed("data/follower.js", lambda _: b"<!DOCTYPE html><title>Sign in</title>"),
        followers=0,
        warnings=frozenset({"file_unreadable", "followers_missing"}),
    ),
    "brackets by the ten thousand": Case(
        changed(FOLLOWING, brackets_opened), warnings=frozenset({"file_repaired"})
    ),
    # What is no archive of X, or not one
    "a text file": Case(
        lambda tmp: [_file(tmp / "notes.txt", b"not an archive")], refused="not_a_zip"
    ),
    "a picture called .zip": Case(
        lambda tmp: [_file(tmp / "archive.zip", b"\x89PNG\r\n\x1a\n")], refused="not_a_zip"
    ),
    "an empty file": Case(lambda tmp: [_file(tmp / "archive.zip", b"")], refused="not_a_zip"),
    "a download cut short": Case(
        lambda tmp: [_file(tmp / "cut.zip", make_archive(tmp / "x.zip").read_bytes()[:-100])],
        refused="truncated_zip",
    ),
    "a ZIP of something else": Case(
        lambda tmp: [_zip(tmp / "photos.zip", {"beach.jpg": b"\xff\xd8"})], refused="not_an_x_archive"
    ),
    "a ZIP with nothing in it": Case(lambda tmp: [_zip(tmp / "empty.zip", {})], refused="not_an_x_archive"),
    "somebody's program with an account.js": Case(
        lambda tmp: [_zip(tmp / "app.zip", {"src/account.js": b"export default function account() {}"})],
        refused="not_an_x_archive",
    ),
    "an empty folder": Case(lambda tmp: [_folder(tmp / "folder")], refused="not_an_x_archive"),
    "a ZIP of something else beside it": Case(
        lambda tmp: [make_archive(tmp / "a.zip"), _zip(tmp / "photos.zip", {"beach.jpg": b"\xff\xd8"})],
        warnings=frozenset({"not_an_archive"}),
    ),
    "a picture called .zip beside it": Case(
        lambda tmp: [make_archive(tmp / "a.zip"), _file(tmp / "archive.zip", b"\x89PNG\r\n\x1a\n")],
        warnings=frozenset({"not_an_archive"}),
    ),
    "a name that is too long": Case(lambda tmp: [tmp / ("a" * 300)], refused="not_found"),
    "nothing there": Case(lambda tmp: [tmp / "nothing.zip"], refused="not_found"),
    "the old tweet archive": Case(zipped(era="A"), refused="old_tweet_archive"),
    "an archive of Instagram": Case(
        lambda tmp: [_zip(tmp / "i.zip", {"connections/followers_and_following/following.json": b"{}"})],
        refused="wrong_archive",
    ),
    "an archive of Mastodon": Case(
        lambda tmp: [_zip(tmp / "m.zip", {"actor.json": b"{}", "outbox.json": b"{}"})], refused="wrong_archive"
    ),
    "an archive of Mastodon as it comes": Case(
        lambda tmp: [_file(tmp / "archive-20260306131531-0123abcd.tar.gz", b"\x1f\x8b\x08")], refused="wrong_archive"
    ),
    "an archive of Bluesky": Case(lambda tmp: [_file(tmp / "repo.car", b"\x3a\xa2eroots")], refused="wrong_archive"),
}  # fmt: skip


def _file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


@pytest.mark.parametrize("name", CASES)
def test_damage_ends_in_a_result_or_a_named_error(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    paths = case.build(tmp_path)
    if case.refused:
        with pytest.raises(UnreadableArchive) as refusal:
            read(paths)
        assert refusal.value.code == case.refused
        assert case.refused in UnreadableArchive.CODES
        return
    archive = read(paths)
    assert (len(archive.following), len(archive.followers)) == (case.following, case.followers)
    assert codes(archive) == case.warnings
    assert archive.owner.screen_name == case.owner
    assert codes(archive) <= WARNINGS.keys()
    assert all(warning.message.endswith(".") and "\n" not in warning.message for warning in archive.warnings)
