"""Town: everything that joining the directory needs, on real parts: PLC, PDS, directory, registrar, X and Mastodon."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.world import fake_x
from tests.world.directory import REGISTRAR, DirectoryServer
from tests.world.exchange import Site
from tests.world.mastodon import Mastodon
from tests.world.mastodon_profiles import Profiles
from tests.world.mastodons import HOME, PERSON, make_mastodons
from tests.world.pds import Pds, Plc
from tests.world.registrar import RegistrarServer
from tests.world.sites import make_sites
from tests.world.world import World
from tests.world.x_posts import XPosts

GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Town:
    """The servers. `profiles`: the fields of profiles on the person's Mastodon server."""

    world: World
    pds: Pds
    directory: DirectoryServer
    registrar: RegistrarServer
    posts: XPosts
    profiles: Profiles
    mastodons: Mapping[str, Mastodon]

    def rows(self, rest_id: str) -> list[dict[str, Any]]:
        """Return the published rows about an X account."""
        latest = json.loads(self.directory.latest())
        names = [Path(one["path"]).name for one in latest["files"] if one["kind"] == "rows"]
        files = [file for file in self._served() if file.name in names]
        lines = [line for file in files for line in _unpack(file).splitlines()]
        return [row for row in map(json.loads, lines) if row.get("rest_id") == rest_id]

    def files_with(self, text: str) -> list[str]:
        """Return the names of the served files that hold a text."""
        return [file.name for file in self._served() if text.encode() in _unpack(file)]

    def _served(self) -> list[Path]:
        return [file for file in (self.directory.folder / "public").rglob("*") if file.is_file()]


@contextmanager
def open_town(
    plc: Plc,
    pds: Pds,
    folder: Path,
    rows: Iterable[Mapping[str, str]],
    x: Site = fake_x.site,
    *,
    seed: bool = False,
    change: Callable[[Mapping[str, Site]], Mapping[str, Site]] = dict,
) -> Iterator[Town]:
    """Start directory (its data in `folder`, with `rows` and the seed if wanted), registrar and front.

    `change` may replace sites of the closed world.
    """
    posts, profiles, mastodons = XPosts(), Profiles(HOME, [PERSON]), make_mastodons()
    mastodons[HOME].otherwise = profiles.site
    with DirectoryServer(folder, rows, seed=seed) as directory, RegistrarServer(directory) as registrar:
        sites = change(make_sites(plc, pds, directory, mastodons, x))
        with (
            World({**sites, **posts.sites(x), REGISTRAR: registrar.site}) as world,
            pds.led_to(world.port, world.authority),
        ):
            registrar.start(world)
            yield Town(world, pds, directory, registrar, posts, profiles, mastodons)


def _unpack(file: Path) -> bytes:
    body = file.read_bytes()
    return gzip.decompress(body) if body.startswith(GZIP) else body
