"""`python -m tests.x_users FOLDER`: whom the shipped reader takes from each GraphQL answer in a folder, as JSON.

    {"FILE": [{"rest_id", "screen_name", "display_name", "bio", "location", "website", "links": [{"short", "long"}]}]}

`make x-users FILES=folder` runs it, so that answers nobody here has seen can be tried. The reader is the very one that
ships (extension/lib/x-answers/users.ts), bundled and run in Node; nothing is fetched.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.x_pages import ROOT, bundle, parse_folder

ENTRY = ROOT / "extension" / "lib" / "x-answers" / "users.ts"
SUFFIXES = (".json", ".txt")

READ_FILES = """
const { readFileSync } = require("node:fs");
for (const file of JSON.parse(readFileSync(0, "utf8"))) {
  console.log(JSON.stringify(reader.readUsers(readFileSync(file, "utf8"))));
}
"""


def read_users(files: Sequence[Path]) -> Mapping[Path, list[dict[str, Any]]]:
    """Give the people that the shipped reader finds in each file; none in a file that is no JSON."""
    script = bundle(ENTRY, "reader") + READ_FILES
    command = ["node", "--eval", script]
    paths = json.dumps([str(file) for file in files])
    done = subprocess.run(command, input=paths, check=True, stdout=subprocess.PIPE, text=True)
    return dict(zip(files, map(json.loads, done.stdout.splitlines()), strict=True))


def find_answers(folder: Path) -> list[Path]:
    """Give the files below `folder` that may be answers."""
    return sorted(file for file in folder.rglob("*") if file.suffix in SUFFIXES)


def main() -> None:
    """Print what was found."""
    folder = parse_folder(__doc__)
    users = {str(file.relative_to(folder)): found for file, found in read_users(find_answers(folder)).items()}
    print(json.dumps(users, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
