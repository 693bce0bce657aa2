"""Norms of perturbations, with the operations that attacks need.

Throughout, δ is a perturbation and g a gradient, both of shape (n, c, h, w), and d = c h w.
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import torch
from torch import Tensor

from zerosum.attacks.streams import RandomStreams
from zerosum.registry import Table
from zerosum.types import ImageShape, PerSample, Pixels

__all__ = ["L2", "NORMS", "LInf", "Norm", "into_range"]

_TINY = 1e-30


@runtime_checkable
class Norm(Protocol):
    """A norm, and the ball ‖δ‖ ≤ ε around each image.

    Attributes:
        name: ``linf`` or ``l2``.

    Example:
        >>> norm: Norm = LInf()
        >>> norm.name
        'linf'
    """

    name: ClassVar[str]

    def size(self, delta: Pixels) -> PerSample:
        """Compute ‖δ‖ of each image."""
        ...

    def project(self, delta: Pixels, epsilon: float) -> Pixels:
        """Project onto the ball ‖δ‖ ≤ ε."""
        ...

    def steepest(self, gradient: Pixels) -> Pixels:
        """Compute the step of length 1 that maximises ⟨g, δ⟩; 0 where g is 0."""
        ...

    def shortest(self, gradient: Pixels, rise: PerSample) -> Pixels:
        """Compute the smallest δ with ⟨g, δ⟩ = rise."""
        ...

    def inside(self, shape: ImageShape, epsilon: float, random: RandomStreams) -> Pixels:
        """Draw uniformly in the ball."""
        ...

    def surface(self, shape: ImageShape, epsilon: float, random: RandomStreams) -> Pixels:
        """Draw from the points at distance ε, as far as an attack may go."""
        ...


@dataclass(frozen=True, kw_only=True)
class LInf:
    """The greatest change of any pixel: ‖δ‖∞ = max |δ_i|.

    The steepest step is sign(g), which gains ‖g‖₁; the shortest δ with ⟨g, δ⟩ = r is
    r sign(g) / ‖g‖₁.

    Example:
        >>> import torch
        >>> gradient = torch.tensor([1.0, -2.0, 0.0, 0.0]).view(1, 1, 2, 2)
        >>> float((LInf().steepest(gradient) * gradient).sum())
        3.0
    """

    name: ClassVar[str] = "linf"

    def size(self, delta: Pixels) -> PerSample:
        """Compute max |δ_i|."""
        return delta.abs().flatten(1).amax(dim=1)

    def project(self, delta: Pixels, epsilon: float) -> Pixels:
        """Clamp every pixel's change to [−ε, ε]."""
        return delta.clamp(-epsilon, epsilon)

    def steepest(self, gradient: Pixels) -> Pixels:
        """Compute sign(g)."""
        return gradient.sign()

    def shortest(self, gradient: Pixels, rise: PerSample) -> Pixels:
        """Compute r sign(g) / ‖g‖₁."""
        length = gradient.abs().flatten(1).sum(dim=1).clamp_min(_TINY)
        return _per_pixel(rise / length) * gradient.sign()

    def inside(self, shape: ImageShape, epsilon: float, random: RandomStreams) -> Pixels:
        """Draw every pixel uniformly in [−ε, ε]."""
        return (2 * random.uniform(*shape) - 1) * epsilon

    def surface(self, shape: ImageShape, epsilon: float, random: RandomStreams) -> Pixels:
        """Draw −ε or ε for every pixel: a corner of the cube, as the sign of a gradient is."""
        return random.signs(*shape) * epsilon


@dataclass(frozen=True, kw_only=True)
class L2:
    """Euclidean length: ‖δ‖₂ = √Σ δ_i².

    The steepest step is g / ‖g‖₂, which gains ‖g‖₂; the shortest δ with ⟨g, δ⟩ = r is
    r g / ‖g‖₂².

    Example:
        >>> import torch
        >>> L2().size(torch.tensor([3.0, 4.0, 0.0, 0.0]).view(1, 1, 2, 2))
        tensor([5.])
    """

    name: ClassVar[str] = "l2"

    def size(self, delta: Pixels) -> PerSample:
        """Compute √Σ δ_i²."""
        length: Tensor = torch.linalg.vector_norm(delta, dim=(1, 2, 3))
        return length

    def project(self, delta: Pixels, epsilon: float) -> Pixels:
        """Shorten perturbations that are longer than ε."""
        length = self.size(delta).clamp_min(_TINY)
        return _per_pixel((epsilon / length).clamp_max(1)) * delta

    def steepest(self, gradient: Pixels) -> Pixels:
        """Compute g / ‖g‖₂."""
        return gradient / _per_pixel(self.size(gradient).clamp_min(_TINY))

    def shortest(self, gradient: Pixels, rise: PerSample) -> Pixels:
        """Compute r g / ‖g‖₂²."""
        length = self.size(gradient).clamp_min(_TINY)
        # Divided twice by the length, because its square can underflow.
        return _per_pixel(rise / length) * (gradient / _per_pixel(length))

    def inside(self, shape: ImageShape, epsilon: float, random: RandomStreams) -> Pixels:
        """Draw a direction, and the length ε u^(1/d) with u uniform in [0, 1)."""
        channels, height, width = shape
        length = random.uniform(1, 1, 1) ** (1 / (channels * height * width))
        return self.surface(shape, epsilon, random) * length

    def surface(self, shape: ImageShape, epsilon: float, random: RandomStreams) -> Pixels:
        """Draw a direction, with the length ε."""
        return self.steepest(random.normal(*shape)) * epsilon


NORMS: Table[Norm] = Table("norm", {"linf": LInf(), "l2": L2()})
"""The norms by name."""


def into_range(images: Pixels, delta: Pixels) -> Pixels:
    """Compute x + δ, clamped to [0, 1].

    x itself is in that range, so clamping brings every pixel nearer to x: a point of a ball around
    x stays in it.

    Example:
        >>> import torch
        >>> into_range(torch.full((1, 1, 1, 1), 0.9), torch.full((1, 1, 1, 1), 0.3))
        tensor([[[[1.]]]])
    """
    return (images + delta).clamp(0.0, 1.0)


def _per_pixel(values: PerSample) -> Tensor:
    return values.view(-1, 1, 1, 1)
