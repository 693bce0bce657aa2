"""Plots as SVG: coordinates of a page of 360 pixels, to a tenth, which larger pages enlarge."""

import math
from collections.abc import Iterable, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zerosum.lessons.figures import Arrows, Bars, Dots, HeatMap, Line, Mark, Plot, Row, Rule
from zerosum.lessons.pages.scales import Scale, scale_of, shortened
from zerosum.media.images import data_address

__all__ = [
    "COLOURS",
    "Axes",
    "axes_of",
    "draw_marks",
    "draw_plot",
    "legend_of",
    "mixed_colour",
    "wrapped",
]

COLOURS = 8
"""How many colours there are; the style sheet says which."""

_WIDTH, _HEIGHT = 360, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 10, 8, 38
_CHARACTER = 6.5
"""Pixels of a figure, at the size of the style sheet."""
_LOW, _MIDDLE, _HIGH = (33, 102, 172), (245, 245, 245), (200, 90, 0)
"""Colours of a heat map: a blue, nearly white, an orange; told apart by all eyes."""


class Axes:
    """The two scales of a plot, and how tall it is.

    Args:
        x: The scale to the right.
        y: The scale upwards.
        height: Of the whole drawing, in pixels.
    """

    def __init__(self, x: Scale, y: Scale, height: float) -> None:
        self.x, self.y, self.height = x, y, height

    def places(
        self,
        x: Row,
        y: Row,
    ) -> NDArray[np.float64]:
        """Where points lie, in pixels, shape (n, 2)."""
        return np.stack([self.x.at(x), self.y.at(y)], axis=1)


def axes_of(plots: Sequence[Plot]) -> Axes:
    """The axes on which all plots can be seen: moments of one, of equal labels.

    Example:
        >>> from zerosum.lessons.figures import Axis
        >>> line = Line(name="", x=[0, 1], y=[0, 1])
        >>> plot = Plot(title="", x=Axis(label="x"), y=Axis(label="y"), marks=[line], equal=True)
        >>> axes = axes_of([plot])
        >>> axes.height == 360 - 46 - 10 + 8 + 38
        True
    """
    first = plots[0]
    marks = [mark for plot in plots for mark in plot.marks]
    x = scale_of(first.x, marks, "x", _LEFT, _WIDTH - _RIGHT)
    height = float(_HEIGHT)
    if first.equal:
        y = scale_of(first.y, marks, "y", 1.0, 0.0)
        inner = (_WIDTH - _LEFT - _RIGHT) * (y.high - y.low) / (x.high - x.low)
        height = _TOP + _BOTTOM + inner
    y = scale_of(first.y, marks, "y", height - _BOTTOM, _TOP)
    return Axes(x, y, height)


def draw_plot(plot: Plot) -> str:
    """The plot as one ``<svg>`` element.

    Example:
        >>> from zerosum.lessons.figures import Axis
        >>> line = Line(name="cost", x=[0, 1], y=[0, 1])
        >>> plot = Plot(title="Cost", x=Axis(label="x"), y=Axis(label="y"), marks=[line])
        >>> draw_plot(plot).startswith("<svg")
        True
    """
    axes = axes_of([plot])
    return wrapped(plot, axes, draw_marks(plot.marks, axes))


def wrapped(plot: Plot, axes: Axes, inner: str) -> str:
    """The ``<svg>`` element with a plot's axes, and within them what is given."""
    x, y = axes.x, axes.y
    label = escape(f"{plot.title}. {_spoken(x)}; {_spoken(y)}.")
    more = _room_for_numbers(y)
    lines = [
        f'<svg viewBox="{-more} 0 {_WIDTH + more} {axes.height:.0f}" role="img" '
        f'aria-label="{label}">',
        *(_tick(x.at([t])[0], axes.height - _BOTTOM, t, "x") for t in x.ticks),
        *(_tick(_LEFT, y.at([t])[0], t, "y") for t in y.ticks),
        f'<rect class="frameline" x="{_LEFT}" y="{_TOP}" '
        f'width="{_WIDTH - _LEFT - _RIGHT}" height="{axes.height - _TOP - _BOTTOM:.0f}"/>',
        f'<text class="label" x="{(_LEFT + _WIDTH - _RIGHT) / 2:.0f}" '
        f'y="{axes.height - 5:.0f}" text-anchor="middle">{escape(plot.x.label)}</text>',
        f'<text class="label" transform="translate({11 - more} '
        f'{(_TOP + axes.height - _BOTTOM) / 2:.0f}) rotate(-90)" '
        f'text-anchor="middle">{escape(plot.y.label)}</text>',
        f'<svg x="{_LEFT}" y="{_TOP}" width="{_WIDTH - _LEFT - _RIGHT}" '
        f'height="{axes.height - _TOP - _BOTTOM:.1f}" viewBox="{_LEFT} {_TOP} '
        f'{_WIDTH - _LEFT - _RIGHT} {axes.height - _TOP - _BOTTOM:.1f}">{inner}</svg>',
        "</svg>",
    ]
    return "\n".join(lines)


