"""Write archives of invented people in exactly the shapes X gave them: eras A to D, split, nested, zip64, padded.

    make_archive(tmp_path / "x.zip", following=[ADA, BRUNO], tweets=[tweet(1, "@ada_nouvelle hi", mentions=[ADA])])
    make_archive(tmp_path / "folder")                     the sample archive, unpacked
    make_archive("big.zip", tweets=chatter(PEOPLE, 50_000), padding=10**9)      for measurements

The same arguments give the same bytes. Shapes: those of public exports since 2018.
"""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Protocol

from tests.data.people import ADA, BIDI, BRUNO, CHLOE, FARID, FRIENDLY, OWNER, PEOPLE, STRANGER, Someone

Era = Literal["A", "B", "C", "D"]
Row = dict[str, Any] | str  # a str is a row that is JSON text already

# When each era's sample archive is made.
EXPORTED = {
    "A": datetime(2014, 6, 30, 8, 15, 27, tzinfo=UTC),
    "B": datetime(2018, 8, 13, 5, 7, 38, tzinfo=UTC),
    "C": datetime(2021, 6, 27, 10, 9, 24, 512_000, tzinfo=UTC),
    "D": datetime(2026, 3, 6, 13, 15, 31, 187_000, tzinfo=UTC),
}
PART_BYTES = 104_857_600  # where X splits a file
ZIP_DATE = (2026, 3, 6, 13, 15, 30)
MEDIA_SIZE = 16 * 1024 * 1024

# Private files every archive has; nothing of them may ever be opened.
PRIVATE: Mapping[str, list[Row]] = {
    "direct-messages": [
        {"dmConversation": {"conversationId": "1-2", "messages": [{"messageCreate": {"text": "psst"}}]}}
    ],
    "direct-messages-group": [],
    "direct-message-headers": [],
    "contact": [{"contact": {"emails": ["secret@example.org"], "phoneNumbers": ["+33000000000"]}}],
    "phone-number": [{"device": {"phoneNumber": "+33000000000"}}],
    "email-address-change": [{"emailAddressChange": {"emailChange": {"changedTo": "secret@example.org"}}}],
    "ip-audit": [{"ipAudit": {"loginIp": "192.0.2.1"}}],
    "account-creation-ip": [{"accountCreationIp": {"userCreationIp": "192.0.2.1"}}],
    "ad-engagements": [],
    "ad-impressions": [],
    "personalization": [],
    "device-token": [],
    "ageinfo": [],
    "like": [
        {"like": {"tweetId": "1", "fullText": "@nobody likes", "expandedUrl": "https://twitter.com/i/web/status/1"}}
    ],
    "deleted-tweets": [],
}


