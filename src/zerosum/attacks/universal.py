"""Universal adversarial perturbations: one for all images."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from zerosum.attacks.classifier import PixelClassifier
from zerosum.attacks.goals import Goal
from zerosum.attacks.norms import Norm, into_range
from zerosum.attacks.streams import RandomStreams
from zerosum.errors import ConfigError
from zerosum.types import PerSample, Pixels

__all__ = ["Perturbation", "Universal"]

Perturbation = Float[Tensor, "1 c h w"]
"""The perturbation of every image."""


@dataclass(frozen=True, kw_only=True)
class Universal:
    """One δ that fools the classifier on as many images as possible.

    maximise Σᵢ min(margin(xᵢ + δ), κ)   over ‖δ‖ ≤ ε

    by steepest steps over small batches, each projected back onto the ball. The cap κ removes the
    gradient of images that are fooled already. This is the gradient form of Shafahi et al.; the
    first universal perturbations (Moosavi-Dezfooli et al. 2017) add up steps of DeepFool. Of the
    perturbations after each pass over the images, the one that fools most is kept. `perturb`
    trains it on the very images that it changes; to test it on others, use `learn`.

    Attributes:
        norm: Norm of the ball.
        passes: Number of passes over all images.
        step: The length of a step as a share of ε.
        cap: κ, in logits.
        batch_size: Images that share a step.

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
        classifier: PixelClassifier,
        images: Pixels,
        goal: Goal,
        *,
        epsilon: float,
        random: RandomStreams,
    ) -> Pixels:
        """Train δ on these images and add it to them."""
        delta = self.learn(classifier, images, goal, epsilon=epsilon, random=random)
        return into_range(images, delta.expand_as(images))

    def learn(
        self,
        classifier: PixelClassifier,
        images: Pixels,
        goal: Goal,
        *,
        epsilon: float,
        random: RandomStreams,
    ) -> Perturbation:
        """Train the perturbation δ, shape (1, c, h, w).

        Args:
            classifier: In evaluation mode, its parameters constant (`PixelClassifier.frozen`).
            images: Images to train on, in [0, 1].
            goal: What counts as success for each.
            epsilon: The size of the ball.
            random: Determines the order of the images.
        """
        delta = torch.zeros_like(images[:1])
        best, most = delta, self._count(classifier, images, goal, delta)
        for _ in range(self.passes):
            for batch in torch.split(random.uniform().argsort(), self.batch_size):
                delta = self._step(classifier, images[batch], goal.of(batch), delta, epsilon)
            fooled = self._count(classifier, images, goal, delta)
            # Of equal ones the last: its margins have been raised for longer.
            if fooled >= most:
                best, most = delta, fooled
        return best

    def _step(
        self,
        classifier: PixelClassifier,
        images: Pixels,
        goal: Goal,
        delta: Perturbation,
        epsilon: float,
    ) -> Perturbation:
        def gain(logits: Tensor) -> PerSample:
            return goal.margin(logits).clamp_max(self.cap)

        gradients, _ = classifier.gradient(into_range(images, delta.expand_as(images)), gain)
        rise = self.norm.steepest(gradients.sum(dim=0, keepdim=True))
        return self.norm.project(delta + self.step * epsilon * rise, epsilon)

    @torch.no_grad()
    def _count(
        self, classifier: PixelClassifier, images: Pixels, goal: Goal, delta: Perturbation
    ) -> int:
        """Count the images on which δ fools the classifier."""
        fooled = 0
        indices = torch.arange(len(images), device=images.device)
        for batch in torch.split(indices, self.batch_size):
            perturbed = into_range(images[batch], delta.expand_as(images[batch]))
            fooled += int(goal.of(batch).fooled(classifier(perturbed)).sum())
        return fooled
