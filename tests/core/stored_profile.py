"""What the engine stores after a short life of invented people, as a dump: one per version of the stores' schemas.

`python -m tests.core.stored_profile FILE` writes the dump of the current version to tests/data/stored/.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from passerelle.engine.storage import STORES
from passerelle.transport import Request, Response

from tests.core.fakes import ME, Browser, Directory, Pds, reply, row
from tests.data.archives import make_archive
from tests.data.people import ADA, BRUNO, CHLOE, DARIUSZ, ELIF, GALINA, HIDEO, IRINI, OWNER, Someone

FOLLOWED = (ADA, BRUNO, CHLOE, DARIUSZ, ELIF, GALINA, HIDEO)


def did_of(someone: Someone) -> str:
    return f"did:plc:{int(someone.rest_id) % 10**12:024}"


def rows() -> list[Any]:
    found = [
        row(one.screen_name.lower(), rest_id=one.rest_id, screen_name=one.screen_name, did=did_of(one))
        for one in (ADA, BRUNO, CHLOE, ELIF, GALINA, HIDEO)
    ]
    return [*found, row("dariusz", rest_id=DARIUSZ.rest_id, handle="dariusz.example.org", acct="d@quai.example.org")]


def make_browser() -> Browser:
    pds = Pds(handles={"dariusz.example.org": did_of(DARIUSZ), "me.example.org": ME}, refused=frozenset({did_of(ELIF)}))
    return Browser(directory=Directory(rows()), pds=pds)


async def live(browser: Browser, archive: str) -> None:
    """Read an archive, a list, a profile; decide; follow until the queue has every state; fail to read an archive."""
    browser.start()
    await browser.ask("archive.open", [archive], names=["x.zip"])
    seen = {
        "rest_id": IRINI.rest_id,
        "screen_name": "irini_now",
        "display_name": "Irini",
        "seen": "2026-11-20T08:00:00Z",
    }
    listed = {"kind": "following", "screen_name": OWNER.screen_name, "rest_id": OWNER.rest_id, "display_name": None}
    await browser.ask("people.add", people=[seen], listed=listed)
    await browser.ask("hint.find", people=[{**seen, "bio": "Now at irini.bsky.social", "location": None, "urls": []}])
    browser.web["public.api.bsky.app"] = lambda request: _answer(browser, request)
    await browser.ask("search.start", sources=["handles"])
    while browser.storage.stores["state"]["search"]["state"] == "running":
        await asyncio.sleep(0)
    await browser.ask("watch.approve", approved=True)
    await browser.ask("directory.update")
    account = browser.storage.stores["matches"][ADA.rest_id]["accounts"][0]["address"]
    await browser.ask("decision.set", rest_id=ADA.rest_id, network="bluesky", address=account, decision="rejected")
    for one in (BRUNO, ELIF):
        await browser.ask("follow.start", accounts=[ME], rest_ids=[one.rest_id])
        await browser.until_idle()
    browser.pds.faults, browser.pds.read_faults = ["lost request"], ["", "", *["slow"] * 1000]
    await browser.ask("follow.start", accounts=[ME], rest_ids=[one.rest_id for one in (CHLOE, DARIUSZ, GALINA, HIDEO)])
    while browser.pds.faults or not browser.storage.stores["state"]["queue"]["next_at"]:
        await asyncio.sleep(0)
    await browser.ask("follow.pause")
    await browser.ask("archive.open", ["/nothing/here.zip"], names=["here.zip"])


def _answer(browser: Browser, request: Request) -> Response:
    """Answer as Bluesky's public server: it shows one account, and resolves what the fake server does."""
    if "getProfiles" not in request.url:
        return browser.pds.answer(request)
    account = {"did": did_of(IRINI), "handle": "irini.bsky.social", "displayName": "Irini", "postsCount": 12}
    return reply(200, {"profiles": [account | {"createdAt": "2024-11-20T08:00:00Z", "labels": [{"val": "x"}]}]})


def dump(browser: Browser) -> str:
    """Write the stores as JSON; bytes become `{"base64": …}`."""
    return json.dumps(browser.storage.stores, indent=1, ensure_ascii=False, default=_bytes, sort_keys=True) + "\n"


def load(text: str) -> dict[str, dict[str, Any]]:
    """Read what `dump` wrote; stores that came later are empty."""
    stored = {store: {key: _value(value) for key, value in kept.items()} for store, kept in json.loads(text).items()}
    return {store: stored.get(store, {}) for store in STORES}


def main(output: Path) -> None:
    """Write the current dump."""
    with tempfile.TemporaryDirectory() as folder:
        archive = str(make_archive(Path(folder) / "x.zip", following=FOLLOWED, followers=[ADA, IRINI]))
        browser = make_browser()
        asyncio.run(live(browser, archive))
    output.write_text(dump(browser), encoding="utf-8")


def _bytes(value: object) -> Mapping[str, str]:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    raise TypeError(type(value).__name__)


def _value(value: Any) -> Any:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) and value.keys() == {"base64"} else value


if __name__ == "__main__":
    main(Path(sys.argv[1]))
