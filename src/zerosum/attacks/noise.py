"""The control experiment: random perturbations as large as those of an attack."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from zerosum.attacks.classifier import PixelClassifier
from zerosum.attacks.goals import Goal
from zerosum.attacks.norms import Norm, into_range
from zerosum.attacks.streams import RandomStreams
from zerosum.types import Pixels

__all__ = ["Noise"]


@dataclass(frozen=True, kw_only=True)
class Noise:
    """Noise of size ε: an attack that succeeds no more often has found no weakness.

    Attributes:
        norm: How its size is measured.
        where: ``surface``: as large as allowed, each pixel ±ε for linf; ``inside``: uniformly in
            the ball.

    Example:
        >>> import torch
        >>> from torch import nn
        >>> from zerosum.attacks import LInf
        >>> noise, network = Noise(norm=LInf()), nn.Flatten()
        >>> grey = torch.full((1, 1, 1, 2), 0.5)
        >>> noise.perturb(PixelClassifier(network=network), grey, Goal(labels=torch.tensor([0])),
        ...               epsilon=0.25, random=RandomStreams(seed=1, indices=[0])).sub(grey).abs()
        tensor([[[[0.2500, 0.2500]]]])
    """

    norm: Norm
    where: Literal["surface", "inside"] = "surface"
    minimal: ClassVar[bool] = False
    joint: ClassVar[bool] = False

    def perturb(
        self,
        classifier: PixelClassifier,
        images: Pixels,
        goal: Goal,
        *,
        epsilon: float,
        random: RandomStreams,
    ) -> Pixels:
        """Add the noise; the classifier is not queried."""
        _, channels, height, width = images.shape
        draw = self.norm.surface if self.where == "surface" else self.norm.inside
        delta = draw((channels, height, width), epsilon, random)
        return into_range(images, delta.to(images.dtype))
