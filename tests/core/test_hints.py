"""Addresses in names, bios, locations and links: every form, none of the decoys, in many languages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from passerelle.cli.hints import answers
from passerelle.hints.find import Hint, find_hints
from passerelle.identifiers import canonicalize_acct, parse_acct, parse_did, parse_handle

from tests.data.shared import BIOS

DATA = Path(__file__).parents[1] / "data"
REAL = BIOS / "labelled-real-open.jsonl"
LISTS = (
    "bluesky-services", "fediverse-servers", "mail-hosts", "mailboxes", "nostr-hosts", "not-names", "other-platforms",
    "x-mirrors",
)  # fmt: skip


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


ENGLISH, LANGUAGES = lines(DATA / "hints-english.jsonl"), lines(DATA / "hints-languages.jsonl")


def found(profile: dict[str, Any]) -> list[tuple[str, str, str]]:
    hints = find_hints(
        profile.get("name") or "", profile.get("bio") or "", profile.get("location") or "", profile.get("urls") or []
    )
    return [(hint.network, hint.address, hint.confidence) for hint in hints]


def network(word: str) -> str:
    return "fediverse" if word == "mastodon" else word


@pytest.mark.parametrize("profile", ENGLISH, ids=lambda profile: profile["id"])
def test_english(profile: dict[str, Any]) -> None:
    assert found(profile) == [(network(one["net"]), one["handle"], one["conf"]) for one in profile["expect"]]


@pytest.mark.parametrize("profile", LANGUAGES, ids=lambda profile: profile["id"])
def test_many_languages(profile: dict[str, Any]) -> None:
    assert found(profile) == [tuple(one) for one in profile["expect"]]


@pytest.mark.skipif(not REAL.is_file(), reason=f"the real profiles are not at hand ({REAL})")
def test_real_profiles_without_a_false_one_or_a_miss() -> None:
    for profile in lines(REAL):
        hints = found({**profile, "urls": [*profile["url"], *profile["bio_urls"]]})
        expected = {(network(one["net"]), one["handle"]) for one in profile["expect"]}
        assert {hint[:2] for hint in hints} == expected, profile["screen_name"]


def test_a_hint_says_where_it_was_found() -> None:
    hints = find_hints("ada.bsky.social", "@b@mas.to", "@c@mas.to", ["https://mas.to/@d"])
    assert [hint.where for hint in hints] == ["name", "bio", "location", "url"]


def test_a_link_to_a_server_without_an_account_gives_no_hint() -> None:
    assert find_hints(urls=["https://mastodon.social/web", "https://mastodon.social/deck/", "https://mas.to"]) == []


def test_whose_address_it_is_may_be_less_sure() -> None:
    assert find_hints(bio="run by @ada.bsky.social")[0].confidence == "likely"
    assert find_hints(bio="alt of bsky: ada-dev")[0].confidence == "inferred"


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_clean(name: str) -> None:
    text = files("passerelle.hints").joinpath(f"data/{name}.txt").read_text(encoding="utf-8")
    entries = [line for line in text.splitlines() if not line.startswith("#")]
    assert text.startswith("# ")
    assert all(re.fullmatch(r"[^\s#/@]+", entry) and entry == entry.lower() for entry in entries)
    assert len(entries) == len(set(entries))


def test_no_host_is_in_two_lists() -> None:
    hosts = [
        {
            line
            for line in files("passerelle.hints").joinpath(f"data/{name}.txt").read_text().splitlines()
            if line[0] != "#"
        }
        for name in ("fediverse-servers", "mail-hosts", "nostr-hosts", "other-platforms", "x-mirrors")
    ]
    assert sum(map(len, hosts)) == len(set.union(*hosts))


@given(st.text(), st.text(), st.text(), st.lists(st.text(), max_size=5))
def test_any_text_ends_in_addresses_that_can_be_parsed(name: str, bio: str, location: str, urls: list[str]) -> None:
    for hint in find_hints(name, bio, location, urls):
        _check(hint)


PIECES = st.sampled_from(
    ["@", ".", "ada", "bsky", ".bsky.social", "mastodon.social", "🦋", "bluesky: ", " on ", "https://", "/@", "...",
     "bsky.app/profile/", "ada.eu/web/", "did:plc:", " dot ", "(at)", "\u200b", "\u202e", "é", "а", "-", "_", " ", "\n",
     ":", "|", "["]
)  # fmt: skip


@settings(max_examples=500)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_mixture_of_forms_ends_in_addresses_that_can_be_parsed(text: str) -> None:
    for hint in find_hints(text, text, "", [text]):
        _check(hint)


@pytest.mark.parametrize(
    "piece", ["a", "@", ".", "a.", "@a", "a@", "a@a.", "a.b/", " dot a", "bsky ", "🦋", "\n", "https://", "a-", "[at]"]
)
def test_no_text_is_slow(piece: str) -> None:
    started = time.process_time()
    find_hints(piece * 5_000, piece * 5_000)
    assert time.process_time() - started < 1


def _check(hint: Hint) -> None:
    if hint.network == "fediverse":
        assert canonicalize_acct(parse_acct(hint.address)) == hint.address
    else:
        parse = parse_did if hint.address.startswith("did:") else parse_handle
        assert parse(hint.address) == hint.address


@pytest.mark.desktop
def test_the_command_answers_each_line() -> None:
    profiles = [
        {"name": "Ada 🦋 @ada.bsky.social", "bio": None, "urls": ["https://mas.to/@Ada"]},
        {"bio": "nothing here", "location": "Lyon"},
        {},
    ]
    text = "".join(f"{json.dumps(profile)}\n" for profile in profiles)
    command = [sys.executable, "-m", "passerelle.cli.main", "hints"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    assert done.stderr == b""
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {
            "hints": [
                {"network": "bluesky", "address": "ada.bsky.social", "confidence": "explicit", "where": "name"},
                {"network": "fediverse", "address": "ada@mas.to", "confidence": "explicit", "where": "url"},
            ]
        },
        {"hints": []},
        {"hints": []},
    ]


NO_PROFILES = {
    "cut": b"{",
    "a list": b"[]",
    "no UTF-8": b"\xff",
    "a number for a name": b'{"name": 7}',
    "one link": b'{"urls": "https://mas.to/@ada"}',
    "a number for a link": b'{"urls": [7]}',
    "brackets": b"[" * 100_000,
}


def ask(*lines: bytes) -> tuple[list[Any], list[str]]:
    """Return the answers, and the sentences about lines that were skipped."""
    skipped: list[str] = []
    return [json.loads(answer)["hints"] for answer in answers(lines, skipped.append)], skipped


@pytest.mark.parametrize("line", NO_PROFILES.values(), ids=NO_PROFILES)
def test_a_line_that_is_no_profile_is_named_and_skipped(line: bytes) -> None:
    found, skipped = ask(b'{"name": "Ada"}', line, b'{"name": "Eve"}')
    assert found == [[], []]
    assert len(skipped) == 1
    assert re.match(r"Line 2 [^\n]*\.\Z", skipped[0])


ADA_LINE = b'{"bio": "ada.bsky.social"}'

READABLE = {
    "an empty line": (b"\n", ADA_LINE),
    "a line of blanks": (b" \t\r\n", ADA_LINE),
    "Windows' line ends": (b"\r\n", ADA_LINE + b"\r\n"),
    "a byte order mark": (b"\xef\xbb\xbf" + ADA_LINE,),
    "a byte order mark alone": (b"\xef\xbb\xbf\n", ADA_LINE),
    "a byte order mark where two files were joined": (b"\n", b"\xef\xbb\xbf" + ADA_LINE),
    "null fields": (b'{"name": null, "bio": "ada.bsky.social", "location": null, "urls": [null]}',),
    "half an emoji, escaped": (b'{"bio": "ada.bsky.social \\ud83d", "name": "\\uDD8B"}',),
    "half an emoji in a link": (b'{"bio": "ada.bsky.social", "urls": ["https://quai.example.org/\\ud83d"]}',),
    "more than a profile": (b'{"bio": "ada.bsky.social", "id": 7}',),
}


@pytest.mark.parametrize("lines", READABLE.values(), ids=READABLE)
def test_a_line_that_holds_something_gets_one_answer(lines: tuple[bytes, ...]) -> None:
    found, skipped = ask(*lines)
    assert [[hint["address"] for hint in one] for one in found] == [["ada.bsky.social"]]
    assert skipped == []


@pytest.mark.parametrize("order", ["le", "be"])
def test_utf_16_with_a_byte_order_mark_is_read(order: str) -> None:
    mark = {"le": b"\xff\xfe", "be": b"\xfe\xff"}[order]
    text = mark + (ADA_LINE.decode() + "\n\n" + ADA_LINE.decode() + "\n").encode(f"utf-16-{order}")
    found, skipped = ask(*text.splitlines(keepends=True))
    assert (len(found), skipped) == (2, [])


@pytest.mark.desktop
@pytest.mark.parametrize(("text", "status"), [(b"\n\xff\n{}\n", 0), (b"\xff\n", 3), (b"", 0), (b"\n", 0)])
def test_the_command_fails_only_where_no_line_is_a_profile(text: bytes, status: int) -> None:
    command = [sys.executable, "-m", "passerelle.cli.main", "hints"]
    done = subprocess.run(command, input=text, capture_output=True, check=False)
    assert done.returncode == status
    assert b"Traceback" not in done.stderr
