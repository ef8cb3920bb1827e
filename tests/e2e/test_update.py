"""An extension of an earlier commit, in use, is updated to this one: all that a person has done is kept.

The earlier commits are those before a change of what is stored; `git archive` has their files, and each is built with
the dependencies that are installed now. Its directory is that commit's, too, and is updated with it.
"""

from __future__ import annotations

import json
import shutil
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Playwright

from tests.conftest import Packages
from tests.data.archives import make_archive
from tests.data.people import ADA, DARIUSZ, FARID
from tests.e2e.steps import APP, COMMAND
from tests.e2e.tabs import ChromiumTab, FirefoxTab, Tab, at
from tests.world.chromium import Chromium, closed_world
from tests.world.directory import DirectoryServer, write_trust
from tests.world.earlier import Earlier, has_history
from tests.world.firefox import EXTENSION_ID, ConnectProxy, Firefox
from tests.world.pds import Account, Pds
from tests.world.residents import CROWD, crowd_did, make_rows
from tests.world.sites import DIRECTORY, PDS, is_batch
from tests.world.world import Answer, Ask, Site, World, proxy

pytestmark = [pytest.mark.e2e, pytest.mark.soak, pytest.mark.timeout(900)]

EARLIER = {
    "one queue, only Bluesky": "f87651f17465d0ad3eff44666a0dabbca055c7f1",
    "two networks, no pace": "235585537972ce3e698f03ee11a6b76a499a2c2c",
    "the directory in one file of rows": "0414ccc726979e0c9fca0cc11625b0fcb7256690",
}
WAITING = CROWD[:70]  # more than a batch
DECIDED = (ADA, DARIUSZ, FARID)  # rejected, left out, added
LONG = 240.0  # seconds, until everyone is followed
STORED = """(async () => {
  const request = indexedDB.open("passerelle");
  await new Promise((done) => { request.onsuccess = done; });
  const database = request.result;
  const read = (store, method) => new Promise((done) => {
    const asked = database.transaction(store).objectStore(store)[method]();
    asked.onsuccess = () => done(asked.result);
  });
  const found = {};
  for (const store of ["decisions", "history", "people", "state"]) {
    const [keys, values] = [await read(store, "getAllKeys"), await read(store, "getAll")];
    found[store] = Object.fromEntries(keys.map((key, index) => [key, values[index]]));
  }
  database.close();
  return found;
})()"""


class Installed(ABC):
    """A browser in which the earlier extension is installed."""

    @abstractmethod
    def open(self, page: str) -> Tab:
        """Open one of the extension's pages."""

    @abstractmethod
    def update(self) -> None:
        """Put the present extension in its place, as the browser's own update does."""


class InChromium(Installed):
    """An unpacked extension, whose folder gets other files."""

    def __init__(self, browser: Chromium, folder: Path, present: Path) -> None:
        browser.collect_errors()  # in developer mode, without which Chromium would not load other files
        self._browser = browser
        self._folder = folder
        self._present = present

    def open(self, page: str) -> Tab:
        return ChromiumTab(self._browser.open_page(page))

    def update(self) -> None:
        shutil.rmtree(self._folder)
        shutil.copytree(self._present, self._folder)
        self._browser.reload()


class InFirefox(Installed):
    """A temporary add-on, in whose place another of the same id is installed."""

    def __init__(self, browser: Firefox, present: Path) -> None:
        self._browser = browser
        self._present = present

    def open(self, page: str) -> Tab:
        return FirefoxTab(self._browser, self._browser.open(self._browser.url(page)))

    def update(self) -> None:
        self._browser.install(self._present)


@pytest.fixture(scope="module", params=list(EARLIER.values()), ids=list(EARLIER))
def earlier(request: pytest.FixtureRequest) -> Earlier:
    if not has_history():
        pytest.skip("the history is not in this clone; `git fetch --unshallow` fetches it")
    return Earlier(request.param)


