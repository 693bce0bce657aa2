"""Drawing in the browser: a seven by the mouse is a seven by the classifier, and comes back."""

from base64 import b64decode
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.glyphs import drawn
from helpers.readable import unreadable
from helpers.studio_pages import Reader, Served, served
from zerosum.features.digits import load_digits
from zerosum.latent.strokes import Place

AT_REST = """document.querySelector(".draw-candidates[aria-busy=false] button img")
    && document.querySelector(".draw-picture img").src.startsWith("data:")"""

DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""The page shows what it knows at the next frame."""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("studio") / "runs") as studio:
        yield studio


@pytest.fixture
def reader(browser: Any, studio: Served) -> Iterator[Reader]:
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    reader = Reader(context.new_page(), studio.origin)
    reader.page.goto(studio.address)
    reader.go("/draw/@digits")
    reader.until(AT_REST)
    yield reader
    context.close()
    assert not reader.wrong


def paint(reader: Reader, places: Sequence[Place]) -> None:
    """Draw a line with the mouse."""
    box = reader.page.locator("canvas.draw-pad").bounding_box()
    mouse = reader.page.mouse
    for number, (x, y) in enumerate(places):
        mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
        if number == 0:
            mouse.down()
    mouse.up()


def shown(reader: Reader) -> Any:
    """The picture that fits best, when nothing more is looked for."""
    reader.page.evaluate(DRAWN)
    reader.until(AT_REST)
    address = reader.page.locator(".draw-picture img").get_attribute("src")
    return np.asarray(Image.open(BytesIO(b64decode(address.partition(",")[2])))).astype(int)


def digit_in(picture: Any) -> int:
    seen = load_digits()(torch.from_numpy(picture.astype(np.uint8))[None, None])
    assert seen.probabilities is not None
    return int(seen.probabilities.argmax())


def test_a_seven_is_drawn_saved_and_brought_back(reader: Reader) -> None:
    page = reader.page
    for stroke in drawn(7, 0):
        paint(reader, stroke.places)
    before = shown(reader)
    assert digit_in(before) == 7
    assert page.get_by_role("button", name="Candidate").count() > 1
    reader.press("button", "Save")
    reader.read("brings it back")
    assert "saved=" in page.url
    page.reload()
    after = shown(reader)
    assert np.abs(after - before).max() <= 1
    # What was drawn can be gone on with: strokes have come back as well.
    reader.press("button", "Clear")
    reader.read("Nothing is drawn yet")
    assert "saved=" not in page.url
    reader.press("button", "Undo")
    assert digit_in(shown(reader)) == 7
    for width, scheme in ((360, "dark"), (768, "light")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert not unreadable(page)


def test_the_keys_draw_and_take_back(reader: Reader) -> None:
    page = reader.page
    by_chance = shown(reader)
    page.locator("canvas.draw-pad").focus()
    for key in ("Shift+ArrowUp", "Shift+ArrowUp", "Space", *["Shift+ArrowDown"] * 4, "Space"):
        page.keyboard.press(key)
    assert digit_in(shown(reader)) == 1
    page.keyboard.press("Control+z")
    assert np.array_equal(shown(reader), by_chance)
    page.keyboard.press("Control+Shift+z")
    assert digit_in(shown(reader)) == 1
    # A line that is given up leaves nothing.
    page.locator("canvas.draw-pad").focus()
    for key in ("Space", "ArrowLeft", "Escape"):
        page.keyboard.press(key)
    reader.press("button", "Undo")
    assert np.array_equal(shown(reader), by_chance)


def test_a_picture_is_chosen_edited_and_dragged(reader: Reader) -> None:
    page = reader.page
    shown(reader)
    reader.press("button", "Candidate 3")
    before = shown(reader)
    reader.press("button", "Edit this picture")
    reader.read("Nothing is drawn on it yet")
    assert np.abs(shown(reader) - before).max() <= 1
    reader.press("button", "Drag")
    rows, columns = np.mgrid[:28, :28] / 28
    middle = ((columns * before).sum() / before.sum(), (rows * before).sum() / before.sum())
    page.get_by_role("slider", name="Brush").fill("0.4")
    paint(reader, [middle, (middle[0] + 0.1, middle[1])])
    after = shown(reader)
    moved = (columns * after).sum() / after.sum() - middle[0]
    assert 0.02 < moved < 0.2
    page.get_by_role("slider", name="From before to after").fill("0")
    assert np.abs(shown(reader) - before).max() <= 1


def test_an_own_picture_is_found_and_changed(reader: Reader) -> None:
    page = reader.page
    own = Image.new("L", (56, 56), 255)
    own.paste(0, (26, 10, 32, 46))
    buffer = BytesIO()
    own.save(buffer, format="PNG")
    reader.page.get_by_label("Swap light and dark").check()
    file = {"name": "one.png", "mimeType": "image/png", "buffer": buffer.getvalue()}
    page.locator("input[type=file]").set_input_files(file)
    reader.see("img", "Nearest one")
    before = shown(reader)
    assert digit_in(before) == 1
    reader.press("button", "Black")
    paint(reader, [(0.5, 0.2), (0.5, 0.45)])
    after = shown(reader)
    assert after[5:12, 13:15].mean() < before[5:12, 13:15].mean()
