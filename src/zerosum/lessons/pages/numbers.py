"""The numbers of a figure as tables, for those who do not see it and for those who want them."""

from html import escape
from typing import Any

import numpy as np

from zerosum.lessons.figures import (
    Animation,
    Arrows,
    Bars,
    Cells,
    Dots,
    Figure,
    Gallery,
    HeatMap,
    Line,
    Listing,
    Mark,
    Plot,
    Rule,
)
from zerosum.lessons.results import Table, shown_number

__all__ = ["draw_table", "numbers_of"]

_MOST = 12
"""Points of one mark that are told: evenly spaced ones where it has more."""


def numbers_of(figure: Figure) -> str:
    """A part of the page that unfolds to the figure's numbers; empty where there are none.

    Of an animation it tells the last frame.
    """
    if isinstance(figure, Animation):
        return "".join(numbers_of(panel) for panel in figure.frames[-1].panels)
    if isinstance(figure, Gallery | Listing):
        return ""
    if isinstance(figure, Cells):
        tables = [_matrix(figure)]
    else:
        tables = [table for mark in figure.marks if (table := _table(mark, figure)).rows]
    if not tables:
        return ""
    return (
        f"<details><summary>Numbers of “{escape(figure.title)}”</summary>"
        f"{''.join(map(draw_table, tables))}</details>"
    )


def _table(mark: Mark, plot: Plot) -> Table:
    x, y = plot.x.label, plot.y.label
    match mark:
        case Rule():
            rows: list[Any] = [(y if mark.axis == "y" else x, mark.at)]
            return Table(title=mark.name, columns=("axis", "value"), rows=rows)
        case HeatMap():
            return _grid(mark, plot)
        case Arrows():
            rows = _spaced(mark.x, mark.y, mark.dx, mark.dy)
            return Table(title=mark.name, columns=(x, y, f"along {x}", f"along {y}"), rows=rows)
        case Line() | Dots() | Bars():
            return Table(title=mark.name, columns=(x, y), rows=_spaced(mark.x, mark.y))


def _spaced(*columns: Any) -> list[Any]:
    """Rows of the columns, at most so many."""
    arrays = [np.asarray(each, np.float64) for each in columns]
    count = len(arrays[0])
    kept = np.unique(np.linspace(0, count - 1, min(count, _MOST)).round().astype(int))
    return list(zip(*(each[kept].tolist() for each in arrays), strict=True)) if count else []


def _grid(mark: HeatMap, plot: Plot) -> Table:
    """The values at five places each way."""
    rows, columns = mark.values.shape
    ys = np.unique(np.linspace(rows - 1, 0, min(rows, 5)).round().astype(int))[::-1]
    xs = np.unique(np.linspace(0, columns - 1, min(columns, 5)).round().astype(int))
    at_x = [mark.x[0] + (i + 0.5) * (mark.x[1] - mark.x[0]) / columns for i in xs]
    at_y = [mark.y[0] + (i + 0.5) * (mark.y[1] - mark.y[0]) / rows for i in ys]
    return Table(
        title=mark.name,
        columns=(f"{plot.y.label} \\ {plot.x.label}", *(shown_number(float(x)) for x in at_x)),
        rows=[(float(y), *mark.values[i, xs].tolist()) for i, y in zip(ys, at_y, strict=True)],
    )


def _matrix(cells: Cells) -> Table:
    """All numbers; those of outlined cells in brackets."""
    rows, columns = cells.values.shape
    outlined = np.zeros((rows, columns), bool) if cells.outlined is None else cells.outlined
    return Table(
        title=cells.title,
        columns=("row", *(str(1 + column) for column in range(columns))),
        rows=[
            (1 + row, *map(_told, cells.values[row].tolist(), outlined[row].tolist()))
            for row in range(rows)
        ],
    )


def _told(value: float, is_outlined: bool) -> Any:
    if not np.isfinite(value):
        return "–"
    return f"[{shown_number(value)}]" if is_outlined else value


def draw_table(table: Table) -> str:
    """The table as HTML that scrolls by itself where it is wider than the page.

    Example:
        >>> draw_table(Table(title="One", columns=("x",), rows=[(1.5,)])).count("<td")
        1
    """
    head = "".join(f'<th scope="col">{escape(str(each))}</th>' for each in table.columns)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows)
    title = escape(table.title)
    caption = f'<p class="caption">{title}</p>' if title else ""
    return (  # A caption of the table itself would be no wider than a narrow table is.
        f'{caption}<div class="scroll" tabindex="0" role="group" aria-label="{title or "table"}">'
        f'<table aria-label="{title or "table"}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(value: Any) -> str:
    kind = ' class="number"' if isinstance(value, int | float | np.number) else ""
    return f"<td{kind}>{escape(shown_number(value))}</td>"
