"""html-validate (https://html-validate.org), a kept validator of HTML, over pages of a test."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

NODE = Path(__file__).parents[1] / "world" / "node"
TIMEOUT = 100  # seconds for all pages at once
# What HTML itself forbids (https://html.spec.whatwg.org), and no rule of style.
CONFIG = {
    "root": True,
    "extends": ["html-validate:standard", "html-validate:a11y"],
    "rules": {
        "no-redundant-role": "off",  # roles of a table that CSS shows as blocks: https://adrianroselli.com/2018/02/tables-css-display-properties-and-aria.html
        "prefer-native-element": "off",
        "no-implicit-button-type": "off",  # a form of one button may leave its type to the default, "submit"
    },
}


def find_errors(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Return what is wrong in the pages, by their names."""
    names = {f"{number}.html": name for number, name in enumerate(pages)}
    for file, name in names.items():
        (folder / file).write_text(pages[name], encoding="utf-8")
    (folder / ".htmlvalidate.json").write_text(json.dumps(CONFIG))
    done = subprocess.run(
        ["node", str(NODE / "node_modules/html-validate/bin/html-validate.mjs"), "--formatter=json", *names],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    assert done.returncode in (0, 1), done.stderr
    return [
        f"{names[Path(one['filePath']).name]} line {message['line']}: {message['ruleId']}: {message['message']}"
        for one in json.loads(done.stdout)
        for message in one["messages"]
    ]
