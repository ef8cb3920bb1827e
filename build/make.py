"""Make the extension: `python build/make.py [--directories FILE] [--out DIR] [--zips | --try | --types]`.

    the seed -packaged_directory-> core/passerelle/directory/data/
    core/ -core_wheel-> wheel -wheels-> .cache/build/frozen + lock -library-> extension/public/python -.
    that library, run once -snapshot-> extension/public/snapshot --------------------------------------+
    licence texts -licences-> extension/public/licences -----------------------------------------------+
    npm's pyodide -pyodide_files-> extension/public/pyodide -------------------------------------------+
    core's messages -message_types-> extension/lib/messages/messages.gen.ts ---------------------------+
                                           ZIP files <-zips- OUT/chromium, OUT/firefox <-packages------+
                                                     OUT/try (the core as a web page) <-try_page------'
    licences -sbom-> OUT/passerelle.cdx.json; the files for the stores -sums-> OUT/SHA256SUMS

Steps with unchanged inputs are skipped, so that tests can ask for a build whenever they need one.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from core_wheel import make_core_wheel
from library import make_library
from licences import make_licences, parts
from message_types import make_message_types
from packaged_directory import make_packaged_directory
from packages import assemble, bundle, prepare_types, store_files
from places import BUILD, DIST
from pyodide_files import copy_pyodide
from snapshot import make_snapshot
from stamps import alone
from sums import write_sums
from try_page import make_try
from wheels import make_wheels
from zips import zip_bytes, zip_sources


def main() -> None:
    """Build what the command line names."""
    options = _options()
    with alone():
        make_packaged_directory()
        make_message_types()
        prepare_types()
        if options.types:
            return
        copy_pyodide()
        make_wheels()
        make_library()
        make_snapshot()
        make_licences()
        made = [make_try(options.out)] if options.web_page or options.zips else []
        if not options.web_page:
            bundle()
            folders = assemble(options.directories, options.out)
            made += _make_files(folders, options.out) if options.zips else folders
    for path in made:
        print(path)


def _make_files(folders: list[Path], out: Path) -> list[Path]:
    from sbom import write_bill  # the only step that needs a package of its own

    made = [zip_bytes(store_files(folder), out / f"passerelle-{folder.name}.zip") for folder in folders]
    made.append(Path(shutil.copy(make_core_wheel(), out)))
    made.append(write_bill(parts(), out / "passerelle.cdx.json"))
    sources = zip_sources(out / "passerelle-sources.zip")
    made += [sources] if sources else []
    return [*made, write_sums(made, out / "SHA256SUMS")]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--directories", type=Path, default=BUILD / "directories.json", help="which directories it trusts"
    )
    parser.add_argument("--out", type=Path, default=DIST, help="where to put it (dist/)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--zips",
        action="store_true",
        help="also make the stores' ZIP files, the core's wheel, the bill of materials and sums, and the web page",
    )
    what.add_argument(
        "--try", action="store_true", dest="web_page", help="make only the web page that reads an archive"
    )
    what.add_argument("--types", action="store_true", help="make only what TypeScript's tools need")
    return parser.parse_args()


if __name__ == "__main__":
    main()
