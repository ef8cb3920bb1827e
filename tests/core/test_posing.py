"""Posing as another person: every attempt ends without the grade `proven`, and changes no other row."""

from __future__ import annotations

from typing import Any

import pytest
from passerelle.claims.grades import NOTHING, Verdict
from passerelle.claims.models import Claim
from passerelle.errors import NetworkError
from passerelle.proofs import Reading
from pydantic import ValidationError

from tests.core.claim_servers import (
    ADA,
    ADA_ACCT,
    ADA_DID,
    ADA_HANDLE,
    ADA_ID,
    EVE,
    EVE_ACCT,
    EVE_DID,
    EVE_ID,
    PAGE,
    POST,
    Servers,
    honest,
    make_claim,
    make_post,
    proof,
    read,
    verdict,
)

BY_EVE = (EVE_ID, EVE)
EVES = "fedcba9876543210"


def eves_claim(**changes: Any) -> Claim:
    """Return Eve's claim that Ada's X account is Eve's Bluesky account."""
    return make_claim(claim_id=EVES, did=EVE_DID, nonce="66" * 16, **changes)


def posing(claim: Claim) -> Servers:
    """Return servers on which Eve has written the target side of her claim."""
    servers, _ = honest()
    servers.posts = {}
    servers.write_record(claim)
    return servers


def test_an_honest_claim_is_proven() -> None:
    servers, claim = honest()
    assert verdict(servers, claim) == Verdict("proven", claim.rest_id, claim.did, None)
    assert read(servers, claim).handle == ADA_HANDLE


def test_an_honest_claim_on_mastodon_is_proven() -> None:
    servers, claim = honest(make_claim(did=None, acct=ADA_ACCT))
    assert verdict(servers, claim) == Verdict("proven", claim.rest_id, None, claim.acct)


def test_own_post_with_the_rest_id_of_another_person() -> None:
    claim = eves_claim()
    servers = posing(claim)
    servers.posts[POST] = make_post(f"It is me {claim.code}", author=BY_EVE)
    assert verdict(servers, claim).grade == "claimed"
    assert proof(read(servers, claim), "x_post").reason == "other_author"


def test_post_of_another_person_without_the_code() -> None:
    claim = eves_claim()
    servers = posing(claim)
    servers.posts[POST] = make_post("I am on Bluesky now. #eXit")
    assert verdict(servers, claim).grade == "claimed"
    assert proof(read(servers, claim), "x_post").reason == "no_code"


def test_code_of_another_person() -> None:
    adas, claim = make_claim(), eves_claim()
    servers = posing(claim)
    servers.posts[POST] = make_post(f"I am on Bluesky now. {adas.code}")
    assert verdict(servers, claim).grade == "claimed"


def test_code_of_another_person_written_into_the_own_record() -> None:
    adas, claim = make_claim(), eves_claim()
    servers = posing(claim)
    servers.write_record(claim, code=adas.code, nonce=adas.nonce)
    servers.posts[POST] = make_post(f"I am on Bluesky now. {adas.code}")
    assert verdict(servers, claim) == NOTHING


@pytest.mark.parametrize(
    "changes",
    [
        {"quoted_tweet": lambda code: make_post(code)},
        {"parent": lambda code: make_post(code)},
        {"user": lambda code: {"id_str": ADA_ID, "screen_name": ADA, "name": code}},
        {"card": lambda code: {"name": code}},
    ],
    ids=["quoted", "replied to", "display name", "card"],
)
def test_code_in_what_the_author_did_not_write(changes: dict[str, Any]) -> None:
    claim = eves_claim()
    servers = posing(claim)
    said = {name: make(claim.code) for name, make in changes.items()}
    servers.posts[POST] = make_post("So true", **said)
    assert verdict(servers, claim).grade == "claimed"


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("look https://t.co/{code} there", None),
        ("look x.org/{code} there", None),
        ("RT @eve_x: {code}", None),
        ("look {code} there", "urls"),
        ("look {code} there", "user_mentions"),
        ("look {code} there", "hashtags"),
        ("look @{code} there", None),
        ("look #{code} there", None),
    ],
)
def test_code_in_a_link_or_mention_or_retweet(text: str, entity: str | None) -> None:
    claim = eves_claim()
    servers = posing(claim)
    whole = text.format(code=claim.code)
    post = make_post(whole)
    if entity:
        post["entities"][entity] = [{"indices": [whole.index(claim.code), whole.index(claim.code) + len(claim.code)]}]
    servers.posts[POST] = post
    assert verdict(servers, claim).grade == "claimed"


def test_code_outside_of_the_shown_text() -> None:
    claim = eves_claim()
    servers = posing(claim)
    servers.posts[POST] = make_post(f"So true {claim.code}", display_text_range=[0, 7])
    assert verdict(servers, claim).grade == "claimed"


