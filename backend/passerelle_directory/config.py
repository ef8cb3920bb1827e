"""The settings of a directory: one frozen record, read from environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from passerelle.hosts import is_web_page

DEFAULT_DATA = "passerelle-data"
SEED = Path(__file__).parent / "seed"  # rows, departures and groups that come with the program
# A client fetches a handful of files; hundreds of clients may share one address, in an office for example.
DEFAULT_LIMIT = "1200 per minute"
# Requests that write or make the registrar ask other servers, per address. One person needs a handful.
DEFAULT_CLAIM_LIMIT = "60 per hour"
# What a night asks, `harvest SOURCE...` separated by semicolons.
DEFAULT_NIGHTLY = "wikidata; domains --wikidata --groups; claims; keytrace"
DEFAULT_REGISTRAR_URL = "https://join.passerelle.eu"
DEFAULT_URL = "https://dir.passerelle.eu"


@dataclass(frozen=True, slots=True)
class Config:
    """Folders, limits, and what the pages say about the operator.

    `data` holds the database (unless `database_url` names another), `keys/`, and `public/` with the signed files.
    `proxies` counts the reverse proxies in front, so that limits see the visitor's address and not the proxy's.
    `contact` is the address for corrections and removals, `operator` the name and postal address in the legal notice.
    `corrections` is the web address of a form for corrections, with `{title}` and `{text}` for the prepared words.
    `groups` is the folder of the groups whose members are counted.
    `registrar_url` is where people reach the registrar, `claim_limit` its limit for requests that write or check.
    `nightly` lists the harvests of a night.
    `url` is where people reach the directory itself; the registrar's pages link to it. `funding` says who pays for it.
    `source_code`, `install_firefox` and `install_chromium` are web addresses that the pages link to, or empty.
    """

    data: Path
    database_url: str
    limit: str = DEFAULT_LIMIT
    limit_storage: str = "memory://"
    proxies: int = 0
    contact: str = ""
    operator: str = ""
    corrections: str = ""
    groups: Path = SEED
    funding: str = ""
    source_code: str = ""
    install_firefox: str = ""
    install_chromium: str = ""
    registrar_url: str = DEFAULT_REGISTRAR_URL
    claim_limit: str = DEFAULT_CLAIM_LIMIT
    nightly: str = DEFAULT_NIGHTLY
    url: str = DEFAULT_URL

    @property
    def refusals_key(self) -> Path:
        """File of the key with which accounts that are not to be listed are hashed."""
        return self.data / "refusals.key"

    @property
    def campaigns(self) -> Path:
        """File in which the operator announces campaigns; it need not exist."""
        return self.data / "campaigns.toml"

    @property
    def harvest(self) -> Path:
        """Folder of what harvests have read, so that one that was stopped goes on there."""
        return self.data / "harvest"

    @property
    def pages(self) -> Path:
        """Folder of what the pages show, written with each snapshot."""
        return self.data / "pages"

    @property
    def keys(self) -> Path:
        """Folder of the private keys; only `keygen` and `snapshot` read it."""
        return self.data / "keys"

    @property
    def public(self) -> Path:
        """Folder that may be copied to any static server as it is: latest.json and files/."""
        return self.data / "public"


class InvalidSetting(ValueError):
    """An environment variable has an invalid value."""


def read_config(environ: Mapping[str, str]) -> Config:
    """Read the settings from environment variables (listed in docs/operators.md). Raises InvalidSetting."""
    data = Path(environ.get("PASSERELLE_DATA") or DEFAULT_DATA).absolute()
    proxies = environ.get("PASSERELLE_PROXIES") or "0"
    if not (proxies.isascii() and proxies.isdigit()):
        raise InvalidSetting(f"PASSERELLE_PROXIES must be a number, not {proxies!r}.")
    return Config(
        data=data,
        database_url=environ.get("DATABASE_URL") or f"sqlite:///{data / 'directory.sqlite'}",
        limit=environ.get("PASSERELLE_LIMIT") or DEFAULT_LIMIT,
        limit_storage=environ.get("PASSERELLE_LIMIT_STORAGE") or "memory://",
        proxies=int(proxies),
        contact=environ.get("PASSERELLE_CONTACT") or "",
        operator=environ.get("PASSERELLE_OPERATOR") or "",
        groups=Path(environ.get("PASSERELLE_GROUPS") or SEED).absolute(),
        corrections=_web_page(environ, "PASSERELLE_CORRECTIONS"),
        funding=environ.get("PASSERELLE_FUNDING") or "",
        source_code=_web_page(environ, "PASSERELLE_SOURCE_CODE"),
        install_firefox=_web_page(environ, "PASSERELLE_INSTALL_FIREFOX"),
        install_chromium=_web_page(environ, "PASSERELLE_INSTALL_CHROMIUM"),
        registrar_url=(_web_page(environ, "PASSERELLE_REGISTRAR_URL") or DEFAULT_REGISTRAR_URL).rstrip("/"),
        claim_limit=environ.get("PASSERELLE_CLAIM_LIMIT") or DEFAULT_CLAIM_LIMIT,
        nightly=environ.get("PASSERELLE_NIGHTLY", DEFAULT_NIGHTLY),
        url=(_web_page(environ, "PASSERELLE_URL") or DEFAULT_URL).rstrip("/"),
    )


def _web_page(environ: Mapping[str, str], name: str) -> str:
    url = environ.get(name) or ""
    if url and not is_web_page(url):
        raise InvalidSetting(f"{name} must be a plain web address, not {url!r}.")
    return url
