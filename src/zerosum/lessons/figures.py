"""Figures as data: what is to be seen, in the units of what it shows, and no drawing.

A `Plot` holds marks on one pair of axes; a `Gallery` holds images; `Cells` are the numbers of a
small matrix; an `Animation` holds frames of such; a `Listing` is code. `zerosum.lessons.pages`
draws them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Animation",
    "Arrows",
    "Axis",
    "Bars",
    "Cells",
    "Dots",
    "Figure",
    "Frame",
    "Gallery",
    "HeatMap",
    "Line",
    "Listing",
    "Mark",
    "Panel",
    "Plot",
    "Row",
    "Rule",
]

Row = Sequence[float] | NDArray[np.floating] | NDArray[np.integer]
"""Numbers in a row, shape (n,)."""


@dataclass(frozen=True, kw_only=True)
class Axis:
    """What one axis of a plot shows.

    Attributes:
        label: What it is, with its unit.
        limits: The least and the greatest value that are shown; None: what the marks need.
        log: Whether equal ratios are shown as equal distances.

    Example:
        >>> Axis(label="learning rate", log=True).limits is None
        True
    """

    label: str
    limits: tuple[float, float] | None = None
    log: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """Points that are joined, in their order; one that is not finite leaves a gap.

    Attributes:
        name: What the legend calls it; empty: not in the legend.
        x: Shape (n,).
        y: Shape (n,).
        dashed: Whether it is drawn with gaps, as a reference.
        colour: Number of its colour; None: that of its place among the marks.

    Example:
        >>> Line(name="cost", x=[0, 1], y=[1.4, 1.3]).dashed
        False
    """

    name: str
    x: Row
    y: Row
    dashed: bool = False
    colour: int | None = None


@dataclass(frozen=True, kw_only=True)
class Dots:
    """Points.

    Attributes:
        name: What the legend calls them; empty: not in the legend.
        x: Shape (n,).
        y: Shape (n,).
        size: Their diameter, in pixels of a page of 360.
        colour: Number of their colour; None: that of their place among the marks.

    Example:
        >>> Dots(name="real", x=[0.5], y=[0.5]).size
        3.0
    """

    name: str
    x: Row
    y: Row
    size: float = 3.0
    colour: int | None = None


@dataclass(frozen=True, kw_only=True)
class Arrows:
    """Arrows from points.

    Attributes:
        name: What the legend calls them; empty: not in the legend.
        x: Where they begin, shape (n,).
        y: Likewise.
        dx: How far they lead, in the units of the axes, shape (n,).
        dy: Likewise.
        colour: Number of their colour; None: that of their place among the marks.

    Example:
        >>> Arrows(name="gradient", x=[0], y=[0], dx=[1], dy=[0]).name
        'gradient'
    """

    name: str
    x: Row
    y: Row
    dx: Row
    dy: Row
    colour: int | None = None


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Bars that stand on zero.

    Attributes:
        name: What the legend calls them; empty: not in the legend.
        x: The middle of each, shape (n,).
        y: Its height, shape (n,).
        width: In units of the x axis.
        shift: How far from x they are drawn, in units of the axis, where several stand side by
            side; what is told as numbers is x.
        colour: Number of their colour; None: that of their place among the marks.

    Example:
        >>> Bars(name="share", x=[0, 1], y=[0.5, 0.5]).width
        0.8
    """

    name: str
    x: Row
    y: Row
    width: float = 0.8
    shift: float = 0.0
    colour: int | None = None

    @property
    def middles(self) -> NDArray[np.float64]:
        """Where the bars are drawn, shape (n,)."""
        return np.asarray(self.x, np.float64) + self.shift


