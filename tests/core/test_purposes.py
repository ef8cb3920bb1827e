"""Requests without an account state why they are sent, for the list of what left this computer."""

from __future__ import annotations

import pytest
from passerelle.claims.models import ClaimId
from passerelle.claims.oembed import oembed_request
from passerelle.claims.posts import PostId, post_request
from passerelle.claims.registrar import Registrar
from passerelle.directory.latest import FilePromise, file_request, latest_request
from passerelle.identifiers import Did, ScreenName
from passerelle.matching.candidates.appview import follows_request, profiles_request
from passerelle.transport import Purpose, Request

ADA = Did("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")
REGISTRAR = Registrar("https://join.example.org")
CLAIM = ClaimId("a" * 16)


@pytest.mark.parametrize(
    ("request_", "purpose"),
    [
        (latest_request("https://dir.example.org"), "directory"),
        (file_request("https://dir.example.org", FilePromise("a", "b", 1)), "directory"),
        (REGISTRAR.state_request(CLAIM), "registrar"),
        (REGISTRAR.withdraw_request(CLAIM, "secret"), "registrar"),
        (REGISTRAR.check_request(CLAIM, "secret", None, domain=None), "registrar"),
        (post_request(PostId("20")), "x_post"),
        (oembed_request(ScreenName("ada"), PostId("20")), "x_post"),
        (profiles_request([ADA]), "people"),
        (follows_request(ADA, None), "search"),
    ],
)
def test_a_request_states_its_purpose(request_: Request, purpose: Purpose) -> None:
    assert request_.purpose == purpose


def test_without_a_statement_it_is_about_an_account() -> None:
    assert Request("GET", "https://quai.example.org/users/ada").purpose == "account"
