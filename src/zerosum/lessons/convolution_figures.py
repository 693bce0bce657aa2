"""What a convolution looks like: a filter that slides, its parts, its maps, and all filters."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, interpolate

from zerosum.lessons.figures import Animation, Cells, Frame, Gallery

__all__ = ["filters_figure", "maps_figure", "matches_figure", "slide", "three_channels"]

_LARGEST = 54
"""Pixels of a side of a map where many are shown."""
_COLOURS = ("red", "green", "blue")

_Signed = Float[Tensor, "n c h w"]


def slide(image: Tensor, weight: Tensor, result: Tensor) -> Animation:
    """A filter on its way over a small image, with all numbers.

    Args:
        image: Shape (h, w).
        weight: The filter, shape (k, l).
        result: Its map, shape (h − k + 1, w − l + 1).

    Example:
        >>> frames = slide(torch.eye(3), torch.ones(2, 2), torch.ones(2, 2)).frames
        >>> len(frames), frames[0].caption
        (4, '1·1 + 1·0 + 1·0 + 1·1 = 1')
    """
    x, w, y = (each.double().numpy() for each in (image, weight, result))
    frames = []
    for row, column in np.ndindex(*y.shape):
        below = np.zeros(x.shape, bool)
        below[row : row + w.shape[0], column : column + w.shape[1]] = True
        known = np.arange(y.size).reshape(y.shape) <= row * y.shape[1] + column
        now = np.zeros(y.shape, bool)
        now[row, column] = True
        products = " + ".join(
            f"{_signed(a)}·{_signed(b)}"
            for a, b in zip(w.flatten().tolist(), x[below].tolist(), strict=True)
        )
        frames.append(
            Frame(
                caption=f"{products} = {_signed(float(y[row, column]))}",
                panels=[
                    Cells(title="picture, and where the filter is", values=x, outlined=below),
                    Cells(title="filter", values=w),
                    Cells(
                        title="map",
                        values=np.where(known, y, np.nan),
                        outlined=now,
                        limit=float(np.abs(y).max()),
                    ),
                ],
            )
        )
    return Animation(title="A filter slides over a small picture", frames=frames)


def _signed(value: float) -> str:
    return f"({value:g})".replace("-", "−") if value < 0 else f"{value:g}"


def three_channels(
    picture: Float[Tensor, "3 h w"],
    weight: Float[Tensor, "3 k l"],
    parts: Float[Tensor, "3 p q"],
    number: int,
) -> dict[str, Gallery]:
    """A picture, a filter and a map, each in three parts and together.

    Example:
        >>> x, y = torch.zeros(3, 8, 8), torch.ones(3, 5, 5)
        >>> sorted(three_channels(x, torch.ones(3, 4, 4), y, 1))
        ['channels', 'parts', 'pieces']
    """
    together = parts.sum(dim=0, keepdim=True)
    maps = torch.cat([parts, together])[:, None]
    pieces = torch.cat([weight[:, None].expand(-1, 3, -1, -1), weight[None]])
    images = torch.cat([picture[:, None].expand(-1, 3, -1, -1), picture[None]])
    return {
        "channels": Gallery(
            title="The picture",
            images=_bytes(images),
            captions=(*_COLOURS, "all three"),
            columns=4,
        ),
        "pieces": Gallery(
            title=f"Filter {number}",
            images=_bytes(pieces / weight.abs().amax().clamp(min=1e-9)),
            captions=(*(f"its part for {each}" for each in _COLOURS), "joined, as one tile"),
            columns=4,
        ),
        "parts": Gallery(
            title="What it makes of them",
            images=_bytes(maps / maps.abs().amax().clamp(min=1e-9))[..., 0],
            captions=(*(f"of {each}" for each in _COLOURS), "the sum: its map"),
            columns=4,
        ),
    }


def filters_figure(weight: _Signed, title: str, *, columns: int) -> Gallery:
    """Filters as tiles: grey is 0, and a filter's largest weight is full colour.

    Args:
        weight: Of 1 or 3 channels.
        title: What they are.
        columns: How many stand beside each other.

    Example:
        >>> filters_figure(torch.ones(2, 3, 4, 4), "Ones", columns=2).images.max()
        np.uint8(255)
    """
    largest = weight.abs().amax(dim=(1, 2, 3), keepdim=True).clamp(min=1e-9)
    images = _bytes(weight / largest)
    return Gallery(
        title=title, images=images if images.shape[-1] == 3 else images[..., 0], columns=columns
    )


def maps_figure(maps: Float[Tensor, "n h w"]) -> Gallery:
    """All maps, those of large sides smaller, each by the spread of its own numbers.

    Example:
        >>> maps_figure(torch.zeros(2, 100, 100)).images.shape
        (2, 54, 54)
    """
    shown = maps[:, None]
    if shown.shape[-1] > _LARGEST:
        shown = adaptive_avg_pool2d(shown, _LARGEST)
    # The largest numbers are rare, and would leave the rest grey.
    spread = 3 * shown.square().mean(dim=(1, 2, 3), keepdim=True).sqrt().clamp(min=1e-9)
    return Gallery(
        title=f"Their {len(maps)} maps", images=_bytes(shown / spread)[..., 0], columns=12
    )


def matches_figure(filters: Sequence[Tensor], patches: Sequence[Tensor]) -> Gallery:
    """Filters, and below each the patch that it answers to most.

    Example:
        >>> one = [torch.ones(3, 4, 4)]
        >>> matches_figure(one, one).columns
        1
    """
    weights = torch.stack([each / each.abs().amax().clamp(min=1e-9) for each in filters])
    return Gallery(
        title="Some filters, and below each the part of the picture that it answers to most",
        images=_bytes(interpolate(torch.cat([weights, torch.stack(list(patches))]), size=16)),
        columns=len(filters),
    )


def _bytes(images: _Signed) -> UInt8[np.ndarray, "n h w c"]:
    """Numbers in [−1, 1] as bytes."""
    return ((images + 1) * 127.5).round().clamp(0, 255).byte().permute(0, 2, 3, 1).numpy()
