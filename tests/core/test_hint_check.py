"""Whether an account names the X account in turn: the whole address of that profile, and nothing that resembles it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle.hints.check import links_back, make_check, make_look_view
from passerelle.identifiers import Did, ScreenName
from passerelle.networks.profile import Profile

from tests.core.fakes import NOW

ADA = [ScreenName("Ada"), ScreenName("ada_before")]


@pytest.mark.parametrize(
    "text",
    [
        "https://x.com/ada",
        "http://twitter.com/ADA/",
        "https://www.x.com/ada?lang=fr",
        "https://mobile.twitter.com/ada#top",
        "x.com/ada",
        "Before: twitter.com/@ada.",
        "(https://x.com/ada_before)",
        "X.com/Ada, and elsewhere",
        "以前はx.com/adaでした",
        "https://twitter.com/#!/ada",
        "ｘ.com/ada",
        "one two\nx.com/ada\nthree",
    ],
)
def test_a_link_back(text: str) -> None:
    assert links_back(["", text], ADA)


@pytest.mark.parametrize(
    "text",
    [
        "https://x.com/adalovelace",
        "https://x.com/ada_",
        "https://x.com/ada-lovelace",
        "https://x.com/ada.lovelace",
        "https://x.com/ada%20b",
        "https://netflix.com/ada",
        "https://notx.com/ada",
        "https://xx.com/ada",
        "еx.com/ada",
        "https://evil.x.com/ada",
        "https://x.com.evil.example/ada",
        "https://x.com@evil.example/ada",
        "https://evil.example/x.com/ada",
        "https://evil.example/?u=x.com/ada",
        "https://evil.example/https://x.com/ada",
        "https://x.com/ada/status/1",
        "https://x.com/i/ada",
        "https://x.com/",
        "ada@x.com/ada",
        "@ada on x.com",
        "x.org/ada",
        "ada",
    ],
)
def test_no_link_back(text: str) -> None:
    assert not links_back([text], ADA)


def test_an_account_without_names_has_no_link_back() -> None:
    assert not links_back(["x.com/ada"], [])


@given(st.text(), st.sampled_from(["Ada", "ada_before"]))
def test_a_link_on_a_line_of_its_own_counts_whatever_stands_around_it(text: str, name: str) -> None:
    assert links_back([text, f"https://x.com/{name}"], ADA)


def test_what_is_shown_and_what_is_kept() -> None:
    did = Did("did:plc:ada22222222222222222222222")
    profile = Profile("bluesky", "ada.example.org", did, "https://bsky.app/profile/ada", "Ada", texts=("x.com/ada",))
    view = make_look_view(profile, ADA)
    assert (view.display_name, view.links_back, view.hidden) == ("Ada", True, False)
    kept = make_check(view, NOW)
    assert (kept.state, kept.did, kept.at) == ("linked", did, NOW.isoformat())
    assert make_check(make_look_view(profile, []), NOW).state == "found"
    assert (make_check(None, NOW).state, make_check(None, NOW).did) == ("gone", None)