def _room_for_numbers(scale: Scale) -> int:
    """How much wider a plot has to be so that long numbers do not reach the label beside them."""
    longest = max((len(shortened(tick)) for tick in scale.ticks), default=0)
    return max(0, math.ceil(longest * _CHARACTER - (_LEFT - 24)))


def _spoken(scale: Scale) -> str:
    log = ", by equal ratios" if scale.axis.log else ""
    return f"{scale.axis.label} from {shortened(scale.low)} to {shortened(scale.high)}{log}"


def _tick(x: float, y: float, value: float, which: str) -> str:
    text = shortened(value)
    if which == "x":
        return (
            f'<path class="tick" d="M{x:.1f} {y:.0f}v4"/>'
            f'<text x="{x:.1f}" y="{y + 15:.0f}" text-anchor="middle">{text}</text>'
        )
    return (
        f'<path class="tick" d="M{x:.0f} {y:.1f}h-4"/>'
        f'<text x="{x - 6:.0f}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
    )


def draw_marks(marks: Sequence[Mark], axes: Axes) -> str:
    """The marks on the axes, later ones above earlier ones."""
    return "".join(_draw(mark, axes, colour) for mark, colour in _coloured(marks))


def _coloured(marks: Sequence[Mark]) -> Iterable[tuple[Mark, int]]:
    """Each mark with the number of its colour: its own, or the next of those with names."""
    following = 0
    for mark in marks:
        own = getattr(mark, "colour", None)
        yield mark, (following if own is None else own) % COLOURS
        if own is None and isinstance(mark, Line | Dots | Arrows | Bars):
            following += 1


def _draw(mark: Mark, axes: Axes, colour: int) -> str:
    match mark:
        case Line():
            dashed = " dashed" if mark.dashed else ""
            path = _joined(axes.places(mark.x, mark.y))
            return f'<path class="line c{colour}{dashed}" d="{path}"/>' if path else ""
        case Dots():
            path = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in _finite(axes.places(mark.x, mark.y)))
            return f'<path class="dots c{colour}" stroke-width="{mark.size:g}" d="{path}"/>'
        case Arrows():
            return f'<path class="arrows c{colour}" d="{_arrows(mark, axes)}"/>'
        case Bars():
            return f'<path class="bars c{colour}" d="{_bars(mark, axes)}"/>'
        case HeatMap():
            return _heat_map(mark, axes)
        case Rule():
            return _rule(mark, axes)


def _finite(places: NDArray[np.float64]) -> NDArray[np.float64]:
    return places[np.isfinite(places).all(axis=1)]


def _joined(places: NDArray[np.float64]) -> str:
    """A path through the points, with a gap at each that is not finite."""
    bounded = np.clip(places, -5000, 5000)  # What lies far outside is not seen anyway.
    path, joined = "", False
    for x, y in bounded:
        if np.isfinite(x) and np.isfinite(y):
            path += f"{'L' if joined else 'M'}{x:.1f} {y:.1f}"
            joined = True
        else:
            joined = False
    return path


def _arrows(mark: Arrows, axes: Axes) -> str:
    x, y = np.asarray(mark.x, np.float64), np.asarray(mark.y, np.float64)
    tails = axes.places(x, y)
    heads = axes.places(x + np.asarray(mark.dx), y + np.asarray(mark.dy))
    path = ""
    for (x0, y0), (x1, y1) in zip(tails, heads, strict=True):
        length = np.hypot(x1 - x0, y1 - y0)
        if not np.isfinite(length):
            continue
        path += f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"
        if length > 1:
            back = min(4.0, length / 2) / length
            bx, by = (x1 - x0) * back, (y1 - y0) * back
            for side in (0.5, -0.5):
                path += f"M{x1:.1f} {y1:.1f}L{x1 - bx - side * by:.1f} {y1 - by + side * bx:.1f}"
    return path


