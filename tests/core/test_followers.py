"""Followers who are not followed: counted, never ticked in advance, and followed when the person says so."""

from __future__ import annotations

from pathlib import Path

from tests.core.engine_steps import account_of, did_of, opened, run
from tests.core.fakes import ME
from tests.data.archives import make_archive
from tests.data.people import ADA, BRUNO, IRINI


def test_a_follower_is_found_not_ticked_and_followed_on_request(tmp_path: Path) -> None:
    archive = str(make_archive(tmp_path / "x.zip", following=[ADA, BRUNO], followers=[ADA, IRINI]))

    async def main() -> None:
        browser = await opened(archive)
        lanes = browser.storage.stores["state"]["lanes"]
        assert (lanes["followers"], lanes["followers_found"], lanes["mutuals_found"]) == (2, 2, 1)
        assert not account_of(browser, IRINI)["chosen"]
        await browser.ask("follow.start", accounts=[ME])
        await browser.until_idle()
        assert browser.pds.followed() == sorted(map(did_of, (ADA, BRUNO)))
        await browser.ask("follow.start", accounts=[ME], rest_ids=[IRINI.rest_id])
        await browser.until_idle()
        assert did_of(IRINI) in browser.pds.followed()

    run(main())


def test_a_blocked_or_muted_follower_is_not_counted(tmp_path: Path) -> None:
    archive = str(
        make_archive(tmp_path / "x.zip", following=[ADA], followers=[BRUNO, IRINI], blocked=[BRUNO], muted=[IRINI])
    )

    async def main() -> None:
        lanes = (await opened(archive)).storage.stores["state"]["lanes"]
        assert (lanes["followers"], lanes["followers_found"]) == (0, 0)

    run(main())
