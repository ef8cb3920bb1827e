"""axe-core (https://github.com/dequelabs/axe-core) in a page of a test: what assistive technology stumbles over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page

SCRIPT = Path(__file__).parent / "node" / "node_modules" / "axe-core" / "axe.min.js"
# Every rule of WCAG 2.2 A and AA, the size of targets too (off unless its tag is named), and axe's own good practice:
# https://github.com/dequelabs/axe-core/blob/develop/doc/API.md#axe-core-tags
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN = """async (place, tags) => {
    const { violations } = await axe.run(place, { runOnly: tags, resultTypes: ["violations"] });
    return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, html, any, all, none }) =>
        `${id}: ${help}: ${target.flat().join(" ")}: ${html.slice(0, 160)}: `
            + [...any, ...all, ...none].map(({ message }) => message).join("; ")));
}"""
# A content script may open the closed shadow roots of its page: https://developer.chrome.com/docs/extensions/reference/api/dom
OPEN_ROOTS = """Object.defineProperty(Element.prototype, "shadowRoot", {
    configurable: true,
    get() { return this instanceof HTMLElement ? chrome.dom.openOrClosedShadowRoot(this) : null; },
});"""


@cache
def _script() -> str:
    return SCRIPT.read_text(encoding="utf-8")


def find_violations(page: Page) -> list[str]:
    """Return each violation that axe finds in the page as it is now: rule, element, reason."""
    page.evaluate(_script())
    return list(page.evaluate(f"(tags) => ({RUN})(document, tags)", TAGS))


def find_violations_in_hosts(page: Page, css: str, extension: str) -> list[str]:
    """Return what axe finds in the closed shadow roots of an extension's elements of `css` in a web page.

    axe runs where the extension's content scripts do, which alone see into these roots. Raises AssertionError where the
    page has no such element.
    """
    with _content_world(page, extension) as evaluate:
        evaluate(f"{OPEN_ROOTS}\n{_script()}")
        hosts = (
            f"[...document.querySelectorAll({json.dumps(css)})].filter((host) => host.shadowRoot?.childElementCount)"
        )
        assert evaluate(f"{hosts}.length") > 0, f"{page.url} has no {css} of {extension}"
        return list(evaluate(f"({RUN})({{ include: {hosts} }}, {json.dumps(TAGS)})"))


@contextmanager
def _content_world(page: Page, extension: str) -> Iterator[Any]:
    """Yield a function that evaluates JavaScript, awaited, where an extension's content scripts run."""
    protocol: CDPSession = page.context.new_cdp_session(page)
    worlds: list[int] = []

    def note(event: dict[str, Any]) -> None:
        world = event["context"]
        if extension in world["origin"] and world["auxData"]["type"] == "isolated":
            worlds.append(world["id"])

    def evaluate(expression: str) -> Any:
        call = {"expression": expression, "contextId": worlds[-1], "awaitPromise": True, "returnByValue": True}
        answer = protocol.send("Runtime.evaluate", call)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    protocol.on("Runtime.executionContextCreated", note)
    protocol.send("Runtime.enable")
    try:
        assert worlds, f"No content script of {extension} runs in {page.url}"
        yield evaluate
    finally:
        protocol.detach()
