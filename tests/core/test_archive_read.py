"""What reading an archive gives: eras, owners, names, several exports, progress, and files that stay closed."""

from __future__ import annotations

import itertools
import json
import os
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from passerelle.archive import Archive, Progress, read, read_archive
from passerelle.errors import UnreadableArchive
from passerelle.identifiers import RestId

from tests.data.archives import (
    EXPORTED,
    PRIVATE,
    ZIP_DATE,
    Era,
    chatter,
    make_archive,
    mention,
    readme,
    tweet,
    zip_folder,
)
from tests.data.people import (
    ADA,
    AT_SIGN,
    BIDI,
    BRUNO,
    CHLOE,
    ELIF,
    FAMILY,
    FARID,
    FORMULA,
    HTML,
    INVISIBLE,
    LINES,
    LONG,
    NOOR,
    OWNER,
    PEOPLE,
    STRANGER,
    Someone,
    crowd,
)


def ids(*people: Someone) -> tuple[str, ...]:
    return tuple(one.rest_id for one in people)


def renamed(one: Someone, screen_name: str) -> Someone:
    return Someone(one.rest_id, screen_name, one.display_name)


def name_of(archive: Archive, one: Someone) -> str | None:
    name = archive.names.get(RestId(one.rest_id))
    return name.screen_name if name else None


def display_name(archive: Archive, one: Someone) -> str | None:
    return archive.names[RestId(one.rest_id)].display_name


def codes(archive: Archive) -> list[str]:
    return [warning.code for warning in archive.warnings]


def listed(kind: str, *rows: object) -> bytes:
    """Write the file of one kind with these rows."""
    return f"window.YTD.{kind}.part0 = {json.dumps(rows)}".encode()


# Eras


@pytest.mark.parametrize("era", ["B", "C", "D"])
@pytest.mark.parametrize("target", ["archive.zip", "archive"])
def test_every_era_gives_followed_people_and_their_names(era: Era, target: str, tmp_path: Path) -> None:
    archive = read([make_archive(tmp_path / target, era=era, blocked=[STRANGER], muted=[ELIF])])
    assert archive.owner.rest_id == OWNER.rest_id
    assert archive.owner.screen_name == OWNER.screen_name
    assert archive.owner.display_name == OWNER.display_name
    assert archive.following == ids(*PEOPLE)
    assert archive.blocked == {STRANGER.rest_id}
    assert archive.muted == {ELIF.rest_id}
    assert archive.tweets == 31
    assert {name_of(archive, one) for one in PEOPLE} == {one.screen_name for one in PEOPLE}
    assert codes(archive) == []


def test_the_manifest_dates_the_export(tmp_path: Path) -> None:
    archive = read([make_archive(tmp_path / "a.zip")])
    assert archive.exported_at == EXPORTED["D"]
    assert archive.names[RestId(ADA.rest_id)].seen == EXPORTED["D"]


def test_without_a_manifest_the_name_of_the_zip_dates_the_export(tmp_path: Path) -> None:
    archive = read([make_archive(tmp_path / "twitter-2018-08-13-0123abcd.zip", era="B")])
    assert archive.exported_at == datetime(2018, 8, 13, tzinfo=UTC)


def test_without_any_date_names_are_as_old_as_the_newest_tweet(tmp_path: Path) -> None:
    tweets = [tweet(1, mentions=[ADA]), tweet(1_000)]
    archive = read([make_archive(tmp_path / "a.zip", era="B", tweets=tweets)])
    newest = int(tweets[1]["tweet"]["id_str"])
    assert archive.exported_at is None
    assert archive.names[RestId(ADA.rest_id)].seen == datetime.fromtimestamp(
        ((newest >> 22) + 1_288_834_974_657) / 1000, UTC
    )


def test_a_tweet_whose_own_id_is_a_float_still_counts_and_names_people(tmp_path: Path) -> None:
    tweets = [tweet(1, mentions=[ADA]), tweet(2, mentions=[BRUNO])]
    for number, one in enumerate(tweets):
        one["tweet"]["id_str"] = one["tweet"]["id"] = f"1.0145653721821962{number}E18"
    archive = read([make_archive(tmp_path / "a.zip", era="B", tweets=tweets)])
    assert archive.tweets == 2
    assert (name_of(archive, ADA), name_of(archive, BRUNO)) == (ADA.screen_name, BRUNO.screen_name)


