"""The engine in Firefox, whose event page is ended after 30 s without an event: it must not take our worker with it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Packages
from tests.world.firefox import EXTENSION_ID, ConnectProxy, Firefox
from tests.world.world import Answer, Ask, World

pytestmark = [pytest.mark.e2e, pytest.mark.firefox]

LONGER_THAN_FIREFOX_WAITS = 75  # seconds; an idle event page lives 30
WHO_LISTENS = "browser.runtime.sendMessage({ type: 'engine.wake' }).then(({ worker }) => worker)"


def nobody(_: Ask) -> Answer:
    raise AssertionError("nothing may be asked")


@pytest.fixture
def firefox(packages: Packages, tmp_path: Path) -> Iterator[Firefox]:
    with (
        World({"nobody.example.org": nobody}) as world,
        ConnectProxy(world) as proxy,
        Firefox(tmp_path, proxy_port=proxy.port, extension_id=EXTENSION_ID) as browser,
    ):
        browser.install(packages.firefox)
        yield browser


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_the_worker_outlives_the_event_pages_limit_with_no_page_open(firefox: Firefox) -> None:
    # A page of the extension keeps the event page alive, so it is left for one that is not ours.
    tab = firefox.open(firefox.url("app.html"))
    worker = firefox.evaluate(tab, WHO_LISTENS)
    firefox.command("browsingContext.navigate", context=tab, url="about:blank", wait="complete")
    time.sleep(LONGER_THAN_FIREFOX_WAITS)
    tab = firefox.open(firefox.url("app.html"))
    assert firefox.evaluate(tab, WHO_LISTENS) == worker
