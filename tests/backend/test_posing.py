"""Posing as another person, through the registrar: no attempt is proven, and none changes the row of the person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from passerelle.directory import Row

from tests.backend.conftest import Directory
from tests.backend.joining import Joining, joining
from tests.core.claim_servers import ADA, ADA_ID, EVE, EVE_DID, EVE_ID, POST, make_post

EVES_POST = "1936480450125496599"
BY_EVE = (EVE_ID, EVE)


def _linked(text: str, code: str, kind: str) -> dict[str, Any]:
    """Return a post by Ada in which the code is part of a link, mention or hashtag."""
    start = text.index(code)
    return make_post(text, EVES_POST, entities={kind: [{"indices": [start, start + len(code)]}]})


# What stands on X when Eve has her claim to Ada's X account checked; the argument is the code of that claim.
POSTS: dict[str, Callable[[str], dict[str, Any] | None]] = {
    "no post": lambda _code: None,
    "her own post": lambda code: make_post(f"It is me {code}", EVES_POST, BY_EVE),
    "a post of Ada without a code": lambda _code: make_post("Good morning", EVES_POST),
    "a post of Ada with another code": lambda _code: make_post("psr-01234-56789-ABCDE-FGHJK", EVES_POST),
    "a quoted text": lambda code: make_post("So true", EVES_POST, quoted_tweet=make_post(code, "1", BY_EVE)),
    "a text replied to": lambda code: make_post("So true", EVES_POST, parent=make_post(code, "1", BY_EVE)),
    "a retweet by hand": lambda code: make_post(f"RT @{EVE}: {code}", EVES_POST),
    "a display name": lambda code: make_post(
        "So true", EVES_POST, user={"id_str": ADA_ID, "screen_name": ADA, "name": code}
    ),
    "a link": lambda code: make_post(f"See https://eve.example.org/{code}", EVES_POST),
    "an entity that is a link": lambda code: _linked(f"See {code}", code, "urls"),
    "a hashtag": lambda code: _linked(f"See #{code}", code, "hashtags"),
    "a stale version": lambda code: make_post(code, EVES_POST, isStaleEdit=True),
    "a recycled name": lambda code: make_post(code, EVES_POST, (EVE_ID, ADA)),
    "data of another post": lambda code: make_post(code, EVES_POST) | {"id_str": "1"},
}


@pytest.fixture
def desk(directory: Directory) -> Iterator[Joining]:
    with joining(directory.config) as one:
        yield one


def pose(desk: Joining, on_x: str) -> dict[str, Any]:
    """Make and check Eve's claim that Ada's X account and Eve's Bluesky account are one person's."""
    made = desk.make(did=EVE_DID)
    desk.prove_target(made)
    post = POSTS[on_x](made["code"])
    if post is not None:
        desk.servers.posts[EVES_POST] = post
    url = {"post": f"https://x.com/{ADA}/status/{EVES_POST}"} if post is not None else {}
    return desk.check(made, **url)


def publish(desk: Joining) -> list[Row]:
    """Move the clock by two days, read all proofs again, and return the rows about Ada or Eve's account."""
    desk.clock.move(days=2)
    return [row for row, _ in desk.publish() if row.rest_id == ADA_ID or row.did == EVE_DID]


@pytest.mark.parametrize("on_x", POSTS)
def test_no_attempt_is_proven_or_changes_the_row_of_the_person(desk: Joining, on_x: str) -> None:
    desk.join()
    before = publish(desk)
    assert [row.grade for row in before] == ["proven"]
    assert pose(desk, on_x)["grade"] == "claimed"
    assert publish(desk) == before
    assert publish(desk) == before


@pytest.mark.parametrize("on_x", POSTS)
def test_an_attempt_about_a_person_who_has_not_joined_is_claimed_at_most(desk: Joining, on_x: str) -> None:
    pose(desk, on_x)
    assert {row.grade for row in publish(desk)} <= {"claimed"}


def test_the_person_joins_after_an_attempt_and_replaces_it(desk: Joining) -> None:
    pose(desk, "her own post")
    publish(desk)
    desk.join()
    [row] = [row for row in publish(desk) if row.rest_id == ADA_ID]
    assert (row.grade, row.did != EVE_DID) == ("proven", True)


def test_the_reference_post_is_proven(desk: Joining) -> None:
    """The same steps with an honest post succeed, so the others fail for what they are."""
    made = desk.make(did=EVE_DID)
    desk.prove_target(made)
    assert desk.check(made, post=desk.post(made, POST))["grade"] == "proven"
