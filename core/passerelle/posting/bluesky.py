"""Send a post on Bluesky: the picture, then the record under the key that was chosen for it."""

from __future__ import annotations

from dataclasses import replace

from passerelle.errors import ServerRefused
from passerelle.identifiers import Did, parse_did
from passerelle.networks import bluesky
from passerelle.posting.draft import Draft, Outside
from passerelle.transport import Response

FORBIDDEN = 403


async def send(draft: Draft, picture: bytes, outside: Outside) -> str:
    """Return the page of the post once its record is there.

    A record that may have been sent is looked up by its key first. The picture is stored anew at each try: the same
    bytes are the same blob, and servers delete blobs that no record names.

    Raises ServerRefused (`post_closed`: this consent does not reach so far), NetworkError.
    """
    account = parse_did(draft.account)
    if draft.sent_at is not None and await _is_there(account, draft, outside):
        return bluesky.post_url(account, draft.key)
    response = await outside.fetch(bluesky.upload_request(account, picture))
    _expect_allowed(response)
    image = bluesky.make_image(bluesky.read_blob(response), draft.alt, draft.width, draft.height)
    record = bluesky.make_post(draft.text, draft.language, draft.created_at, image)
    draft = replace(draft, sent_at=draft.sent_at or outside.now().isoformat())
    await outside.keep(draft)
    response = await outside.fetch(bluesky.create_post_request(account, draft.key, record))
    _expect_allowed(response)
    bluesky.expect_ok(response)
    uri = bluesky.record_uri(account, draft.key, bluesky.POST)
    if not bluesky.confirms_create(response, uri) and not await _is_there(account, draft, outside):
        raise ServerRefused("The Bluesky server sent something that cannot be read.", code="server_error")
    return bluesky.post_url(account, draft.key)


async def _is_there(account: Did, draft: Draft, outside: Outside) -> bool:
    return bluesky.read_follow_exists(await outside.fetch(bluesky.get_post_request(account, draft.key)))


def _expect_allowed(response: Response) -> None:
    """Raise ServerRefused("post_closed") where the server says that the consent does not reach so far."""
    if response.status == FORBIDDEN:
        raise ServerRefused(ServerRefused.CODES["post_closed"], code="post_closed")
