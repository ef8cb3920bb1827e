"""`harvest wikidata` against a real SPARQL engine with invented items, on good days and bad ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from passerelle.errors import NetworkError
from passerelle.transport import Request, Response
from passerelle_directory.cli import main
from passerelle_directory.config import Config
from passerelle_directory.harvest.patience import PAUSE, HarvestStopped, PatientFetch
from passerelle_directory.harvest.wikidata import reading
from passerelle_directory.harvest.wikidata.command import FRESH, harvest
from passerelle_directory.models import Account, Statement
from sqlalchemy import select

from tests.backend.conftest import NOW, Directory
from tests.backend.test_cli import data
from tests.world.owners import Owners
from tests.world.query_service import QueryService

__all__ = ["data"]

ENDPOINT = "https://query.example.org/sparql"
DOCS = Path(__file__).parents[2] / "docs" / "harvest.md"
RECENT = '"2025-03-01T00:00:00Z"^^xsd:dateTime'
LONG_AGO = '"2012-03-01T00:00:00Z"^^xsd:dateTime'


@pytest.fixture
def service() -> QueryService:
    """A query service with one university, Q101."""
    service = QueryService()
    service.add(
        "Q101",
        '"Université du Quai"@fr, "Quay University"@en',
        P31="wd:Q3918",
        P17="wd:Q142",
        P2002=[('"quai_univ"', 'pq:P6552 "4242"')],
        P12361='"univ-quai.example.org"',
        P4033='"quai@social.example.org"',
        P856="<https://univ-quai.example.org>",
    )
    return service


def add_person(service: QueryService, number: str, **statements: list[tuple[str, str]] | str) -> None:
    """Add a person with an X name and a handle made from the item's number."""
    name = number.lower()
    service.add(number, f'"{number}"@en', P31="wd:Q5", P2002=f'"{name}"', P12361=f'"{name}.example.org"', **statements)


def names(directory: Directory) -> list[str]:
    """Return the X names in the database, in order."""
    with directory.session() as session:
        return sorted(str(one.screen_name) for one in session.scalars(select(Statement)))


def run(
    directory: Directory, service: QueryService, later: timedelta = timedelta(), sleeps: list[float] | None = None
) -> int:
    """Harvest; `sleeps` collects how long was waited."""
    waited = [] if sleeps is None else sleeps
    fetch = PatientFetch(service.fetch, tries=1, clock=lambda: NOW, sleep=waited.append)
    return harvest(directory.config, ENDPOINT, fetch, NOW + later, Owners().fetch)


def answering(status: int, **headers: str) -> Callable[[Request], Response]:
    """Return a failure with this status."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: Response(status, named, b"", request.url)


def cut(_request: Request) -> Response:
    """Answer as the service does when a query takes too long: the beginning of a result, then an exception's text."""
    return Response(
        200, {}, b'{"head":{"vars":["item"]},"results":{"bindings":[{"item":\njava.util.concurrent.Timeout', None
    )


def silent(_request: Request) -> Response:
    raise NetworkError("No answer.")


