"""The settings of a directory: one frozen record, read from the environment in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_DATA = "passerelle-data"
# A page of a browser asks for a handful of files; an office behind one address may hold hundreds of browsers.
DEFAULT_LIMIT = "1200 per minute"


@dataclass(frozen=True, slots=True)
class Config:
    """Where a directory keeps things, and who may ask how often.

    `data` holds the database (unless `database_url` names another), `keys/`, and `public/` with the signed files.
    `proxies` counts the reverse proxies in front, so that limits see the visitor's address and not the proxy's.
    `contact` is where people write who are listed wrongly or against their will; the home page shows it.
    """

    data: Path
    database_url: str
    limit: str = DEFAULT_LIMIT
    limit_storage: str = "memory://"
    proxies: int = 0
    contact: str = ""

    @property
    def keys(self) -> Path:
        """Where the private keys are; only `keygen` and `snapshot` look there."""
        return self.data / "keys"

    @property
    def public(self) -> Path:
        """What may be copied to any static server as it is: latest.json and files/."""
        return self.data / "public"


class InvalidSetting(ValueError):
    """An environment variable holds something it cannot mean."""


def read_config(environ: Mapping[str, str]) -> Config:
    """Read the settings from environment variables (docs/operators.md lists them). Raises InvalidSetting."""
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
    )
