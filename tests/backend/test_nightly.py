"""The nightly run: each part by itself, no name in the log, and nothing changes the second time."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from passerelle.errors import PasserelleError
from passerelle_directory import nightly
from passerelle_directory.backups.making import make_backup
from passerelle_directory.cli import FRESH, main
from passerelle_directory.config import Config, InvalidSetting, read_config
from passerelle_directory.harvest.answers import StoredAnswers
from passerelle_directory.harvest.patience import HarvestStopped
from passerelle_directory.harvest.records import command as records
from passerelle_directory.harvest.tidying import KEPT, tidy
from passerelle_directory.harvest.wishes import KEPT as WISHES_KEPT
from passerelle_directory.harvest.wishes import Wishes
from passerelle_directory.locks import hold_lock
from passerelle_directory.nightly import AlreadyRunning, Part, make_parts, run_nightly
from passerelle_directory.publishing.snapshot import publish
from passerelle_directory.registrar.intake import take_in

from tests.backend.conftest import NOW, Directory
from tests.backend.joining import Joining, joining
from tests.backend.people import departure, line
from tests.backend.test_cli import data
from tests.backend.test_harvest_records import CLAIMS, RELAY, write_own
from tests.backend.test_harvest_wikidata import cut, run, service
from tests.backend.test_logs import expect_nameless, logs
from tests.core.claim_servers import ADA, POST
from tests.world.query_service import QueryService

__all__ = ["data", "logs", "service"]


@pytest.fixture
def desk(directory: Directory) -> Iterator[Joining]:
    with joining(directory.config) as one:
        yield one


class Night:
    """The parts of a night, against the servers of the tests."""

    def __init__(self, directory: Directory, service: QueryService, desk: Joining) -> None:
        self._directory, self._service, self._desk = directory, service, desk
        self.parts = make_parts(directory.config)
        self.ran: list[str] = []

    def run(self) -> int:
        """Run all parts."""
        return run_nightly(self._directory.config, self.parts, self._run_part)

    def _run_part(self, part: Part, report: Path) -> int:
        self.ran.append(part.name)
        work: Mapping[str, Callable[[], object]] = {
            "harvest-wikidata": lambda: run(self._directory, self._service, self._desk.clock() - NOW),
            "harvest-claims": self._harvest_claims,
            "recheck": self._desk.recheck,
            "tidy": lambda: tidy(self._directory.config.harvest, self._desk.clock()),
            "snapshot": self._publish,
        }
        try:
            work.get(part.name, lambda: None)()
        except (HarvestStopped, PasserelleError):  # such a process ends with this status; a bug is seen
            return 4
        return 0

    def _harvest_claims(self) -> None:
        records.harvest(self._desk.registrar, RELAY, CLAIMS, self._desk.servers.fetch, self._desk.clock())

    def _publish(self) -> None:
        now, config = self._desk.clock(), self._directory.config
        with self._directory.session() as session:
            take_in(session, self._desk.registrar.refusals_key, now)
            publish(session, config.public, self._directory.key, now, fresh=FRESH)

    def state(self) -> dict[str, bytes]:
        """Return every published file, every page, what harvests keep, and every row of the database."""
        config = self._directory.config
        folders = (config.public, config.pages, config.harvest)
        state = {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}
        make_backup(config, config.data / "state.zip", NOW, with_keys=True)
        with ZipFile(config.data / "state.zip") as archive:
            return state | {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def night(directory: Directory, service: QueryService, desk: Joining) -> Night:
    """A directory with something of everything to do."""
    directory.add(line(handle="museum.example.com"), departure())
    write_own(desk, post=f"https://x.com/{ADA}/status/{POST}")
    return Night(directory, service, desk)


def test_the_second_run_of_a_night_changes_nothing(night: Night, desk: Joining) -> None:
    assert night.run() == 0
    first = night.state()
    desk.clock.move(hours=1)
    assert night.run() == 0
    second = night.state()
    assert {name: content for name, content in second.items() if first.get(name) != content} == {}
    assert second.keys() == first.keys()
    assert json.loads(first[str(desk.config.public / "latest.json")])["rows"] == 3


def test_the_next_night_publishes_anew_so_that_nothing_expires(night: Night, desk: Joining) -> None:
    night.run()
    latest = desk.config.public / "latest.json"
    before = json.loads(latest.read_bytes())
    desk.clock.move(days=1)
    night.run()
    after = json.loads(latest.read_bytes())
    assert after["version"] > before["version"]
    assert after["files"] == before["files"]  # though Wikidata was read anew


def test_a_changed_row_or_another_key_is_published_in_the_same_night(
    night: Night, directory: Directory, desk: Joining
) -> None:
    night.run()
    latest = desk.config.public / "latest.json"
    first = latest.read_bytes()
    directory.add(line(screen_name="Zoo", handle="zoo.example.com"))
    desk.clock.move(minutes=1)
    night.run()
    second = latest.read_bytes()
    assert json.loads(second)["rows"] == json.loads(first)["rows"] + 1
    from passerelle_directory.publishing import keys

    directory.key = keys.load_key(directory.config.keys, keys.NEXT)
    desk.clock.move(minutes=1)
    night.run()
    assert json.loads(latest.read_bytes())["key_id"] != json.loads(second)["key_id"]


def test_a_part_that_fails_stops_no_other_and_the_next_run_makes_it_good(
    night: Night, service: QueryService, desk: Joining, capsys: pytest.CaptureFixture[str]
) -> None:
    service.failures = [cut] * 10
    assert night.run() == 4
    assert night.ran == [part.name for part in night.parts]
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(one["part"], one["level"]) for one in events if one.get("status")] == [("harvest-wikidata", "error")]
    assert json.loads((desk.config.public / "latest.json").read_bytes())["rows"] == 2
    service.failures = []
    desk.clock.move(minutes=1)
    assert night.run() == 0
    assert json.loads((desk.config.public / "latest.json").read_bytes())["rows"] == 3


def test_the_log_of_a_night_has_its_parts_and_no_names(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    night.run()
    events = expect_nameless(capsys.readouterr().err, "quai_univ", "univ-quai.example.org", "museum")
    assert [event["part"] for event in events if event["event"] == "nightly"] == [part.name for part in night.parts]


def test_two_nights_at_once_are_one(night: Night, config: Config) -> None:
    with hold_lock(config.data / nightly.LOCK), pytest.raises(AlreadyRunning):
        night.run()
    assert night.ran == []


def test_the_harvests_of_a_night_are_a_setting() -> None:
    read = [part.arguments for part in make_parts(read_config({}))]
    assert ("harvest", "domains", "--wikidata", "--groups") in read
    assert read[-3:] == [("recheck",), ("tidy",), ("snapshot", "--if-changed")]
    assert [part.name for part in make_parts(read_config({"PASSERELLE_NIGHTLY": ""}))] == [
        "recheck",
        "tidy",
        "snapshot",
    ]
    chosen = make_parts(read_config({"PASSERELLE_NIGHTLY": "list a.toml 'my list.csv' ;"}), "s3://b/p")
    assert chosen[0].arguments == ("harvest", "list", "a.toml", "my list.csv")
    assert chosen[-1].arguments == ("snapshot", "--if-changed", "--to", "s3://b/p")
    with pytest.raises(InvalidSetting):
        make_parts(read_config({"PASSERELLE_NIGHTLY": "list 'a"}))


def test_the_command_runs_each_part_as_a_process_and_keeps_what_it_prints_private(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSERELLE_NIGHTLY", "")
    for before in (["keygen"], ["seed"]):
        assert main(before) == 0
    assert main(["nightly"]) == 0
    reports = sorted((data / "nightly").iterdir())
    assert [report.name for report in reports] == ["1-recheck.txt", "2-tidy.txt", "3-snapshot.txt"]
    assert "rows, until" in reports[2].read_text()
    assert {report.stat().st_mode & 0o777 for report in reports} == {0o600}
    first = (data / "public" / "latest.json").read_bytes()
    assert main(["nightly"]) == 0
    assert (data / "public" / "latest.json").read_bytes() == first


@pytest.mark.parametrize(
    ("program", "status"),
    [
        ("import time; time.sleep(600)", 4),
        ("import os; os.kill(os.getpid(), 9)", 3),
        ("raise SystemExit(2)", 2),
        ("print('done')", 0),
    ],
)
def test_a_part_that_hangs_or_is_killed_ends_with_a_status(
    program: str, status: int, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "PROGRAM", (sys.executable, "-c", program))
    began = time.monotonic()
    assert run_nightly(config, [Part("one", (), seconds=5), Part("two", (), seconds=5)]) == status
    assert time.monotonic() - began < 60
    assert len(list((config.data / "nightly").iterdir())) == 2


def test_what_harvests_have_left_is_deleted_after_a_month(config: Config, desk: Joining) -> None:
    StoredAnswers(config.harvest / "wikidata", "a question", NOW, timedelta(hours=1)).add(b"an answer")
    (config.harvest / ".making-half").write_bytes(b"x")
    wishes = Wishes(config.harvest, NOW.date())
    wishes._known["ada@social.example.org"] = ["hidden", NOW.date().isoformat()]
    wishes.store()
    assert tidy(config.harvest, NOW + KEPT) == 1 + (KEPT >= WISHES_KEPT)
    assert tidy(config.harvest, NOW + KEPT + timedelta(days=1)) == 1
    assert [path.name for path in config.harvest.iterdir()] == ["wishes.json"]
    assert (config.harvest / "wishes.json").read_bytes() == b"{}"
    assert tidy(config.data / "nothing", NOW) == 0
