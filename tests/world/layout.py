"""How a page is laid out: targets too small to press, what is wider than the page, and what moves."""

from __future__ import annotations

from playwright.sync_api import Page

FINGER = 44  # CSS pixels: https://www.w3.org/TR/WCAG22/#target-size-enhanced
LEAST = 24  # CSS pixels: https://www.w3.org/TR/WCAG22/#target-size-minimum

# Each target that is smaller than `least` in width or height. A label is part of its control. Excepted, as in both
# criteria, are links in a line of text (display: inline); and what only a screen reader gets. `spaced`: a smaller one
# is large enough where a circle of `least` around its middle touches no other target.
SMALL = """([least, spaced]) => {
    const PRESSED = "a[href], button, summary, select, textarea, input:not([type=hidden], [type=file]), [role=button]";
    const inText = (one) => one.matches("a") && getComputedStyle(one).display === "inline";
    const isSeen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".only-spoken, [inert]");
    const boxOf = (one) => {
        const boxes = [one, ...(one.labels ?? [])].filter(isSeen).map((part) => part.getBoundingClientRect());
        const [left, top] = ["left", "top"].map((side) => Math.min(...boxes.map((box) => box[side])));
        const [right, bottom] = ["right", "bottom"].map((side) => Math.max(...boxes.map((box) => box[side])));
        return { left, top, right, bottom };
    };
    const targets = [...document.querySelectorAll(PRESSED)].filter(isSeen).map((one) => ({ one, box: boxOf(one) }));
    const isSmall = ({ box }) => box.right - box.left < least - 0.5 || box.bottom - box.top < least - 0.5;
    const distance = (box, x, y) =>
        Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
    const isSpaced = ({ one, box }) => {
        const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
        return targets.every((other) => other.one === one || distance(other.box, x, y) >= least / 2);
    };
    return targets.filter((target) => isSmall(target) && !inText(target.one) && !(spaced && isSpaced(target)))
        .map(({ one, box }) => `${Math.round(box.right - box.left)} x ${Math.round(box.bottom - box.top)} px: `
            + one.outerHTML.replace(/<svg.*?<\\/svg>/gs, "").slice(0, 140));
}"""

# Elements with words of their own that are cut off, or stand outside the page. A strip that scrolls by itself, such as
# the filters of the popup, cuts nothing.
CUT = """() => {
    const isInStrip = (one) =>
        one !== document.body &&
        one !== null &&
        (["auto", "scroll"].includes(getComputedStyle(one).overflowX) || isInStrip(one.parentElement));
    return [...document.querySelectorAll("body *")]
    .filter((one) => one.checkVisibility() && !one.closest(".only-spoken, option, svg") && !isInStrip(one))
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()))
    .filter((one) => {
        const { left, right, width } = one.getBoundingClientRect();
        const hides = getComputedStyle(one).overflowX !== "visible" && !one.closest("bdi, [data-testid=candidate]");
        return width > 1 && (left < -1 || right > innerWidth + 1 || (hides && one.scrollWidth > one.clientWidth + 1));
    })
    .map((one) => one.outerHTML.slice(0, 200));
}"""
# Elements that an animation or a transition may move, though less motion was asked for.
MOVING = """() => ["", "::before", "::after"].flatMap((part) => [...document.querySelectorAll("*")]
    .filter((one) => {
        const { animationName, transitionDuration } = getComputedStyle(one, part);
        return animationName !== "none" || transitionDuration.split(",").some((time) => parseFloat(time) > 0);
    })
    .map((one) => `${part} ${one.outerHTML.slice(0, 140)}`))"""
WIDTH = "document.documentElement.scrollWidth"


def find_small_targets(page: Page, least: int, *, spaced: bool = False) -> list[str]:
    """Return the targets of a page that are smaller than `least` pixels; `spaced`: with none near, they may be."""
    return [f"small: {one}" for one in page.evaluate(SMALL, [least, spaced])]


def find_too_wide(page: Page) -> list[str]:
    """Return what is cut off, or makes a page scroll sideways."""
    width, allowed = page.evaluate(f"[{WIDTH}, innerWidth]")
    wide = [f"wide: {width} px on a page of {allowed}"] if width > allowed else []
    return wide + [f"cut: {one}" for one in page.evaluate(CUT)]


def find_moving(page: Page) -> list[str]:
    """Return what may move in a page of a person who asked for less motion."""
    return [f"moves: {one}" for one in page.evaluate(MOVING)]
