"""What networks are good for, from page to page, as readers go: by links, the mouse and files."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from helpers.drawing_pages import digit_in, paint, seen
from helpers.glyphs import drawn
from helpers.studio_pages import Reader

PLAYED = "document.querySelector('.play-figure img')?.src"
TRIES = 10


pytestmark = pytest.mark.usefixtures("cycle", "repeated")


def test_the_story_of_what_networks_are_good_for(
    reader: Reader, browser: Any, tmp_path: Path
) -> None:
    reader.go("/")
    reader.press("link", "Use")
    _play(reader)
    _draw_sevens(reader)
    _send_to_a_friend(reader, browser, tmp_path)
    _attack(reader)
    _translate(reader)
    _compare(reader)


def _play(reader: Reader) -> None:
    """From the hub to the digits, which are there before anything is trained."""
    card = reader.page.get_by_role("listitem").filter(
        has=reader.page.get_by_role("heading", name="Play")
    )
    card.get_by_role("link", name="Digits, which come with zerosum").click()
    reader.see("heading", "Play")
    reader.until(f"{PLAYED}?.startsWith('data:')")


def _draw_sevens(reader: Reader) -> None:
    """A seven is drawn in ten ways; the last is saved, and its link brings it back."""
    reader.press("link", "Draw")
    found = []
    for attempt in range(TRIES):
        if attempt:
            reader.press("button", "Clear")
            reader.read("Nothing is drawn yet")
        for stroke in drawn(7, attempt):
            paint(reader, stroke.places)
        picture = seen(reader)
        found.append(digit_in(picture))
    assert found.count(7) >= 0.9 * TRIES, found
    assert reader.page.get_by_role("button", name="Candidate").count() > 1
    reader.press("button", "Save")
    reader.read("brings it back")
    link = reader.page.url
    assert "saved=" in link
    reader.page.goto("about:blank")
    reader.page.goto(link)
    assert np.abs(seen(reader) - picture).max() <= 1
    # What was drawn can be gone on with: strokes have come back as well.
    reader.press("button", "Clear")
    reader.read("Nothing is drawn yet")
    assert "saved=" not in reader.page.url
    reader.press("button", "Undo")
    assert digit_in(seen(reader)) == found[-1]


def _send_to_a_friend(reader: Reader, browser: Any, folder: Path) -> None:
    """The generator as one file, which draws where there is no network."""
    reader.press("link", "Play")
    reader.press("button", "As a page")
    with reader.page.expect_download() as download:
        reader.press("link", "Download Player page")
    download.value.save_as(folder / "digits.html")
    context = browser.new_context(offline=True)
    friend = Reader(context.new_page(), "file:")
    friend.page.goto(f"{(folder / 'digits.html').as_uri()}#seed=7")
    friend.page.wait_for_selector("html[data-drawn*='\"seed\":7']")
    friend.press("button", re.compile("^Random"))
    friend.page.wait_for_selector("html[data-drawn]:not([data-drawn*='\"seed\":7,'])")
    assert not friend.wrong
    context.close()


def _attack(reader: Reader) -> None:
    """The digits' classifier is misled by what looks like the same picture."""
    reader.press("link", "Classify and attack")
    reader.read(re.compile("misleads it"))


def _translate(reader: Reader) -> None:
    """From a run's page to what it is good for."""
    reader.press("link", "Runs")
    reader.press("link", "cycle")
    reader.see("heading", "cycle")
    reader.press("link", "Translate")
    reader.press("button", "There and back")
    reader.read(re.compile("by the network after 2 images"))


def _compare(reader: Reader) -> None:
    """From the runs' page: those that differ in their seed alone are one."""
    reader.press("link", "Runs")
    for seed in (1, 2):
        reader.page.get_by_role("checkbox", name=f"Choose digits-{seed}", exact=True).check()
    reader.press("button", "Compare")
    reader.see("heading", "Compare 2 runs")
    reader.read(re.compile("seeds 1, 2"))
