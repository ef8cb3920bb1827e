"""What Firefox for Android lacks, taken from desktop Firefox at 360 px: no page of `identity` to sign in on.

No device is part of the tests (docs/android.md). Without the permission, `browser.identity` is absent.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Packages
from tests.data.people import ADA, BRUNO
from tests.e2e.steps import APP
from tests.e2e.test_sign_in_firefox import at, follow_one
from tests.world.firefox import EXTENSION_ID, ConnectProxy, Firefox
from tests.world.mastodon import Mastodon
from tests.world.mastodons import HOME, PERSON
from tests.world.pds import Account, Pds
from tests.world.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.firefox]

TELEPHONE = {"width": 360, "height": 740}
BAR_HEIGHT = "document.querySelector('[data-testid=follow-bar]').offsetHeight"
WIDER = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture
def telephone(packages: Packages, world: World, tmp_path: Path) -> Iterator[Firefox]:
    """Firefox with the package, but for the permission that a telephone has no use for."""
    package = shutil.copytree(packages.firefox, tmp_path / "package")
    manifest = json.loads((package / "manifest.json").read_text())
    manifest["permissions"].remove("identity")
    (package / "manifest.json").write_text(json.dumps(manifest))
    profile = tmp_path / "profile"
    profile.mkdir()
    with (
        ConnectProxy(world) as proxy,
        Firefox(profile, proxy_port=proxy.port, extension_id=EXTENSION_ID) as browser,
    ):
        browser.install(package)
        yield browser


def open_narrow(firefox: Firefox, page: str) -> str:
    tab = firefox.open("about:blank")
    firefox.command("browsingContext.setViewport", context=tab, viewport=TELEPHONE)
    firefox.command("browsingContext.navigate", context=tab, url=firefox.url(page), wait="complete")
    return tab


def test_one_person_is_followed_on_each_network_without_a_page_of_the_browser(
    telephone: Firefox, pds: Pds, person: Account, sample: Path, home: Mastodon
) -> None:
    tab = open_narrow(telephone, APP)
    telephone.set_files(tab, at("file-input"), sample)
    telephone.until(tab, f"document.querySelector('{at('found')}') !== null", seconds=120)
    assert not telephone.evaluate(tab, WIDER)

    telephone.click(tab, at("sign-in"))
    telephone.find(tab, at("sign-in-password"))  # at once: there is no other way here
    assert not telephone.evaluate(tab, f"document.querySelector('{at('use-page')}')")
    assert not telephone.evaluate(tab, WIDER)
    telephone.fill(tab, at("sign-in-handle"), person.handle)
    telephone.fill(tab, at("sign-in-password"), person.app_password)
    telephone.click(tab, at("sign-in-submit"))
    telephone.until(tab, f"document.querySelector('{at('sign-in-password')}') === null", seconds=60)
    follow_one(telephone, tab, ADA.screen_name, "bluesky")
    assert len(pds.list_follows(person.did)) == 1

    page = open_narrow(telephone, f"{APP}#sign-in")
    telephone.click(page, at("sign-in-fediverse"))
    telephone.fill(page, at("mastodon-server"), HOME)
    before = telephone.tabs()
    telephone.click(page, at("mastodon-submit"))
    code = copy_code(telephone, telephone.await_new_tab(before))
    telephone.fill(page, at("mastodon-code-field"), code)
    telephone.click(page, at("mastodon-submit"))
    telephone.until(page, f"document.querySelector('{at('mastodon-form')}') === null", seconds=60)
    # Who is followed already is read first; the list moves meanwhile. The bar at the foot leaves room for the list.
    telephone.until(page, f"document.querySelector('{at('follow-all')}')?.disabled === false", seconds=60)
    assert telephone.evaluate(page, BAR_HEIGHT) < TELEPHONE["height"] / 3
    follow_one(telephone, page, BRUNO.screen_name, "fediverse")
    assert home.followed(PERSON) == ["bruno@quai.example.org"]


def copy_code(firefox: Firefox, window: str) -> str:
    """Choose the account on the server's page, allow what it asks, and return the code that it shows."""
    firefox.fill(window, "#username", PERSON)
    firefox.evaluate(window, "setTimeout(() => document.querySelector('#authorize').click(), 100) && true")
    firefox.find(window, "#code")
    code = str(firefox.evaluate(window, "document.querySelector('#code').innerText"))
    firefox.close_tab(window)
    return code
