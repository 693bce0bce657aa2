"""One perturbation for all pictures."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from zerosum.attacks.chance import Chance
from zerosum.attacks.classifier import Classifier
from zerosum.attacks.goals import Goal
from zerosum.attacks.norms import Norm, into_range
from zerosum.errors import ConfigError
from zerosum.types import PerSample, Pixels

__all__ = ["Perturbation", "Universal"]

Perturbation = Float[Tensor, "1 c h w"]
"""What is added to every picture."""


@dataclass(frozen=True, kw_only=True)
class Universal:
    """One δ that fools the classifier on as many pictures as it can.

    maximise Σᵢ min(margin(xᵢ + δ), κ)   over ‖δ‖ ≤ ε

    by steepest steps over small batches, each followed by a return to the ball. The cap κ keeps
    pictures that are fooled already from steering δ. This is the gradient form of Shafahi et al.;
    the first universal perturbations (Moosavi-Dezfooli et al. 2017) add up steps of DeepFool. Of
    the perturbations after each pass over the pictures, that which fools most is kept. It is
    learnt on the very pictures that it is given: to see what it does to others, use `learn`.

    Attributes:
        norm: Of the ball.
        passes: How often all pictures are seen.
        step: The length of a step as a share of ε.
        cap: κ, in logits.
        batch_size: Pictures that share a step.

    Raises:
        ConfigError: If a setting is out of range.

    Paper:
        Shafahi et al. 2020, section 3, https://arxiv.org/abs/1811.11304; Moosavi-Dezfooli et al.
        2017, https://arxiv.org/abs/1610.08401

    Example:
        >>> from zerosum.attacks import LInf
        >>> Universal(norm=LInf()).joint
        True
    """

    norm: Norm
    passes: int = 20
    step: float = 0.1
    cap: float = 1.0
    batch_size: int = 32
    minimal: ClassVar[bool] = False
    joint: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if min(self.passes, self.batch_size) < 1 or min(self.step, self.cap) <= 0:
            raise ConfigError("passes, batch_size, step and cap must be greater than 0.")

    def perturb(
        self,
        classifier: Classifier,
        images: Pixels,
        goal: Goal,
        *,
        epsilon: float,
        chance: Chance,
    ) -> Pixels:
        """Learn δ on these pictures and add it to them."""
        delta = self.learn(classifier, images, goal, epsilon=epsilon, chance=chance)
        return into_range(images, delta.expand_as(images))

    def learn(
        self,
        classifier: Classifier,
        images: Pixels,
        goal: Goal,
        *,
        epsilon: float,
        chance: Chance,
    ) -> Perturbation:
        """The perturbation δ, shape (1, c, h, w).

        Args:
            classifier: In evaluation mode, its parameters constant (`Classifier.still`).
            images: To learn on, in [0, 1].
            goal: What is wanted of each.
            epsilon: The size of the ball.
            chance: Gives the order of the pictures.
        """
        delta = torch.zeros_like(images[:1])
        best, most = delta, self._count(classifier, images, goal, delta)
        for _ in range(self.passes):
            for places in torch.split(chance.uniform().argsort(), self.batch_size):
                delta = self._step(classifier, images[places], goal.of(places), delta, epsilon)
            fooled = self._count(classifier, images, goal, delta)
            if fooled >= most:
                best, most = delta, fooled
        return best

    def _step(
        self,
        classifier: Classifier,
        images: Pixels,
        goal: Goal,
        delta: Perturbation,
        epsilon: float,
    ) -> Perturbation:
        def gain(logits: Tensor) -> PerSample:
            return goal.margin(logits).clamp_max(self.cap)

        slope, _ = classifier.slope(into_range(images, delta.expand_as(images)), gain)
        rise = self.norm.steepest(slope.sum(dim=0, keepdim=True))
        return self.norm.project(delta + self.step * epsilon * rise, epsilon)

    @torch.no_grad()
    def _count(
        self, classifier: Classifier, images: Pixels, goal: Goal, delta: Perturbation
    ) -> int:
        """How many pictures it fools the classifier on."""
        fooled = 0
        everywhere = torch.arange(len(images), device=images.device)
        for places in torch.split(everywhere, self.batch_size):
            shown = into_range(images[places], delta.expand_as(images[places]))
            fooled += int(goal.of(places).fooled(classifier(shown)).sum())
        return fooled
