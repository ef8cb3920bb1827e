"""Names of people on each network: what is one, what is none, and when two are the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passerelle.errors import InvalidIdentifier
from passerelle.identifiers import (
    Acct,
    canonicalize_acct,
    canonicalize_screen_name,
    parse_acct,
    parse_did,
    parse_handle,
    parse_rest_id,
    parse_screen_name,
)

PARSERS: tuple[Callable[[object], object], ...] = (
    parse_rest_id,
    parse_screen_name,
    parse_did,
    parse_handle,
    parse_acct,
)


@pytest.mark.parametrize("text", ["12", "36823", "1964312974236991488", "18446744073709551615"])
def test_rest_ids(text: str) -> None:
    assert parse_rest_id(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "-1",
        "007",
        "1.0",
        "1e5",
        "1.01456537218219622E18",
        "18446744073709551616",
        "１２",
        " 12",
        "12\n",
        12,
        None,
    ],
)
def test_no_rest_ids(text: object) -> None:
    with pytest.raises(InvalidIdentifier):
        parse_rest_id(text)


def test_screen_names_are_compared_without_case() -> None:
    assert parse_screen_name("@Ada_L") == "Ada_L"
    assert canonicalize_screen_name(parse_screen_name("Ada_L")) == canonicalize_screen_name(parse_screen_name("ADA_l"))


@pytest.mark.parametrize("text", ["", "@", "ada l", "ada-l", "adà", "a" * 21, "@@ada", "ada\n", None])
def test_no_screen_names(text: object) -> None:
    with pytest.raises(InvalidIdentifier):
        parse_screen_name(text)


@pytest.mark.parametrize(
    "text", ["did:plc:z72i7hdynmk6r22z27h6tvur", "did:web:ada.example.com", "did:web:localhost%3A1234"]
)
def test_dids(text: str) -> None:
    assert parse_did(text) == text


@pytest.mark.parametrize(
    "text", ["", "did:", "did:plc", "did:PLC:abc", "did:plc:abc:", "did:plc:ab c", "plc:abc", "did:plc:" + "a" * 2050]
)
def test_no_dids(text: str) -> None:
    with pytest.raises(InvalidIdentifier):
        parse_did(text)


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("@Ada.Bsky.Social", "ada.bsky.social"),
        ("xn--ls8h.test", "xn--ls8h.test"),
        ("a-b.co", "a-b.co"),
        ("8.cn", "8.cn"),
    ],
)
def test_handles(text: str, handle: str) -> None:
    assert parse_handle(text) == handle


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada..social",
        "-ada.social",
        "ada-.social",
        "ada.social.",
        "ada_l.bsky.social",
        "ada.local",
        "1.2.3.4",
        "é.fr",
        f"{'a' * 64}.fr",
    ],
)
def test_no_handles(text: str) -> None:
    with pytest.raises(InvalidIdentifier):
        parse_handle(text)


@pytest.mark.parametrize(
    ("text", "acct"),
    [
        ("@Ada@Social.Example.ORG", Acct("Ada", "social.example.org")),
        ("ada@münchen.social", Acct("ada", "xn--mnchen-3ya.social")),
        ("@www.jvt.me@www.jvt.me", Acct("www.jvt.me", "www.jvt.me")),
        ("a_b@x.io", Acct("a_b", "x.io")),
    ],
)
def test_accts(text: str, acct: Acct) -> None:
    assert parse_acct(text) == acct
    assert parse_acct(str(acct)) == acct


@pytest.mark.parametrize(
    "text", ["", "ada", "@ada", "ada@", "@ada@localhost", "ada@@x.io", ".ada@x.io", "ada@x.io/path", "a da@x.io"]
)
def test_no_accts(text: str) -> None:
    with pytest.raises(InvalidIdentifier):
        parse_acct(text)


def test_accts_are_compared_without_case() -> None:
    assert canonicalize_acct(parse_acct("Ada@x.io")) == canonicalize_acct(parse_acct("ada@X.IO"))


@given(st.one_of(st.text(), st.none(), st.integers(), st.binary()))
def test_no_text_makes_a_parser_fail_otherwise(text: object) -> None:
    for parse in PARSERS:
        try:
            parsed = parse(text)
        except InvalidIdentifier:
            continue
        assert parse(str(parsed)) == parsed
