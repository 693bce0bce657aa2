"""Figures of lessons as parts of a page."""

import re

import numpy as np
import pytest

from zerosum.lessons.figures import Animation, Axis, Bars, Cells, Frame, Line, Listing, Plot
from zerosum.lessons.pages.parts import draw_figure
from zerosum.lessons.pages.plots import draw_plot

MATRIX = np.array([[1.0, -2.0, 0.25], [np.nan, 0.0, 3.0]])
OUTLINED = np.array([[True, False, False], [False, False, True]])


def cells(**fields: object) -> Cells:
    return Cells(**{"title": "A <matrix>", "values": MATRIX, **fields})  # type: ignore[arg-type]


def places_of(drawn: str) -> dict[str, tuple[float, float]]:
    """The (x, y) of each number."""
    found = re.findall(r'<text[^>]* x="([\d.]+)" y="([\d.]+)">([^<]*)</text>', drawn)
    return {text: (float(x), float(y)) for x, y, text in found}


def test_each_number_has_a_cell_and_the_first_row_is_on_top() -> None:
    places = places_of(draw_figure(cells()))
    assert list(places) == ["1", "−2", "0.25", "0", "3"]
    assert places["1"][0] < places["−2"][0] < places["0.25"][0]
    assert places["1"][1] == places["0.25"][1] < places["0"][1] == places["3"][1]
    assert places["3"][0] == places["0.25"][0]


def test_only_outlined_cells_have_a_border() -> None:
    assert 'class="outline"' not in draw_figure(cells())
    (path,) = re.findall(r'class="outline" d="([^"]*)"', draw_figure(cells(outlined=OUTLINED)))
    first, second = "M0 0h32M0 32h32M0 0v32M32 0v32", "M64 32h32M64 64h32M64 32v32M96 32v32"
    assert path == first + second


def test_between_outlined_cells_there_is_no_border() -> None:
    drawn = draw_figure(cells(outlined=np.array([[True, True, False], [False] * 3])))
    (path,) = re.findall(r'class="outline" d="([^"]*)"', drawn)
    assert path.count("M") == 6
    assert "M32 0v32" not in path


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0764, "0.08"), (-12.0, "−12"), (3.14159, "3.14"), (1e-5, "1e−5"), (-0.0, "0")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert list(places_of(draw_figure(cells(values=np.array([[value]]))))) == [text]


def test_colours_follow_the_values() -> None:
    found = re.findall(r'fill="rgb\(([\d ]+)\)" d="M(\d+) (\d+)h', draw_figure(cells(limit=2.0)))
    places = {(int(y) // 32, int(x) // 32): colour for colour, x, y in found}
    assert places[0, 1] == "33 102 172"
    assert places[1, 1] == "245 245 245"
    assert places[1, 2] == "200 90 0"  # 3 is beyond the limit.


def test_all_numbers_are_told_as_text() -> None:
    drawn = draw_figure(cells(outlined=OUTLINED))
    told = drawn[drawn.index("<details>") :]
    assert re.findall(r"<td[^>]*>([^<]*)</td>", told) == [
        *("1", "[1]", "−2", "0.25"),
        *("2", "–", "0", "[3]"),
    ]
    assert "A &lt;matrix&gt;" in told


def test_an_animation_shows_the_last_matrix_first() -> None:
    frames = [Frame(caption=str(i), panels=[cells(values=MATRIX * i)]) for i in (1, 2)]
    drawn = draw_figure(Animation(title="Twice", frames=frames))
    shown = dict(re.findall(r'<div data-frame="(\d)"( hidden)?>', drawn))
    assert shown == {"0": " hidden", "1": ""}


@pytest.mark.parametrize(("columns", "fits"), [(16, True), (30, False)])
def test_a_wide_matrix_scrolls_rather_than_shrinks(columns: int, fits: bool) -> None:
    drawn = draw_figure(cells(values=np.ones((2, columns))))
    (width,) = re.findall(r'<svg class="cells"[^>]* font-size="(\d+)"', drawn)  # Its least width.
    assert (int(width) <= 334) == fits  # What a page of 360 has room for.
    assert '<div class="scroll" tabindex="0"' in drawn


def test_code_is_shown_as_it_is_and_can_be_reached_by_keys() -> None:
    code = 'layer = nn.Linear(2, 1)\nif 1 < 2:\n    print("it\'s")'
    drawn = draw_figure(Listing(title="A layer", code=code))
    assert '<pre tabindex="0" role="group" aria-label="A layer">' in drawn
    assert "if 1 &lt; 2:\n    print(&quot;it&#x27;s&quot;)</code>" in drawn


@pytest.mark.parametrize("least", [1e-24, 1e-3, 0.5])
def test_long_numbers_do_not_reach_the_label_beside_them(least: float) -> None:
    line = Line(name="", x=[0, 1, 2], y=[least, 1.0, 1e6])
    drawn = draw_plot(Plot(title="", x=Axis(label="x"), y=Axis(label="y", log=True), marks=[line]))
    label = float(re.findall(r'class="label" transform="translate\((-?\d+)', drawn)[0])
    numbers = re.findall(r'<text x="([\d.]+)" y="[\d.]+" text-anchor="end">([^<]+)<', drawn)
    assert numbers
    # A figure is 6.5 pixels wide, the label's letters as high as 11, half of them to each side.
    assert min(float(x) - 6.5 * len(text) for x, text in numbers) >= label + 5.5
    assert drawn.startswith(f'<svg viewBox="{label - 11:.0f} 0 ')


def test_bars_side_by_side_are_told_where_they_belong() -> None:
    left, right = (
        Bars(name=name, x=[0, 1, 2], y=[1, 2, 3], width=0.4, shift=shift)
        for name, shift in (("left", -0.2), ("right", 0.2))
    )
    both = Plot(title="", x=Axis(label="class"), y=Axis(label="share"), marks=[left, right])
    paths = re.findall(r'class="bars c\d" d="M([\d.]+)', draw_plot(both))
    assert float(paths[1]) > float(paths[0]) + 10
    drawn = draw_figure(both)
    assert "0.8" not in re.sub(r"<svg.*?</svg>", "", drawn, flags=re.S)
