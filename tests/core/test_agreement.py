"""The rule behind `attested`: which addresses independent sources agree on, and what one hostile family cannot do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from passerelle.claims.grades import ClaimGrade
from passerelle.directory.agreement import Agreement, Statement, find_agreement, x_account_key
from passerelle.identifiers import Acct, Did, Handle, RestId, ScreenName

DID, EVIL = Did("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"), Did("did:plc:bbbbbbbbbbbbbbbbbbbbbbbb")
HANDLE, OTHER = Handle("museum.example.com"), Handle("other.example.com")
ACCT, MOVED = Acct("museum", "social.example.org"), Acct("museum", "other.example.org")
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
HOSTILE = "hostile"


def state(
    family: str,
    *,
    rest_id: str | None = None,
    name: str = "museum",
    seen: date | None = MAY,
    did: Did | None = None,
    handle: Handle | None = None,
    acct: Acct | None = None,
) -> Statement:
    """Return a statement of a family's only source."""
    return Statement(
        f"{family}/list", family, RestId(rest_id) if rest_id else None, ScreenName(name), seen, did, handle, acct
    )


def targets(agreed: Agreement) -> tuple[Did | None, Handle | None, Acct | None, str]:
    """Return the published addresses and the grade."""
    return agreed.did, agreed.handle, agreed.acct, agreed.grade


def test_agreement_on_a_handle_attests_the_handle_and_not_the_did_of_one_family() -> None:
    assert targets(find_agreement([state("a", handle=HANDLE), state("b", did=EVIL, handle=HANDLE)])) == (
        None,
        HANDLE,
        None,
        "attested",
    )


def test_agreement_on_a_did_attests_the_did_and_not_the_handle_of_one_family() -> None:
    agreed = find_agreement([state("a", did=DID, handle=HANDLE), state("b", did=DID, handle=OTHER, seen=JUNE)])
    assert targets(agreed) == (DID, None, None, "attested")


def test_agreement_on_did_and_handle_attests_both() -> None:
    agreed = find_agreement(
        [state("a", did=DID, handle=HANDLE), state("b", did=DID, handle=HANDLE), state("c", handle=HANDLE)]
    )
    assert targets(agreed) == (DID, HANDLE, None, "attested")


def test_agreement_on_an_acct_ignores_case() -> None:
    agreed = find_agreement([state("a", acct=ACCT), state("b", acct=Acct("Museum", "social.example.org"))])
    assert targets(agreed) == (None, None, ACCT, "attested")


def test_an_address_of_one_family_beside_an_agreed_one_is_not_attested() -> None:
    agreed = find_agreement([state("a", handle=HANDLE, acct=ACCT), state("b", handle=HANDLE)])
    assert targets(agreed) == (None, HANDLE, ACCT, "imported")


def test_one_family_is_published_as_it_states_itself() -> None:
    assert targets(find_agreement([state("a", did=DID, handle=HANDLE)])) == (DID, HANDLE, None, "imported")


def test_two_dids_of_one_handle_contradict_each_other() -> None:
    agreed = find_agreement([state("a", did=DID, handle=HANDLE), state("b", did=EVIL, handle=HANDLE)])
    assert targets(agreed) == (None, HANDLE, None, "claimed")
    assert [one.address for one in agreed.contradictions] == [DID, EVIL]


def test_a_statement_with_an_id_and_one_with_a_name_are_about_different_accounts() -> None:
    assert x_account_key(state("a", handle=HANDLE)) != x_account_key(state("b", rest_id="666", handle=HANDLE))


def test_a_name_is_as_fresh_as_two_families_saw_it() -> None:
    old = [state("a", handle=HANDLE, seen=date(2020, 1, 1)), state("b", handle=HANDLE, seen=date(2021, 1, 1))]
    assert find_agreement(old).name_seen == date(2020, 1, 1)
    assert find_agreement([*old, state(HOSTILE, acct=MOVED, seen=JUNE)]).name_seen == date(2021, 1, 1)


