"""How Bluesky's servers know the extension: a file at an address that never changes, since a session ends with it.

https://atproto.com/specs/oauth#clients
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app

files = Blueprint("client_metadata", __name__)

NAME = "oauth-client-metadata.json"
MAX_AGE = 3600  # seconds: a feature that asks for more waits no longer for servers to notice


@files.get(f"/{NAME}")
def get_client_metadata() -> Response:
    """Get the OAuth client's metadata, as build/oauth-client-metadata.json holds them."""
    response = current_app.send_static_file(NAME)
    response.cache_control.max_age = MAX_AGE
    return response
