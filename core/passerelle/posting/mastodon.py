"""Send a post on Mastodon: the picture, then the status with the Idempotency-Key that was chosen for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from passerelle.errors import NetworkError, ServerRefused
from passerelle.networks.fediverse import api, statuses
from passerelle.networks.fediverse.answers import document_of
from passerelle.posting.draft import Draft, Outside

# Servers forget an Idempotency-Key after an hour: docs.joinmastodon.org/methods/statuses/#headers
KEY_COUNTS = timedelta(minutes=50)
LOOKS = 30  # at a picture that is being processed
BETWEEN_LOOKS = 2.0  # seconds


async def send(draft: Draft, picture: bytes, outside: Outside) -> str:
    """Return the page of the post once the server has confirmed it.

    A post that may have been sent is looked for first, among the account's latest posts, by the id of the picture: only
    one post can have it. Where that does not tell and the server may have forgotten the key, nothing is sent.

    Raises ServerRefused (`post_closed`: this consent does not reach so far; `post_unsure`: it may be there, the person
    has to look), NetworkError.
    """
    host = api.server_of(draft.account)
    if draft.sent_at is not None and (url := await _find(draft, outside)) is not None:
        return url
    if not _is_key_known(
        draft, outside
    ):  # else a picture that the post has would be missed, and the key answers for it
        draft = await _with_picture(draft, picture, outside)
    draft = replace(draft, sent_at=draft.sent_at or outside.now().isoformat())
    await outside.keep(draft)
    request = statuses.status_request(draft.account, draft.text, draft.media_id or "", draft.language, draft.key)
    return statuses.read_status(await outside.fetch(request), host)


async def _with_picture(draft: Draft, picture: bytes, outside: Outside) -> Draft:
    """Return the draft with a picture that is ready on the server. Raises `post_unsure` where a sent one is gone."""
    host = api.server_of(draft.account)
    is_ready = False
    if draft.media_id is not None:
        response = await outside.fetch(statuses.media_request(draft.account, draft.media_id))
        if response.status == statuses.NOT_FOUND and draft.sent_at is not None:
            raise _unsure(host)
        if response.status == statuses.NOT_FOUND:  # no post had it, so that the server has deleted it: after a day
            draft = replace(draft, media_id=None)
        else:
            is_ready = statuses.read_media(response, host)[1]
    if draft.media_id is None:
        request = statuses.upload_request(draft.account, picture, draft.alt, f"passerelle-{draft.key}")
        media_id, is_ready = statuses.read_media(await outside.fetch(request), host)
        draft = replace(draft, media_id=media_id)
        await outside.keep(draft)
    if not is_ready:
        await _await_processed(draft, outside)
    return draft


async def _await_processed(draft: Draft, outside: Outside) -> None:
    """Ask until the picture is processed. https://docs.joinmastodon.org/methods/media/#get"""
    host = api.server_of(draft.account)
    for _ in range(LOOKS):
        await outside.sleep(BETWEEN_LOOKS)
        response = await outside.fetch(statuses.media_request(draft.account, draft.media_id or ""))
        if statuses.read_media(response, host)[1]:
            return
    raise ServerRefused("The server does not finish with the picture.", code="server_error", host=host)


async def _find(draft: Draft, outside: Outside) -> str | None:
    """Return the page of the post where it is there; None where it can be sent. Raises `post_unsure`."""
    host = api.server_of(draft.account)
    response = await outside.fetch(statuses.own_request(draft.account))
    statuses.expect_post_allowed(response, host)
    own = api.read_account(document_of(response), host)
    try:
        latest = await outside.fetch(statuses.latest_request(own.host or host, own.id))
        return statuses.find_with_media(latest, draft.media_id or "")
    except (NetworkError, ValueError):  # some servers show no list without a sign-in
        if _is_key_known(draft, outside):
            return None
        raise _unsure(host) from None


def _is_key_known(draft: Draft, outside: Outside) -> bool:
    """Return whether a server that got this post answers with it, instead of posting it twice."""
    return draft.sent_at is not None and outside.now() - datetime.fromisoformat(draft.sent_at) < KEY_COUNTS


def _unsure(host: str) -> ServerRefused:
    return ServerRefused(ServerRefused.CODES["post_unsure"], code="post_unsure", host=host)
