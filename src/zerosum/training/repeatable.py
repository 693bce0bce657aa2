"""Forms of a few operations whose gradients CUDA can sum in the same order every time.

PyTorch has no such gradient on CUDA where images are mirrored beyond their border or sampled
between pixels, and refuses to compute one where it is to repeat itself. Both fetch numbers from
places that are known; gradients of fetching by index can be repeated.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

__all__ = ["Repeatable"]

Maps = Float[Tensor, "n c h w"]


class Repeatable(TorchFunctionMode):
    """Within the context, mirrored borders and bilinear samples are fetched by index.

    Values and gradients are the same up to rounding, and take longer.

    Example:
        >>> row = torch.tensor([[[[1.0, 2.0, 3.0]]]])
        >>> with Repeatable():
        ...     functional.pad(row, (2, 1, 0, 0), mode="reflect")
        tensor([[[[3., 2., 1., 2., 3., 2.]]]])
    """

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Take over the calls of those operations, let all others pass."""
        return _REPLACEMENTS.get(func, func)(*args, **(kwargs or {}))


def _pad(
    input: Tensor,  # noqa: A002 - PyTorch's own word
    pad: Sequence[int],
    mode: str = "constant",
    value: float | None = None,
) -> Tensor:
    """In place of ``functional.pad``."""
    if mode != "reflect" or input.ndim != 4:
        return functional.pad(input, list(pad), mode, value)
    left, right, *rows = pad
    top, bottom = rows or (0, 0)
    for axis, before, behind in ((2, top, bottom), (3, left, right)):
        side = input.shape[axis]
        places = torch.arange(-before, side + behind, device=input.device)
        input = input.index_select(axis, _mirrored(places, side - 1))  # noqa: A001
    return input


def _sample(
    input: Maps,  # noqa: A002 - PyTorch's own word
    grid: Float[Tensor, "n p q 2"],
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Maps:
    """In place of ``functional.grid_sample``."""
    mirrors = padding_mode == "reflection" and align_corners
    if mode != "bilinear" or input.ndim != 4 or not (mirrors or padding_mode == "border"):
        return functional.grid_sample(input, grid, mode, padding_mode, align_corners)
    n, channels, height, width = input.shape
    ends = []
    for axis, side in ((1, height), (0, width)):
        place = (grid[..., axis] + 1) / 2 * (side - 1 if align_corners else side)
        place = place if align_corners else place - 0.5
        place = (_mirrored(place, side - 1) if mirrors else place).clamp(0, side - 1)
        low = place.detach().floor()
        share = place - low
        ends.append(((low, 1 - share), ((low + 1).clamp(max=side - 1), share)))
    pixels = input.flatten(2)
    total = input.new_zeros(())
    for row, by_row in ends[0]:
        for column, by_column in ends[1]:
            place = (row * width + column).long().flatten(1)[:, None].expand(n, channels, -1)
            fetched = pixels.gather(2, place).view(n, channels, *grid.shape[1:3])
            total = total + fetched * (by_row * by_column)[:, None]
    return total


def _mirrored(places: Tensor, last: int) -> Tensor:
    """Places on an axis from 0 to ``last``, mirrored at both ends as often as needed."""
    if not last:
        return places * 0
    return last - (places.abs() % (2 * last) - last).abs()


_REPLACEMENTS: Mapping[Any, Callable[..., Tensor]] = {
    functional.pad: _pad,
    functional.grid_sample: _sample,
}
