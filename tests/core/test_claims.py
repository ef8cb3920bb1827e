"""Claim codes, public posts, what counts after a second reading, and which target stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from passerelle.claims.codes import find_codes, make_code
from passerelle.claims.grades import judge, renew, renew_all
from passerelle.claims.models import Claim, Proof
from passerelle.claims.post_text import MAX_WEIGHT, make_post_text, weigh
from passerelle.claims.posts import PostMissing, make_token, own_text, parse_post_url, post_request, read_post
from passerelle.claims.records import make_record, states_claim
from passerelle.claims.replacement import CONFLICT_LASTS, ProvenTarget, settle
from passerelle.errors import InputError, ServerRefused
from passerelle.identifiers import parse_acct
from passerelle.transport import Response
from pydantic import ValidationError

from tests.core.claim_servers import (
    ADA_ACCT,
    ADA_DID,
    EVE_ACCT,
    EVE_DID,
    NOW,
    POST,
    honest,
    make_claim,
    make_post,
    read,
)
from tests.core.vectors import read_vectors

VECTORS = read_vectors("claim-codes")


@pytest.mark.parametrize("case", VECTORS["codes"], ids=lambda case: case["code"])
def test_codes_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    acct = parse_acct(case["acct"]) if case["acct"] else None
    nonce = bytes.fromhex(case["nonce"])
    assert make_code(case["rest_id"], case["screen_name"], case["did"], acct, nonce) == case["code"]


@pytest.mark.parametrize("case", VECTORS["texts"], ids=lambda case: case["text"])
def test_codes_are_words_of_their_own(case: dict[str, Any]) -> None:
    assert sorted(find_codes(case["text"])) == case["codes"]


@pytest.mark.parametrize("case", VECTORS["tokens"], ids=lambda case: case["post"])
def test_tokens_are_those_of_javascript(case: dict[str, Any]) -> None:
    assert make_token(case["post"]) == case["token"]


@pytest.mark.parametrize(
    "changes",
    [{"rest_id": "2"}, {"screen_name": "ada"}, {"did": EVE_DID}, {"acct": ADA_ACCT}, {"nonce": "01" * 16}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_code_fits_one_claim_only(changes: dict[str, str]) -> None:
    assert make_claim(**changes).code != make_claim().code


def test_a_claim_names_an_x_account_and_a_target() -> None:
    with pytest.raises(ValidationError, match="a did, an acct, or both"):
        make_claim(did=None)
    with pytest.raises(ValidationError, match="by its id and its name"):
        make_claim(rest_id=None)


def test_an_objection_names_any_account_and_its_code_is_no_claims() -> None:
    assert make_claim(purpose="objection", did=None).code != make_claim(purpose="objection").code != make_claim().code
    assert make_claim(purpose="objection", rest_id=None, screen_name=None).rest_id is None
    with pytest.raises(ValidationError, match="an objection names an account"):
        make_claim(purpose="objection", rest_id=None, screen_name=None, did=None)


def test_a_claim_survives_its_json() -> None:
    claim = make_claim(acct=ADA_ACCT)
    assert Claim.model_validate_json(claim.model_dump_json()) == claim


def test_a_record_states_its_own_claim_only() -> None:
    claim = make_claim(acct=ADA_ACCT)
    assert states_claim(make_record(claim, NOW), claim)
    assert not states_claim(make_record(make_claim(), NOW), claim)


@pytest.mark.parametrize(
    "url",
    [
        "https://x.com/ada/status/20",
        "https://twitter.com/ada/status/20?s=21&t=abc",
        "https://mobile.twitter.com/ada/status/20/photo/1",
        "https://x.com/i/web/status/20",
        "https://x.com/i/status/20",
        "https://mobile.x.com/ada/status/20?s=20",
        "https://m.twitter.com/ada/status/20#m",
        "HTTPS://X.com/Ada/status/20/analytics",
        "x.com/ada/status/20",
        "www.twitter.com/ada/status/20",
        " https://www.x.com/ada/statuses/20 ",
    ],
)
def test_addresses_of_posts(url: str) -> None:
    assert parse_post_url(url) == "20"


@pytest.mark.parametrize(
    "url",
    [
        "http://x.com/ada/status/20",
        "https://x.com.evil.example/ada/status/20",
        "evil.example/x.com/ada/status/20",
        "https://evil.example/https://x.com/ada/status/20",
        "//x.com/ada/status/20",
        "javascript://x.com/ada/status/20",
        "https://evil@x.com/ada/status/20",
        "https://x.com:444/ada/status/20",
        "https://x.com/ada/status/٢",
        "https://x.com/ada/status/020",
        "https://x.com/ada",
        "https://[::1/ada/status/20",
        None,
        20,
    ],
)
def test_other_addresses_are_refused(url: object) -> None:
    with pytest.raises(InputError):
        parse_post_url(url)


def answer(document: Any, status: int = 200) -> Response:
    import json

    return Response(status, {}, json.dumps(document).encode())


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (answer({}, 404), "post_gone"),
        (answer({"__typename": "TweetTombstone", "tombstone": {"text": {"text": "…"}}}), "post_hidden"),
    ],
)
def test_a_post_that_is_not_there(response: Response, code: str) -> None:
    with pytest.raises(PostMissing) as caught:
        read_post(response, POST)  # type: ignore[arg-type]
    assert caught.value.code == code


@pytest.mark.parametrize(
    "response",
    [
        answer({}),
        answer([]),
        answer({}, 500),
        answer({}, 429),
        Response(200, {}, b"<html>"),
        answer(make_post("a", user={"id_str": 12, "screen_name": "ada"})),
        answer(make_post("a", user=None)),
        answer(make_post("a") | {"text": None}),
    ],
)
def test_an_answer_that_is_no_post_states_nothing(response: Response) -> None:
    with pytest.raises(ServerRefused) as caught:
        read_post(response, POST)  # type: ignore[arg-type]
    assert not isinstance(caught.value, PostMissing)


def test_positions_of_entities_count_code_points() -> None:
    entities = {"urls": [{"indices": [3, 9]}]}
    assert own_text({"text": "🏳️ t.co/a end", "entities": entities}) == "🏳️        end"


@pytest.mark.parametrize("indices", [None, [1], [-5, 3], ["0", "3"], [True, 3], [2, 999], "ab"])
def test_damaged_positions_end_in_no_error(indices: object) -> None:
    assert (
        own_text(
            {"text": "abc", "entities": {"urls": [{"indices": indices}, 5], "media": 7}, "display_text_range": indices}
        )
        is not None
    )


def test_the_request_for_a_post() -> None:
    assert post_request(POST).url == (  # type: ignore[arg-type]
        "https://cdn.syndication.twimg.com/tweet-result?id=1936480450125496510&lang=en&token=4ozms1uzp96"
    )


def held(**changes: Any) -> Proof:
    fields = {"kind": "x_post", "side": "x", "url": "https://x.com/ada/status/1", "state": "holds", "read_at": NOW}
    return Proof.model_validate(fields | changes)


LATER = NOW + timedelta(days=30)


def test_a_post_that_vanished_still_holds_and_says_since_when() -> None:
    gone = renew(held(), held(state="gone", reason="post_gone", read_at=LATER))
    assert (gone.state, gone.gone_at) == ("holds", LATER)
    again = renew(gone, held(state="gone", read_at=LATER + timedelta(days=1)))
    assert again.gone_at == LATER


def test_another_post_that_is_gone_does_not_hold() -> None:
    assert renew(held(), held(state="gone", url="https://x.com/ada/status/2")).state == "gone"


def test_no_answer_changes_nothing() -> None:
    assert renew(held(), held(state="unknown", read_at=LATER)) == held()
    assert renew(None, held(state="unknown")).state == "unknown"


def test_a_contradiction_counts() -> None:
    assert renew(held(), held(state="contradicts", reason="no_code")).state == "contradicts"
    assert renew(held(), held(state="contradicts", reason="other_author")).state == "contradicts"


def test_a_renamed_person_stays_proven_with_the_new_name() -> None:
    renamed = renew(held(), held(state="contradicts", reason="other_name", name="ada_new"))
    assert (renamed.state, renamed.name) == ("holds", "ada_new")
    assert renew(None, held(state="contradicts", reason="other_name")).state == "contradicts"


def test_a_removed_record_takes_its_target_away() -> None:
    servers, claim = honest()
    first = read(servers, claim).proofs
    servers.records.clear()
    assert judge(claim, renew_all(first, read(servers, claim).proofs)).grade is None


def test_a_server_that_is_away_at_the_second_reading_takes_nothing_away() -> None:
    servers, claim = honest()
    first = read(servers, claim).proofs
    servers.down = {"pds.example.org", "cdn.syndication.twimg.com", "publish.x.com", "plc.directory"}
    assert judge(claim, renew_all(first, read(servers, claim).proofs)).grade == "proven"


@pytest.mark.parametrize("side", ["x", "bluesky", "fediverse"])
def test_a_proof_counts_for_its_own_side_only(side: str) -> None:
    seen = held(kind="x_profile", side=side)
    assert judge(make_claim(), [seen]).grade is None


def target(claim_id: str, days: float, did: str | None = None, acct: str | None = None) -> ProvenTarget:
    return ProvenTarget(claim_id, NOW - timedelta(days=days), did, parse_acct(acct) if acct else None)  # type: ignore[arg-type]


def test_a_second_target_waits_as_a_visible_conflict() -> None:
    standing = settle([target("b", 13.9, EVE_DID), target("a", 100, ADA_DID)], NOW)
    assert (standing.did, [one.claim_id for one in standing.disputed_by]) == (ADA_DID, ["b"])
    assert standing.until == NOW - timedelta(days=13.9) + CONFLICT_LASTS


def test_a_second_target_replaces_the_first_after_fourteen_days() -> None:
    standing = settle([target("a", 100, ADA_DID), target("b", 14, EVE_DID)], NOW)
    assert (standing.did, standing.disputed_by) == (EVE_DID, ())


def test_a_second_target_stands_at_once_when_the_first_is_withdrawn() -> None:
    assert settle([target("b", 0, EVE_DID)], NOW).did == EVE_DID


def test_an_added_network_is_no_conflict() -> None:
    standing = settle([target("a", 100, ADA_DID), target("b", 0, ADA_DID, ADA_ACCT)], NOW)
    assert (standing.did, str(standing.acct), standing.disputed_by) == (ADA_DID, ADA_ACCT, ())


def test_networks_are_settled_one_by_one() -> None:
    standing = settle([target("a", 100, ADA_DID, ADA_ACCT), target("b", 1, ADA_DID, EVE_ACCT)], NOW)
    assert (standing.did, str(standing.acct), len(standing.disputed_by)) == (ADA_DID, ADA_ACCT, 1)


def test_the_post_keeps_its_code_and_fits() -> None:
    code = make_claim().code
    text = make_post_text("意" * 300, code)
    assert text.endswith(f"\n{code}")
    assert weigh(text) <= MAX_WEIGHT
    assert make_post_text("I moved.", code) == f"I moved.\n{code}"
    assert find_codes(text) == {code}
