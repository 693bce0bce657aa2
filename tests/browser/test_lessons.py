"""The pages of all lessons as Chromium shows them: narrow, middling and wide, light and dark."""

from pathlib import Path
from typing import Any

import pytest

from helpers.lessons import cheaply_learned
from helpers.readable import unreadable
from zerosum.lessons.controls import points_of
from zerosum.lessons.named import LESSONS

WIDTHS = (360, 768, 1440)


@pytest.fixture(scope="module", params=list(LESSONS))
def page_file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    name = request.param
    path = tmp_path_factory.mktemp("pages") / f"{name}.html"
    return cheaply_learned(name).save(path)


def test_a_page_is_right_at_all_widths(browser: Any, page_file: Path) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: _note_foreign(request.url, said))
    page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    page.goto(page_file.as_uri())
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        wide = page.evaluate(
            "[...document.querySelectorAll('main > *, figure, .answer, .gallery')]"
            ".filter((each) => each.getBoundingClientRect().right > innerWidth + 1)"
            ".map((each) => each.outerHTML.slice(0, 80))"
        )
        assert not wide
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    # Nobody reads what is hidden, but axe would look through tens of thousands of elements.
    page.evaluate(
        "for (const each of document.querySelectorAll('[data-frame][hidden], "
        "[data-variant][hidden]')) each.remove()"
    )
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert not unreadable(page, colours_only=scheme == "dark"), scheme
    assert not said
    context.close()


@pytest.mark.parametrize("colours_only", [False, True])
def test_what_nobody_could_read_is_noticed(browser: Any, colours_only: bool) -> None:
    page = browser.new_page()
    text, faint = "<p class=a>of two alike", "<p class=a style='color: #ccc'>"
    page.set_content(f"<html lang=en><body>{text}{text}{faint}faint<b>too</b><img src=x>")
    faults = {name: elements for name, *elements in unreadable(page, colours_only=colours_only)}
    assert len(faults["color-contrast"]) == 2
    assert ("image-alt" in faults) != colours_only
    page.close()


def _note_foreign(url: str, said: list[str]) -> None:
    if not url.startswith(("file:", "data:")):
        said.append(f"asks for {url}")


def test_switches_and_animations_work_by_keyboard(browser: Any, page_file: Path) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(page_file.as_uri())
    for select in page.query_selector_all(".controls select"):
        before = _shown_variant(page)
        select.focus()
        page.keyboard.press("ArrowDown")
        if len(select.query_selector_all("option")) > 1:
            assert _shown_variant(page) != before
            assert select.get_attribute("name") in page.url.partition("#")[2]
    variant = _shown_variant(page)
    page.reload()
    assert _shown_variant(page) == variant
    for player in page.query_selector_all(".player:visible"):
        slider = player.query_selector("input")
        last = slider.evaluate("(it) => it.max")
        slider.focus()
        page.keyboard.press("Home")
        assert slider.input_value() == "0"
        player.query_selector("[data-do=step]").focus()
        page.keyboard.press("Enter")
        assert slider.input_value() == "1"
        shown = player.evaluate(
            "(it) => [...it.closest('.animation').querySelectorAll('[data-frame]:not([hidden])')]"
            ".map((each) => each.dataset.frame)"
        )
        assert set(shown) == {"1"}
        play = player.query_selector("[data-do=play]")
        slider.focus()
        page.keyboard.press("Home")
        play.focus()
        page.keyboard.press("Enter")
        assert play.inner_text() == "Pause"
        page.keyboard.press("Enter")
        assert play.inner_text() == "Play"
        assert int(last) >= 1
    context.close()


def _shown_variant(page: Any) -> list[str]:
    shown: list[str] = page.evaluate(
        "[...document.querySelectorAll('[data-variant]:not([hidden])')]"
        ".map((each) => each.dataset.variant)"
    )
    return sorted(set(shown))


def test_a_page_without_scripts_shows_results_and_no_dead_buttons(
    browser: Any, page_file: Path
) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(page_file.as_uri())
    assert page.is_visible("h1")
    assert page.is_visible(".answer")
    assert not page.query_selector_all("button:visible, select:visible")
    context.close()


def test_points_can_be_drawn_by_hand_and_by_keys(browser: Any, tmp_path: Path) -> None:
    context = browser.new_context(offline=True, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto(cheaply_learned("distributions").save(tmp_path / "page.html").as_uri())
    pad, told = page.locator(".pad svg"), page.locator(".pad code")
    box = pad.bounding_box()
    pad.click(position={"x": box["width"] / 4, "y": box["height"] / 4})
    pad.focus()
    for key in ("ArrowRight", "ArrowUp", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    call, _, points = told.inner_text().partition(" '")
    assert call == "zerosum learn distributions --target own --points"
    first, second = points_of(points.rstrip("'")).tolist()
    assert first == pytest.approx([-0.5, 0.5], abs=0.03)
    assert second == pytest.approx([0.1, 0.2])
    assert page.locator(".pad output").inner_text() == "2 points"
    page.locator(".pad button").click()
    assert told.inner_text() == call
    assert not page.locator(".pad circle").count()
    context.close()
