"""Perturbations by a trained network: one pass, without a query to the classifier."""

from dataclasses import dataclass, field
from typing import ClassVar

import torch
from torch import nn

from zerosum.attacks.classifier import PixelClassifier
from zerosum.attacks.goals import Goal
from zerosum.attacks.norms import LInf, Norm, into_range
from zerosum.attacks.streams import RandomStreams
from zerosum.errors import ConfigError
from zerosum.types import Pixels

__all__ = ["Learned"]


@dataclass(frozen=True, kw_only=True)
class Learned:
    """A trained network g from an image to its perturbation (AdvGAN).

    x' = [ x + ε g(2x − 1) ] cut to [0, 1],   with g in [-1, 1], so that ‖x' − x‖∞ ≤ ε

    It was trained with one ε, against one classifier. Another ε scales the same pattern; on
    another classifier it is a transfer attack. The classifier is not queried, so an image costs
    one pass through g. The goal is that of g's training, whatever goal is passed.

    Attributes:
        network: g, in evaluation mode: from images in [-1, 1] to as many numbers in [-1, 1].
        norm: ``linf``; there is no other form of this attack.

    Raises:
        ConfigError: If the norm is another one.

    Paper:
        Xiao et al. 2018, section 3.2, https://arxiv.org/abs/1801.02610

    Example:
        >>> brighter = Learned(network=nn.Hardtanh(0.5, 1.0))
        >>> brighter.perturb(PixelClassifier(network=nn.Flatten()), torch.zeros(1, 1, 1, 2),
        ...                  Goal(labels=torch.tensor([0])), epsilon=0.1,
        ...                  random=RandomStreams(seed=0, indices=[0]))
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
        classifier: PixelClassifier,
        images: Pixels,
        goal: Goal,
        *,
        epsilon: float,
        random: RandomStreams,
    ) -> Pixels:
        """Add the network's output."""
        with torch.no_grad():
            changes: Pixels = self.network(images * 2 - 1)
        return into_range(images, epsilon * changes.to(images.dtype))
