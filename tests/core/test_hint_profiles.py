"""What profiles name becomes hints: bounded, ordered, newest reading first, and never more than was read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from passerelle.archive.records import Name
from passerelle.hints.find import find_hints, may_hold_hint
from passerelle.hints.profiles import MAX_HINTS, apply_readings, read_names, read_profiles, surplus
from passerelle.hints.records import CheckView, HintView, ProfileHints, SeenProfile
from passerelle.identifiers import ScreenName
from passerelle.matching.evidence import evidence_of, is_checked

from tests.core.fakes import NOW, graph_of, person

OLD, NEW = "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"
DID = "did:plc:ada22222222222222222222222"


def profile(bio: str = "", seen: str = NEW, **fields: Any) -> SeenProfile:
    known = {"rest_id": "11", "screen_name": "ada", "display_name": "Ada", "seen": seen}
    return SeenProfile.model_validate({**known, "bio": bio, "location": None, "urls": [], **fields})


def known_after(*profiles: SeenProfile, before: dict[str, ProfileHints] | None = None) -> dict[str, ProfileHints]:
    """What is known when these were read one after the other."""
    known = dict(before or {})
    for one in profiles:
        for rest_id, hints in apply_readings(known, read_profiles([one], NOW), NOW).items():
            if hints:
                known[rest_id] = hints
            else:
                del known[rest_id]
    return known


def addresses(known: dict[str, ProfileHints], rest_id: str = "11") -> list[str]:
    return [hint.address for hint in known[rest_id].hints] if rest_id in known else []


def hint(**fields: Any) -> HintView:
    given = {"network": "bluesky", "address": "ada.bsky.social", "url": "https://bsky.app/profile/ada.bsky.social",
             "confidence": "explicit", "where": "bio", "seen": NEW, "check": None}  # fmt: skip
    return HintView.model_validate({**given, **fields})


def check(state: str, did: str | None = DID) -> dict[str, Any]:
    return {"state": state, "at": NEW, "did": did}


def test_every_field_is_read_and_named() -> None:
    full = profile("🐘 @ada@mastodon.social", location="🦋 ada.example.org", urls=["https://bsky.app/profile/url.bsky.social"],
                   display_name="Ada name.bsky.social")  # fmt: skip
    found = known_after(full)["11"]
    assert {one.where: one.address for one in found.hints} == {
        "url": "url.bsky.social",
        "name": "name.bsky.social",
        "bio": "ada@mastodon.social",
        "location": "ada.example.org",
    }
    assert (found.screen_name, found.display_name) == ("ada", "Ada name.bsky.social")
    assert {one.seen for one in found.hints} == {"2026-11-01T00:00:00+00:00"}


def test_the_surest_comes_first_then_the_website_then_what_is_most_like_their_own_name() -> None:
    bio = "bsky: someone9 / zoe.bsky.social / the-real-ada.bsky.social / ada.bsky.social / 🦋 own.example.org"
    found = known_after(profile(bio, urls=["https://bsky.app/profile/elsewhere.bsky.social"]))["11"].hints
    assert [one.address for one in found] == [
        "elsewhere.bsky.social",
        "ada.bsky.social",
        "the-real-ada.bsky.social",
        "zoe.bsky.social",
        "own.example.org",
        "someone9.bsky.social",
    ]
    assert [one.confidence for one in found][-2:] == ["likely", "inferred"]


def test_nothing_of_the_text_itself_is_kept() -> None:
    stored = known_after(profile("Ma vie privée. ada.bsky.social", location="at home"))["11"].model_dump_json()
    assert "vie" not in stored
    assert "home" not in stored


def test_one_profile_names_no_more_than_anybody_would() -> None:
    crowd = " ".join(f"name{number}.bsky.social" for number in range(60))
    assert len(addresses(known_after(profile(crowd)))) == MAX_HINTS


def test_nonsense_is_left_out() -> None:
    bad = [profile("ada.bsky.social", rest_id="-1"), profile("ada.bsky.social", screen_name="<b>")]
    assert known_after(*bad) == {}


def test_nothing_was_seen_later_than_now() -> None:
    found = known_after(profile("ada.bsky.social", "2031-01-01T00:00:00Z"))
    assert datetime.fromisoformat(found["11"].hints[0].seen) == NOW


def test_a_newer_reading_replaces_an_older_one_and_keeps_what_was_checked() -> None:
    first = known_after(profile("ada.bsky.social, old.bsky.social", OLD))
    checked = [
        one.model_copy(update={"check": CheckView(state="linked", at=OLD, did=DID)}) for one in first["11"].hints
    ]
    first["11"] = first["11"].model_copy(update={"hints": checked})
    second = known_after(profile("ada.bsky.social, new.bsky.social", NEW), before=first)
    assert addresses(second) == ["ada.bsky.social", "new.bsky.social"]
    assert [one.check and one.check.state for one in second["11"].hints] == ["linked", None]


def test_an_older_reading_changes_nothing() -> None:
    known = known_after(profile("new.bsky.social", NEW), profile("old.bsky.social", OLD), profile("", OLD))
    assert addresses(known) == ["new.bsky.social"]


def test_who_names_nothing_any_more_is_forgotten() -> None:
    assert known_after(profile("ada.bsky.social", OLD), profile("Poet.", NEW)) == {}


def test_two_readings_in_one_message_count_as_one_after_the_other() -> None:
    both = [profile("ada.bsky.social", OLD), profile("", NEW)]
    assert apply_readings({}, read_profiles(both, NOW), NOW) == {"11": None}
    assert (
        apply_readings({}, read_profiles(reversed(both), NOW), NOW)["11"] is not None
    )  # nothing was known of the newer one


def test_the_same_reading_again_changes_nothing() -> None:
    known = known_after(profile("ada.bsky.social"))
    assert apply_readings(known, read_profiles([profile("ada.bsky.social")], NOW), NOW) == {}


def test_a_reading_replaces_one_dated_by_a_clock_that_was_ahead() -> None:
    ahead = NOW + timedelta(days=365)
    known = apply_readings({}, read_profiles([profile("old.bsky.social", ahead.isoformat())], ahead), ahead)
    before = {rest_id: hints for rest_id, hints in known.items() if hints}
    changed = apply_readings(before, read_profiles([profile("new.bsky.social", NEW)], NOW), NOW)["11"]
    assert changed
    assert [one.address for one in changed.hints] == ["new.bsky.social"]


def graph_with(display_name: str, seen: datetime) -> Any:
    named = Name(ScreenName("ada"), display_name, seen, "mention")
    one = person("11")
    return graph_of(type(one)(one.rest_id, named, (), following=True, followed_by=False, blocked=False, muted=False))


def test_a_display_name_of_the_archive_is_read_with_its_date() -> None:
    seen = datetime(2026, 3, 6, tzinfo=UTC)
    (reading,) = read_names(graph_with("Ada 🦋 ada.bsky.social", seen), ())
    found = apply_readings({}, [reading], NOW)["11"]
    assert found
    assert [(one.where, one.address, one.seen) for one in found.hints] == [
        ("name", "ada.bsky.social", "2026-03-06T00:00:00+00:00")
    ]
    assert list(read_names(graph_with("Ada", seen), ())) == []


def test_a_newer_name_replaces_what_the_name_said_and_leaves_the_bio_alone() -> None:
    known = known_after(profile("bio.bsky.social", OLD, display_name="name.bsky.social"))
    newer = graph_with("Ada", datetime(2026, 11, 10, tzinfo=UTC))
    changed = apply_readings(known, read_names(newer, known.keys()), NOW)["11"]
    assert changed
    assert [one.address for one in changed.hints] == ["bio.bsky.social"]
    older = graph_with("other.bsky.social", datetime(2026, 9, 1, tzinfo=UTC))
    assert apply_readings(known, read_names(older, known.keys()), NOW) == {}


def test_strangers_seen_longest_ago_are_forgotten_first_and_ones_own_people_never() -> None:
    known: dict[str, ProfileHints] = {}
    for number in range(10):
        known |= known_after(profile("ada.bsky.social", f"2026-10-{number + 1:02}T00:00:00Z", rest_id=str(20 + number)))
    assert surplus(known, {"20", "21"}, limit=7) == ["22", "23", "24"]
    assert surplus(known, known.keys(), limit=7) == []
    assert surplus(known, (), limit=10) == []


def test_only_what_was_found_there_may_be_followed_and_a_guess_only_if_it_links_back() -> None:
    assert not is_checked(hint())
    assert is_checked(hint(check=check("found")))
    assert is_checked(hint(check=check("linked")))
    assert not is_checked(hint(check=check("gone", None)))
    assert not is_checked(hint(check=check("found"), confidence="inferred"))
    assert is_checked(hint(check=check("linked"), confidence="inferred"))
    assert not is_checked(hint(check=check("found", None)))  # Bluesky: without a did there is no account to follow
    assert is_checked(hint(check=check("found", None), network="fediverse", address="ada@quai.example.org"))


def test_evidence_says_where_it_stood_what_is_doubtful_and_what_was_found() -> None:
    def codes(**fields: Any) -> list[tuple[str, str | None, str | None]]:
        return [(one.code, one.detail, one.date) for one in evidence_of(hint(**fields))]

    day = "2026-11-01"
    assert codes() == [("says_so", "bio", day)]
    assert codes(confidence="inferred")[1:] == [("guessed", None, None)]
    assert codes(check=check("found"))[1:] == [("account_found", None, day)]
    assert codes(check=check("linked"))[1:] == [("account_found", None, day), ("links_back", None, day)]
    assert codes(check=check("gone", None))[1:] == [("account_gone", None, day)]


MARKS = st.sampled_from(
    [
        *("@", ".", ":", "=", "🦋", " ", "(", ")", "|", "．", "＠", "[dot]", " dot ", " at ", " on ", "punkt"),
        *("bsky", "BSKY", "bluesky", "𝗯𝘀𝗸𝘆", "ブルースカイ", "mastodon", "social", "example", "org", "ada"),
        *("did:plc:", "a" * 24, "/profile/"),
    ]
)


# Each without a dot: what the test looks for is something else in each.
@example("bsky: lovelace")
@example("🦋 = lovelace")
@example("lovelace on 𝗯𝗹𝘂𝗲𝘀𝗸𝘆")
@example("lovelace at mastodon dot social")
@example("lovelace[punkt]bsky[punkt]social")
@example(f"did:plc:{'a' * 24}")
@given(st.one_of(st.text(), st.lists(MARKS).map("".join)))
def test_the_cheap_test_of_names_misses_nothing(name: str) -> None:
    assert may_hold_hint(name) or find_hints(name) == []