def _bars(mark: Bars, axes: Axes) -> str:
    middle, top = mark.middles, np.asarray(mark.y, np.float64)
    left, right = axes.x.at(middle - mark.width / 2), axes.x.at(middle + mark.width / 2)
    base, heights = axes.y.at([0.0])[0], axes.y.at(top)
    return "".join(
        f"M{a:.1f} {base:.1f}V{h:.1f}H{b:.1f}V{base:.1f}z"
        for a, b, h in zip(left, right, heights, strict=True)
        if np.isfinite(h)
    )


def _heat_map(mark: HeatMap, axes: Axes) -> str:
    (left, right), (bottom, top) = axes.x.at(mark.x), axes.y.at(mark.y)
    return (
        f'<image x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
        f'height="{bottom - top:.1f}" preserveAspectRatio="none" '
        f'href="{data_address(_colour_image(mark))}"/>'
    )


def _colour_image(mark: HeatMap) -> Image.Image:
    """One pixel a cell, in at most 64 colours: what an eye can tell apart, and small as a file."""
    low, high = mark.limits
    share = np.clip((np.nan_to_num(mark.values, nan=(low + high) / 2) - low) / (high - low), 0, 1)
    indices = np.rint(share[::-1] * 63).astype(np.uint8)
    image = Image.fromarray(indices, mode="P")
    image.putpalette([round(c) for level in np.linspace(0, 1, 64) for c in mixed_colour(level)])
    return image


def mixed_colour(share: float) -> NDArray[np.float64]:
    """The colour that lies so far on the way from a heat map's low one to its high one.

    Example:
        >>> mixed_colour(0.5)
        array([245., 245., 245.])
    """
    low, middle, high = (np.array(each, np.float64) for each in (_LOW, _MIDDLE, _HIGH))
    if share < 0.5:
        return low + (middle - low) * 2 * share
    return middle + (high - middle) * (2 * share - 1)


def _rule(mark: Rule, axes: Axes) -> str:
    text = escape(mark.name)
    if mark.axis == "y":
        y = axes.y.at([mark.at])[0]
        return (
            f'<path class="rule" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}"/>'
            f'<text x="{_WIDTH - _RIGHT - 4}" y="{y - 4:.1f}" text-anchor="end">{text}</text>'
        )
    x = axes.x.at([mark.at])[0]
    return (
        f'<path class="rule" d="M{x:.1f} {_TOP}V{axes.height - _BOTTOM:.0f}"/>'
        f'<text x="{x + 4:.1f}" y="{_TOP + 14}">{text}</text>'
    )


def legend_of(*plots: Plot) -> str:
    """A list of what the colours mean in all these plots; empty where nothing has a name."""
    entries = list(dict.fromkeys(entry for plot in plots for entry in _legend(plot)))
    return f'<ul class="legend">{"".join(entries)}</ul>' if entries else ""


def _legend(plot: Plot) -> list[str]:
    entries = []
    for mark, colour in _coloured(plot.marks):
        match mark:
            case Line(name=name) if name:
                dashed = " dashed" if mark.dashed else ""
                key = f'<path class="line c{colour}{dashed}" d="M1 6h22"/>'
            case Dots(name=name) if name:
                key = f'<path class="dots c{colour}" stroke-width="6" d="M12 6h0"/>'
            case Arrows(name=name) if name:
                key = f'<path class="arrows c{colour}" d="M2 6H22M22 6L16 3M22 6L16 9"/>'
            case Bars(name=name) if name:
                key = f'<path class="bars c{colour}" d="M4 1H20V11H4z"/>'
            case HeatMap(name=name):
                low, high = map(shortened, mark.limits)
                entries.append(
                    f'<li>{escape(name)}: {low} <span class="ramp" aria-hidden="true"></span>'
                    f" {high}</li>"
                )
                continue
            case _:
                continue
        swatch = f'<svg class="key" viewBox="0 0 24 12" aria-hidden="true">{key}</svg>'
        entries.append(f"<li>{swatch} {escape(name)}</li>")
    return entries
