"""What a generator with styles pays for pictures that move unevenly with their style."""

from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from zerosum.games.base import Round
from zerosum.games.parts.settings import PathLengthConfig
from zerosum.networks.kinds import StyledGenerator
from zerosum.nn.bilinear import TwiceDifferentiable
from zerosum.objectives.path_length import path_lengths
from zerosum.types import Latents, Scalar

__all__ = ["PathLength"]

_STEP = 0.01  # of the running mean


class PathLength:
    """(‖J^T y‖ − a)², where a is the running mean of ‖J^T y‖ over the turns that paid.

    Lazy, as `WeightedPenalty` is: paid in every ``every``-th turn with ``every`` times the weight,
    on half a batch.

    Args:
        settings: How much it weighs, and how often it is paid.

    Attributes:
        mean: a, shape ().

    Paper:
        Karras et al. 2020, section 3.2, equation 4 and appendix B, https://arxiv.org/abs/1912.04958

    Example:
        >>> from zerosum.config import PathLengthConfig
        >>> lazy = PathLength(PathLengthConfig(weight=2.0, every=4))
        >>> [turn for turn in range(10) if lazy.is_due(turn)]
        [0, 4, 8]
    """

    def __init__(self, settings: PathLengthConfig) -> None:
        self.settings = settings
        self.mean: Float[Tensor, ""] = torch.zeros(())

    def is_due(self, turn: int) -> bool:
        """Whether the generator's turn of that number pays."""
        return turn % self.settings.every == 0

    def pay(self, generator: nn.Module, latents: Latents, now: Round) -> dict[str, Scalar]:
        """The part of G's cost, and the mean length; in full precision.

        Lengths that are off by 1 % in bfloat16 are off by more from their mean, which is what is
        paid: the gradient was off by 11 and 13 % in two networks of StyleGAN2.

        Args:
            generator: A network with ``mapping`` and ``synthesis``.
            latents: z of the pictures that are looked at.
            now: Its random numbers, and the lengths of all processes for the mean.
        """
        styled = cast("StyledGenerator", generator)
        precise = torch.autocast(latents.device.type, enabled=False)
        with precise, torch.enable_grad(), TwiceDifferentiable():
            styles = styled.mapping(latents)
            lengths = path_lengths(styled.synthesis, styles, now.random)
        known = now.gather(lengths.detach()).mean()
        self.mean = self.mean.to(known.device).lerp(known, _STEP)
        off = (lengths - self.mean).square().mean()
        penalty = self.settings.weight * self.settings.every * off
        return {"path penalty": penalty, "path length": known}
