"""The site as a whole, over both applications: every link leads somewhere, every page is valid HTML."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import product
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from passerelle_directory.config import SEED, Config
from passerelle_directory.database import open_database, upgrade_database
from passerelle_directory.publishing.groups import read_groups
from passerelle_directory.publishing.snapshot import publish
from passerelle_directory.registrar.intake import take_in
from passerelle_directory.web.app import create_app
from passerelle_directory.web.headers import CONTENT_SECURITY_POLICY
from passerelle_directory.web.languages import LANGUAGES
from sqlalchemy.orm import Session
from werkzeug.routing import AnyConverter, Rule
from werkzeug.test import TestResponse

from tests.backend.campaigns import in_days
from tests.backend.conftest import Directory
from tests.backend.html_validator import find_errors
from tests.backend.joining import Joining, joining
from tests.backend.people import departure, line
from tests.backend.site_paths import TEXT_PAGES

LINK = re.compile(r"<a\b[^>]*\bhref=\"([^\"]+)\"")
LOADED = re.compile(
    r"<(?:script|img|link|iframe|audio|video|source|object|embed)\b[^>]*\b(?:src|href|data)=\"([^\"]+)\""
)
ANCHOR = re.compile(r"\bid=\"([^\"]+)\"")


@dataclass
class Site:
    """Directory and registrar with something of everything in them; both answer under their own names."""

    desk: Joining
    directory: FlaskClient
    claims: list[str]
    crawled: dict[str, dict[str, TestResponse]] = field(default_factory=dict)

    @property
    def hosts(self) -> dict[str, FlaskClient]:
        """Return the applications by origin."""
        return {self.desk.config.url: self.directory, self.desk.config.registrar_url: self.desk.client}

    @property
    def starts(self) -> list[str]:
        """Return where people come in: the two home pages, and the pages that links from elsewhere lead to."""
        config = self.desk.config
        shared = [f"{config.url}/p/{claim}" for claim in self.claims[:1]]
        return [
            f"{config.url}/",
            f"{config.registrar_url}/",
            *shared,
            *(f"{config.registrar_url}/c/{claim}" for claim in self.claims),
        ]

    def get(self, url: str) -> TestResponse:
        """Ask the application of a host."""
        parts = urlsplit(url)
        client = self.hosts[f"{parts.scheme}://{parts.netloc}"]
        return client.get((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), buffered=True)

    def is_ours(self, url: str) -> bool:
        """Return whether a host is one of ours."""
        return any(url == origin or url.startswith(f"{origin}/") for origin in self.hosts)


def prepare(desk: Joining, directory: Directory) -> list[str]:
    """Fill directory and registrar; return the ids of the claims."""
    directory.add(
        line("museum", handle="museum.example.com", country="DE", display_name="Stadtmuseum"),
        *(departure(f"Museum {number}", handle=f"museum{number}.example.com") for number in range(50)),
        departure("Kommunen", how="closed", left_x="by 2026-02", country="SE"),
    )
    made = [
        desk.join(public_page="unlisted"),
        desk.make(rest_id="777", screen_name="open"),
        desk.object(did="did:plc:ewvi7nxzyoun6zhxrhs64oiz"),
    ]
    desk.recheck()
    with Session(desk.engine) as session:
        take_in(session, desk.registrar.refusals_key, desk.clock())
        publish(
            session,
            directory.config.public,
            directory.key,
            desk.clock(),
            groups=read_groups(SEED),
            campaigns=in_days(5),  # of the home page
        )
    return [one["claim_id"] for one in made]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run directory and registrar once for all tests: they only read."""
    data = tmp_path_factory.mktemp("data")
    config = Config(
        data=data,
        database_url=f"sqlite:///{data / 'directory.sqlite'}",
        contact="hello@example.org",
        operator="Verein Beispiel",
        source_code="https://code.example.org/passerelle",
        limit="1000000 per second",
    )
    upgrade_database(config)
    engine = open_database(config)
    with joining(config) as desk:
        claims = prepare(desk, Directory(config, engine))
        yield Site(desk, create_app(desk.config).test_client(), claims)
    engine.dispose()


def crawl(site: Site, language: str) -> dict[str, TestResponse]:
    """Follow every link of our own hosts from the starts; return the answers by address. Once for each language."""
    if language not in site.crawled:
        site.crawled[language] = _crawl(site, language)
    return site.crawled[language]


