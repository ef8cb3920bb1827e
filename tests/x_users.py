"""`python -m tests.x_users FOLDER`: the people that the reader takes from each GraphQL answer in a folder, as JSON.

    {"FILE": [{"rest_id", "screen_name", "display_name", "bio", "location", "website", "links": [{"short", "long"}]}]}

A file holds one answer, several of them (a list, or one a line), or a browser's recording with answers in it (HAR).
A file that is no JSON has no people, and stderr reports it; one that cannot be read is null and makes the command end
with 1.

`make x-users FILES=folder` runs it, so that new answers can be tried. The reader is the very one that
ships (extension/lib/x/answers/users.ts), bundled and run in Node; nothing is fetched.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.x_pages import ROOT, bundle, find_files, parse_folder, print_found

ENTRY = ROOT / "tests" / "extension" / "x_users.ts"
SUFFIXES = (".json", ".txt", ".jsonl", ".ndjson", ".har")

READ_FILES = """
const { readFileSync } = require("node:fs");
for (const file of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    const users = reader.readFile(readFileSync(file));
    if (users === null) console.error(`${file} is no JSON.`);
    console.log(JSON.stringify(users ?? []));
  } catch (error) {
    console.error(`${file} could not be read: ${error}`);
    console.log("null");
  }
}
"""

Users = list[dict[str, Any]]


def read_users(files: Sequence[Path]) -> Mapping[Path, Users | None]:
    """Return the people that the shipped reader finds in each file; None where it could not be read."""
    script = bundle(ENTRY, "reader") + READ_FILES
    command = ["node", "--eval", script]
    paths = json.dumps([str(file) for file in files])
    done = subprocess.run(command, input=paths.encode(), check=True, stdout=subprocess.PIPE)
    # Not splitlines(): what people write holds other characters that end a line.
    lines = done.stdout.decode().split("\n")[:-1]
    return dict(zip(files, map(json.loads, lines), strict=True))


def find_answers(folder: Path) -> list[Path]:
    """Return the files below `folder` that may be answers."""
    return find_files(folder, SUFFIXES)


def main() -> int:
    """Print what was found."""
    folder = parse_folder(__doc__)
    users = {file.relative_to(folder).as_posix(): found for file, found in read_users(find_answers(folder)).items()}
    print_found(users)
    return 1 if None in users.values() else 0


if __name__ == "__main__":
    sys.exit(main())
