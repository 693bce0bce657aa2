"""Drawing in the browser: by keys, by dragging, on pictures; by the mouse in `test_studio_use`."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from helpers.drawing_pages import AT_REST, digit_in, paint, seen
from helpers.readable import assert_fit_for_all
from helpers.studio_pages import Reader


@pytest.fixture(autouse=True)
def at_the_page(reader: Reader) -> None:
    reader.go("/draw/@digits")
    reader.until(AT_REST)


def test_the_keys_draw_and_take_back(reader: Reader) -> None:
    page = reader.page
    by_chance = seen(reader)
    page.locator("canvas.draw-pad").focus()
    for key in ("Shift+ArrowUp", "Shift+ArrowUp", "Space", *["Shift+ArrowDown"] * 4, "Space"):
        page.keyboard.press(key)
    assert digit_in(seen(reader)) == 1
    page.keyboard.press("Control+z")
    assert np.array_equal(seen(reader), by_chance)
    page.keyboard.press("Control+Shift+z")
    assert digit_in(seen(reader)) == 1
    # A line that is given up leaves nothing.
    page.locator("canvas.draw-pad").focus()
    for key in ("Space", "ArrowLeft", "Escape"):
        page.keyboard.press(key)
    reader.press("button", "Undo")
    assert np.array_equal(seen(reader), by_chance)
    assert_fit_for_all(page, "dark")


def test_a_picture_is_chosen_edited_and_dragged(reader: Reader) -> None:
    page = reader.page
    seen(reader)
    reader.press("button", "Candidate 3")
    before = seen(reader)
    reader.press("button", "Edit this picture")
    reader.read("Nothing is drawn on it yet")
    assert np.abs(seen(reader) - before).max() <= 1
    reader.press("button", "Drag")
    rows, columns = np.mgrid[:28, :28] / 28
    middle = ((columns * before).sum() / before.sum(), (rows * before).sum() / before.sum())
    page.get_by_role("slider", name="Brush").fill("0.4")
    paint(reader, [middle, (middle[0] + 0.1, middle[1])])
    after = seen(reader)
    moved = (columns * after).sum() / after.sum() - middle[0]
    assert 0.02 < moved < 0.2
    page.get_by_role("slider", name="From before to after").fill("0")
    assert np.abs(seen(reader) - before).max() <= 1


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
    before = seen(reader)
    assert digit_in(before) == 1
    reader.press("button", "Black")
    paint(reader, [(0.5, 0.2), (0.5, 0.45)])
    after = seen(reader)
    assert after[5:12, 13:15].mean() < before[5:12, 13:15].mean()
