"""Bluesky accounts as people type and paste them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle.errors import InvalidIdentifier
from passerelle.networks.bluesky.typed_name import parse_typed_name

DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"

TYPED = {
    "as it is": ("ada.bsky.social", "ada.bsky.social"),
    "with an @": ("@ada.bsky.social", "ada.bsky.social"),
    "upper case": ("Ada.BSKY.Social", "ada.bsky.social"),
    "white space": (" \u00a0ada.bsky.social\n", "ada.bsky.social"),
    "bidi marks, as the app copies them": ("\u2068@ada.bsky.social\u2069", "ada.bsky.social"),
    "a left-to-right mark": ("\u200eada.bsky.social\u200e", "ada.bsky.social"),
    "a zero-width space inside": ("ada.\u200bbsky.social", "ada.bsky.social"),
    "a joiner inside": ("ada\u200d.bsky.social", "ada.bsky.social"),
    "a byte order mark": ("\ufeffada.bsky.social", "ada.bsky.social"),
    "a soft hyphen": ("ada.bsky.so\u00adcial", "ada.bsky.social"),
    "a full-width @": ("＠ada.bsky.social", "ada.bsky.social"),
    "a small @": ("﹫ada.bsky.social", "ada.bsky.social"),
    "full-width letters and dots": ("ａｄａ．ｂｓｋｙ．ｓｏｃｉａｌ", "ada.bsky.social"),
    "ideographic dots": ("ada。bsky。social", "ada.bsky.social"),
    "a final dot": ("ada.bsky.social.", "ada.bsky.social"),
    "a final comma": ("@ada.bsky.social,", "ada.bsky.social"),
    "brackets": ("(@ada.bsky.social)", "ada.bsky.social"),
    "quotes": ("“ada.bsky.social”", "ada.bsky.social"),
    "two @": ("@@ada.bsky.social", "ada.bsky.social"),
    "a blank after the @": ("@ ada.bsky.social", "ada.bsky.social"),
    "an own domain": ("ada.example.org", "ada.example.org"),
    "an own domain with an umlaut": ("müller.example.org", "xn--mller-kva.example.org"),
    "a profile link": ("https://bsky.app/profile/ada.bsky.social", "ada.bsky.social"),
    "a profile link with more": ("https://bsky.app/profile/ada.bsky.social/post/3k?ref=x#y", "ada.bsky.social"),
    "a profile link without https": ("bsky.app/profile/ada.bsky.social", "ada.bsky.social"),
    "a profile link with a did": (f"https://bsky.app/profile/{DID}", DID),
    "a profile link with a coded did": (f"https://bsky.app/profile/{DID.replace(':', '%3A')}", DID),
    "a profile link of another client": ("https://deer.social/profile/ada.bsky.social", "ada.bsky.social"),
    "a profile link in upper case": ("HTTPS://BSKY.APP/profile/Ada.bsky.social", "ada.bsky.social"),
    "the site of a handle": ("https://ada.bsky.social/", "ada.bsky.social"),
    "the site of a domain": ("https://www.example.org", "example.org"),
    "an at:// address": ("at://ada.bsky.social", "ada.bsky.social"),
    "an at:// address of a post": (f"at://{DID}/app.bsky.feed.post/3k", DID),
    "a did": (DID, DID),
    "a did in a sentence": (f" {DID}.", DID),
    "a did:web": ("did:web:ada.example.org", "did:web:ada.example.org"),
    "a display name before it": ("Ada Nouvelle @ada.bsky.social", "ada.bsky.social"),
    "a display name behind it": ("@ada.bsky.social (Ada Nouvelle)", "ada.bsky.social"),
    "a slash behind it": ("ada.bsky.social/", "ada.bsky.social"),
    "the bridge's form": ("@ada.bsky.social@bsky.brid.gy", "ada.bsky.social"),
}


@pytest.mark.parametrize(("text", "name"), TYPED.values(), ids=TYPED)
def test_a_typed_name_is_taken(text: str, name: str) -> None:
    assert parse_typed_name(text) == name


@pytest.mark.parametrize("text", ["ada", "@Ada", " ada ", "ａｄａ", "\u200eada", "@ada.", "ada.bsky", "@Ada.bsky."])
def test_a_name_without_ending_gets_a_proposal(text: str) -> None:
    with pytest.raises(InvalidIdentifier) as caught:
        parse_typed_name(text)
    assert caught.value.code == "handle_incomplete"
    assert caught.value.params["proposal"] == "ada.bsky.social"


NOT_ACCEPTED = {
    "ada@example.org": "email_address",
    " Ada.L+x@mail.example.org ": "email_address",
    "ada＠example.org": "email_address",
    "Ada <ada@example.org>": "email_address",
    "mailto:ada@example.org": "email_address",
    "@ada@mastodon.social": "fediverse_address",
    "": "invalid_identifier",
    "@": "invalid_identifier",
    "Ada Nouvelle": "invalid_identifier",
    "ada_l.bsky.social": "invalid_identifier",
    "https://example.org/ada": "invalid_identifier",
    "https://[": "invalid_identifier",
    "127.0.0.1": "invalid_identifier",
    "did:plc": "invalid_identifier",
}


@pytest.mark.parametrize(("text", "code"), NOT_ACCEPTED.items())
def test_what_is_no_account_has_a_code_that_says_why(text: str, code: str) -> None:
    with pytest.raises(InvalidIdentifier) as caught:
        parse_typed_name(text)
    assert caught.value.code == code


@given(st.text())
def test_any_text_gives_a_name_that_stays_the_same_or_an_error_of_ours(text: str) -> None:
    try:
        name = parse_typed_name(text)
    except InvalidIdentifier:
        return
    assert parse_typed_name(name) == name
