"""A browser with the built extension, a fresh person to sign in as, and the sample archive."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.conftest import Packages
from tests.data.archives import make_archive
from tests.e2e import tabs
from tests.e2e.tabs import Badged
from tests.world.chromium import Chromium, closed_world
from tests.world.firefox import EXTENSION_ID, ConnectProxy, Firefox
from tests.world.mastodon import Mastodon, Relations
from tests.world.mastodon_posts import Posts
from tests.world.mastodons import HOME, PERSON
from tests.world.pds import Account, Pds
from tests.world.residents import EXPORTED
from tests.world.world import World

# Its assertions are shown in full, as in a test.
pytest.register_assert_rewrite("tests.e2e.badge_steps")
# Pyodide starts in about 3 s on an idle machine; here two cores carry servers and browser too.
expect.set_options(timeout=30_000)

HERE = Path(__file__).parent
_numbers = itertools.count(1)
# The first test of a run also waits for the extension to be built and for every server to start.
SECONDS = 300


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Return the tests in this folder more time than those of a function; a mark of their own goes first."""
    for item in items:
        if item.path.is_relative_to(HERE) and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SECONDS))


@pytest.fixture
def chromium(playwright: Playwright, packages: Packages, world: World, tmp_path: Path) -> Iterator[Chromium]:
    with Chromium(playwright, packages.chromium, tmp_path / "profile", closed_world(world)) as browser:
        yield browser


@pytest.fixture(scope="module")
def shared(
    playwright: Playwright, packages: Packages, everywhere: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chromium]:
    """One browser for a whole file of tests that leave it as they found it."""
    profile = tmp_path_factory.mktemp("shared") / "profile"
    with Chromium(playwright, packages.chromium, profile, closed_world(everywhere)) as browser:
        yield browser


@pytest.fixture
def person(pds: Pds) -> Account:
    """A new account that follows no one yet."""
    return pds.create_account(f"person-{next(_numbers)}")


@pytest.fixture
def firefox(packages: Packages, world: World, tmp_path: Path) -> Iterator[Firefox]:
    with (
        ConnectProxy(world) as proxy,
        Firefox(tmp_path, proxy_port=proxy.port, extension_id=EXTENSION_ID) as browser,
    ):
        browser.install(packages.firefox)
        yield browser


@pytest.fixture
def home(mastodons: Mapping[str, Mastodon]) -> Iterator[Mastodon]:
    """The person's server, without any follow or post of theirs; its people and faults are as before afterwards."""
    server = mastodons[HOME]
    server.relations[PERSON], server.posts = Relations(), Posts()
    people = dict(server.people)
    yield server
    server.relations[PERSON] = Relations()
    server.people, server.faults = people, []


@pytest.fixture
def short_lives(pds: Pds) -> Iterator[Pds]:
    """The PDS, whose lifetimes are as usual again afterwards."""
    yield pds
    pds.set_lifetimes()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample archive: invented people, as X packs them."""
    return make_archive(tmp_path_factory.mktemp("sample") / "twitter-archive.zip", exported=EXPORTED)


@pytest.fixture(scope="module", params=[pytest.param("chromium"), pytest.param("firefox", marks=pytest.mark.firefox)])
def badged(
    request: pytest.FixtureRequest,
    packages: Packages,
    everywhere: World,
    sample: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Badged]:
    """Each browser in turn with badges switched on, one for a whole file of tests."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "firefox":
        with tabs.firefox(packages, everywhere, folder, sample) as opened:
            yield opened
    else:
        playwright = request.getfixturevalue("playwright")
        with tabs.chromium(playwright, packages, everywhere, folder, sample) as opened:
            yield opened
