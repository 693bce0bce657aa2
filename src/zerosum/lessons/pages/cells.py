"""Small matrices as SVG: a square for each number, which larger pages enlarge a little."""

from html import escape

import numpy as np
from numpy.typing import NDArray

from zerosum.lessons.figures import Cells
from zerosum.lessons.pages.plots import mixed_colour

__all__ = ["draw_cells"]

_SIDE = 32
"""Units of a cell's side."""
_LETTERS = 48
"""Units of a text of size 1 em for each letter, so that it fills most of a cell."""
_LARGEST = 14
"""Units of the height of the texts, at most."""
_SMALLEST = 9
"""Pixels of that height, at least: a page that is narrower scrolls the matrix by itself."""
_WIDEST = 44
"""Pixels of a cell, at most."""


def draw_cells(cells: Cells) -> str:
    """The matrix as one ``<svg>`` element, in a part of the page that scrolls if it must.

    Example:
        >>> draw_cells(Cells(title="One", values=np.ones((1, 1)))).count("<rect")
        1
    """
    rows, columns = cells.values.shape
    texts = [[_text(value) for value in row] for row in cells.values.tolist()]
    longest = max((len(each) for row in texts for each in row), default=1)
    size = min(_LARGEST, _LETTERS / max(longest, 1))
    least = columns * _SIDE * _SMALLEST / size
    limit = _limit(cells)
    squares = "".join(
        _square(row, column, float(cells.values[row, column]), limit, texts[row][column])
        for row, column in np.ndindex(rows, columns)
    )
    title = escape(cells.title)
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{title}">'
        f'<svg class="cells" viewBox="-2 -2 {columns * _SIDE + 4} {rows * _SIDE + 4}" role="img" '
        f'aria-label="{title}: {rows} rows of {columns} numbers" '
        f'style="min-width: {least:.0f}px; max-width: {columns * _WIDEST}px; '
        f'--size: {size:.1f}px">{squares}{_outlines(cells.outlined)}</svg></div>'
    )


def _text(value: float) -> str:
    """A number in few letters: at most two decimals, or one digit of what is smaller."""
    if not np.isfinite(value):
        return ""
    text = f"{value:.4g}" if abs(value) >= 100 else f"{round(value, 2):.4g}"
    if text in ("0", "-0"):
        text = f"{value:.0e}".replace("e-0", "e-") if value else "0"
    return text.replace("-", "−")


def _limit(cells: Cells) -> float:
    found = float(np.abs(cells.values[np.isfinite(cells.values)]).max(initial=0.0))
    return (found if cells.limit is None else cells.limit) or 1.0


def _square(row: int, column: int, value: float, limit: float, text: str) -> str:
    x, y = column * _SIDE, row * _SIDE
    if not text:
        return f'<rect class="empty" x="{x}" y="{y}" width="{_SIDE}" height="{_SIDE}"/>'
    share = float(np.clip(value / limit, -1, 1))
    colour = " ".join(str(round(each)) for each in mixed_colour(0.5 + share / 2))
    # Black is read on all colours but the darkest, which are those of low values.
    light = ' class="light"' if share < -0.7 else ""
    return (
        f'<rect x="{x}" y="{y}" width="{_SIDE}" height="{_SIDE}" fill="rgb({colour})"/>'
        f'<text{light} x="{x + _SIDE // 2}" y="{y + _SIDE // 2}">{text}</text>'
    )


def _outlines(outlined: NDArray[np.bool_] | None) -> str:
    """A border around each group of cells: the sides behind which there is no other of them."""
    if outlined is None or not outlined.any():
        return ""
    around = np.pad(outlined, 1)
    path = ""
    for row, column in np.argwhere(outlined).tolist():
        x, y = column * _SIDE, row * _SIDE
        sides = {
            (row, column + 1): f"M{x} {y}h{_SIDE}",
            (row + 2, column + 1): f"M{x} {y + _SIDE}h{_SIDE}",
            (row + 1, column): f"M{x} {y}v{_SIDE}",
            (row + 1, column + 2): f"M{x + _SIDE} {y}v{_SIDE}",
        }
        path += "".join(side for place, side in sides.items() if not around[place])
    return f'<path class="outline" d="{path}"/>'