@pytest.fixture(scope="module")
def earlier_package(earlier: Earlier, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return earlier.build(write_trust(tmp_path_factory.mktemp("trust") / "directories.json"))


@pytest.fixture(params=[pytest.param("chromium"), pytest.param("firefox", marks=pytest.mark.firefox)])
def installed(
    request: pytest.FixtureRequest, earlier_package: Path, packages: Packages, world: World, tmp_path: Path
) -> Iterator[Installed]:
    if request.param == "firefox":
        with (
            ConnectProxy(world) as network,
            Firefox(tmp_path, proxy_port=network.port, extension_id=EXTENSION_ID) as firefox,
        ):
            firefox.install(earlier_package / "firefox")
            yield InFirefox(firefox, packages.firefox)
        return
    playwright: Playwright = request.getfixturevalue("playwright")
    folder = shutil.copytree(earlier_package / "chromium", tmp_path / "extension")
    with Chromium(playwright, folder, tmp_path / "profile", closed_world(world)) as chromium:
        yield InChromium(chromium, folder, packages.chromium)


@contextmanager
def directory_of(
    world: World, folder: Path, accounts: Mapping[str, Account], env: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Answer as the directory, by the code in `env`; what an earlier one stored in `folder` is taken over."""
    folder.mkdir(exist_ok=True)
    with (
        DirectoryServer(folder, make_rows(accounts), env=env) as server,
        world.fault(DIRECTORY, lambda _: proxy(lambda: server.port)),
    ):
        yield


def in_row(screen_name: str, test_id: str) -> str:
    return f'[data-testid="match-row"][data-screen-name="{screen_name}"] {at(test_id)}'


def has(css: str) -> str:
    return f"document.querySelector({json.dumps(css)}) !== null"


def read_archive(tab: Tab, archive: Path) -> None:
    tab.front()
    tab.choose(at("file-input"), archive)
    found = f"document.querySelector('{at('found')}')?.dataset.found"
    tab.await_true(f"{found} === '{len(WAITING) + len(DECIDED)}'", LONG)


def decide(tab: Tab) -> None:
    """Reject Ada, leave Dariusz out, add Farid."""
    tab.click(in_row(ADA.screen_name, "reject"))
    tab.await_true(has(in_row(ADA.screen_name, "undo-reject")))
    for one, is_chosen in ((DARIUSZ, "false"), (FARID, "true")):
        box = in_row(one.screen_name, "choose")
        tab.click(box)
        tab.await_true(f"document.querySelector({json.dumps(box)}).checked === {is_chosen}")


def sign_in(tab: Tab, account: Account) -> None:
    """Sign in with an app password, which stood behind a button of its own only later."""
    tab.click(at("sign-in"))
    tab.await_true(f"{has(at('sign-in-handle'))} || {has(at('use-app-password'))}")
    if tab.evaluate(has(at("use-app-password"))):
        tab.click(at("use-app-password"))
    tab.fill(at("sign-in-handle"), account.handle)
    tab.fill(at("sign-in-password"), account.app_password)
    tab.click(at("sign-in-submit"))
    tab.await_true(f"document.querySelector('{at('follow-all')}')?.disabled === false", LONG)


@dataclass(frozen=True, slots=True)
class Held:
    """The first batch: it is written, but its answer waits until it is released."""

    is_written: threading.Event = field(default_factory=threading.Event)
    is_released: threading.Event = field(default_factory=threading.Event)


@contextmanager
def first_batch_held(world: World) -> Iterator[Held]:
    """Delay the answer to the first batch at the PDS until it is released."""
    held = Held()

    def fault(site: Site) -> Site:
        def late(ask: Ask) -> Answer:
            answer = site(ask)
            if is_batch(ask) and not held.is_written.is_set():
                held.is_written.set()
                held.is_released.wait(LONG)
            return answer

        return late

    with world.fault(PDS, fault):
        try:
            yield held
        finally:
            held.is_released.set()


def command(tab: Tab, type_: str, **fields: object) -> Any:
    """Send a command to the engine; return its reply."""
    return tab.evaluate(f"({COMMAND})({json.dumps({'id': str(uuid4()), 'type': type_, **fields})})")


def await_everyone(tab: Tab, pds: Pds, account: Account, expected: list[str]) -> None:
    """Wait until the account follows as many people as expected, then assert that these are they, each once."""
    end = time.monotonic() + LONG
    while len(subjects := sorted(follow.subject for follow in pds.list_follows(account.did))) < len(expected):
        assert time.monotonic() < end, f"{len(subjects)} of {len(expected)} are followed"
        tab.wait(1)
    tab.await_true(has(at("follow-finished")), LONG)
    assert sorted(follow.subject for follow in pds.list_follows(account.did)) == expected


def test_an_update_in_the_middle_of_a_batch_keeps_everything_and_goes_on(
    installed: Installed,
    earlier: Earlier,
    world: World,
    tmp_path: Path,
    person: Account,
    pds: Pds,
    accounts: Mapping[str, Account],
) -> None:
    archive = make_archive(tmp_path / "x.zip", following=[*DECIDED, *WAITING], followers=DECIDED)
    with first_batch_held(world) as batch:
        with directory_of(world, tmp_path / "directory", accounts, earlier.env):
            tab = installed.open(APP)
            read_archive(tab, archive)
            decide(tab)
            sign_in(tab, person)
            tab.click(at("follow-all"))
            tab.until(batch.is_written.is_set, seconds=LONG)
            before = tab.evaluate(STORED)
            installed.update()
            batch.is_released.set()
        assert 0 < len(pds.list_follows(person.did)) < len(WAITING)
        with directory_of(world, tmp_path / "directory", accounts):
            tab = installed.open(APP)
            assert "result" in command(tab, "follow.speed", speed="fast")
            assert "result" in command(tab, "follow.resume")
            expected = sorted([accounts[FARID.screen_name].did, *map(crowd_did, WAITING)])
            await_everyone(tab, pds, person, expected)

            assert "result" in command(tab, "directory.update")
            tab.await_true(has(in_row(ADA.screen_name, "undo-reject")))
            tab.await_true(f"!document.querySelector({json.dumps(in_row(DARIUSZ.screen_name, 'choose'))}).checked")
            after = tab.evaluate(STORED)
            assert after["decisions"] == before["decisions"]
            assert after["people"]["graph"] == before["people"]["graph"]
            assert after["state"]["archive"].items() >= before["state"]["archive"].items()
            assert after["state"]["directory"]["version"] > before["state"]["directory"]["version"]
            assert after["state"]["directory"]["error"] is None
            assert after["history"].items() >= before["history"].items()
            assert len(after["history"]) == len(expected)
            installed.open(f"{APP}#settings").await_true(has(f'{at("signed-in")}[data-did="{person.did}"]'))