def test_the_name_of_an_id_is_the_one_most_families_state() -> None:
    honest = [state("a", rest_id="42", handle=HANDLE), state("b", rest_id="42", handle=HANDLE)]
    agreed = find_agreement([*honest, state(HOSTILE, rest_id="42", name="impostor", handle=HANDLE, seen=JUNE)])
    assert agreed.screen_name == "museum"


def test_a_majority_is_published_though_a_contradiction_came_first() -> None:
    agreed = find_agreement(
        [state(HOSTILE, did=EVIL, handle=OTHER), state("a", handle=HANDLE), state("b", handle=HANDLE)]
    )
    assert targets(agreed) == (None, HANDLE, None, "claimed")


def statements(families: Sequence[str]) -> st.SearchStrategy[Statement]:
    """Return statements of these families about few names, ids and addresses, so that they often meet."""
    return st.builds(
        state,
        st.sampled_from(families),
        rest_id=st.sampled_from([None, None, "42", "666"]),
        name=st.sampled_from(["museum", "Museum", "zoo"]),
        seen=st.sampled_from([None, MAY, JUNE]),
        did=st.sampled_from([None, DID, EVIL]),
        handle=st.sampled_from([None, HANDLE, OTHER]),
        acct=st.sampled_from([None, None, ACCT, MOVED]),
    ).filter(lambda one: bool(one.did or one.handle or one.acct))


def agreements(stated: Sequence[Statement]) -> dict[tuple[str, str], Agreement]:
    """Return what is published about each X account."""
    groups: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for one in stated:
        groups[x_account_key(one)].append(one)
    return {key: find_agreement(group) for key, group in groups.items()}


HONEST = st.lists(statements("abc"), max_size=6)
ATTACK = st.lists(statements([HOSTILE]), min_size=1, max_size=3)


@given(HONEST, ATTACK, st.booleans())
def test_a_hostile_family_never_attests_what_no_other_family_states(
    honest: list[Statement], attack: list[Statement], first: bool
) -> None:
    for key, agreed in agreements([*attack, *honest] if first else [*honest, *attack]).items():
        if agreed.grade == "attested":
            others = [one for one in honest if x_account_key(one) == key]
            assert agreed.did in {None, *(one.did for one in others)}
            assert agreed.handle in {None, *(one.handle for one in others)}
            assert agreed.acct in {None, *(one.acct for one in others)}


@given(HONEST, ATTACK, st.booleans())
def test_a_hostile_family_never_replaces_an_attested_address(
    honest: list[Statement], attack: list[Statement], first: bool
) -> None:
    after = agreements([*attack, *honest] if first else [*honest, *attack])
    for key, agreed in agreements(honest).items():
        if agreed.grade == "attested":
            others = [one for one in honest if x_account_key(one) == key]
            assert after[key].rest_id == agreed.rest_id
            assert not agreed.did or after[key].did in {one.did for one in others}
            assert not agreed.handle or after[key].handle in {None, *(one.handle for one in others)}
            assert not agreed.acct or after[key].acct in {one.acct for one in others}


@given(HONEST, st.lists(statements([HOSTILE]), max_size=3))
def test_a_grade_rises_only_where_another_family_states_the_very_address(
    honest: list[Statement], attack: list[Statement]
) -> None:
    before = agreements(honest)
    for key, agreed in agreements([*honest, *attack]).items():
        if agreed.grade != "attested" or (key in before and before[key].grade == "attested"):
            continue
        hostile = {address for one in attack for address in (one.did, one.handle, one.acct) if address}
        stated = [one for one in honest if x_account_key(one) == key]
        assert hostile & {address for one in stated for address in (one.did, one.handle, one.acct)}


@given(st.lists(statements("abcd"), min_size=1, max_size=7), st.randoms(use_true_random=False))
def test_an_attested_account_does_not_depend_on_the_order_of_import(stated: list[Statement], random: object) -> None:
    shuffled = list(stated)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = agreements(stated), agreements(shuffled)
    for key, agreed in one.items():
        if agreed.grade == "attested":
            assert targets(agreed) == targets(other[key])
            assert agreed.name_seen == other[key].name_seen