def _crawl(site: Site, language: str) -> dict[str, TestResponse]:
    other_language = re.compile(rf"[?&]lang=(?!{language}\b)")
    found: dict[str, TestResponse] = {}
    waiting = deque(f"{start}?lang={language}" for start in site.starts)
    while waiting:
        url = waiting.popleft()
        if url in found:
            continue
        found[url] = site.get(url)
        if found[url].mimetype == "text/html":
            waiting.extend(
                one for one in links_of(url, found[url].text) if site.is_ours(one) and not other_language.search(one)
            )
    return found


def links_of(url: str, html: str) -> list[str]:
    """Return where a page's links lead, without fragments."""
    return [urldefrag(urljoin(url, unescape(href))).url for href in LINK.findall(html)]


def test_no_link_of_either_application_is_dead(site: Site) -> None:
    answers = crawl(site, "en")
    assert len(answers) > 15
    assert {url: answer.status_code for url, answer in answers.items() if answer.status_code != 200} == {}


def test_every_fragment_that_a_link_names_is_on_its_page(site: Site) -> None:
    answers = crawl(site, "en")
    missing = []
    for url, answer in answers.items():
        if answer.mimetype != "text/html":
            continue
        for href in LINK.findall(answer.text):
            target, fragment = urldefrag(urljoin(url, unescape(href)))
            if fragment and target in answers and fragment not in ANCHOR.findall(answers[target].text):
                missing.append((url, href))
    assert missing == []


def test_every_page_is_reached_from_home_and_leads_back(site: Site) -> None:
    answers = crawl(site, "en")
    paths = {urlsplit(url).path for url in answers if url.startswith(site.desk.config.url)}
    assert paths >= {"/", "/departures", *TEXT_PAGES}
    home = f"{site.desk.config.url}/?lang=en"
    lost = [
        url
        for url, answer in answers.items()
        if answer.mimetype == "text/html" and home not in links_of(url, answer.text)
    ]
    assert lost == []


def test_every_page_in_every_language_is_valid_html(site: Site, tmp_path_factory: pytest.TempPathFactory) -> None:
    pages = {}
    for language in LANGUAGES:
        seen: set[str] = set()
        for url, answer in crawl(site, language).items():
            path = re.sub(r"/(departures|groups|c)/[^/?]+", r"/\1/x", urlsplit(url).path)
            if answer.mimetype == "text/html" and path not in seen:  # one page of each kind
                seen.add(path)
                pages[url] = answer.text
    pages["missing"] = site.get(f"{site.desk.config.url}/nowhere").text
    pages["missing claim"] = site.get(f"{site.desk.config.registrar_url}/c/{'0' * 16}").text
    assert len(pages) > 10 * len(LANGUAGES)
    assert find_errors(pages, tmp_path_factory.mktemp("html")) == []


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs(site: Site) -> None:
    for url, answer in crawl(site, "fr").items():
        if answer.mimetype != "text/html":
            continue
        assert "<script" not in answer.text
        assert not re.search(r"\s(?:on\w+|style)=", answer.text), url
        assert all(site.is_ours(urljoin(url, unescape(one))) for one in LOADED.findall(answer.text)), url


def examples_of(client: FlaskClient, rule: Rule) -> Iterator[str]:
    """Yield addresses that a route answers: one for each of its names; what else it names need not exist."""
    values = {
        name: sorted(converter.items) if isinstance(converter, AnyConverter) else ["0" * 16]
        for name, converter in rule._converters.items()
    }
    with client.application.test_request_context():
        for chosen in product(*values.values()):
            build = client.application.url_map.bind("localhost").build
            yield build(rule.endpoint, dict(zip(values, chosen, strict=True)))


def test_every_route_of_both_applications_has_the_strict_policy(site: Site) -> None:
    for client in site.hosts.values():
        rules = list(client.application.url_map.iter_rules())
        assert len(rules) > 8
        for rule, path in ((one, path) for one in rules for path in examples_of(client, one)):
            method = "GET" if "GET" in (rule.methods or ()) else min(rule.methods or ())
            answer = client.open(path, method=method, buffered=True)
            assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY, path
            assert "Set-Cookie" not in answer.headers
    assert "script-src" not in CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
    assert not re.search(r"https?:|\*|unsafe", CONTENT_SECURITY_POLICY)
