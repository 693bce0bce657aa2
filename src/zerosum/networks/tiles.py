"""Apply a convolutional network to images of any size, in tiles where they are large."""

from dataclasses import dataclass
from itertools import product
from math import ceil
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from zerosum.errors import ConfigError
from zerosum.networks.statistics import measure_statistics, normalising_by
from zerosum.types import Images

__all__ = ["translate_any_size"]

Piece = Float[Tensor, "_ c _ _"]
"""Parts of images."""

Weights = Float[Tensor, " side"]
"""The weight of a tile in each of its rows or columns."""

Places = Int[Tensor, " side"]
"""Rows or columns of an image."""


class _Strip(NamedTuple):
    """The rows, or columns, of one tile, and its weights in the result."""

    start: int
    weights: Weights

    @property
    def span(self) -> tuple[int, int]:
        """The first row or column, and the end."""
        return self.start, self.start + len(self.weights)


@dataclass(frozen=True, kw_only=True)
class _Layout:
    """The layout of tiles: they begin and end at multiples."""

    multiple: int
    tile: int
    overlap: int


@torch.no_grad()
def translate_any_size(
    network: nn.Module,
    images: Images,
    *,
    multiple: int = 1,
    tile: int = 1024,
    overlap: int = 128,
) -> Images:
    """Apply a convolutional network that keeps the shape to images of any size.

    Sides are padded to the multiple by reflection at the right and at the bottom (by repeating the
    edge where there is too little to reflect), and cropped afterwards. Images of at most
    tile x tile pixels are processed whole, larger ones in tiles. Where two tiles overlap, their
    results are crossfaded linearly over the middle half; the outer quarters, where the context of
    a tile is too small, have no weight. So there is no seam at all if the receptive field reaches
    no further than a quarter of the overlap.

    Instance and group normalisation take their statistics over the whole image. Tiles normalised
    by their own statistics would differ in colour. So pieces from all over the image, together
    as large as one tile, are processed first, as if they were one image, and its statistics are
    used for all tiles. This leaves no seam either, and estimates the whole image's statistics.
    Pooled statistics of the tiles would not: those of each layer must be consistent with the
    layers before it.

    The memory is that of the images, of the result, and of the network for one tile.

    Args:
        network: The network, in evaluation mode. Tiles are moved to its device.
        images: The images, on any device; the result is on the same.
        multiple: Sides of the network's input are multiples of this.
        tile: Side of the tiles in pixels, rounded down to the multiple.
        overlap: Overlap of tiles in pixels, rounded up to a multiple of twice ``multiple``.

    Raises:
        ConfigError: A tile is smaller than twice the overlap.

    Example:
        >>> blur = nn.Conv2d(1, 1, 3, padding=1).eval()
        >>> image = torch.rand(1, 1, 50, 70)
        >>> tiled = translate_any_size(blur, image, tile=24, overlap=8)
        >>> torch.allclose(tiled, blur(image), atol=1e-6)
        True
    """
    assert not network.training, "expected a network in evaluation mode"
    layout = _layout(multiple=multiple, tile=tile, overlap=overlap)
    height, width = images.shape[2:]
    if height * width <= tile * tile:
        whole = _cut(images, (0, height), (0, width), multiple)
        translated: Images = network(_on_device_of(network, whole))
        return translated[:, :, :height, :width].to(images.device)
    result = torch.zeros_like(images)
    for number in range(len(images)):
        one = slice(number, number + 1)
        _translate_tiles(network, images[one], result[one], layout)
    return result


