"""axe-core (https://github.com/dequelabs/axe-core) in a page of a test: what assistive technology stumbles over."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).parent / "node" / "node_modules" / "axe-core" / "axe.min.js"
# Every rule of WCAG 2.2 A and AA, and axe's own good practice.
RUN = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, html, any }) =>
        `${id}: ${help}: ${target.join(" ")}: ${html.slice(0, 160)}: ${any.map(({ message }) => message).join("; ")}`));
}"""


@cache
def _script() -> str:
    return SCRIPT.read_text(encoding="utf-8")


def find_violations(page: Page) -> list[str]:
    """Return each violation that axe finds in the page as it is now: rule, element, reason."""
    page.evaluate(_script())
    return list(page.evaluate(RUN))
