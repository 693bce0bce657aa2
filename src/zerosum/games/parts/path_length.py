"""Path length regularisation: a step of the style changes the image about equally everywhere."""

from collections.abc import Mapping
from typing import Any, cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from zerosum.games.base import Round
from zerosum.games.generating import GENERATOR, GeneratingGame
from zerosum.games.parts.regularisers import Pair, Regulariser
from zerosum.games.parts.settings import PathLengthConfig
from zerosum.networks.kinds import StyledGenerator
from zerosum.nn.bilinear import TwiceDifferentiable
from zerosum.objectives.path_length import path_lengths
from zerosum.types import Latents, Scalar

__all__ = ["PathLength"]

_STEP = 0.01  # The weight of the newest mean in the running mean, as in the paper's program.


class PathLength(Regulariser):
    """(‖J^T y‖ − a)², where a is the running mean of ‖J^T y‖ over the turns that include it.

    Lazy, as `WeightedPenalty` is: due in every ``every``-th turn with ``every`` times the weight,
    on half a batch.

    Args:
        settings: The weight, and how often it is due.

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

    name = "path penalty"

    def __init__(self, settings: PathLengthConfig) -> None:
        self.settings = settings
        self.every = settings.every
        self.mean: Float[Tensor, ""] = torch.zeros(())

    def term(self, game: GeneratingGame[Any], pair: Pair, now: Round) -> dict[str, Scalar]:
        """The penalty on fresh latents, half as many as the images of this turn, rounded up."""
        half, labels = -(-len(pair.fake) // 2), pair.fake_labels
        some = None if labels is None else labels[:half]
        latents = game.fresh_latents(half, now.random, some)
        return self.penalty(game.players[GENERATOR].network, latents, now)

    def penalty(self, generator: nn.Module, latents: Latents, now: Round) -> dict[str, Scalar]:
        """The weighted penalty, and the mean length; in full precision.

        Lengths that are off by 1 % in bfloat16 are off by more from their mean, which is what the
        penalty measures: the gradient was off by 11 and 13 % in two networks of StyleGAN2.

        Args:
            generator: A network with ``mapping`` and ``synthesis``.
            latents: z.
            now: Its random numbers, and the lengths of all processes for the mean.
        """
        styled = cast("StyledGenerator", generator)
        precise = torch.autocast(latents.device.type, enabled=False)
        with precise, torch.enable_grad(), TwiceDifferentiable():
            styles = styled.mapping(latents)
            lengths = path_lengths(styled.synthesis, styles, now.random)
        length = now.gather(lengths.detach()).mean()
        self.mean = self.mean.to(length.device).lerp(length, _STEP)
        penalty = (lengths - self.mean).square().mean()
        return {self.name: self.settings.weight * self.every * penalty, "path length": length}

    def state_dict(self) -> dict[str, Tensor]:
        """The running mean."""
        return {"path mean": self.mean}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Load the running mean."""
        self.mean = state["path mean"]