def _layout(*, multiple: int, tile: int, overlap: int) -> _Layout:
    step = 2 * multiple
    whole_overlap = max(1, -(-overlap // step)) * step
    whole_tile = tile // multiple * multiple
    if whole_tile < 2 * whole_overlap:
        raise ConfigError(
            f"tiles of {tile} pixels are too small: expected at least {2 * whole_overlap}, twice "
            f"the overlap of {whole_overlap}, for a network that takes multiples of {multiple}. "
            "Choose larger tiles, or a smaller overlap."
        )
    return _Layout(multiple=multiple, tile=whole_tile, overlap=whole_overlap)


def _translate_tiles(network: nn.Module, image: Images, result: Images, layout: _Layout) -> None:
    """Add the translation of one image, tile by tile, to a result of zeros."""
    pieces, margin = _sample(image, layout)
    statistics = measure_statistics(network, _on_device_of(network, pieces), margin=margin)
    for rows, columns in product(*(_strips(side, layout) for side in image.shape[2:])):
        piece = _cut(image, rows.span, columns.span, layout.multiple)
        with normalising_by(network, statistics):
            translated = network(_on_device_of(network, piece))
        share = translated * (rows.weights[:, None] * columns.weights).to(translated)
        place = result[:, :, slice(*rows.span), slice(*columns.span)]
        place += share[:, :, : place.shape[2], : place.shape[3]].to(place)


def _sample(image: Images, layout: _Layout) -> tuple[Piece, int]:
    """Cut pieces, in all no larger than a tile, evenly from the image; return their margin."""
    multiple = layout.multiple
    side = _rounded_up(max(layout.tile // 8, min(16, layout.tile // 2), 2 * multiple), multiple)
    height, width = (_rounded_up(each, multiple) for each in image.shape[2:])
    piece = min(side, height), min(side, width)
    most = layout.tile**2 // (piece[0] * piece[1])
    down, right = height / piece[0], width / piece[1]  # pieces that fit beside each other
    # Rows and columns in the ratio of the sides, so that pieces lie evenly in both directions.
    rows = min(max(1, round((most * down / right) ** 0.5)), most, ceil(down))
    columns = min(most // rows, ceil(right))
    tops = _spread(height - piece[0], rows, multiple)
    lefts = _spread(width - piece[1], columns, multiple)
    pieces = [
        _cut(image, (top, top + piece[0]), (left, left + piece[1]), multiple)
        for top, left in product(tops, lefts)
    ]
    # Near its border a piece sees padding in place of the image: that is not counted.
    return torch.cat(pieces), min(piece) // 8


def _spread(last: int, count: int, multiple: int) -> list[int]:
    """Spread ``count`` multiples from 0 to ``last``; a single one lies in the middle."""
    if count == 1:
        return [last // 2 // multiple * multiple]
    return [number * last // (count - 1) // multiple * multiple for number in range(count)]


def _strips(side: int, layout: _Layout) -> list[_Strip]:
    """Split one side into the strips of tiles, whose weights add up to 1 everywhere."""
    padded, overlap = _rounded_up(side, layout.multiple), layout.overlap
    step = layout.tile - overlap
    starts = range(0, max(1, padded - overlap), step)
    strips = []
    for start in starts:
        places = torch.arange(start, min(start + layout.tile, padded))
        weights = torch.ones(len(places))
        if start > 0:
            weights = _ramp(places - start, overlap)
        if start < starts[-1]:
            # The rise of the next tile is this one's fall, so the sum is 1 up to rounding.
            weights = weights - _ramp(places - start - step, overlap)
        strips.append(_Strip(start=start, weights=weights))
    return strips


def _ramp(places: Places, overlap: int) -> Weights:
    """Rise linearly from 0 to 1 over the middle half of an overlap that begins at 0."""
    return ((places + 0.5) / overlap * 2 - 0.5).clamp(0, 1)


def _rounded_up(side: int, multiple: int) -> int:
    return ceil(side / multiple) * multiple


def _cut(images: Images, rows: tuple[int, int], columns: tuple[int, int], multiple: int) -> Piece:
    """Cut a piece of the images as if they had been padded to the multiple."""
    down, right = (
        _source_places(span, side, multiple).to(images.device)
        for span, side in zip((rows, columns), images.shape[2:], strict=True)
    )
    return images[:, :, down][..., right]


def _source_places(span: tuple[int, int], side: int, multiple: int) -> Places:
    """Map each place of the padded image to a place of the image."""
    start, stop = span
    places = torch.arange(start, _rounded_up(stop, multiple))
    if _rounded_up(side, multiple) - side >= side:  # too little to reflect
        return places.clamp(max=side - 1)
    return torch.where(places < side, places, 2 * (side - 1) - places)


def _on_device_of(network: nn.Module, images: Images) -> Images:
    """Move the images to the device of the network, if it has parameters."""
    device = next((each.device for each in network.parameters()), images.device)
    return images.to(device)