def test_code_that_was_edited_out() -> None:
    claim = make_claim()
    servers, _ = honest()
    servers.posts[POST] = make_post(claim.code, isStaleEdit=True)
    assert proof(read(servers, claim), "x_post").reason == "stale_edit"
    newer = {"edit_tweet_ids": [POST, "1936480450125496599"]}
    servers.posts[POST] = make_post(claim.code, edit_control=newer)
    assert verdict(servers, claim).grade == "claimed"


def test_reused_code_of_an_earlier_claim() -> None:
    """The same person's code for Ada's old account proves no other target."""
    old, new = make_claim(), make_claim(did=EVE_DID)
    servers = posing(new)
    servers.posts[POST] = make_post(old.code)
    assert verdict(servers, new).grade == "claimed"


def test_post_data_that_names_another_post() -> None:
    servers, claim = honest()
    servers.posts[POST]["id_str"] = "1"
    assert verdict(servers, claim).grade == "claimed"
    assert proof(read(servers, claim), "x_post").state == "unknown"


def test_oembed_proves_the_name_only() -> None:
    servers, claim = honest()
    servers.down = {"cdn.syndication.twimg.com"}
    html = f'<blockquote class="twitter-tweet"><p lang="en">I moved {claim.code}</p>&mdash; Ada (@ada_l)</blockquote>'
    servers.oembed[POST] = {"author_name": "Ada", "author_url": "https://x.com/ada_l", "html": html}
    assert verdict(servers, claim) == Verdict("claimed", None, claim.did, None)


@pytest.mark.parametrize(
    ("author_url", "html"),
    [
        ("https://x.com/eve_x", "<p>{code}</p>"),
        ("https://x.com/ada_l", "<p>So true</p>&mdash; {code} (@ada_l)"),
        ("https://x.com/ada_l", '<p>So true <a href="https://t.co/a">{code}</a></p>'),
        ("https://evil.example/ada_l", "<p>{code}</p>"),
    ],
)
def test_oembed_of_another_author_or_with_the_code_elsewhere(author_url: str, html: str) -> None:
    servers, claim = honest()
    servers.down = {"cdn.syndication.twimg.com"}
    servers.oembed[POST] = {"author_url": author_url, "html": html.format(code=claim.code)}
    assert not [one for one in read(servers, claim).proofs if one.side == "x_name" and one.state == "holds"]
    assert verdict(servers, claim) == Verdict("claimed", claim.rest_id, claim.did, None)


def test_recycled_screen_name() -> None:
    """Eve has the name that Ada gave up: the post's author id is Eve's."""
    claim = eves_claim()
    servers = posing(claim)
    servers.posts[POST] = make_post(claim.code, author=(EVE_ID, ADA))
    assert verdict(servers, claim).grade == "claimed"


def test_name_of_another_person_with_the_own_id() -> None:
    claim = make_claim(claim_id=EVES, rest_id=EVE_ID, did=EVE_DID)
    servers = posing(claim)
    servers.posts[POST] = make_post(claim.code, author=BY_EVE)
    assert verdict(servers, claim).grade == "claimed"
    assert proof(read(servers, claim), "x_post").reason == "other_name"


def test_handle_that_resolves_one_way_only() -> None:
    servers, claim = honest()
    servers.documents[ADA_DID]["alsoKnownAs"] = ["at://museum.example.org"]
    servers.handles["museum.example.org"] = EVE_DID
    assert read(servers, claim).handle is None


def test_record_in_another_repository() -> None:
    claim = make_claim(claim_id=EVES)
    servers, _ = honest()
    servers.write_record(claim, did=EVE_DID)
    assert verdict(servers, claim, None) == NOTHING


def test_record_of_another_claim_under_this_key() -> None:
    servers, claim = honest()
    servers.write_record(claim, restId=EVE_ID)
    assert verdict(servers, claim) == NOTHING
    servers.write_record(claim, code=eves_claim().code)
    assert verdict(servers, claim) == NOTHING
    servers.write_record(claim, nonce="00" * 16)
    assert verdict(servers, claim) == NOTHING


def test_server_that_answers_for_every_name() -> None:
    claim = make_claim(did=None, acct="ada@all.example.org")
    servers, _ = honest(claim)
    servers.catch_all = {"all.example.org"}
    servers.actors["https://all.example.org/users/all"] = servers.add_mastodon(
        "all@all.example.org", PAGE + claim.claim_id
    )
    assert verdict(servers, claim) == NOTHING
    assert proof(read(servers, claim), "mastodon_field").reason == "knows_everybody"


def test_mastodon_field_of_another_claim() -> None:
    claim = make_claim(did=None, acct=EVE_ACCT)
    servers, _ = honest(claim)
    servers.add_mastodon(
        EVE_ACCT, PAGE + EVES, f"{PAGE}{claim.claim_id}0", f"https://evil.example/?{PAGE}{claim.claim_id}"
    )
    assert verdict(servers, claim) == NOTHING


