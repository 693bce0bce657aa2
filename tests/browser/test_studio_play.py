"""The page Play: a picture follows the hand, and comes back by its link."""

import re

import psutil
import pytest

from helpers.readable import assert_fit_for_all
from helpers.studio_pages import Reader, Served

pytest.importorskip("playwright.sync_api", reason="needs playwright")

SHOWN = "document.querySelector('.play-figure img')?.src"


def shown(reader: Reader) -> str:
    """The picture, as soon as there is one."""
    reader.until(f"{SHOWN}?.startsWith('data:')")
    picture: str = reader.page.evaluate(SHOWN)
    return picture


def another(reader: Reader, before: str) -> str:
    """The picture, as soon as it is another one."""
    reader.until(f"{SHOWN} !== '{before}'")
    return shown(reader)


def test_a_picture_is_chosen_moved_walked_from_and_saved(reader: Reader) -> None:
    reader.go("/play/@digits?seed=7")
    first = shown(reader)
    reader.press("button", "Put aside")
    reader.press("button", "seed 7, picture 4")
    second = another(reader, first)
    reader.press("button", "Put aside")

    reader.press("tab", "Move")
    reader.press("button", "Classes")
    slider = reader.see("slider", "Towards 3")
    slider.press("End")
    third = another(reader, second)
    reader.press("button", "Name this direction")
    reader.see("textbox", "Name").fill("like a 3")
    reader.press("button", "Keep")
    reader.see("slider", "like a 3")
    assert_fit_for_all(reader.page, "light")

    reader.press("tab", "Walk")
    reader.press("button", "Play the walk")
    frame = "document.querySelector('.play-frame')?.src"
    reader.until(f"{frame}?.startsWith('data:') && {frame} !== '{first}'")
    reader.press("button", "Save the walk")
    reader.see("button", re.compile("Open Walk by 2"))

    reader.press("tab", "Between")
    reader.until("document.querySelectorAll('.play-table td img').length === 6")
    edge = reader.page.locator(".play-table thead .play-edge").last
    before = reader.page.evaluate(
        "document.querySelector('.play-table tbody tr td:last-of-type img').src"
    )
    reader.page.locator(".play-figure img").drag_to(edge)
    reader.until(
        f"document.querySelector('.play-table tbody tr td:last-of-type img').src !== '{before}'"
    )
    assert_fit_for_all(reader.page, "dark")

    reader.press("tab", "Nearest")
    reader.read(re.compile("Of 5,000"))
    reader.press("button", "Save")
    reader.see("button", re.compile("^Open seed 7, picture 4, moved"))
    reader.until("location.search.includes('moves')")
    reader.page.reload()
    assert shown(reader) == third
    reader.press("button", re.compile("Open Walk by 2"))
    reader.until("document.querySelectorAll('.play-strip li').length === 2")
    reader.press("button", "1: seed 7")
    reader.press("menuitem", "Show")
    assert another(reader, third) == first


def test_a_worker_that_is_killed_is_not_noticed(reader: Reader, common: Served) -> None:
    reader.go("/play/@digits?seed=3")
    before = shown(reader)
    children = psutil.Process(common.process.pid).children()
    # The first is of lessons.
    _, *of_pages = sorted(children, key=lambda each: each.create_time())
    for worker in of_pages:
        worker.kill()
    reader.press("button", "Another")
    another(reader, before)