def test_an_organisation_is_imported_with_id_name_country_and_both_accounts(
    directory: Directory, service: QueryService, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(directory, service) == 0
    with directory.session() as session:
        (account,) = session.scalars(select(Account))
        (stated,) = account.statements
    assert account.rest_id == "4242"
    assert (stated.screen_name, stated.handle, stated.acct) == (
        "quai_univ",
        "univ-quai.example.org",
        "quai@social.example.org",
    )
    assert (stated.kind, stated.country, stated.display_name) == ("university", "FR", "Université du Quai")
    assert (stated.source, stated.source_url) == ("wikidata", "https://www.wikidata.org/wiki/Q101")
    assert capsys.readouterr().out.splitlines() == [
        "Q101: new",
        "harvest wikidata: 1 new, 0 changed, 0 held, 0 known, 0 skipped",
    ]


def test_people_are_taken_only_for_a_public_office_that_has_not_ended_long_ago(
    directory: Directory, service: QueryService, capsys: pytest.CaptureFixture[str]
) -> None:
    add_person(service, "Q201", P39="wd:Q3044918")  # sits in a parliament
    add_person(service, "Q202", P39=[("wd:Q30185", f"pq:P582 {RECENT}")])  # was mayor until last year
    add_person(service, "Q203", P39=[("wd:Q30185", f"pq:P582 {LONG_AGO}")])
    add_person(service, "Q204")  # holds no office
    add_person(service, "Q205", P39="wd:Q484876")  # heads a company
    add_person(service, "Q206", P39="wd:Q30185", P570=RECENT)
    add_person(service, "Q207", P39=[("wd:Q30185", "wikibase:rank wikibase:DeprecatedRank")])
    run(directory, service)
    assert names(directory) == ["q201", "q202", "quai_univ"]
    reported = capsys.readouterr().out
    assert reported.count("It states no public office") == 4
    assert "Q206: This person has died." in reported


def test_what_is_no_organisation_is_left_out(directory: Directory, service: QueryService) -> None:
    service.add("Q301", '"A song"@en', P31="wd:Q7366", P2002='"song"', P12361='"song.example.org"')
    service.add("Q302", '"A museum"@en', P31="wd:Q33506", P2002='"museum"', P12361='"museum.example.org"')
    run(directory, service)
    assert names(directory) == ["museum", "quai_univ"]


def test_names_that_ended_or_are_deprecated_do_not_count(directory: Directory, service: QueryService) -> None:
    service.add(
        "Q302",
        '"A museum"@en',
        P31="wd:Q33506",
        P2002=[('"old"', f"pq:P582 {LONG_AGO}"), ('"wrong"', "wikibase:rank wikibase:DeprecatedRank"), ('"new"', "")],
        P12361=[('"old.example.org"', f"pq:P582 {LONG_AGO}"), ('"new.example.org"', "")],
    )
    service.add("Q303", '"Gone"@en', P31="wd:Q33506", P2002=[('"gone"', f"pq:P582 {RECENT}")], P12361='"g.example.org"')
    run(directory, service)
    assert names(directory) == ["new", "quai_univ"]


def test_an_item_with_several_accounts_is_left_out_and_reported(
    directory: Directory, service: QueryService, capsys: pytest.CaptureFixture[str]
) -> None:
    service.add("Q302", '"Two"@en', P31="wd:Q33506", P2002=[('"a"', ""), ('"b"', "")], P12361='"two.example.org"')
    service.add("Q303", '"Copy"@en', P31="wd:Q33506", P2002='"copy"', P4033='"copy@birdsite.example.org"')
    run(directory, service)
    assert names(directory) == ["quai_univ"]
    reported = capsys.readouterr().out
    assert "Q302: It names no current X account, or several." in reported
    assert "Q303: birdsite.example.org is a bot that copies posts from X." in reported


def add_museums(service: QueryService, count: int) -> None:
    for number in range(500, 500 + count):
        service.add(
            f"Q{number}", f'"M{number}"@en', P31="wd:Q33506", P2002=f'"m{number}"', P12361=f'"m{number}.example.org"'
        )


def test_pages_are_asked_one_after_the_other_with_a_pause_and_double_nothing(
    directory: Directory, service: QueryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "ITEMS_AT_ONCE", 3)
    monkeypatch.setattr(reading, "FEWEST_ITEMS", 1)
    add_museums(service, 7)
    sleeps: list[float] = []
    run(directory, service, sleeps=sleeps)
    assert len(names(directory)) == 8
    assert service.limits == [3, 3, 3, 3]  # the last one is empty
    assert sleeps == [PAUSE] * 3


def test_a_run_that_was_stopped_goes_on_there_and_stores_nothing_before_the_end(
    directory: Directory, service: QueryService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "ITEMS_AT_ONCE", 3)
    monkeypatch.setattr(reading, "FEWEST_ITEMS", 3)
    add_museums(service, 7)
    service.failures = [lambda _: None, silent]
    with pytest.raises(HarvestStopped, match="goes on there"):
        run(directory, service)
    assert names(directory) == []
    asked = len(service.asked)
    run(directory, service, timedelta(hours=1))
    assert len(service.asked) - asked == 3  # one page is there already
    assert len(names(directory)) == 8


def test_a_finished_run_is_not_asked_again_on_the_same_day_and_changes_nothing(
    directory: Directory, service: QueryService, capsys: pytest.CaptureFixture[str]
) -> None:
    run(directory, service)
    asked = len(service.asked)
    run(directory, service, FRESH - timedelta(hours=1))
    assert len(service.asked) == asked
    assert "0 new, 0 changed, 0 held, 1 known" in capsys.readouterr().out
    run(directory, service, FRESH + timedelta(hours=1))
    assert len(service.asked) > asked


@pytest.mark.parametrize("failure", [cut, silent, answering(500), answering(504)])
def test_a_page_that_takes_the_service_too_long_is_asked_for_in_halves(
    directory: Directory, service: QueryService, failure: Callable[[Request], Response]
) -> None:
    service.failures = [failure]
    assert run(directory, service) == 0
    assert names(directory) == ["quai_univ"]
    assert service.limits[:2] == [reading.ITEMS_AT_ONCE, reading.ITEMS_AT_ONCE // 2]


def test_429_waits_as_long_as_the_service_asks(directory: Directory, service: QueryService) -> None:
    service.failures = [answering(429, retry_after="37")]
    sleeps: list[float] = []
    assert run(directory, service, sleeps=sleeps) == 0
    assert 37 in sleeps


@pytest.mark.parametrize("failures", [[answering(429, retry_after="7200")], [answering(429)] * 9, [answering(503)] * 9])
def test_a_service_that_asks_to_wait_long_ends_the_run_with_one_sentence(
    directory: Directory, service: QueryService, failures: list[Callable[[Request], Response]]
) -> None:
    service.failures = list(failures)
    with pytest.raises(HarvestStopped, match=r"query\.example\.org asks to wait"):
        run(directory, service)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"results": {"bindings": [{"item": {"value": "http://elsewhere.example/Q1"}}]}}', b"\xff"],
)
def test_an_answer_of_another_shape_ends_the_run(directory: Directory, service: QueryService, body: bytes) -> None:
    service.failures = [lambda request: Response(200, {}, body, request.url)] * 9
    with pytest.raises(HarvestStopped, match="cannot be read"):
        run(directory, service)