def test_ids_of_any_length_are_kept_as_text(tmp_path: Path) -> None:
    short, long = Someone("12", "short", "Short"), Someone("18446744073709551615", "long", "Long")
    archive = read(
        [make_archive(tmp_path / "a.zip", following=[short, long], tweets=[tweet(1, mentions=[short, long])])]
    )
    assert archive.following == ("12", "18446744073709551615")
    assert (name_of(archive, short), name_of(archive, long)) == ("short", "long")


def test_numbers_that_lost_their_digits_are_no_ids(tmp_path: Path) -> None:
    rounded = [
        {**mention(ADA), "id_str": None, "id": 9.000000000011000e18},
        {**mention(ADA), "id_str": "9.0000000000110000E18", "id": "9.0000000000110000E18"},
        {**mention(BRUNO), "id_str": None, "id": int(BRUNO.rest_id)},
        {**mention(CHLOE), "id_str": "-1", "id": "-1"},
    ]
    row = tweet(1)
    row["tweet"]["entities"]["user_mentions"] = rounded
    archive = read([make_archive(tmp_path / "a.zip", tweets=[row])])
    assert archive.names.keys() == {BRUNO.rest_id}


def test_more_members_than_a_zip_without_zip64_can_have(tmp_path: Path) -> None:
    archive = read([make_archive(tmp_path / "a.zip", members=66_000)])
    assert len(archive.following) == len(PEOPLE)


# Whose archive


@pytest.mark.parametrize(
    ("omit", "screen_name"),
    [
        ((), OWNER.screen_name),
        (("account.js",), OWNER.screen_name),
        (("account.js", "manifest.js"), OWNER.screen_name),
        (("account.js", "manifest.js", "README.txt"), None),
    ],
)
def test_account_then_manifest_then_readme_then_tweet_headers_say_whose_it_is(
    omit: tuple[str, ...], screen_name: str | None, tmp_path: Path
) -> None:
    rows = [{"tweet": {"tweet_id": "1", "user_id": one.rest_id}} for one in (STRANGER, OWNER, OWNER)]
    headers = {"data/tweet-headers.js": listed("tweet_headers", *rows)}
    archive = read([make_archive(tmp_path / "a.zip", omit=omit, extra=headers)])
    assert archive.owner.rest_id == OWNER.rest_id
    assert archive.owner.screen_name == screen_name


def test_account_js_is_believed_before_the_manifest(tmp_path: Path) -> None:
    folder = make_archive(tmp_path / "a")
    manifest = folder / "data/manifest.js"
    manifest.write_text(
        manifest.read_text()
        .replace(f'"userName" : "{OWNER.screen_name}"', '"userName" : "newer_name"')
        .replace(f'"accountId" : "{OWNER.rest_id}"', f'"accountId" : "{STRANGER.rest_id}"')
    )
    archive = read([folder])
    assert archive.owner.screen_name == OWNER.screen_name
    assert codes(archive) == ["accounts_disagree"]


def test_what_names_another_account_fills_no_gap(tmp_path: Path) -> None:
    account = {"account": {"accountId": STRANGER.rest_id}}
    archive = read([make_archive(tmp_path / "a.zip", extra={"data/account.js": listed("account", account)})])
    assert (archive.owner.rest_id, archive.owner.screen_name) == (STRANGER.rest_id, None)


def test_the_profile_says_what_the_owner_writes_about_themselves(tmp_path: Path) -> None:
    archive = read([make_archive(tmp_path / "a.zip")])
    assert archive.about == (OWNER.bio, "Passerelle", "https://t.co/invented001")


def test_a_damaged_account_js_still_says_whose_it_is(tmp_path: Path) -> None:
    folder = make_archive(tmp_path / "a", omit=["manifest.js", "README.txt"])
    account = folder / "data/account.js"
    account.write_text(account.read_text().replace("}", "").replace('"email" :', '"email'))
    assert read([folder]).owner.screen_name == OWNER.screen_name


# Names


