"""The OAuth client's metadata: one file in build/, served unchanged beside the directory's files."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

from flask.testing import FlaskClient

BUILD = Path(__file__).parents[2] / "build"
IDENTITY = tomllib.loads((BUILD / "identity.toml").read_text())


def test_the_metadata_are_served_as_they_are_built_into_the_extension(client: FlaskClient) -> None:
    with client.get("/oauth-client-metadata.json") as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "application/json"
        assert answer.data == (BUILD / "oauth-client-metadata.json").read_bytes()


def test_the_metadata_name_this_extension_and_their_own_address() -> None:
    metadata = json.loads((BUILD / "oauth-client-metadata.json").read_text())

    assert metadata["client_id"] == IDENTITY["oauth_client_id"]
    assert metadata["client_uri"] == IDENTITY["homepage"]
    assert metadata["client_name"] == IDENTITY["name"]
    firefox = hashlib.sha1(IDENTITY["firefox"]["id"].encode(), usedforsecurity=False).hexdigest()
    chromiums = [IDENTITY[browser]["id"] for browser in ("chromium", "edge")]
    assert metadata["redirect_uris"] == [
        *(f"https://{one}.chromiumapp.org/bluesky" for one in chromiums if one),
        f"https://{firefox}.extensions.allizom.org/bluesky",
    ]
