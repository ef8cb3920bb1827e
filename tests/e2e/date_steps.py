"""What a person does with the date, and sees of it, in either browser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from tests.e2e.steps import COMMAND
from tests.e2e.tabs import Tab, at

LONG = 150.0  # seconds: the engine starts, the directory is downloaded, and people are followed, on a busy machine
TOOLBAR = """(async () => {
  const { action } = globalThis.browser ?? globalThis.chrome;
  return [await action.getBadgeText({}), await action.getTitle({})];
})()"""
# The alarm of each hour: whether the background has set it, and the same one now.
IS_SET = """(async () => Boolean(await (globalThis.browser ?? globalThis.chrome).alarms.get("watch.hour")))()"""
RING = """(globalThis.browser ?? globalThis.chrome).alarms.create("watch.hour", { when: Date.now() + 100 })"""
RECEIPT = f"""Object.fromEntries([...document.querySelectorAll('{at("receipt-line")}')].map(
  ({{ dataset }}) => [dataset.result, Number(dataset.count)]))"""


# The networks on which the date has begun, and whether each was looked at once more after the day.
STARTS = """new Promise((done) => {
  const opening = indexedDB.open("passerelle");
  opening.onsuccess = () => {
    const reading = opening.result.transaction("state").objectStore("state").get("date");
    reading.onsuccess = () => {
      opening.result.close();
      done(Object.fromEntries((reading.result?.starts ?? []).map((one) => [one.network, one.is_final])));
    };
  };
})"""


def shown(css: str) -> str:
    """Return JavaScript that is true where an element is in the page."""
    return f"document.querySelector({json.dumps(css)}) !== null"


def command(tab: Tab, type_: str, **fields: object) -> Any:
    """Send a command to the engine from a page of the extension; return its result."""
    reply = tab.evaluate(f"({COMMAND})({json.dumps({'id': str(uuid4()), 'type': type_, **fields})})")
    assert "result" in reply, reply
    return reply["result"]


def approve_date(tab: Tab, day: date) -> None:
    """Choose a date of one's own and approve it."""
    tab.click(at("open-date"))
    tab.fill(at("date-input"), day.isoformat())
    tab.click(at("date-approve"))
    tab.await_true(shown(f'{at("date")}[data-day="{day.isoformat()}"] {at("date-waiting")}'), LONG)


def await_reminder(tab: Tab, text: str) -> None:
    """Wait until the toolbar asks for something, with this text in its title."""
    tab.until(lambda: tab.evaluate(TOOLBAR), lambda seen: seen[0] == "!" and text in seen[1], LONG)


def await_no_reminder(tab: Tab) -> None:
    """Wait until the toolbar asks for nothing."""
    tab.until(lambda: tab.evaluate(TOOLBAR), lambda seen: seen[0] != "!", LONG)


def ring(tab: Tab) -> None:
    """Ring the alarm of the hour, at which the background looks whether there is something to do.

    A background that starts sets the alarm anew where there is none, as in Firefox: a moment earlier would be lost.
    """
    tab.await_true(IS_SET, LONG)
    tab.evaluate(RING)


def await_receipt(tab: Tab, expected: Mapping[str, int]) -> None:
    """Open the page of the date, and wait until its receipt has these counts."""

    def look() -> Any:
        if tab.evaluate(shown(at("open-date"))):  # after a sign-in, the page goes home by itself
            tab.click(at("open-date"))
        return tab.evaluate(RECEIPT)

    tab.until(look, lambda seen: seen == dict(expected), LONG)


def await_starts(tab: Tab, expected: Mapping[str, bool]) -> None:
    """Wait until the date has begun on these networks; True: and was looked at after the day."""
    tab.until(lambda: tab.evaluate(STARTS), lambda seen: seen == dict(expected), LONG)