def one_tweet(tmp_path: Path, **fields: object) -> Archive:
    return read([make_archive(tmp_path / "a.zip", tweets=[tweet(1, **fields)])])  # type: ignore[arg-type]


def test_a_mention_names_an_id_with_its_display_name(tmp_path: Path) -> None:
    name = one_tweet(tmp_path, mentions=[ADA]).names[RestId(ADA.rest_id)]
    assert (name.screen_name, name.display_name, name.source) == ("ada_nouvelle", "Ada Nouvelle", "mention")


def test_an_answer_names_an_id(tmp_path: Path) -> None:
    name = one_tweet(tmp_path, reply_to=ADA).names[RestId(ADA.rest_id)]
    assert (name.screen_name, name.display_name, name.source) == ("ada_nouvelle", None, "reply")


def test_a_mention_tells_more_than_an_answer(tmp_path: Path) -> None:
    tweets = [tweet(1, mentions=[ADA]), tweet(2, reply_to=ADA)]
    name = read([make_archive(tmp_path / "a.zip", tweets=tweets)]).names[RestId(ADA.rest_id)]
    assert (name.display_name, name.source) == ("Ada Nouvelle", "mention")


def test_the_link_of_another_picture_gives_no_name(tmp_path: Path) -> None:
    row = tweet(1, picture_of=ADA)
    row["tweet"]["extended_entities"]["media"][0]["source_status_id_str"] = "1500000000000000009"
    assert read([make_archive(tmp_path / "a.zip", tweets=[row])]).names == {}


def test_a_picture_names_an_id_as_it_was_at_the_time_of_the_tweet(tmp_path: Path) -> None:
    name = one_tweet(tmp_path, picture_of=ADA).names[RestId(ADA.rest_id)]
    assert (name.screen_name, name.source) == ("ada_nouvelle", "media")
    assert name.seen
    assert name.seen < EXPORTED["D"]


def test_the_name_in_a_picture_yields_to_todays_name_and_becomes_an_alias(tmp_path: Path) -> None:
    tweets = [tweet(1, picture_of=renamed(ADA, "ada_before")), tweet(2, mentions=[ADA])]
    archive = read([make_archive(tmp_path / "a.zip", tweets=tweets)])
    assert name_of(archive, ADA) == ADA.screen_name
    assert archive.aliases[RestId(ADA.rest_id)] == ("ada_before",)


def test_what_an_answer_began_with_is_a_former_name(tmp_path: Path) -> None:
    archive = one_tweet(tmp_path, text="@ada_before yes", reply_to=ADA)
    assert name_of(archive, ADA) == ADA.screen_name
    assert archive.aliases[RestId(ADA.rest_id)] == ("ada_before",)


def test_the_first_name_of_a_reply_that_belongs_to_another_account_today_is_ignored(tmp_path: Path) -> None:
    archive = one_tweet(tmp_path, text="@brunoquai yes", reply_to=ADA, mentions=[BRUNO])
    assert archive.aliases == {}


def test_a_former_name_alone_is_never_the_name(tmp_path: Path) -> None:
    archive = one_tweet(tmp_path, text="@ada_before yes", reply_to=ADA, in_reply_to_screen_name=None)
    assert name_of(archive, ADA) is None
    assert archive.aliases[RestId(ADA.rest_id)] == ("ada_before",)


def test_a_mention_never_adds_a_person(tmp_path: Path) -> None:
    archive = read(
        [make_archive(tmp_path / "a.zip", following=[ADA], followers=[], tweets=[tweet(1, mentions=[BRUNO])])]
    )
    assert archive.following == ids(ADA)
    assert archive.names == {}


def test_the_newest_spelling_of_a_name_is_kept(tmp_path: Path) -> None:
    tweets = [tweet(2, mentions=[ADA]), tweet(1, mentions=[renamed(ADA, "ADA_NOUVELLE")])]
    archive = read([make_archive(tmp_path / "a.zip", tweets=tweets)])
    assert name_of(archive, ADA) == "ada_nouvelle"
    assert archive.aliases == {}


