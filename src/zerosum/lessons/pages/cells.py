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
        >>> draw_cells(Cells(title="Ones", values=np.ones((2, 2)))).count("<text")
        4
    """
    rows, columns = cells.values.shape
    texts = [[_text(value) for value in row] for row in cells.values.tolist()]
    longest = max((len(each) for row in texts for each in row), default=1)
    size = min(_LARGEST, _LETTERS / max(longest, 1))
    least = columns * _SIDE * _SMALLEST / size
    shares = _shares(cells)
    numbers = "".join(
        _number(row, column, texts[row][column], float(shares[row, column]))
        for row, column in np.ndindex(rows, columns)
    )
    title = escape(cells.title)
    # A policy may forbid rules in attributes, so what differs between matrices are attributes of
    # SVG: the width is the greatest, and the size of letters of the whole is the least.
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{title}">'
        f'<svg class="cells" viewBox="-2 -2 {columns * _SIDE + 4} {rows * _SIDE + 4}" role="img" '
        f'aria-label="{title}: {rows} rows of {columns} numbers" '
        f'width="{columns * _WIDEST}" font-size="{least:.0f}">'
        f'{_squares(shares)}<g font-size="{size:.1f}">{numbers}</g>{_outlines(cells.outlined)}'
        "</svg></div>"
    )


def _text(value: float) -> str:
    """A number in few letters: at most two decimals, or one digit of what is smaller."""
    if not np.isfinite(value):
        return ""
    text = f"{value:.4g}" if abs(value) >= 100 else f"{round(value, 2):.4g}"
    if text in ("0", "-0"):
        text = f"{value:.0e}".replace("e-0", "e-") if value else "0"
    return text.replace("-", "−")


def _shares(cells: Cells) -> NDArray[np.float64]:
    """Which part of the greatest size each value has, with its sign; NaN where it has none."""
    known = np.where(np.isfinite(cells.values), cells.values, np.nan)
    greatest = float(np.abs(known[np.isfinite(known)]).max(initial=0.0))
    return np.clip(known / ((greatest if cells.limit is None else cells.limit) or 1.0), -1, 1)


def _squares(shares: NDArray[np.float64]) -> str:
    """All cells, those of one colour in one path: a page may hold thousands of them."""
    paths: dict[str, str] = {}
    for row, column in np.ndindex(*shares.shape):
        square = f"M{column * _SIDE} {row * _SIDE}h{_SIDE}v{_SIDE}h-{_SIDE}z"
        kind = _kind(float(shares[row, column]))
        paths[kind] = paths.get(kind, "") + square
    return "".join(f'<path {kind} d="{path}"/>' for kind, path in paths.items())


def _kind(share: float) -> str:
    if np.isnan(share):
        return 'class="empty"'
    return f'fill="rgb({" ".join(str(round(each)) for each in mixed_colour(0.5 + share / 2))})"'


def _number(row: int, column: int, text: str, share: float) -> str:
    if not text:
        return ""
    # Black is read on all colours but the darkest, which are those of low values.
    light = ' class="light"' if share < -0.7 else ""
    x, y = column * _SIDE + _SIDE // 2, row * _SIDE + _SIDE // 2
    return f'<text{light} x="{x}" y="{y}">{text}</text>'


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
