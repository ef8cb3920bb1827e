"""Scoring: which signs a candidate has, what they weigh together, and what may be called sure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from passerelle.identifiers import Did, RestId, ScreenName
from passerelle.matching.base_rate import estimate_odds
from passerelle.matching.candidates.neighbours import is_circle_known
from passerelle.matching.exclusions import is_excluded
from passerelle.matching.guesses import make_guess
from passerelle.matching.lanes import is_preselected, lane_of
from passerelle.matching.names import HandleRelation, NameRelation, relate_handles, relate_names, search_words
from passerelle.matching.rarity import CELLS, ROWS, expected_namesakes, from_cell, to_cell
from passerelle.matching.records import Candidate, Sought
from passerelle.matching.score import Scored, score, score_everyone
from passerelle.matching.signs import Sign, find_signs
from passerelle.matching.weights import WEIGHTS

from tests.core.fakes import NOW

ADA = Sought(RestId("1"), (ScreenName("ada_nouvelle"),), "Ada Nouvelle", "Poet of bridges, lighthouses and rivers")
FRIENDS = [Did(f"did:plc:friend{number}") for number in range(4)]


def candidate(handle: str = "ada-nouvelle.bsky.social", **fields: Any) -> Candidate:
    """Make an account of Bluesky."""
    return Candidate("bluesky", handle, Did("did:plc:ada"), **{"display_name": "Ada Nouvelle", **fields})


def signs(person: Sought = ADA, **fields: Any) -> frozenset[Sign]:
    return find_signs(person, candidate(**fields), NOW)


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        ("Ada Nouvelle", "ada nouvelle 🦋", "same"),
        ("Nouvelle, Ada", "Ada Nouvelle", "same"),
        ("𝓐𝓭𝓪 Nouvelle", "Dr. Ada Nouvelle | she/her", "same"),
        ("Zoë Müller", "Zoe Muller", "same"),
        ("ハルミ＠新刊", "はるみ", "same"),
        ("【公式】はるみ", "はるみ (新刊)", "same"),
        ("がく", "かく", "different"),  # the marks of kana are part of the letter
        ("しんじろう", "Shinjiro", "transliterated"),
        ("Антон Чехов", "Anton Chekhov", "transliterated"),
        ("Jürgen Groß", "Juergen Gross", "transliterated"),
        ("Ada N.", "Ada Nouvelle", "similar"),
        ("Christopher Marlowe", "Chris Marlowe", "similar"),
        ("三嶋くろねこ", "三嶋くろ", "similar"),
        ("kos", "sar-kos", "different"),
        ("Ada Nouvelle", "Bob Ancien", "different"),
        ("🦋🐘", "Ada", "unknown"),
        (None, "Ada", "unknown"),
    ],
)
def test_two_display_names_relate(one: str | None, other: str, relation: NameRelation) -> None:
    assert relate_names(one, other) == relate_names(other, one) == relation


@pytest.mark.parametrize(
    ("name", "handle", "relation"),
    [
        ("Ada_N", "ada-n.bsky.social", "same"),
        ("Ada_N", "adan.bsky.social", "same"),
        ("adan", "adan.com", "same"),
        ("adan", "adan.co.jp", "same"),
        ("adan", "adan@social.example.org", "same"),
        ("alice", "alice.evil.com", "subdomain"),
        ("adanouvelle", "adanouvelle2.bsky.social", "similar"),
        ("adan", "bob.bsky.social", "different"),
    ],
)
def test_an_x_name_and_a_handle_relate(name: str, handle: str, relation: HandleRelation) -> None:
    assert relate_handles(name, handle) == relation


def test_a_search_uses_the_name_without_decoration() -> None:
    assert search_words("🌸 はるみ＠新刊 C107") == "はるみ"
    assert search_words("🌸") == ""


def test_frequent_names_have_more_namesakes() -> None:
    frequent, rare = expected_namesakes(("mary", "johnson")), expected_namesakes(("zebulon", "quackenbush"))
    assert frequent > 1_000 > rare
    assert expected_namesakes(("はる",)) > expected_namesakes(("はるみやこ",))


def test_a_cell_of_the_name_counts_holds_a_share_within_a_fifth() -> None:
    assert all(from_cell(to_cell(share)) == pytest.approx(share, rel=0.2) for share in (0.01, 0.001, 0.0001))
    assert ROWS * CELLS <= 100_000


def test_a_link_back_is_one_to_a_name_of_the_person() -> None:
    assert "links_back" in signs(description="Once x.com/Ada_Nouvelle")
    assert "links_back" not in signs(description="Once x.com/bob")


def test_a_handle_that_is_the_website_on_x_is_found() -> None:
    person = replace(ADA, websites=("https://www.nouvelle.example.org/about",))
    assert "domain_is_site" in find_signs(person, candidate("nouvelle.example.org"), NOW)
    assert "same_site" in signs(person, websites=("https://nouvelle.example.org",))


@pytest.mark.parametrize("site", ["https://linktr.ee/", "https://mastodon.social/@", "https://sub.github.io/"])
def test_a_shared_site_proves_nothing(site: str) -> None:
    person = replace(ADA, websites=(f"{site}ada",))
    assert "same_site" not in signs(person, websites=(f"{site}bob",))


def test_bios_are_compared_by_their_own_words() -> None:
    assert "bio_alike" in signs(description="bridges, lighthouses, rivers")
    assert "bio_different" in signs(description="Football trainer")
    assert not {"bio_alike", "bio_different"} & signs(description=None)


@pytest.mark.parametrize(
    ("count", "sign"),
    [(1, "followed_by_one"), (2, "followed_by_two"), (3, "followed_by_more"), (4, "followed_by_more")],
)
def test_followers_among_found_people_are_counted(count: int, sign: Sign) -> None:
    assert sign in signs(followed_by=frozenset(FRIENDS[:count]))


@pytest.mark.parametrize(
    ("lists", "people", "is_known"), [(24, 0, False), (25, 250, True), (29, 300, False), (30, 300, True)]
)
def test_a_missing_follower_says_something_once_enough_lists_were_read(lists: int, people: int, is_known: bool) -> None:
    assert is_circle_known(lists, people) is is_known


def test_an_account_that_no_one_found_follows_is_less_likely_once_their_follows_were_read() -> None:
    assert "unfollowed" not in signs()
    assert "unfollowed" in find_signs(ADA, candidate(), NOW, is_circle_known=True)
    followed = candidate(followed_by=frozenset(FRIENDS[:1]))
    assert "unfollowed" not in find_signs(ADA, followed, NOW, is_circle_known=True)
    before, after = (
        score_everyone([ADA], {ADA.rest_id: [candidate()]}, NOW, is_circle_known=known) for known in (False, True)
    )
    assert after[ADA.rest_id][0].probability < before[ADA.rest_id][0].probability


def test_a_popular_account_of_another_name_is_followed_by_many_and_is_not_the_person() -> None:
    followers = frozenset(FRIENDS)
    assert "followed_unlike" not in signs(followed_by=followers)
    assert "followed_unlike" in signs(handle="ada.example.net", display_name="Ada", followed_by=followers)
    popular = candidate("ada.example.net", display_name="Ada", followed_by=followers)
    assert lane_of(score(ADA, [popular], NOW)) == "none"


def test_signs_that_only_the_model_needs_are_not_shown() -> None:
    scored = score(ADA, [Candidate("fediverse", "ada_nouvelle@social.example.org", None, "Ada Nouvelle")], NOW)
    assert "on_fediverse" in scored[0].signs
    guess = make_guess(ADA, scored, (True, False), is_unsure=False, is_alone=True)
    assert guess
    assert "on_fediverse" not in {*guess.accounts[0].agrees, *guess.accounts[0].differs}


@pytest.mark.parametrize(
    ("probability", "is_likely"), [(0.6, True), (0.5, True), (0.49, False), (0.1, False), (0.09, None)]
)
def test_a_guess_says_whether_it_is_more_often_right_than_wrong(probability: float, is_likely: bool | None) -> None:
    scored = [Scored(candidate(), frozenset(), probability, probability)]
    guess = make_guess(ADA, scored, (True, False), is_unsure=False, is_alone=False)
    assert (guess and guess.is_likely) is is_likely


def test_use_and_age_are_signs() -> None:
    assert {"unused", "young"} <= signs(posts=0, created_at=NOW - timedelta(days=9))
    assert not {"unused", "few_posts", "young"} & signs(posts=900, created_at=NOW - timedelta(days=900))


@pytest.mark.parametrize(
    "fields",
    [
        {"labels": frozenset({"impersonation"})},
        {"handle": "ada.social.example.ap.brid.gy"},
        {"description": "Unofficial mirror of @ada_nouvelle on X"},
        {"description": "ada の非公式ミラー"},
        {"display_name": "Ada Nouvelle (parody)"},
    ],
)
def test_impersonators_bridges_and_mirrors_are_never_proposed(fields: dict[str, Any]) -> None:
    assert score(ADA, [candidate(**fields)], NOW, is_signed_in=True) == []


def test_a_mirror_in_the_fediverse_is_never_proposed() -> None:
    assert is_excluded(Candidate("fediverse", "ada_nouvelle@bird.makeup"), is_signed_in=True)
    assert not is_excluded(Candidate("fediverse", "ada_nouvelle@social.example.org"), is_signed_in=True)


def test_an_account_only_for_signed_in_people_needs_a_sign_in() -> None:
    hidden = candidate(labels=frozenset({"!no-unauthenticated"}))
    assert score(ADA, [hidden], NOW) == []
    assert len(score(ADA, [hidden], NOW, is_signed_in=True)) == 1


def test_names_and_handles_alone_are_never_sure() -> None:
    twin = candidate(description="x.com/ada_nouvelle bridges, lighthouses, rivers", followed_by=frozenset(FRIENDS))
    best = score(ADA, [twin], NOW)
    assert lane_of(best) == "probable"
    assert best[0].probability > 0.95
    assert not is_preselected(best[0])


def test_an_account_that_the_x_profile_names_is_sure_where_it_agrees() -> None:
    person = replace(ADA, named=frozenset({"ada-nouvelle.bsky.social"}))
    assert lane_of(score(person, [candidate()], NOW)) == "sure"


def test_an_account_of_another_name_that_the_x_profile_mentions_is_not_sure() -> None:
    person = replace(ADA, named=frozenset({"employer.example.org"}))
    assert lane_of(score(person, [candidate("employer.example.org", display_name="The Employer")], NOW)) != "sure"


def test_equal_candidates_share_the_probability() -> None:
    twin = replace(candidate(), did=Did("did:plc:twin"))
    alone = score(ADA, [candidate()], NOW)[0].probability
    both = score(ADA, [candidate(), twin], NOW)
    assert both[0].probability == both[1].probability < alone
    assert sum(one.probability for one in both) < 1


def test_accounts_of_two_networks_do_not_compete() -> None:
    toot = Candidate("fediverse", "ada_nouvelle@social.example.org", display_name="Ada Nouvelle")
    both = score(ADA, [candidate(), toot], NOW)
    assert [one.probability for one in both] == [score(ADA, [one.candidate], NOW)[0].probability for one in both]


def test_weights_have_the_direction_of_their_sign() -> None:
    against: set[Sign] = {"different_name", "bio_different", "unused", "few_posts", "young"}
    strong: set[Sign] = {"named_by_x", "links_back", "domain_is_site", "same_site", "same_handle_rare", "bio_alike"}
    assert all(WEIGHTS[sign].value < 0 for sign in against)
    assert all(WEIGHTS[sign].value > 1 for sign in strong)


def many(share: float) -> dict[RestId, list[Candidate]]:
    """Make 400 people with one candidate each: good for this share of them, else of another name."""
    good = candidate(followed_by=frozenset(FRIENDS))
    bad = candidate("someone.bsky.social", display_name="Bob Ancien")
    return {RestId(str(number)): [good if number < 400 * share else bad] for number in range(400)}


def test_a_guess_is_less_probable_among_people_who_mostly_have_no_account() -> None:
    people = [replace(ADA, rest_id=RestId(str(number))) for number in range(400)]
    usual = score_everyone(people, many(0.9), NOW)[RestId("0")][0].probability
    lower = score_everyone(people, many(0.05), NOW)[RestId("0")][0].probability
    assert lower < usual == score(ADA, many(1)[RestId("0")], NOW)[0].probability


def test_few_people_change_little() -> None:
    assert estimate_odds([0.1]) > 0.9
    assert estimate_odds([0.1] * 500) < 0.3
    assert estimate_odds([1000.0] * 500) == 1.0