def test_tweets_in_communities_and_moments_name_people_but_are_not_counted(tmp_path: Path) -> None:
    community = tweet(1, mentions=[ADA])["tweet"]
    moment_tweet = {
        "id": "1",
        "mentions": [{"userId": BRUNO.rest_id, "screenName": BRUNO.screen_name, "name": BRUNO.display_name}],
        "coreData": {"reply": {"inReplyToUserId": CHLOE.rest_id, "inReplyToScreenName": CHLOE.screen_name}},
    }
    extra = {
        "data/community-tweet.js": listed("community_tweet", {"tweet": community}),
        "data/moment.js": listed("moment", {"moment": {"tweets": [{"momentId": "1", "tweet": moment_tweet}]}}),
    }
    archive = read([make_archive(tmp_path / "a.zip", tweets=[], extra=extra)])
    assert archive.names.keys() == {ADA.rest_id, BRUNO.rest_id, CHLOE.rest_id}
    assert archive.tweets == 0


def test_the_old_tweet_archive_names_people_of_a_later_export(tmp_path: Path) -> None:
    retweeted = {"id_str": "5", "user": {"id_str": BRUNO.rest_id, "screen_name": "bruno2014", "name": "Bruno"}}
    old = make_archive(
        tmp_path / "old", era="A", tweets=[tweet(1, mentions=[ADA]), tweet(2, retweeted_status=retweeted)]
    )
    new = make_archive(tmp_path / "new.zip", tweets=[tweet(3, mentions=[CHLOE])])
    archive = read([old, new])
    assert archive.names.keys() == {ADA.rest_id, BRUNO.rest_id, CHLOE.rest_id}
    assert archive.names[RestId(BRUNO.rest_id)].source == "retweet"
    assert archive.names[RestId(BRUNO.rest_id)].seen == EXPORTED["A"]
    assert archive.exported_at == EXPORTED["D"]
    assert archive.tweets == 3


def test_the_old_tweet_archive_does_not_date_an_export_without_a_date(tmp_path: Path) -> None:
    old = make_archive(tmp_path / "old", era="A", tweets=[tweet(1, mentions=[renamed(ADA, "ada_before")])])
    new = make_archive(tmp_path / "new", era="B", tweets=[tweet(2, mentions=[ADA])])
    archive = read([old, new])
    assert archive.exported_at is None
    assert name_of(archive, ADA) == ADA.screen_name
    assert archive.aliases[RestId(ADA.rest_id)] == ("ada_before",)


def test_display_names_lose_what_hides_or_reorders_and_keep_the_rest(tmp_path: Path) -> None:
    archive = read([make_archive(tmp_path / "a.zip")])
    assert display_name(archive, BIDI) == "Alice gro.live isolated"
    assert display_name(archive, LINES) == "First line second text third".replace("text", "line")
    assert display_name(archive, INVISIBLE) is None
    assert display_name(archive, FARID) == FARID.display_name
    assert display_name(archive, NOOR) == NOOR.display_name
    assert display_name(archive, FAMILY) == FAMILY.display_name
    assert display_name(archive, HTML) == HTML.display_name
    assert display_name(archive, FORMULA) == FORMULA.display_name
    assert display_name(archive, AT_SIGN) == "@nasa"
    assert len(display_name(archive, LONG) or "") == 100


def test_half_a_surrogate_pair_in_a_name_can_be_written_out(tmp_path: Path) -> None:
    whole = listed("tweets", tweet(1, mentions=[Someone(ADA.rest_id, "ada", "A%")]))
    extra = {"data/tweets.js": whole.replace(b"A%", b"A\\ud83d")}
    archive = read([make_archive(tmp_path / "a.zip", extra=extra)])
    assert display_name(archive, ADA) == "A\ufffd"


# Several exports


def two_exports(tmp_path: Path) -> list[Path]:
    earlier = make_archive(
        tmp_path / "earlier.zip",
        exported=datetime(2024, 1, 1, tzinfo=UTC),
        following=[ADA, BRUNO],
        followers=[],
        tweets=[tweet(1, mentions=[renamed(ADA, "ada_before"), BRUNO])],
    )
    tweets = [tweet(1), tweet(2, mentions=[ADA])]
    later = make_archive(tmp_path / "later.zip", following=[ADA, CHLOE], followers=[], tweets=tweets)
    return [later, earlier]