def test_mastodon_account_that_moved() -> None:
    claim = make_claim(did=None, acct=ADA_ACCT)
    servers, _ = honest(claim)
    servers.add_mastodon(ADA_ACCT, PAGE + claim.claim_id)["movedTo"] = "https://gare.example.org/users/ada"
    assert verdict(servers, claim) == NOTHING


def test_domain_that_delegates_to_the_account_of_another_person() -> None:
    """WebFinger of Eve's domain names Ada's actor, whose own address is another one."""
    claim = make_claim(did=None, acct="ada@evil.example.org")
    servers, _ = honest(claim)
    servers.add_mastodon(ADA_ACCT, PAGE + claim.claim_id)
    servers.fingers["ada@evil.example.org"] = (ADA_ACCT, "https://quai.example.org/users/ada")
    assert verdict(servers, claim) == NOTHING


def test_actor_that_calls_itself_otherwise() -> None:
    claim = make_claim(did=None, acct=ADA_ACCT)
    servers, _ = honest(claim)
    servers.actors["https://quai.example.org/users/ada"]["id"] = "https://gare.example.org/users/ada"
    assert verdict(servers, claim) == NOTHING


@pytest.mark.parametrize("name", ["аda_l", "ada_l\u200b", "ａda_l", "ada‿l", "ada_l "])
def test_homoglyph_names_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        make_claim(screen_name=name)


def test_homoglyph_server_is_its_own_server() -> None:
    claim = make_claim(did=None, acct="ada@quаi.example.org")  # а is Cyrillic
    assert str(claim.acct) == "ada@xn--qui-7cd.example.org"
    servers, _ = honest()
    servers.add_mastodon(ADA_ACCT, PAGE + claim.claim_id)
    assert verdict(servers, claim) == NOTHING


def test_domain_file_on_a_host_of_free_subdomains() -> None:
    claim = make_claim(did=EVE_DID)
    servers, _ = honest()
    servers.add_bluesky(EVE_DID, "ada.github.io")
    servers.files["ada.github.io"] = {"claims": [{"rest_id": ADA_ID, "did": EVE_DID}]}
    assert verdict(servers, claim, None, has_domain=True, registrable=lambda _host: None) == NOTHING
    assert "https://ada.github.io/.well-known/passerelle.json" not in servers.asked


def test_domain_file_proves_its_own_account_only() -> None:
    claim = make_claim(did=ADA_DID)
    servers, _ = honest()
    servers.records = {}
    servers.files["evil.example.org"] = {"claims": [{"rest_id": ADA_ID, "did": ADA_DID}]}
    own = {"has_domain": True, "registrable": lambda host: host}
    assert verdict(servers, claim, None, **own) == NOTHING
    servers.files[ADA_HANDLE] = {"claims": [{"rest_id": ADA_ID, "did": ADA_DID}]}
    assert verdict(servers, claim, None, **own) == Verdict("claimed", claim.rest_id, claim.did, None)
    assert verdict(servers, make_claim(rest_id=EVE_ID), None, **own) == NOTHING


def keytraced(servers: Servers, **changes: Any) -> None:
    servers.records[ADA_DID, "dev.keytrace.claim", "k1"] = {
        "$type": "dev.keytrace.claim",
        "type": "twitter",
        "claimUri": f"https://x.com/{ADA}/status/{POST}",
        "identity": {"subject": ADA},
        "sigs": [],
        "createdAt": "2026-11-01T00:00:00Z",
    } | changes


def test_keytrace_record_counts_with_its_post_only() -> None:
    servers, claim = honest()
    servers.records.clear()
    keytraced(servers)
    servers.posts[POST] = make_post(f"Verifying my account: {ADA_DID}")
    assert verdict(servers, claim, None, keytrace="k1").grade == "proven"
    servers.posts[POST] = make_post("Good morning")
    assert verdict(servers, claim, None, keytrace="k1").grade == "claimed"
    servers.posts[POST] = make_post(f"Verifying my account: {ADA_DID}", author=BY_EVE)
    assert verdict(servers, claim, None, keytrace="k1").grade == "claimed"
    keytraced(servers, status="retracted")
    assert verdict(servers, claim, None, keytrace="k1") == NOTHING


def test_keytrace_post_proves_no_mastodon_account_beside_it() -> None:
    """The post of another person's Keytrace record commits to the did, not to the acct that Eve adds."""
    claim = make_claim(acct=EVE_ACCT, claim_id=EVES)
    servers, _ = honest()
    servers.add_mastodon(EVE_ACCT, PAGE + EVES)
    keytraced(servers)
    servers.posts[POST] = make_post(f"Verifying my account: {ADA_DID}")
    assert verdict(servers, claim, None, keytrace="k1").grade == "claimed"


def test_servers_that_do_not_answer_state_nothing() -> None:
    servers, claim = honest()
    servers.down = {"cdn.syndication.twimg.com", "publish.x.com", "pds.example.org"}
    reading: Reading = read(servers, claim)
    assert {one.state for one in reading.proofs} == {"unknown"}
    assert {one.reason for one in reading.proofs} == {NetworkError.code}
