"""The server's seed -> core/passerelle/directory/data/: the directory that comes with extension and command line."""

from __future__ import annotations

from places import BUILD, CORE, ROOT
from stamps import files_under, once

FOLDER = CORE / "passerelle" / "directory" / "data"
SERVER = ROOT / "backend" / "passerelle_directory"
INPUTS = (
    BUILD / "packaged_directory.py",
    *(
        SERVER / name
        for name in ("database.py", "models.py", "packaged.py", "importers", "migrations", "publishing", "seed")
    ),
    *sorted((CORE / "passerelle" / "directory").glob("*.py")),
)


def make_packaged_directory() -> None:
    """Write rows, keys, places, departures and about.json unless they are current."""
    once("packaged-directory", files_under(*INPUTS), lambda: files_under(FOLDER), _make)


def _make() -> None:
    # A second of imports, which a build whose directory is current does without.
    from passerelle_directory.cli import SEED_FILES
    from passerelle_directory.packaged import write_packaged

    write_packaged(FOLDER, SEED_FILES)
