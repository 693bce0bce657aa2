"""What strokes ask of a picture, and how far pictures are from it."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from zerosum.errors import ConfigError, DataError
from zerosum.latent.edges import oriented_gradients, share_of_cells
from zerosum.latent.strokes import Stroke, Warp, coverage, to_colour
from zerosum.types import Images, ImageShape, PerSample

__all__ = ["Constraints", "constrain", "plain_background"]

Pixel = Float[Tensor, " c"]
"""One pixel of an image, in [-1, 1]."""

_PLAIN = 0.5
_NEAR = 1 / 8
_TINY = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Constraints:
    """What a drawing asks of an image of shape (c, h, w).

    Attributes:
        colours: The colour wanted of each pixel, (1, c, h, w).
        painted: How much that counts, from 0 to 1, (1, 1, h, w): c and m above.
        edges: The histograms wanted of each cell, (1, 8, rows, columns).
        drawn: How much they count, (1, 1, rows, columns): e and n above.
    """

    colours: Images
    painted: Float[Tensor, "1 1 h w"]
    edges: Float[Tensor, "1 o rows columns"]
    drawn: Float[Tensor, "1 1 rows columns"]

    def cost(self, images: Images, *, edges: float = 1.0) -> PerSample:
        """Compute how far images are from the drawing; nothing drawn costs nothing.

        Args:
            images: In [-1, 1].
            edges: β.
        """
        cost = _weighted(images, self.colours, self.painted)
        if edges > 0 and bool((self.drawn > 0).any()):
            cost = cost + edges * _weighted(oriented_gradients(images), self.edges, self.drawn)
        return cost

    def to(self, device: torch.device) -> "Constraints":
        """Return them on a device."""
        return Constraints(
            colours=self.colours.to(device),
            painted=self.painted.to(device),
            edges=self.edges.to(device),
            drawn=self.drawn.to(device),
        )


def constrain(
    strokes: Sequence[Stroke | Warp],
    shape: ImageShape,
    *,
    background: Pixel | Images | None = None,
    paper: float = 0.2,
) -> Constraints:
    """Turn strokes into what they ask of each pixel; later ones lie over earlier ones.

    Args:
        strokes: In the order of drawing.
        shape: (c, h, w) of the generator's images.
        background: What is not painted: one colour, which counts from the first colour stroke
            on, or a picture (1, c, h, w) that is to stay as it is but for the strokes, which
            counts from any first stroke on. None: what is not painted may be anything.
        paper: How much a pixel of the background counts beside a painted one.

    Raises:
        ConfigError: The paper's weight is no number from 0 to 1.
        DataError: A warp's picture, or the background, has another shape.

    Example:
        >>> seven = Stroke(places=((0.3, 0.25), (0.7, 0.25), (0.45, 0.8)), width=0.1)
        >>> asked = constrain([seven], (1, 28, 28))
        >>> asked.colours[0, 0, 7, 14], asked.painted[0, 0, 0, 0]
        (tensor(1.), tensor(0.))
    """
    if not 0 <= paper <= 1:
        raise ConfigError(f"expected a weight of the paper from 0 to 1, got {paper:g}.")
    sheet = _Sheet(shape)
    for stroke in strokes:
        sheet.add(stroke)
    return sheet.constraints(background, paper)


class _Sheet:
    """The layers of a drawing, while strokes are added."""

    def __init__(self, shape: ImageShape) -> None:
        self.shape = shape
        self.size = (shape[1], shape[2])
        self.colours = torch.zeros(shape)
        self.painted = torch.zeros(self.size)
        self.lines = torch.zeros(self.size)
        # From where patches were dragged away.
        self.left = torch.zeros(self.size)
        # Histograms of warped pictures, each with the pixels where they count.
        self.warped: list[tuple[Tensor, Tensor]] = []

    def add(self, stroke: Stroke | Warp) -> None:
        """Lay one over those before."""
        if isinstance(stroke, Warp):
            self._add_warp(stroke)
            return
        covered = coverage(stroke.places, stroke.width, self.size)
        if stroke.kind == "colour":
            self._paint(to_colour(stroke.colour, self.shape[0])[:, None, None], covered)
        elif stroke.kind == "edge":
            self.lines = torch.maximum(self.lines, covered)
        else:
            self.painted = self.painted * (1 - covered)
            self.lines = self.lines * (1 - covered)
            self.left = self.left * (1 - covered)
            self.warped = [(edges, mask * (1 - covered)) for edges, mask in self.warped]

    def _add_warp(self, warp: Warp) -> None:
        self.require_shape(warp.picture, "warped picture")
        moved = _shifted(warp)
        covered = coverage([warp.end], 2 * warp.radius, self.size)
        self.left = torch.maximum(self.left, coverage([warp.centre], 2 * warp.radius, self.size))
        self._paint(moved[0], covered)
        self.warped.append((oriented_gradients(moved), covered))

    def _whole(self, background: Tensor) -> Tensor:
        """The background as a picture (c, h, w)."""
        if background.ndim == 1:
            return background[:, None, None].expand(self.shape)
        self.require_shape(background, "background")
        return background[0]

    def _paint(self, colour: Tensor, covered: Tensor) -> None:
        below = self.painted * (1 - covered)
        self.painted = covered + below
        share = torch.where(self.painted > 0, covered / self.painted.clamp_min(_TINY), 0.0)
        self.colours = torch.lerp(self.colours, colour.expand(self.shape), share)

    def require_shape(self, picture: Tensor, what: str) -> None:
        """Refuse a picture of another shape."""
        if picture.shape != (1, *self.shape):
            raise DataError(
                f"expected a {what} of shape (1, {', '.join(map(str, self.shape))}), got "
                f"{tuple(picture.shape)}."
            )

    def constraints(self, background: Tensor | None, paper: float) -> Constraints:
        """Add the paper, and combine edges."""
        painted, colours = self.painted, self.colours
        if background is not None:
            below = self._whole(background.cpu().float())
            if bool((painted > 0).any()) or (background.ndim > 1 and bool((self.lines > 0).any())):
                # Of a pixel that is painted in part, the rest is paper.
                colours = torch.lerp(below, colours, painted)
                free = (1 - painted) * (1 - self.lines) * (1 - self.left)
                painted = painted + paper * free
        edges = oriented_gradients(2 * self.lines[None, None] - 1)
        drawn = share_of_cells(self.lines)
        for histograms, mask in self.warped:
            over = share_of_cells(mask)
            edges, drawn = torch.lerp(edges, histograms, over), torch.maximum(drawn, over)
        return Constraints(
            colours=colours[None], painted=painted[None, None], edges=edges, drawn=drawn
        )


def _shifted(warp: Warp) -> Images:
    """The warp's picture, moved as the patch was; pixels of its border are repeated."""
    shift = torch.tensor([warp.end[axis] - warp.centre[axis] for axis in (0, 1)])
    moved = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    # From −1 to 1 over the picture; the grid says where a pixel comes from.
    moved[0, :, 2] = -2 * shift
    picture = warp.picture.cpu().float()
    grid = functional.affine_grid(moved, list(picture.shape), align_corners=False)
    shifted: Images = functional.grid_sample(
        picture, grid, padding_mode="border", align_corners=False
    )
    return shifted


def _weighted(values: Tensor, wanted: Tensor, weights: Tensor) -> PerSample:
    """Mean squared differences, by weights of places."""
    squares = (values - wanted).square().mean(dim=1, keepdim=True) * weights
    return squares.sum(dim=(1, 2, 3)) / weights.sum().clamp_min(1.0)


def plain_background(images: Images) -> Pixel | None:
    """Return the colour that more than half of all pixels have, nearly; None where none has.

    Args:
        images: Pictures of one generator, in [-1, 1].

    Example:
        >>> plain_background(torch.full((2, 1, 8, 8), -1.0))
        tensor([-1.])
        >>> plain_background(torch.rand(2, 3, 8, 8) * 2 - 1) is None
        True
    """
    pixels = images.transpose(0, 1).flatten(1)
    middle = pixels.median(dim=1).values
    near = ((pixels - middle[:, None]).abs() <= _NEAR).all(dim=0)
    return middle if near.float().mean() > _PLAIN else None
