"""Invented archives of any size in the shape X gives them since 2022, written in seconds; the same on every machine.

Sizes follow facts/archive-format.md, section 7: 50,000 tweets are some 108 MB of text, and what makes an archive large
is its pictures, which no reader should look at.
"""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

OWNER = "4242424242"
IDS = 1_500_000_000_000_000_000
FOLLOWING = 5_000
FOLLOWERS = 8_000
TWEETS = 50_000
TWEET_BYTES = 2_160  # a tweet's mean length in the file: 108 MB of 50,000 tweets
ASSETS = 6_200  # the little pictures of the archive's own viewer
PICTURE = 1 << 20  # bytes
TEXT = "Grüße à toutes et à tous, voici une phrase inventée de plus 🌉 "


def write_archive(path: Path, *, pictures: int = 0) -> Path:
    """Write a ZIP with FOLLOWING people, TWEETS tweets and so many pictures of 1 MiB; gives `path`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        _write_rows(archive, "account", 1, _account)
        _write_rows(archive, "following", FOLLOWING, lambda n: {"following": _person(n)})
        _write_rows(archive, "follower", FOLLOWERS, lambda n: {"follower": _person(2 * n)})
        _write_rows(archive, "tweets", TWEETS, lambda n: {"tweet": _tweet(n)})
        for number in range(ASSETS):
            archive.writestr(f"assets/images/twemoji/{number:05x}.svg", b"<svg/>", zipfile.ZIP_STORED)
        picture = random.Random(1).randbytes(PICTURE)
        for number in range(pictures):
            archive.writestr(f"data/tweets_media/{IDS + number}-invented.jpg", picture, zipfile.ZIP_STORED)
    return path


def _write_rows(archive: zipfile.ZipFile, kind: str, count: int, row: Callable[[int], dict[str, Any]]) -> None:
    with archive.open(f"data/{kind}.js", "w") as file:
        file.write(f"window.YTD.{kind}.part0 = [".encode())
        for text in _joined(row(number) for number in range(count)):
            file.write(text)
        file.write(b"\n]")


def _joined(rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    for number, row in enumerate(rows):
        yield (",\n" if number else "\n").encode() + json.dumps(row, ensure_ascii=False, indent=2).encode()


def _account(_: int) -> dict[str, Any]:
    return {"account": {"accountId": OWNER, "username": "invented", "accountDisplayName": "Invented Person"}}


def _person(number: int) -> dict[str, str]:
    rest_id = _rest_id(number)
    return {"accountId": rest_id, "userLink": f"https://twitter.com/intent/user?user_id={rest_id}"}


def _rest_id(number: int) -> str:
    return str(IDS + number * 7919)


def _tweet(number: int) -> dict[str, Any]:
    """Make a reply to one person that mentions another; every second of these people is followed."""
    tweet_id = str(IDS + number * 104_729)
    mentions = [_mention(person % (2 * FOLLOWING)) for person in (number, number * 31)]
    tweet = {
        "edit_info": {
            "initial": {
                "editTweetIds": [tweet_id],
                "editableUntil": "2023-02-18T13:33:11.000Z",
                "editsRemaining": "5",
                "isEditEligible": True,
            }
        },
        "retweeted": False,
        "source": '<a href="https://mobile.twitter.com" rel="nofollow">Twitter Web App</a>',
        "entities": {"hashtags": [], "symbols": [], "user_mentions": mentions, "urls": []},
        "display_text_range": ["0", "280"],
        "favorite_count": str(number % 50),
        "in_reply_to_status_id_str": str(IDS + number),
        "id_str": tweet_id,
        "in_reply_to_user_id": mentions[0]["id"],
        "truncated": False,
        "retweet_count": str(number % 7),
        "id": tweet_id,
        "in_reply_to_status_id": str(IDS + number),
        "created_at": "Sat Feb 18 12:33:11 +0000 2023",
        "favorited": False,
        "full_text": "",
        "lang": "fr",
        "in_reply_to_screen_name": mentions[0]["screen_name"],
        "in_reply_to_user_id_str": mentions[0]["id_str"],
    }
    return tweet | {"full_text": _text_to_fill(tweet)}


def _text_to_fill(tweet: dict[str, Any]) -> str:
    room = TWEET_BYTES - len(json.dumps({"tweet": tweet}, ensure_ascii=False, indent=2))
    return TEXT * max(1, room // len(TEXT.encode()))


def _mention(number: int) -> dict[str, Any]:
    rest_id = _rest_id(number)
    return {
        "name": f"Invented {number} ✨",
        "screen_name": f"invented_{number}",
        "indices": ["0", "15"],
        "id_str": rest_id,
        "id": rest_id,
    }
