"""Clicks: every press that a person really makes in the pages of a browser, counted by the pages' own events."""

from __future__ import annotations

from playwright.sync_api import BrowserContext

# At the window, before any handler of the page can stop it; events that scripts make do not count.
COUNT = """(() => {
    for (const kind of ["click", "paste"])
        window.addEventListener(kind, ({ isTrusted, target }) => {
            if (isTrusted) window.notePress(kind, target?.dataset?.testid ?? target?.dataset?.passerelleBadge ?? "");
        }, true);
})()"""


class Clicks:
    """What was pressed since the last `forget`: the kind of event and what it hit, page by page."""

    def __init__(self, context: BrowserContext) -> None:
        self.seen: list[tuple[str, str]] = []
        context.expose_function("notePress", lambda kind, target: self.seen.append((kind, target)))
        context.add_init_script(COUNT)
        for page in context.pages:
            page.evaluate(COUNT)

    def forget(self) -> None:
        """Begin to count anew."""
        self.seen.clear()
