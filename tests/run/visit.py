"""With a display: a browser in the closed world, and what one can try in it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Playwright

from tests.data.people import OWNER
from tests.e2e import steps
from tests.run.printing import near, say
from tests.run.servers import PUBLISHED_EVERY, Town, publishing
from tests.world.chromium import Chromium, closed_world
from tests.world.directory import REGISTRAR
from tests.world.sites import DIRECTORY, X

TRY = """
A browser is open with the extension. It reaches nothing but this machine; only these addresses lead anywhere:

  archive to drop      {archive}
  sign in to Bluesky   {handle}
  app password         {password}
  sign in to Mastodon  {mastodon}   (choose an account on the page that opens)
  your list on X       https://{x}/{owner}/following   (no archive needed: scroll through it)
  badges               https://{x}/home and https://{x}/profile   (switch them on in the settings first)
  join the directory   press “Let people find you”; your post opens on the fake X, a new edition every {seconds} s
  the directory        https://{directory}/
  its registrar        https://{registrar}/docs

Close the browser to end.
"""


def receive(playwright: Playwright, extension: Path, folder: Path, town: Town, archive: Path) -> None:
    """Open the browser, print what to try, and wait until it is closed."""
    network = closed_world(town.world)
    with Chromium(playwright, extension, folder / "profile", network, headless=False) as browser:
        browser.open_page(steps.APP)
        say(
            TRY.format(
                archive=near(archive),
                handle=town.person.handle,
                password=town.person.app_password,
                mastodon=town.mastodon.host,
                x=X,
                owner=OWNER.screen_name,
                directory=DIRECTORY,
                registrar=REGISTRAR,
                seconds=int(PUBLISHED_EVERY),
            )
        )
        with publishing(town.servers.registrar):
            browser.context.wait_for_event("close", timeout=0)
