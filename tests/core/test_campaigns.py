"""Campaigns: what is accepted of their file, and the promise in the signed latest.json that covers it."""

from __future__ import annotations

import asyncio
import json
from datetime import date, timedelta
from typing import Any

import pytest
from passerelle import directory
from passerelle.directory import (
    NOTHING_SEEN,
    Campaign,
    InvalidCampaign,
    Latest,
    Seen,
    current_campaigns,
    file_request,
    key_id,
    make_campaigns,
    parse_campaign,
    read_campaigns,
    read_file,
)
from passerelle.directory.campaigns import MAX_CAMPAIGNS, MAX_CAMPAIGNS_FILE, MAX_MESSAGE, MAX_NAME
from passerelle.errors import DirectoryError
from passerelle.transport import Response

from tests.core.fakes import BASE_URL, CURRENT_KEY, FOREIGN_KEY, NOW, SOURCE, Directory, verify
from tests.core.vectors import read_vectors

SPRING: dict[str, Any] = {
    "campaign_id": "spring-2027",
    "name": {"en": "Leave together", "fr": "Partons ensemble"},
    "message": {"en": "On this day, we all leave.\n\nJoin us.", "fr": "Ce jour-là, nous partons."},
    "date": "2027-02-20",
}


def spring(**changes: Any) -> dict[str, Any]:
    return {**SPRING, **changes}


def file_of(*campaigns: Any) -> bytes:
    return json.dumps({"campaigns": campaigns}).encode()


def read_from(server: Directory, seen: Seen = NOTHING_SEEN) -> tuple[Campaign, ...]:
    """Return what a client believes that asks `server`."""
    answer = server.answer(directory.latest_request(BASE_URL))
    latest = read_latest(answer, seen)
    assert latest.campaigns
    return read_campaigns(read_file(server.answer(file_request(BASE_URL, latest.campaigns)), latest.campaigns))


def read_latest(answer: Response, seen: Seen = NOTHING_SEEN) -> Latest:
    return asyncio.run(directory.read_latest(answer, keys=SOURCE.keys, verify=verify, now=NOW, seen=seen))


def refusal_of(server: Directory, seen: Seen = NOTHING_SEEN) -> str:
    with pytest.raises(DirectoryError) as caught:
        read_from(server, seen)
    return caught.value.code


def test_campaigns_are_read_as_they_were_made() -> None:
    campaign = parse_campaign(SPRING)
    body = make_campaigns([campaign])
    assert read_from(Directory(campaigns=body)) == (campaign,)
    assert make_campaigns(read_campaigns(body)) == body


def test_a_directory_without_campaigns_promises_none() -> None:
    def older(latest: dict[str, Any]) -> None:
        del latest["campaigns"]

    assert read_latest(Directory().answer(directory.latest_request(BASE_URL))).campaigns is None
    bare = Directory().latest()
    older(bare)
    assert directory.parse_latest(bare).campaigns is None


def test_the_trust_is_that_of_the_directory() -> None:
    body = file_of(SPRING)
    assert refusal_of(Directory(campaigns=body, key=FOREIGN_KEY)) == "directory_key_unknown"
    assert refusal_of(Directory(campaigns=body, expires=NOW)) == "directory_expired"
    assert refusal_of(Directory(campaigns=body, expires=NOW + timedelta(days=90))) == "directory_invalid"
    assert refusal_of(Directory(campaigns=body, version=7), Seen(key_id(CURRENT_KEY), 8)) == "directory_older"

    def tamper(latest: dict[str, Any]) -> None:
        latest["campaigns"][0]["sha256"] = "0" * 64

    assert refusal_of(Directory(campaigns=body, tamper=tamper)) == "directory_signature"