def test_the_spelling_of_a_source_name_does_not_matter() -> None:
    agreed = find_agreement(
        [state("a", handle=HANDLE), replace(state("b", handle=HANDLE), screen_name=ScreenName("MUSEUM"))]
    )
    assert agreed.grade == "attested"


def claimed(statement: Statement, grade: ClaimGrade = "proven") -> Statement:
    """Return the statement as a person's own claim."""
    return replace(statement, claim=grade)


def test_a_poisoned_import_cannot_lower_or_displace_a_proven_claim() -> None:
    poisoned = [state(name, rest_id="1", did=EVIL, handle=HANDLE, acct=MOVED) for name in ("evil", "copy", "third")]
    agreed = find_agreement([*poisoned, claimed(state("claim", rest_id="1", did=DID, handle=OTHER, acct=ACCT))])
    assert targets(agreed) == (DID, OTHER, ACCT, "proven")
    assert {one.address for one in agreed.contradictions} == {EVIL, str(MOVED)}


def test_another_proven_claim_disputes_the_first() -> None:
    agreed = find_agreement([claimed(state("one", rest_id="1", did=DID)), claimed(state("two", rest_id="1", did=EVIL))])
    assert targets(agreed) == (DID, None, None, "claimed")
    assert [one.address for one in agreed.contradictions] == [EVIL]


def test_a_claim_without_its_x_side_changes_no_other_statement() -> None:
    sources = [state("a", rest_id="1", did=DID), state("b", rest_id="1", did=DID)]
    poses = [claimed(state(name, rest_id="1", did=EVIL, name="evil"), "claimed") for name in ("x", "y", "z")]
    assert find_agreement([*poses, *sources]) == find_agreement(sources)
    assert find_agreement([*poses, sources[0]]) == find_agreement(sources[:1])


def test_claims_without_their_x_side_never_attest_one_another() -> None:
    poses = [claimed(state(name, rest_id="1", did=EVIL), "claimed") for name in ("x", "y", "z")]
    assert targets(find_agreement(poses)) == (EVIL, None, None, "claimed")


def test_a_proven_claim_publishes_no_target_that_others_state() -> None:
    agreed = find_agreement([state("a", rest_id="1", did=EVIL), claimed(state("own", rest_id="1", acct=ACCT))])
    assert targets(agreed) == (None, None, ACCT, "proven")


def own(statement: Statement) -> Statement:
    """Return the statement as read at the account's own domain."""
    return replace(statement, is_own_domain=True)


def test_the_own_domain_alone_attests_its_accounts() -> None:
    agreed = find_agreement([own(state("museum.example.com", did=DID, handle=HANDLE, acct=ACCT))])
    assert targets(agreed) == (DID, HANDLE, ACCT, "attested")


def test_the_own_domain_attests_no_account_that_only_another_source_states() -> None:
    agreed = find_agreement([own(state("museum.example.com", handle=HANDLE)), state("a", acct=MOVED)])
    assert targets(agreed) == (None, HANDLE, MOVED, "imported")


def test_the_own_domain_comes_before_one_earlier_source_and_the_difference_is_a_conflict() -> None:
    agreed = find_agreement([state("a", acct=MOVED), own(state("museum.example.com", acct=ACCT))])
    assert targets(agreed) == (None, None, ACCT, "claimed")
    assert [one.address for one in agreed.contradictions] == [str(MOVED)]


def test_two_own_domains_for_one_x_account_are_a_conflict() -> None:
    agreed = find_agreement([own(state("one.example", acct=ACCT)), own(state("two.example", acct=MOVED))])
    assert agreed.grade == "claimed"


def test_an_own_domain_does_not_displace_what_two_families_agree_on() -> None:
    sources = [state("a", acct=ACCT), state("b", acct=ACCT)]
    agreed = find_agreement([own(state("evil.example", acct=MOVED)), *sources])
    assert targets(agreed) == (None, None, ACCT, "claimed")


def test_an_own_domain_cannot_lower_a_proven_claim() -> None:
    agreed = find_agreement(
        [own(state("evil.example", rest_id="1", acct=MOVED)), claimed(state("c", rest_id="1", acct=ACCT))]
    )
    assert targets(agreed) == (None, None, ACCT, "proven")