@dataclass(frozen=True, kw_only=True)
class HeatMap:
    """A value at each point of a grid, as colours between two that mean opposite things.

    Attributes:
        name: What the values are.
        values: Shape (rows, columns); the first row is the lowest, as y grows upwards.
        x: Least and greatest x, at the outer edges of the cells.
        y: Likewise.
        limits: The values of the two extreme colours; the one between is half-way.

    Example:
        >>> HeatMap(name="D(x)", values=np.zeros((2, 2)), x=(-1, 1), y=(-1, 1)).limits
        (0.0, 1.0)
    """

    name: str
    values: NDArray[np.floating]
    x: tuple[float, float]
    y: tuple[float, float]
    limits: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A straight line across the plot at one value, with its name beside it.

    Attributes:
        name: What stands at that value.
        at: The value.
        axis: On which axis: "x" for an upright line.

    Example:
        >>> Rule(name="log 4", at=1.386).axis
        'y'
    """

    name: str
    at: float
    axis: str = "y"


Mark = Line | Dots | Arrows | Bars | HeatMap | Rule


@dataclass(frozen=True, kw_only=True)
class Plot:
    """Marks on one pair of axes; later ones lie above earlier ones.

    Attributes:
        title: What is to be seen, in a line.
        x: The axis to the right.
        y: The axis upwards.
        marks: What is drawn.
        equal: Whether a unit is as long on both axes.

    Example:
        >>> line = Line(name="", x=[0, 1], y=[0, 1])
        >>> axes = {"x": Axis(label="x"), "y": Axis(label="y")}
        >>> len(Plot(title="The identity", marks=[line], **axes).marks)
        1
    """

    title: str
    x: Axis
    y: Axis
    marks: Sequence[Mark]
    equal: bool = False


@dataclass(frozen=True, kw_only=True)
class Gallery:
    """Images beside each other, small ones enlarged pixel by pixel.

    Attributes:
        title: What is to be seen, in a line.
        images: Bytes of shape (n, h, w) or (n, h, w, 3).
        captions: One for each, or none at all.
        columns: How many stand beside each other where the page is wide enough.

    Example:
        >>> Gallery(title="Black", images=np.zeros((2, 8, 8), np.uint8)).columns
        8
    """

    title: str
    images: NDArray[np.uint8]
    captions: Sequence[str] = ()
    columns: int = 8

    def __post_init__(self) -> None:
        assert self.images.ndim in (3, 4)
        assert len(self.captions) in (0, len(self.images))


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The numbers of a small matrix, each in a cell of the colour that its value has.

    Attributes:
        title: What is to be seen, in a line.
        values: Shape (rows, columns); the first row is the highest. What is not finite is left
            empty.
        outlined: Which cells have a border, shape (rows, columns); None: none.
        limit: The size of the values of the two extreme colours, one for each sign; None: the
            greatest size that there is.

    Example:
        >>> Cells(title="The identity", values=np.eye(2), outlined=np.eye(2) > 0).limit is None
        True
    """

    title: str
    values: NDArray[np.floating]
    outlined: NDArray[np.bool_] | None = None
    limit: float | None = None

    def __post_init__(self) -> None:
        assert self.values.ndim == 2
        assert self.outlined is None or self.outlined.shape == self.values.shape


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Code, to be read and copied.

    Attributes:
        title: What it does, in a line.
        code: Its lines.

    Example:
        >>> Listing(title="One layer", code="layer = nn.Linear(2, 1)").code
        'layer = nn.Linear(2, 1)'
    """

    title: str
    code: str


Panel = Plot | Gallery | Cells


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One moment of an animation.

    Attributes:
        caption: What happens, with its numbers.
        panels: What is seen of it; as many and of the same kinds in every frame.

    Example:
        >>> Frame(caption="round 0", panels=()).caption
        'round 0'
    """

    caption: str
    panels: Sequence[Panel]


@dataclass(frozen=True, kw_only=True)
class Animation:
    """Frames one after the other, which a reader can play, stop and step through.

    Attributes:
        title: What is to be seen, in a line.
        frames: At least one; what a reader without scripts sees is the last.

    Example:
        >>> len(Animation(title="Nothing", frames=[Frame(caption="", panels=())]).frames)
        1
    """

    title: str
    frames: Sequence[Frame]

    def __post_init__(self) -> None:
        assert self.frames
        kinds = {tuple(map(type, frame.panels)) for frame in self.frames}
        assert len(kinds) == 1


Figure = Panel | Animation | Listing