def tweet(
    number: int,
    text: str = "Bonjour",
    *,
    mentions: Iterable[Someone] = (),
    reply_to: Someone | None = None,
    picture_of: Someone | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Make the row of one tweet, as in eras C and D; `more` replaces or adds fields, None takes one away."""
    tweet_id = str(1_600_000_000_000_000_000 + number * 4_194_304_000)
    fields: dict[str, Any] = {
        "edit_info": {"initial": {"editTweetIds": [tweet_id], "editsRemaining": "5", "isEditEligible": False}},
        "retweeted": False,
        "source": '<a href="https://mobile.twitter.com" rel="nofollow">Twitter Web App</a>',
        "entities": {
            "hashtags": [],
            "symbols": [],
            "user_mentions": [mention(one, text) for one in mentions],
            "urls": [],
        },
        "display_text_range": ["0", str(len(text))],
        "favorite_count": "0",
        "id_str": tweet_id,
        "truncated": False,
        "retweet_count": "0",
        "id": tweet_id,
        "created_at": tweet_date(datetime(2023, 1, 1, tzinfo=UTC) + timedelta(minutes=number % 1_000_000)),
        "favorited": False,
        "full_text": text,
        "lang": "fr",
    }
    if reply_to:
        fields |= {
            "in_reply_to_status_id_str": "1599999999999999999",
            "in_reply_to_user_id": reply_to.rest_id,
            "in_reply_to_user_id_str": reply_to.rest_id,
            "in_reply_to_screen_name": reply_to.screen_name,
        }
    if picture_of:
        fields["extended_entities"] = {"media": [picture(picture_of)]}
    return {"tweet": {key: value for key, value in (fields | more).items() if value is not None}}


def mention(one: Someone, text: str = "") -> dict[str, Any]:
    """Make an entry of `entities.user_mentions`."""
    start = max(text.find(f"@{one.screen_name}"), 0)
    return {
        "name": one.display_name,
        "screen_name": one.screen_name,
        "indices": [str(start), str(start + len(one.screen_name) + 1)],
        "id_str": one.rest_id,
        "id": one.rest_id,
    }


def picture(one: Someone) -> dict[str, Any]:
    """Make an entry of `extended_entities.media` whose picture comes from a tweet of `one`."""
    return {
        "expanded_url": f"https://twitter.com/{one.screen_name}/status/1500000000000000001/photo/1",
        "source_status_id": "1500000000000000001",
        "source_status_id_str": "1500000000000000001",
        "source_user_id": one.rest_id,
        "source_user_id_str": one.rest_id,
        "id_str": "1500000000000000002",
        "type": "photo",
        "url": "https://t.co/invented000",
    }


def tweet_date(date: datetime) -> str:
    """Write a date as tweets do: `Sat Feb 18 12:33:11 +0000 2023`."""
    return date.strftime("%a %b %d %H:%M:%S +0000 %Y")


def chatter(people: Sequence[Someone], count: int) -> Iterator[str]:
    """Make `count` tweets that mention `people` in turn, as JSON text: fast enough for a hundred thousand."""
    marks = Someone("\ue000id", "\ue000screen", "\ue000display")
    model = tweet(0, "@\ue000screen \ue000text", mentions=[marks], reply_to=marks)
    model_id = model["tweet"]["id_str"]
    template = _jackson(model, indent="  ").replace(model_id, "\ue000tweet")
    words = "Le pont est long, le fleuve est large, et les amis sont déjà de l'autre côté. 🌉 "
    for number in range(count):
        one = people[number % len(people)]
        text = words[number % 40 :] + words * 2
        yield (
            template.replace("\ue000tweet", str(1_600_000_000_000_000_000 + number * 4_194_304_000))
            .replace("\ue000id", one.rest_id)
            .replace("\ue000screen", one.screen_name)
            .replace("\ue000display", json.dumps(one.display_name, ensure_ascii=False)[1:-1])
            .replace("\ue000text", f"{number} {text}")
        )


def sample_tweets() -> list[dict[str, Any]]:
    """Make the tweets of the sample archive: each of PEOPLE is mentioned, some are answered, one only pictured."""
    talk = [tweet(n, f"Bonjour @{one.screen_name}", mentions=[one]) for n, one in enumerate(PEOPLE) if one is not CHLOE]
    answers = [tweet(100 + n, f"@{one.screen_name} merci", reply_to=one) for n, one in enumerate((ADA, BRUNO, FARID))]
    return [
        *talk,
        *answers,
        tweet(200, "Quelle photo", picture_of=CHLOE),
        tweet(201, f"RT @{STRANGER.screen_name}: hm"),
    ]


@dataclass(slots=True)
class Recipe:
    """What goes into an archive; the keyword arguments of make_archive."""

    owner: Someone = OWNER
    following: Sequence[Someone] = PEOPLE
    followers: Sequence[Someone] = (*FRIENDLY[:9], BIDI, STRANGER)
    blocked: Sequence[Someone] = ()
    muted: Sequence[Someone] = ()
    tweets: Iterable[Row] | None = None  # None: sample_tweets()
    era: Era = "D"
    exported: datetime | None = None
    top: str = ""  # a folder around everything: "twitter-2026-03-06-abc/"
    omit: Collection[str] = ()  # base names to leave out: "account.js", "README.txt", or kinds: "tweets"
    extra: Mapping[str, bytes] = field(default_factory=dict)  # more files, or other contents: "data/following.js"
    part_rows: int = 10**9  # rows after which a file is split; X splits by size, at PART_BYTES
    manifest: Mapping[str, Any] = field(default_factory=dict)  # fields of archiveInfo to replace
    padding: int = 0  # bytes of media, stored
    members: int = 0  # more small files in assets/
    zip64: bool = False  # write zip64 end records although nothing needs them


def make_archive(target: Path | str, **recipe: Any) -> Path:
    """Write an archive to `target`: a ZIP where the name ends in .zip, else a folder. Arguments: those of Recipe."""
    made = Recipe(**recipe)
    path = Path(target)
    if path.suffix.lower() != ".zip":
        _write(made, _Folder(path))
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        _write(made, _Zip(file))
    if made.zip64:
        force_zip64(path)
    return path


def zip_folder(folder: Path, target: Path, top: str = "") -> Path:
    """Zip a folder, file by file in the order of their names."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        into = _Zip(file)
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                into.write(f"{top}{path.relative_to(folder).as_posix()}", [path.read_bytes()])
    return target


def force_zip64(path: Path) -> None:
    """Add zip64 end records to a ZIP, as X seems to do (APPNOTE.TXT, 4.3.14 on)."""
    with path.open("r+b") as file:
        end = file.seek(-22, 2)
        _, _, _, _, count, size, offset, _ = struct.unpack("<4sHHHHIIH", file.read())
        file.seek(end)
        file.truncate()
        file.write(struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset))
        file.write(struct.pack("<4sIQI", b"PK\6\7", 0, end, 1))
        file.write(struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0))