def test_other_bytes_than_the_promised_ones_are_refused() -> None:
    promised = read_latest(Directory(campaigns=file_of(SPRING)).answer(directory.latest_request(BASE_URL))).campaigns
    assert promised
    other = Directory(campaigns=file_of(spring(date="2027-03-01")))
    with pytest.raises(DirectoryError) as caught:
        read_file(other.answer(file_request(BASE_URL, promised)), promised)
    assert caught.value.code == "directory_corrupt"
    assert file_request(BASE_URL, promised).limit == promised.bytes + 1


def test_a_file_that_is_too_large_is_not_asked_for() -> None:
    assert refusal_of(Directory(campaigns=b" " * (MAX_CAMPAIGNS_FILE + 1))) == "directory_invalid"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"campaigns":{}}', b"[" * 100_000, b"\xff"])
def test_another_document_is_refused(body: bytes) -> None:
    assert refusal_of(Directory(campaigns=body)) == "directory_corrupt"


@pytest.mark.parametrize(
    "changes",
    [
        {"campaign_id": "Spring"},
        {"campaign_id": "../spring"},
        {"campaign_id": "a" * 61},
        {"campaign_id": 1},
        {"date": "2027-02-30"},
        {"date": "20270220"},
        {"date": "1999-01-01"},
        {"date": "2100-01-01"},
        {"date": None},
        {"name": {}},
        {"name": "Leave together"},
        {"name": {"en": "Leave together"}},
        {"name": {"en": "Leave\u202e together", "fr": "Partons"}},
        {"name": {"en": "Leave\x07together", "fr": "Partons"}},
        {"name": {"en": "Leave\ntogether", "fr": "Partons"}},
        {"name": {"en": " ", "fr": "Partons"}},
        {"name": {"en": "x" * (MAX_NAME + 1), "fr": "Partons"}},
        {"name": {"en": 1, "fr": "Partons"}},
        {"message": {"en": "x" * (MAX_MESSAGE + 1), "fr": "Partons"}},
        {"message": {"en": "Half \ud83d", "fr": "Partons"}},
        {"name": {"<b>": "x"}, "message": {"<b>": "x"}},
        {"name": {f"a{chr(97 + n // 26)}{chr(97 + n % 26)}": "x" for n in range(41)}},
    ],
)
def test_a_campaign_that_cannot_be_used_is_left_out_and_the_others_stay(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidCampaign):
        parse_campaign(spring(**changes))
    body = file_of(spring(**changes), "x", None, spring(campaign_id="autumn-2027"))
    assert [one.campaign_id for one in read_campaigns(body)] == ["autumn-2027"]


def test_of_two_campaigns_with_one_id_the_first_counts_and_too_many_are_left_out() -> None:
    twice = file_of(SPRING, spring(date="2027-03-01"))
    assert [one.date for one in read_campaigns(twice)] == ["2027-02-20"]
    many = [spring(campaign_id=f"n{n}") for n in range(MAX_CAMPAIGNS + 1)]
    assert len(read_campaigns(file_of(*many))) == MAX_CAMPAIGNS
    with pytest.raises(InvalidCampaign):
        make_campaigns(map(parse_campaign, many))


def test_a_past_campaign_stays_for_thirty_days() -> None:
    later, campaign = parse_campaign(spring(campaign_id="later", date="2027-05-01")), parse_campaign(SPRING)
    assert current_campaigns([later, campaign], date(2027, 1, 1)) == [campaign, later]
    assert current_campaigns([campaign], date(2027, 3, 22)) == [campaign]
    assert current_campaigns([campaign], date(2027, 3, 23)) == []


@pytest.mark.parametrize(
    "vector", read_vectors("campaign-languages"), ids=lambda one: f"{one['wanted']} {one['spoken']}"
)
def test_a_reader_gets_the_own_language_or_english(vector: dict[str, Any]) -> None:
    texts = dict.fromkeys(vector["languages"], "Together")
    campaign = Campaign(campaign_id="together", name=texts, message=texts, date="2027-01-20")
    assert campaign.language_for(vector["wanted"]) == vector["spoken"]
