"""What on a page cannot be read by all of its readers, as axe-core finds it."""

from typing import Any

import pytest

__all__ = ["assert_fit_for_all", "unreadable"]

_RUN = """async (coloursOnly) => {
    const numbers = new Map();
    const known = new Map();
    const look = (each) => {
        if (!each) return 0;
        if (!known.has(each)) {
            const style = getComputedStyle(each);
            const { color, fill, backgroundColor, backgroundImage, opacity } = style;
            const { fontSize, fontWeight, textShadow, visibility } = style;
            const key = JSON.stringify([look(each.parentElement), each.localName,
                each.getAttribute("class"), each.matches(":disabled"), color, fill,
                backgroundColor, backgroundImage, opacity, fontSize, fontWeight, textShadow,
                visibility, each.checkVisibility()]);
            if (!numbers.has(key)) numbers.set(key, numbers.size + 1);
            known.set(each, numbers.get(key));
        }
        return known.get(each);
    };
    const written = (each) => each.matches("input, select, textarea")
        || [...each.childNodes].some((it) => it.nodeType === 3 && it.data.trim());
    const firsts = new Map();
    for (const each of document.body.querySelectorAll("*")) {
        if (written(each) && !firsts.has(look(each))) firsts.set(look(each), each);
    }
    const usual = { resultTypes: ["violations"], preload: false };
    const colours = { type: "rule", values: ["color-contrast", "link-in-text-block"] };
    const rules = Object.fromEntries(colours.values.map((each) => [each, { enabled: false }]));
    const found = coloursOnly ? [] : [await axe.run(document, { ...usual, rules })];
    if (firsts.size) {
        const include = [...firsts.values()];
        found.push(await axe.run({ include }, { ...usual, runOnly: colours }));
    }
    return found.flatMap(({ violations }) => violations)
        .filter(({ impact }) => ["serious", "critical"].includes(impact))
        .map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 200))]);
}"""
"""To find the colours behind a text takes axe most of its time, and most texts look like another:
it is found for the first of those that have the same colours, sizes, names and classes, and whose
ancestors have."""


def unreadable(page: Any, *, colours_only: bool = False) -> list[list[str]]:
    """The serious faults of a page, as it is shown now.

    Args:
        page: Of Playwright.
        colours_only: Look at nothing else; in a second scheme of colours only these are others.

    Returns:
        For each rule that is broken its name, and the elements that break it.
    """
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-core")
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(axe.Axe().axe_script)
    found: list[list[str]] = page.evaluate(_RUN, colours_only)
    return found


def assert_fit_for_all(page: Any, *schemes: str) -> None:
    """The page is readable, and nowhere wider than phone, tablet and screen; it ends as it began.

    Args:
        page: Of Playwright.
        schemes: Of colours, ``light`` or ``dark``; none: as it is shown now.
    """
    for number, scheme in enumerate(schemes or [None]):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert not unreadable(page, colours_only=number > 0), scheme
    size = page.viewport_size
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size(size)