def test_the_later_export_has_the_list_of_followed_people(tmp_path: Path) -> None:
    assert read(two_exports(tmp_path)).following == ids(ADA, CHLOE)


def test_who_is_followed_no_more_has_no_name_either(tmp_path: Path) -> None:
    assert read(two_exports(tmp_path)).names.keys() == {ADA.rest_id}


def test_the_name_in_the_earlier_export_becomes_an_alias(tmp_path: Path) -> None:
    archive = read(two_exports(tmp_path))
    assert name_of(archive, ADA) == "ada_nouvelle"
    assert archive.aliases[RestId(ADA.rest_id)] == ("ada_before",)
    assert archive.exported_at == EXPORTED["D"]
    assert archive.tweets == 2
    assert codes(archive) == ["exports_merged"]


def test_todays_name_is_no_alias_although_it_is_an_old_one(tmp_path: Path) -> None:
    earlier = make_archive(
        tmp_path / "earlier.zip",
        exported=datetime(2024, 1, 1, tzinfo=UTC),
        tweets=[tweet(1, picture_of=ADA), tweet(2, mentions=[renamed(ADA, "ada_between")])],
    )
    later = make_archive(tmp_path / "later.zip", tweets=[tweet(3, mentions=[ADA])])
    assert read([earlier, later]).aliases[RestId(ADA.rest_id)] == ("ada_between",)


def test_names_that_only_the_earlier_export_knows_are_kept(tmp_path: Path) -> None:
    earlier = make_archive(
        tmp_path / "e.zip", exported=datetime(2024, 1, 1, tzinfo=UTC), tweets=[tweet(1, mentions=[ADA])]
    )
    later = make_archive(tmp_path / "l.zip", tweets=[])
    name = read([earlier, later]).names[RestId(ADA.rest_id)]
    assert name.seen == datetime(2024, 1, 1, tzinfo=UTC)


def test_merged_exports_give_each_warning_once(tmp_path: Path) -> None:
    dates = ("2024-01-01T00:00:00.000Z", "2025-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z")
    paths = [
        make_archive(
            tmp_path / f"{date}.zip", omit=["mute.js"], manifest={"generationDate": date, "isPartialArchive": True}
        )
        for date in dates
    ]
    assert codes(read(paths)) == ["part_missing", "partial_archive", "exports_merged"]


def test_one_export_in_several_zips_is_one_archive(tmp_path: Path) -> None:
    folder = make_archive(tmp_path / "a", followers=crowd(30), part_rows=10, following=crowd(10), tweets=[])
    second = tmp_path / "b/data"
    second.mkdir(parents=True)
    for part in (1, 2):
        (folder / f"data/follower-part{part}.js").rename(second / f"follower-part{part}.js")
    archive = read([zip_folder(second.parent, tmp_path / "2.zip"), zip_folder(folder, tmp_path / "1.zip")])
    assert len(archive.followers) == 30
    assert codes(archive) == []


def test_the_same_zip_twice_is_one_archive(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip")
    archive = read([path, path])
    assert archive.following == ids(*PEOPLE)
    assert archive.tweets == 31
    assert codes(archive) == []


def test_two_exports_in_one_folder_are_merged(tmp_path: Path) -> None:
    for path in two_exports(tmp_path / "zips"):
        with zipfile.ZipFile(path) as file:
            file.extractall(tmp_path / "both" / path.stem)
    assert read([tmp_path / "both"]).following == ids(ADA, CHLOE)


def test_different_accounts_are_never_mixed(tmp_path: Path) -> None:
    paths = [make_archive(tmp_path / "1.zip"), make_archive(tmp_path / "2.zip", owner=STRANGER, following=[ADA])]
    with pytest.raises(UnreadableArchive) as refusal:
        read(paths)
    assert refusal.value.code == "several_accounts"
    assert refusal.value.params["accounts"] == "@odile_passe, @someone_else"
    assert read(paths, account="@Someone_Else").following == ids(ADA)
    assert codes(read(paths, account=OWNER.rest_id)) == ["other_account"]


def test_an_account_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableArchive, match="@odile_passe"):
        read([make_archive(tmp_path / "1.zip")], account="nobody")


