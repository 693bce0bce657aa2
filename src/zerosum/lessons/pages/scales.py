"""From the units of an axis to places on the page, and which values are marked there."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator
from numpy.typing import NDArray

from zerosum.lessons.figures import Arrows, Axis, Bars, Dots, HeatMap, Line, Mark, Row, Rule

__all__ = ["Scale", "scale_of", "shortened"]

_ROOM = 0.04
"""Share of an axis that is left free beyond the outermost values."""
_SMALLEST = 1e-3
"""Of values that are written out, so that they find room beside an axis."""


@dataclass(frozen=True)
class Scale:
    """An axis and where it lies on the page.

    Attributes:
        axis: What it shows.
        low: The least value shown.
        high: The greatest.
        begin: Where the least lies, in pixels.
        end: Where the greatest lies.

    Example:
        >>> scale = Scale(Axis(label="x"), 0.0, 10.0, 0.0, 100.0)
        >>> scale.at([0, 5, 10]).tolist(), scale.ticks
        ([0.0, 50.0, 100.0], [0.0, 2.0, 4.0, 6.0, 8.0, 10.0])
        >>> Scale(Axis(label="x", log=True), 0.1, 10.0, 0.0, 100.0).at([1]).round(6).tolist()
        [50.0]
    """

    axis: Axis
    low: float
    high: float
    begin: float
    end: float

    def at(self, values: Row) -> NDArray[np.float64]:
        """Where values lie, in pixels, shape (n,); what a log axis cannot show is NaN."""
        array = np.asarray(values, dtype=np.float64)
        low, high = self.low, self.high
        if self.axis.log:
            with np.errstate(divide="ignore", invalid="ignore"):
                array, low, high = np.log(array), np.log(low), np.log(high)
        share = (array - low) / (high - low)
        place: NDArray[np.float64] = self.begin + share * (self.end - self.begin)
        return np.where(np.isfinite(place), place, np.nan)

    @cached_property
    def ticks(self) -> list[float]:
        """Round values within, to be marked."""
        locator = (
            LogLocator(numticks=6) if self.axis.log else MaxNLocator(nbins=5, steps=[1, 2, 5, 10])
        )
        values = locator.tick_values(self.low, self.high)
        slack = 0.0 if self.axis.log else 1e-9 * (self.high - self.low)
        return [float(v) for v in values if self.low - slack <= v <= self.high + slack]


def scale_of(axis: Axis, marks: Iterable[Mark], which: str, begin: float, end: float) -> Scale:
    """The scale on which all marks can be seen.

    Args:
        axis: What it shows; its limits win over the marks.
        marks: What is drawn.
        which: "x" or "y".
        begin: Where the least value lies, in pixels.
        end: Where the greatest lies.

    Example:
        >>> line = Line(name="", x=[0, 1], y=[2, 4])
        >>> scale_of(Axis(label="", limits=(0, 5)), [line], "y", 100, 0).high
        5
    """
    if axis.limits is not None:
        return Scale(axis, *axis.limits, begin, end)
    found = [np.ravel(np.asarray(part, np.float64)) for m in marks for part in _extent(m, which)]
    values = np.concatenate([*found, np.zeros(0)])
    values = values[np.isfinite(values)]
    if axis.log:
        values = values[values > 0]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    if axis.log:
        low, high = (low, high) if low < high else (low / 10, high * 10)
        room = (high / low) ** _ROOM
        return Scale(axis, low / room, high * room, begin, end)
    if high - low <= 1e-12 * max(abs(low), abs(high), 1e-300):
        low, high = low - 0.5 * max(abs(low), 1.0), high + 0.5 * max(abs(high), 1.0)
    room = _ROOM * (high - low)
    return Scale(axis, low - room, high + room, begin, end)


def _extent(mark: Mark, which: str) -> list[Row]:
    """The values that a mark needs room for."""
    match mark:
        case HeatMap():
            return [getattr(mark, which)]
        case Rule():
            return [[mark.at]] if mark.axis == which else []
        case Bars() if which == "y":
            return [mark.y, [0.0]]
        case Bars():
            return [mark.middles - mark.width / 2, mark.middles + mark.width / 2]
        case Arrows():
            tail = np.asarray(getattr(mark, which), np.float64)
            return [tail, tail + np.asarray(getattr(mark, f"d{which}"), np.float64)]
        case Line() | Dots():
            return [getattr(mark, which)]


def shortened(value: float) -> str:
    """A number as an axis shows it.

    Example:
        >>> shortened(0.25), shortened(-2.0), shortened(1e-4), shortened(20000.0)
        ('0.25', '−2', '1e−4', '20000')
    """
    digits = f"{value:.4e}" if 0 < abs(value) < _SMALLEST else f"{value:.5g}"
    mantissa, e, exponent = digits.partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    text = mantissa if not e else f"{mantissa}e{int(exponent)}"
    return "0" if text == "-0" else text.replace("-", "−")
