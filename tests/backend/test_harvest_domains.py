"""`harvest domains`: what organisations say on their own websites, and what strangers say there."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from passerelle.directory import Kind, Row
from passerelle_directory.cli import main
from passerelle_directory.harvest.domains.command import harvest, read_members
from passerelle_directory.harvest.domains.organisations import Organisation, from_items, from_members, read_list
from passerelle_directory.harvest.domains.page import read_page
from passerelle_directory.harvest.links import X_PAGES
from passerelle_directory.harvest.wikidata.facts import Fact, Item
from passerelle_directory.importers.lines import UnreadableFile
from passerelle_directory.models import Account
from passerelle_directory.publishing.groups import Covered, Member
from passerelle_directory.publishing.rows import make_row
from passerelle_directory.registrar.fetcher import Fetcher
from passerelle_directory.registrar.suffixes import registrable_domain
from sqlalchemy import select

from tests.backend.conftest import NOW, TODAY, Directory
from tests.backend.test_cli import data
from tests.backend.tls_server import TlsServer, whole
from tests.core.vectors import read_vectors
from tests.world.websites import MUSEUM, MUSEUM_DID, MUSEUM_PAGE, ZOO, ZOO_ACCT, ZOO_DID, Websites

__all__ = ["data"]

MUSEUM_LISTED = Organisation(MUSEUM, "Musée du Quai", "other", "FR")
ZOO_LISTED = Organisation(ZOO, "Zoo du Quai", "other", "FR")


@pytest.fixture
def sites() -> Websites:
    """Two websites on which all is as it should be."""
    sites = Websites.honest()
    sites.write_profile(MUSEUM_DID, description="A museum.")
    return sites


def run(directory: Directory, sites: Websites, *organisations: Organisation) -> None:
    assert harvest(directory.config, organisations, sites.fetch, NOW) == 0


def rows(directory: Directory) -> dict[str, tuple[Any, ...]]:
    """Return the targets and the grade of each X name."""
    with directory.session() as session:
        made = [make_row(one, one.statements)[0] for one in session.scalars(select(Account))]
    return {str(row.screen_name): (row.did, row.handle, row.acct and str(row.acct), row.grade) for row in made}


def test_a_handle_that_is_the_domain_and_a_profile_that_names_the_website_are_attested(
    directory: Directory, sites: Websites, capsys: pytest.CaptureFixture[str]
) -> None:
    run(directory, sites, MUSEUM_LISTED, ZOO_LISTED)
    assert rows(directory) == {
        "museum_quay": (MUSEUM_DID, MUSEUM, None, "attested"),
        "quay_zoo": (None, None, ZOO_ACCT, "attested"),
    }
    assert capsys.readouterr().out.splitlines() == [
        f"{MUSEUM}: new",
        f"{ZOO}: new",
        "harvest domains: 2 new, 0 changed, 0 held, 0 known, 0 skipped",
    ]
    with directory.session() as session:
        account = session.scalars(select(Account).where(Account.screen_name_key == "museum_quay")).one()
        row, evidence = make_row(account, account.statements)
    assert (row.display_name, row.country, row.rest_id) == ("Musée du Quai", "FR", None)
    assert [(one.name, one.url) for one in evidence.sources] == [(f"https://{MUSEUM}/", f"https://{MUSEUM}/")]


def test_the_same_harvest_again_asks_nothing_and_changes_nothing(
    directory: Directory, sites: Websites, capsys: pytest.CaptureFixture[str]
) -> None:
    run(directory, sites, MUSEUM_LISTED, ZOO_LISTED)
    sites.asked.clear()
    run(directory, sites, MUSEUM_LISTED, ZOO_LISTED)
    assert sites.asked == []
    assert "0 new, 0 changed, 0 held, 2 known" in capsys.readouterr().out


def test_a_harvest_that_was_stopped_goes_on_after_the_last_website(directory: Directory, sites: Websites) -> None:
    fetch = sites.fetch

    async def stop_at_the_zoo(request: Any) -> Any:
        if request.url == f"https://{ZOO}/":
            raise KeyboardInterrupt
        return await fetch(request)

    with pytest.raises(KeyboardInterrupt):
        harvest(directory.config, [MUSEUM_LISTED, ZOO_LISTED], stop_at_the_zoo, NOW)
    assert rows(directory) == {}
    sites.asked.clear()
    run(directory, sites, MUSEUM_LISTED, ZOO_LISTED)
    assert f"https://{MUSEUM}/" not in sites.asked
    assert len(rows(directory)) == 2


def test_an_account_that_does_not_name_the_website_is_listed_only(directory: Directory, sites: Websites) -> None:
    """A hacked footer names the account of another organisation."""
    other = "did:plc:other22222222222222222222"
    sites.add_bluesky(other, "other.example.org")
    sites.write_profile(other, description="Ours is other.example.org", website="https://notzoo.example.org")
    sites.pages[ZOO] = (
        '<footer><a href="https://x.com/zoo">X</a><a href="https://bsky.app/profile/other.example.org">B</a>'
    )
    run(directory, sites, ZOO_LISTED)
    assert rows(directory) == {"zoo": (other, "other.example.org", None, "imported")}


def test_beside_an_attested_account_one_that_does_not_name_the_website_is_left_out(
    directory: Directory, sites: Websites
) -> None:
    sites.add_mastodon("museum@social.example.org", "https://elsewhere.example.org")
    sites.pages[MUSEUM] = MUSEUM_PAGE + '<footer><a href="https://social.example.org/@museum">M</a></footer>'
    run(directory, sites, MUSEUM_LISTED)
    assert rows(directory)["museum_quay"] == (MUSEUM_DID, MUSEUM, None, "attested")


def test_a_page_that_names_another_account_than_the_domains_own_handle_does_not_change_it(
    directory: Directory, sites: Websites, capsys: pytest.CaptureFixture[str]
) -> None:
    sites.add_bluesky(ZOO_DID, "thief.example.org")
    sites.pages[MUSEUM] = MUSEUM_PAGE.replace(f"profile/{MUSEUM}", "profile/thief.example.org")
    run(directory, sites, MUSEUM_LISTED)
    assert rows(directory)["museum_quay"] == (MUSEUM_DID, MUSEUM, None, "attested")
    assert "names thief.example.org, which is not museum.example.com" in capsys.readouterr().out


def test_a_profile_that_names_the_website_attests_a_handle_elsewhere(directory: Directory, sites: Websites) -> None:
    sites.add_bluesky(ZOO_DID, "quayzoo.bsky.social")
    sites.write_profile(ZOO_DID, description="Tickets: www.zoo.example.net/tickets")
    sites.pages[ZOO] = (
        '<a rel="me" href="https://x.com/zoo">X</a><a href="https://bsky.app/profile/quayzoo.bsky.social">B</a>'
    )
    run(directory, sites, ZOO_LISTED)
    assert rows(directory) == {"zoo": (ZOO_DID, "quayzoo.bsky.social", None, "attested")}


def test_a_redirect_to_www_is_followed_and_one_to_another_site_is_not_believed(
    directory: Directory, sites: Websites, capsys: pytest.CaptureFixture[str]
) -> None:
    sites.pages[f"www.{MUSEUM}"] = sites.pages.pop(MUSEUM)
    sites.leads_to[MUSEUM] = f"https://www.{MUSEUM}/fr"
    sites.pages["domains-for-sale.example.org"] = ZOO_PAGE_OF_A_SELLER
    sites.leads_to[ZOO] = "https://domains-for-sale.example.org/zoo"
    run(directory, sites, MUSEUM_LISTED, ZOO_LISTED)
    assert set(rows(directory)) == {"museum_quay"}
    assert f"{ZOO}: it leads to another website, domains-for-sale.example.org" in capsys.readouterr().out


ZOO_PAGE_OF_A_SELLER = """<h1>This domain is for sale</h1>
<a href="https://x.com/seller">X</a> <a href="https://bsky.app/profile/seller.example.org">Bluesky</a>"""


def test_accounts_that_several_websites_name_are_the_sellers_of_parked_domains(
    directory: Directory, sites: Websites, capsys: pytest.CaptureFixture[str]
) -> None:
    sites.add_bluesky(ZOO_DID, "seller.example.org")
    sites.write_profile(ZOO_DID)
    parked = [Organisation(domain) for domain in ("one.example.com", "two.example.net", "three.example.edu")]
    sites.pages |= {one.domain: ZOO_PAGE_OF_A_SELLER for one in parked}
    run(directory, sites, *parked, MUSEUM_LISTED)
    assert set(rows(directory)) == {"museum_quay"}
    assert capsys.readouterr().out.count("several websites name") == 3


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("", "its page names no X account"),
        ("<h1>Buy this domain</h1>", "its page names no X account"),
        ('<a href="https://x.com/a">a</a><a href="https://x.com/b">b</a>', "its page names several X accounts"),
        ('<a href="https://x.com/intent/post?text=a">share</a>', "its page names no X account"),
        ('<a href="https://x.com/zoo">x</a>', "its page names no account elsewhere"),
        (
            '<a href="https://x.com/zoo">x</a><a href="https://social.example.org/@gone">m</a>',
            "gone@social.example.org is no account",
        ),
        ('<a href="https://x.com/wrong">x</a><a href="https://social.example.org/@zoo">m</a>', "the list @quay_zoo"),
        ("<" * 100_000, "its page names no X account"),
    ],
)
def test_other_pages_are_left_out_with_the_reason(
    directory: Directory, sites: Websites, page: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sites.pages[ZOO] = page
    run(directory, sites, Organisation(ZOO, screen_name="quay_zoo" if "wrong" in page else ""))
    assert rows(directory) == {}
    assert reason in capsys.readouterr().out


@pytest.mark.parametrize("wish", ["discoverable", "indexable"])
def test_an_account_that_asks_not_to_be_listed_is_left_out(
    directory: Directory, sites: Websites, wish: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sites.add_mastodon(ZOO_ACCT, f"https://{ZOO}")[wish] = False
    sites.write_profile(MUSEUM_DID, labels={"values": [{"val": "!no-unauthenticated"}]})
    run(directory, sites, MUSEUM_LISTED, ZOO_LISTED)
    assert rows(directory) == {}
    assert capsys.readouterr().out.count(" asks not to be ") == 2


def test_a_website_or_server_that_does_not_answer_is_left_for_the_next_run(
    directory: Directory, sites: Websites, capsys: pytest.CaptureFixture[str]
) -> None:
    sites.down = {"social.example.org", "plc.directory"}
    run(directory, sites, MUSEUM_LISTED, ZOO_LISTED)
    assert rows(directory) == {}
    assert capsys.readouterr().out.count("left for the next run") == 2


def test_a_domain_below_which_visitors_get_names_is_not_an_organisations_own(
    directory: Directory, sites: Websites, capsys: pytest.CaptureFixture[str]
) -> None:
    run(directory, sites, Organisation("zoo.github.io"))
    assert sites.asked == []
    assert "anyone can get a name below this domain" in capsys.readouterr().out


def test_xs_own_pages_are_the_same_for_both_languages() -> None:
    assert sorted(X_PAGES) == read_vectors("x-own-pages")


def test_links_in_the_text_count_only_where_header_footer_and_rel_me_name_none() -> None:
    assert read_page(MUSEUM_PAGE.encode(), f"https://{MUSEUM}/").x == ("museum_quay",)
    assert read_page(b'<a href="https://x.com/only">x</a>', f"https://{MUSEUM}/").x == ("only",)
    assert read_page(b'<p><a href="https://x.com/a/status/20">x</a>', f"https://{MUSEUM}/").x == ()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server(authority: trustme.CA) -> Iterator[TlsServer]:
    """Websites: a slow one, an endless one, and one that redirects to its www; and Bluesky, which knows no handle."""

    def answer(tls: ssl.SSLSocket, _path: str) -> None:
        host = started.urls[-1].split("/")[2]
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n"
        if host == "slow.example.com":
            tls.sendall(head)
            for _ in range(60):
                tls.sendall(b"<p>")
                time.sleep(0.1)
        elif host == "endless.example.net":
            tls.sendall(head)
            while True:
                tls.sendall(b"<a href='https://x.com/zoo'>" * 4_000)
        elif host == "www.museum.example.edu":
            tls.sendall(whole(b'<a href="https://x.com/museum">x</a>', media_type="text/html"))
        elif host == "public.api.bsky.app":
            tls.sendall(whole(b'{"error": "InvalidRequest"}', status="400 Bad Request"))
        else:
            tls.sendall(whole(b"", "location: https://www.museum.example.edu/", status="301 Moved Permanently"))

    hosts = ("slow.example.com", "endless.example.net", "museum.example.edu", "www.museum.example.edu")
    started = TlsServer(authority, answer, *hosts, "public.api.bsky.app")
    yield started
    started.close()


def test_slow_and_endless_pages_end_in_time_and_a_redirect_to_www_is_read(
    directory: Directory, server: TlsServer, authority: trustme.CA, capsys: pytest.CaptureFixture[str]
) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    resolve = {
        "resolve": lambda _host, _port: [("127.0.0.1", server.port)],
        "is_public": lambda address: address == "127.0.0.1",
    }
    fetcher = Fetcher(tls=context, seconds=2.0, **resolve)  # type: ignore[arg-type]
    began = time.monotonic()
    names = ("slow.example.com", "endless.example.net", "museum.example.edu")
    assert harvest(directory.config, [Organisation(name) for name in names], fetcher, NOW) == 0
    assert time.monotonic() - began < 20
    slow, endless, museum, _ = capsys.readouterr().out.splitlines()
    assert slow.startswith("slow.example.com: left for the next run")
    assert endless == "endless.example.net: left for the next run: The answer is too long."
    assert museum == "museum.example.edu: its page names no account elsewhere"


def test_a_domain_inside_a_network_is_not_asked(directory: Directory, capsys: pytest.CaptureFixture[str]) -> None:
    fetcher = Fetcher(resolve=lambda _host, _port: [("10.0.0.1", 443)])
    assert harvest(directory.config, [Organisation("museum.example.com")], fetcher, NOW) == 0
    assert "left for the next run" in capsys.readouterr().out


def test_a_list_may_be_the_members_of_a_group(tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_text(
        "group,member,kind,country,domain\nquay,Zoo,other,FR,https://www.zoo.example.net/en\nquay,Pub,company,,\n"
    )
    assert read_list(path) == [Organisation("zoo.example.net", "Zoo", "other", "FR")]


@pytest.mark.parametrize(
    "text", ["display_name\nZoo\n", "domain\n10.0.0.1\n", "domain\nhttp://[\n", "domain\nzoo\xff\n"]
)
def test_a_list_of_another_shape_is_unreadable(
    tmp_path: Path, text: str, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PASSERELLE_CONTACT", "ada@example.org")
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UnreadableFile):
        read_list(path)
    assert main(["harvest", "domains", str(path)]) == 3
    assert main(["harvest", "domains"]) == 2
    assert capsys.readouterr().err.count("\n") == 2


def test_wikidata_gives_organisations_with_one_website_and_no_people() -> None:
    def item(number: str, kind: str, *websites: str) -> Item:
        facts = {"class": [kind], "x": [f"{number}_x"], "bluesky": [f"{number}.example.org"], "website": websites}
        listed = {name: [Fact(value, "", None) for value in values] for name, values in facts.items()}
        return Item(f"http://www.wikidata.org/entity/{number}", listed)

    university = "http://www.wikidata.org/entity/Q3918"
    items = [
        item("Q1", university, "https://www.quai.example.org/", "http://quai.example.org"),
        item("Q2", university, "https://one.example.org", "https://two.example.org"),
        item("Q3", "http://www.wikidata.org/entity/Q5", "https://person.example.org"),
    ]
    assert list(from_items(items, TODAY)) == [Organisation("quai.example.org", "", "university", "", "Q1_x")]


def covered(name: str, handle: str | None = None, domain: str | None = None, kind: Kind = "ngo") -> Covered:
    """Return a member of a group with what the directory has of it."""
    fields = {"row_id": "a", "screen_name": "a", "handle": handle, "kind": kind, "grade": "imported"}
    row = Row.from_json({key: value for key, value in fields.items() if value}) if handle else None
    return Covered(Member(name, kind, "FR", None, "zoo", None, domain), row, None)


def test_members_of_groups_are_read_at_the_domain_that_their_list_or_their_handle_is() -> None:
    members = [
        covered("Stated", "other.example.net", "https://www.zoo.example.com/fr"),
        covered("Handle", "example.org"),
        covered("Below another's", "zoo.bsky.social"),
        covered("Person", "example.com", None, "person"),
        covered("Nothing"),
    ]
    assert list(from_members(members, registrable_domain)) == [
        Organisation("zoo.example.com", "Stated", "ngo", "FR", "zoo"),
        Organisation("example.org", "Handle", "ngo", "FR", "zoo"),
    ]
    with pytest.raises(UnreadableFile, match="no domain"):
        list(from_members([covered("Bad", None, "10.0.0.1")], registrable_domain))


def test_the_groups_of_the_operator_are_read_with_what_the_directory_has(directory: Directory, tmp_path: Path) -> None:
    groups = tmp_path / "groups"
    groups.mkdir()
    (groups / "groups.csv").write_text("group,name,members\nmuseums,Museums,2\n")
    (groups / "members.csv").write_text(
        "group,member,kind,country,rest_id,screen_name,source_url,domain\n"
        "museums,Quay,ngo,FR,,,,quay.example.com\nmuseums,Harbour,ngo,FR,,harbour,,\n"
    )
    directory.add({"source": "a/b", "screen_name": "harbour", "handle": "example.net", "kind": "ngo"})
    found = read_members(replace(directory.config, groups=groups))
    assert [(one.display_name, one.domain) for one in found] == [
        ("Quay", "quay.example.com"),
        ("Harbour", "example.net"),
    ]
