"""Perturbations by a network that has learnt to make them: one pass, and no question asked."""

from dataclasses import dataclass, field
from typing import ClassVar

import torch
from torch import nn

from zerosum.attacks.chance import Chance
from zerosum.attacks.classifier import Classifier
from zerosum.attacks.goals import Goal
from zerosum.attacks.norms import LInf, Norm, into_range
from zerosum.errors import ConfigError
from zerosum.types import Pixels

__all__ = ["Learned"]


@dataclass(frozen=True, kw_only=True)
class Learned:
    """A trained network g that answers a picture with its perturbation (AdvGAN).

    x' = [ x + ε g(2x − 1) ] cut to [0, 1],   with g in [-1, 1], so that ‖x' − x‖∞ ≤ ε

    It learnt with one ε, against one classifier; with another ε the same pattern is made fainter
    or stronger, and another classifier sees what carries over. The classifier is not asked, so a
    picture costs one pass through g. The goal is that which g learnt, whatever is asked for.

    Attributes:
        network: g, in evaluation mode: from pictures in [-1, 1] to as many numbers in [-1, 1].
        norm: ``linf``; there is no other form of this attack.

    Raises:
        ConfigError: If the norm is another one.

    Paper:
        Xiao et al. 2018, section 3.2, https://arxiv.org/abs/1801.02610

    Example:
        >>> brighter = Learned(network=nn.Hardtanh(0.5, 1.0))
        >>> brighter.perturb(Classifier(network=nn.Flatten()), torch.zeros(1, 1, 1, 2),
        ...                  Goal(labels=torch.tensor([0])), epsilon=0.1,
        ...                  chance=Chance(seed=0, indices=[0]))
        tensor([[[[0.0500, 0.0500]]]])
    """

    network: nn.Module
    norm: Norm = field(default_factory=LInf)
    minimal: ClassVar[bool] = False
    joint: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.norm.name != "linf":
            raise ConfigError(
                f"what learns to perturb stays within --norm linf; got {self.norm.name}."
            )

    def perturb(
        self,
        classifier: Classifier,
        images: Pixels,
        goal: Goal,
        *,
        epsilon: float,
        chance: Chance,
    ) -> Pixels:
        """Add what the network draws."""
        with torch.no_grad():
            changes: Pixels = self.network(images * 2 - 1)
        return into_range(images, epsilon * changes.to(images.dtype))