def test_a_former_name_of_the_owner_is_the_same_account(tmp_path: Path) -> None:
    change = {"changedAt": "2020-01-01T00:00:00.000Z", "changedFrom": "old_odile", "changedTo": OWNER.screen_name}
    row = {"screenNameChange": {"accountId": OWNER.rest_id, "screenNameChange": change}}
    extra = {"data/screen-name-change.js": listed("screen_name_change", row)}
    now = make_archive(tmp_path / "now.zip", extra=extra)
    nameless = readme(Someone("", "old_odile", ""))
    before = make_archive(
        tmp_path / "before", omit=["account.js", "manifest.js"], extra={"data/README.txt": nameless.encode()}
    )
    assert read([now, before]).owner.rest_id == OWNER.rest_id


# Files that stay closed


def test_private_files_are_never_opened_in_a_zip(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip")
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as file:
        private = [
            info for info in file.infolist() if info.filename.removeprefix("data/").removesuffix(".js") in PRIVATE
        ]
    assert len(private) == len(PRIVATE)
    for info in private:  # their local headers and contents: opening one would fail
        content[info.header_offset : info.header_offset + 30] = b"\xff" * 30
    path.write_bytes(content)
    assert codes(read([path])) == []


def test_of_a_folder_only_known_files_are_opened(tmp_path: Path) -> None:
    folder = make_archive(tmp_path / "a")
    opened: set[str] = set()
    watching = True

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open" and str(arguments[0]).startswith(str(folder)):
            opened.add(Path(str(arguments[0])).name)

    sys.addaudithook(watch)
    read([folder])
    watching = False
    assert {"following.js", "tweets.js"} <= opened
    assert opened == {
        "account.js",
        "block.js",
        "community-tweet.js",
        "follower.js",
        "following.js",
        "manifest.js",
        "mute.js",
        "profile.js",
        "README.txt",
        "screen-name-change.js",
        "tweets.js",
    }


@pytest.mark.desktop
def test_what_is_no_file_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    folder = make_archive(tmp_path / "a", omit=["block.js", "mute.js"])
    (folder / "data/block.js").symlink_to(tmp_path / "nothing")
    os.mkfifo(folder / "data/mute.js")  # who opens it waits for ever
    assert len(read([folder]).following) == len(PEOPLE)


def test_the_email_of_the_owner_is_nowhere_in_the_archive(tmp_path: Path) -> None:
    assert "secret@example.org" not in repr(read([make_archive(tmp_path / "a.zip")]))


# Progress, cancelling, bounds


def test_progress_counts_bytes_up_to_the_end(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip", tweets=chatter(PEOPLE, 3_000))
    steps: list[Progress] = []
    reading = read_archive([path])
    while (step := next(reading, None)) is not None:
        steps.append(step)
    with zipfile.ZipFile(path) as file:
        tweets = file.getinfo("data/tweets.js").file_size
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert max(later.done - sooner.done for sooner, later in itertools.pairwise(steps)) <= 1024 * 1024
    assert steps[-1].total >= tweets
    assert steps[-1].done > 0.9 * steps[-1].total
    assert steps[-1].file == "data/tweets.js"


def test_reading_can_be_stopped_at_any_step(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip")
    steps = sum(1 for _ in read_archive([path]))
    for stop in range(1, steps):
        reading = read_archive([path])
        for _ in range(stop):
            next(reading)
        reading.close()
    path.unlink()  # nothing holds it open, and nothing warned of an unclosed file


def test_an_archive_protected_by_a_password_is_refused(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip")
    content = bytearray(path.read_bytes())
    start = content.rindex(b"PK\1\2", 0, content.rindex(b"data/following.js"))
    content[start + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(UnreadableArchive) as refusal:
        read([path])
    assert refusal.value.code == "encrypted_zip"


def test_a_bomb_is_left_out_and_named(tmp_path: Path) -> None:
    path = make_archive(tmp_path / "a.zip", omit=["tweets"])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:
        info = zipfile.ZipInfo("data/tweets.js", ZIP_DATE)
        info.compress_type = zipfile.ZIP_DEFLATED
        with file.open(info, "w", force_zip64=True) as bomb:
            for _ in range(64):
                bomb.write(b" " * 1024 * 1024)
    assert "file_too_large" in codes(read([path]))