class _Target(Protocol):
    def write(self, name: str, pieces: Iterable[bytes], *, stored: bool = False) -> None: ...


class _Folder:
    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, pieces: Iterable[bytes], *, stored: bool = False) -> None:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as out:
            out.writelines(pieces)


class _Zip:
    def __init__(self, file: zipfile.ZipFile) -> None:
        self.file = file

    def write(self, name: str, pieces: Iterable[bytes], *, stored: bool = False) -> None:
        info = zipfile.ZipInfo(name, ZIP_DATE)
        info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        with self.file.open(info, "w", force_zip64=stored) as out:
            for piece in pieces:
                out.write(piece)


def _write(made: Recipe, target: _Target) -> None:
    files = _Files(made, target)
    tweets = sample_tweets() if made.tweets is None else made.tweets
    {"A": _write_a, "B": _write_b, "C": _write_c_d, "D": _write_c_d}[made.era](files, tweets)
    for name, content in made.extra.items():
        target.write(made.top + name, [content])
    for number in range(made.members):
        target.write(f"{made.top}assets/images/twemoji/v/latest/72x72/{number:x}.png", [b"\x89PNG"], stored=True)
    for number in range(-(-made.padding // MEDIA_SIZE)):
        size = min(MEDIA_SIZE, made.padding - number * MEDIA_SIZE)
        target.write(f"{made.top}data/tweets_media/{number}-video.mp4", [bytes(size)], stored=True)


class _Files:
    """Writes the files of one recipe and remembers what the manifest will say about them."""

    def __init__(self, made: Recipe, target: _Target) -> None:
        self.made = made
        self.exported = made.exported or EXPORTED[made.era]
        self.data_types: dict[str, Any] = {}
        self._target = target

    def text(self, name: str, text: str) -> None:
        """Write a file unless it is omitted or replaced."""
        if name.rpartition("/")[2] not in self.made.omit and name not in self.made.extra:
            self._target.write(self.made.top + name, [text.encode()])

    def rows(self, kind: str, rows: Iterable[Row], folder: str = "data/") -> None:
        """Write `kind`.js and its parts. The manifest tells of omitted files too: that is how a loss is noticed."""
        files = []
        for number, part in enumerate(_parts(rows, self.made.part_rows)):
            name = f"{folder}{kind}{f'-part{number}' if number else ''}.js"
            variable = f"YTD.{kind.replace('-', '_')}.part{number}"
            counted = _Counted(part)
            if {kind, name.rpartition("/")[2]} & set(self.made.omit) or name in self.made.extra:
                for _ in counted:
                    pass
            else:
                pieces = _array(f"window.{variable} = ", counted, "\n" if self.made.era == "D" else " ")
                self._target.write(self.made.top + name, pieces)
            files.append({"fileName": name, "globalName": variable, "count": str(counted.count)})
        head, *tail = kind.split("-")
        self.data_types[head + "".join(map(str.capitalize, tail))] = {"files": files}


class _Counted:
    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self.rows:
            self.count += 1
            yield row


def _parts(rows: Iterable[Row], part_rows: int) -> Iterator[Iterable[Row]]:
    """Cut rows into parts; the first is there even when there are no rows."""
    iterator = iter(rows)
    first: list[Row] = []
    while True:
        part = _take(iterator, first, part_rows)
        yield part
        for _ in part:  # whoever did not read it all
            pass
        first = [row for row in [next(iterator, None)] if row is not None]
        if not first:
            return


def _take(iterator: Iterator[Row], first: list[Row], count: int) -> Iterator[Row]:
    yield from first
    for _ in range(count - len(first)):
        row = next(iterator, None)
        if row is None:
            return
        yield row


def _array(prefix: str, rows: Iterable[Row], style: str) -> Iterator[bytes]:
    """Write rows as X does: era D starts each on its own line, indented; the others `[ {` and `}, {`."""
    yield prefix.encode()
    opening = "["
    for row in rows:
        indent = "  " if style == "\n" else ""
        text = row if isinstance(row, str) else _jackson(row, indent)
        yield f"{opening}{style}{indent}{text}".encode()
        opening = ","
    yield b"[ ]" if opening == "[" else f"{style}]".encode()


def _jackson(row: Any, indent: str = "") -> str:
    """Write JSON with the spaces that X's own writer puts in."""
    text = json.dumps(row, ensure_ascii=False, indent=2, separators=(",", " : "))
    return text.replace(" : []", " : [ ]").replace("\n", f"\n{indent}")


def _ids(word: str, people: Iterable[Someone], *, link: bool) -> list[Row]:
    def row(one: Someone) -> dict[str, str]:
        url = {"userLink": f"https://twitter.com/intent/user?user_id={one.rest_id}"} if link else {}
        return {"accountId": one.rest_id, **url}

    return [{word: row(one)} for one in people]


def _write_graph(files: _Files, folder: str, *, link: bool) -> None:
    made = files.made
    files.rows("following", _ids("following", made.following, link=link), folder)
    files.rows("follower", _ids("follower", made.followers, link=link), folder)
    if made.blocked or made.era != "B":
        files.rows("block", _ids("blocking", made.blocked, link=link), folder)
    if made.muted or made.era != "B":
        files.rows("mute", _ids("muting", made.muted, link=link), folder)


def _account(made: Recipe, **more: str) -> list[Row]:
    return [
        {
            "account": {
                "email": "secret@example.org",
                "createdVia": "web",
                "username": made.owner.screen_name,
                "accountId": made.owner.rest_id,
                "createdAt": "2009-05-03T17:04:21.000Z",
                "accountDisplayName": made.owner.display_name,
                **more,
            }
        }
    ]


def _profile(made: Recipe) -> list[Row]:
    description = {"bio": made.owner.bio, "website": "https://t.co/invented001", "location": "Passerelle"}
    return [{"profile": {"description": description, "avatarMediaUrl": "https://pbs.twimg.com/profile_images/0/0.jpg"}}]


def readme(owner: Someone) -> str:
    """Write the beginning of README.txt, which names the owner since 2020."""
    return (
        "INTRODUCTION\n============\n"
        "This archive was generated at the request of the following user:\n"
        f"- @username at the time the archive was generated: {owner.screen_name}\n"
        f"- Account ID: {owner.rest_id}\n\n"
        "The easiest way to navigate your archive is to open the HTML renderer in a desktop web browser.\n"
    )


def _write_c_d(files: _Files, tweets: Iterable[Row]) -> None:
    made = files.made
    files.text("Your archive.html", "<!DOCTYPE html><title>Twitter Data Viewer</title>")
    files.text("assets/js/runtime.js", "void 0")
    files.rows("account", _account(made))
    files.rows("profile", _profile(made))
    files.rows("screen-name-change", [])
    _write_graph(files, "data/", link=True)
    for kind, rows in PRIVATE.items():
        files.rows(kind, rows)
    files.rows("tweets" if made.era == "D" else "tweet", list(tweets) if made.era == "C" else tweets)
    files.rows("tweet-headers", [])
    files.rows("community-tweet", [])
    files.text("data/README.txt", readme(made.owner))
    files.text("data/manifest.js", f"window.__THAR_CONFIG = {_jackson(_manifest(files))}")


def _manifest(files: _Files) -> dict[str, Any]:
    owner = files.made.owner
    date = files.exported.strftime("%Y-%m-%dT%H:%M:%S.") + f"{files.exported.microsecond // 1000:03}Z"
    return {
        "userInfo": {"accountId": owner.rest_id, "userName": owner.screen_name, "displayName": owner.display_name},
        "archiveInfo": {
            "sizeBytes": "35188512",
            "generationDate": date,
            "isPartialArchive": False,
            "maxPartSizeBytes": "53687091200",
            **files.made.manifest,
        },
        "readmeInfo": {"fileName": "data/README.txt", "directory": "data/", "name": "README.txt"},
        "dataTypes": dict(sorted(files.data_types.items())),
    }


def _write_b(files: _Files, tweets: Iterable[Row]) -> None:
    """2018: everything at the root, no manifest, no links, bare tweets whose numbers are floats."""
    made = files.made
    milliseconds = str(int(files.exported.timestamp() * 1000))
    files.rows("account", _account(made, updatedAt=milliseconds, createdAt="1241370261000", timeZone="Paris"), "")
    files.rows("profile", _profile(made), "")
    _write_graph(files, "", link=False)
    for kind, rows in PRIVATE.items():
        if rows:
            files.rows(kind, rows, "")
    files.rows("tweet", map(_bare, tweets), "")
    files.text("README.txt", "How to use your Twitter data\n")


def _bare(row: Row) -> dict[str, Any]:
    """Return a tweet as it was until January 2020: without the wrapper, `id` and others as floats with an exponent."""
    one = dict((json.loads(row) if isinstance(row, str) else row)["tweet"])
    for key in ("id", "in_reply_to_user_id"):
        if key in one:
            one[key] = f"{float(one[key]):.17E}".replace("E+", "E")
    return one


def _write_a(files: _Files, tweets: Iterable[Row]) -> None:
    """Grailbird, until 2019: tweets month by month, each with its author; no graph."""
    owner = files.made.owner
    months: dict[str, list[dict[str, Any]]] = {}
    count = 0
    for row in tweets:
        one = _grailbird((json.loads(row) if isinstance(row, str) else row)["tweet"], owner)
        months.setdefault(one["created_at"][:7].replace("-", "_"), []).append(one)
        count += 1
    files.text("index.html", "<!DOCTYPE html><title>Your Twitter archive</title>")
    files.text("README.txt", "# How to use your Twitter archive data\n")
    files.text("tweets.csv", '"tweet_id","in_reply_to_status_id","in_reply_to_user_id","timestamp","source","text"\n')
    details = {
        "screen_name": owner.screen_name,
        "location": "",
        "full_name": owner.display_name,
        "bio": owner.bio,
        "id": owner.rest_id,
        "created_at": "Sun May 03 17:04:21 +0000 2009",
    }
    files.text("data/js/user_details.js", f"var user_details =  {json.dumps(details, indent=2)}")
    payload = {"tweets": count, "created_at": tweet_date(files.exported), "lang": "fr"}
    files.text("data/js/payload_details.js", f"var payload_details =  {json.dumps(payload, indent=2)}")
    for month, rows in months.items():
        text = json.dumps(rows, indent=2, separators=(",", " : ")).replace("/", "\\/")
        files.text(f"data/js/tweets/{month}.js", f"Grailbird.data.tweets_{month} = \n{text}")


GRAILBIRD_KEPT: tuple[str, ...] = (
    "entities",
    "id_str",
    "retweeted_status",
    "in_reply_to_user_id_str",
    "in_reply_to_screen_name",
)


def _grailbird(one: dict[str, Any], owner: Someone) -> dict[str, Any]:
    """Return a tweet as the old archive had it: `text`, numbers as numbers, an author; ids also as text."""
    kept = {key: one[key] for key in GRAILBIRD_KEPT if key in one}
    date = datetime.strptime(one["created_at"], "%a %b %d %H:%M:%S %z %Y") - timedelta(days=3287)
    author = {"name": owner.display_name, "screen_name": owner.screen_name, "id_str": owner.rest_id}
    return {
        **kept,
        "id": int(one["id_str"]),
        "text": one["full_text"],
        "created_at": date.strftime("%Y-%m-%d %H:%M:%S +0000"),
        "user": {**author, "id": int(owner.rest_id)},
    }
