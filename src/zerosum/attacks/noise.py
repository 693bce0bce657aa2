"""The control: perturbations as large as those of an attack, but without any aim."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from zerosum.attacks.chance import Chance
from zerosum.attacks.classifier import Classifier
from zerosum.attacks.goals import Goal
from zerosum.attacks.norms import Norm, into_range
from zerosum.types import Pixels

__all__ = ["Noise"]


@dataclass(frozen=True, kw_only=True)
class Noise:
    """Noise of size ε. What fools a classifier no more than this has found no weakness of it.

    Attributes:
        norm: What its size is measured in.
        where: ``surface``: as large as allowed, each pixel ±ε for linf; ``inside``: uniformly in
            the ball.

    Example:
        >>> import torch
        >>> from torch import nn
        >>> from zerosum.attacks import LInf
        >>> noise, network = Noise(norm=LInf()), nn.Flatten()
        >>> grey = torch.full((1, 1, 1, 2), 0.5)
        >>> noise.perturb(Classifier(network=network), grey, Goal(labels=torch.tensor([0])),
        ...               epsilon=0.25, chance=Chance(seed=1, indices=[0])).sub(grey).abs()
        tensor([[[[0.2500, 0.2500]]]])
    """

    norm: Norm
    where: Literal["surface", "inside"] = "surface"
    minimal: ClassVar[bool] = False
    joint: ClassVar[bool] = False

    def perturb(
        self,
        classifier: Classifier,
        images: Pixels,
        goal: Goal,
        *,
        epsilon: float,
        chance: Chance,
    ) -> Pixels:
        """Add the noise; the classifier is not asked."""
        _, channels, height, width = images.shape
        draw = self.norm.surface if self.where == "surface" else self.norm.inside
        delta = draw((channels, height, width), epsilon, chance)
        return into_range(images, delta.to(images.dtype))
