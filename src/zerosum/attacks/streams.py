"""Per-sample random numbers: an image's do not depend on the others in its batch."""

from collections.abc import Callable, Sequence
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor

from zerosum.randomness import derive_seed

__all__ = ["Draws", "RandomStreams"]

Draws = Float[Tensor, "n ..."]
"""Numbers drawn for n images."""


class RandomStreams:
    """One stream of random numbers for each image, whatever batch it is in.

    Args:
        seed: Determines all numbers.
        indices: The images' numbers in the whole set.
        device: Device of the result; the numbers are the same on all devices.

    Example:
        >>> both = RandomStreams(seed=0, indices=[0, 1])
        >>> second = RandomStreams(seed=0, indices=[1])
        >>> torch.equal(both.uniform(3)[1:], second.uniform(3))
        True
    """

    def __init__(
        self, *, seed: int, indices: Sequence[int], device: torch.device | str = "cpu"
    ) -> None:
        self._device = torch.device(device)
        self._seed, self._indices = seed, indices

    @cached_property
    def _streams(self) -> list[torch.Generator]:
        """Generators, made when the first number is drawn: some attacks need none."""
        return [
            torch.Generator().manual_seed(derive_seed(self._seed, "attack", index))
            for index in self._indices
        ]

    def uniform(self, *shape: int) -> Draws:
        """Draw numbers in [0, 1), shape (n, *shape)."""
        return self._each(lambda stream: torch.rand(shape, generator=stream))

    def normal(self, *shape: int) -> Draws:
        """Draw standard normal numbers, shape (n, *shape)."""
        return self._each(lambda stream: torch.randn(shape, generator=stream))

    def signs(self, *shape: int) -> Draws:
        """Draw −1 or 1, shape (n, *shape)."""
        return torch.where(self.uniform(*shape) < 0.5, -1.0, 1.0)

    def of(self, kept: Tensor) -> "RandomStreams":
        """Select the streams of some images, by index; they go on where they are."""
        part = RandomStreams(seed=0, indices=[], device=self._device)
        part._streams = [self._streams[place] for place in kept.tolist()]
        return part

    def _each(self, draw: Callable[[torch.Generator], Tensor]) -> Draws:
        assert self._streams, "numbers are drawn for one picture at least"
        return torch.stack([draw(stream) for stream in self._streams]).to(self._device)
