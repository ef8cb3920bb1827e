"""Keyboard: a person who uses a page by keys alone, and knows of it what its accessibility tree says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from playwright.sync_api import CDPSession, Page, expect

MOST_STEPS = 80  # presses of Tab from one control to another
INVISIBLE = re.compile("[\u2066-\u2069]")
T = TypeVar("T")
PATIENCE = 30.0  # seconds; a machine may be busy with other things
LOOK = 100  # ms


class Node(NamedTuple):
    """One element as the accessibility tree has it; `states`: checked, expanded, disabled … and their values."""

    role: str
    name: str
    value: str
    states: dict[str, Any]


class Keyboard:
    """The keys of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._protocol: CDPSession = page.context.new_cdp_session(page)
        self._protocol.send("Accessibility.enable")

    def nodes(self) -> list[Node]:
        """Return the accessibility tree as it is now, closed shadow roots too, in the order of the document."""
        tree = self._protocol.send("Accessibility.getFullAXTree")["nodes"]
        return [_node(one) for one in tree if not one["ignored"]]

    def focused(self) -> Node | None:
        """Return what has the focus; None for the page itself."""
        found = [one for one in self.nodes() if one.states.get("focused") and one.role != "RootWebArea"]
        return found[-1] if found else None

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.page.keyboard.type(text)

    def go_to(self, role: str, name: str, key: str = "Tab") -> None:
        """Press `key` until a control of this role whose name begins so has the focus. Raises AssertionError."""
        passed = []
        for _ in range(MOST_STEPS):
            at = self.focused()
            if at and at.role == role and at.name.startswith(name):
                return
            passed.append(at and f"{at.role} {at.name}")
            self.press(key)
        raise AssertionError(f"{key} reaches no {role} {name!r}, but {passed}")

    def await_node(self, role: str, name: str) -> Node:
        """Wait until there is an element of this role whose name begins so, and return it."""
        return self._await(
            lambda: next((one for one in self.nodes() if _is(one, role, name)), None), f"{role} {name!r}"
        )

    def press_until(self, key: str, is_so: Callable[[], bool]) -> None:
        """Press a key again and again until something is so."""

        def press() -> bool:
            self.press(key)
            return is_so()

        self._await(press, f"end of {key}")

    def await_focus(self, role: str, name: str) -> None:
        """Wait until such an element has the focus."""
        self._await(lambda: (at := self.focused()) and _is(at, role, name), f"focus at {role} {name!r}")

    def _await(self, look: Callable[[], T | None], wanted: str) -> T:
        for _ in range(int(PATIENCE * 1000 / LOOK)):
            if found := look():
                return found
            self.page.wait_for_timeout(LOOK)
        raise AssertionError(f"No {wanted} in {[(one.role, one.name) for one in self.nodes() if one.name]}")

    def front(self) -> None:
        """Change to this tab, as Ctrl+Tab does: a key of the browser's own, which no page gets."""
        self.page.bring_to_front()
        expect(self.page.locator("html")).to_be_visible()


def _node(one: dict[str, Any]) -> Node:
    states = {state["name"]: state["value"].get("value") for state in one.get("properties", ())}
    name = INVISIBLE.sub("", one.get("name", {}).get("value", "")).replace("\u00a0", " ")
    return Node(one["role"]["value"], name, str(one.get("value", {}).get("value", "")), states)


def _is(node: Node, role: str, name: str) -> bool:
    return node.role == role and node.name.startswith(name)