def test_a_service_that_sends_the_same_page_for_ever_is_not_asked_for_ever(
    directory: Directory, service: QueryService
) -> None:
    first: list[Response] = []

    async def fetch(request: Request) -> Response:
        first.append(await service.fetch(request))
        return first[0]

    with pytest.raises(HarvestStopped, match="read already"):
        harvest(directory.config, ENDPOINT, fetch, NOW, Owners().fetch)


def test_without_a_contact_nobody_is_asked(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["harvest", "wikidata"]) == 2
    assert "PASSERELLE_CONTACT" in capsys.readouterr().err
    assert not data.exists()


def test_an_endpoint_that_is_not_public_is_one_sentence_and_status_4(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PASSERELLE_CONTACT", "ada@example.org")
    assert main(["harvest", "wikidata", "--endpoint", "http://127.0.0.1:1/sparql"]) == 4
    assert capsys.readouterr().err.count("\n") == 1


def test_the_documented_query_is_the_one_that_is_asked() -> None:
    assert reading.query().template in DOCS.read_text(encoding="utf-8")


def test_the_program_names_itself_and_its_operator(config: Config) -> None:
    from passerelle_directory.harvest.running import make_fetcher

    fetcher = make_fetcher(replace(config, contact="ada@example.org"), 3.0)
    assert fetcher.user_agent == "passerelle-harvest/1 (+https://dir.passerelle.eu; ada@example.org)"


def test_a_source_that_says_the_same_every_day_gives_its_row_another_date_once_a_month(
    directory: Directory, service: QueryService, capsys: pytest.CaptureFixture[str]
) -> None:
    run(directory, service)
    outcomes = []
    for days in (1, 29, 30, 31):
        capsys.readouterr()
        run(directory, service, timedelta(days=days))
        outcomes.append(capsys.readouterr().out.splitlines()[0])
    assert outcomes == ["Q101: known", "Q101: known", "Q101: changed", "Q101: known"]
