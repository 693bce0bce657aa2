"""DeepFool: steps to the nearest decision boundary of the linearised classifier."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from zerosum.attacks.classifier import PixelClassifier
from zerosum.attacks.goals import Goal
from zerosum.attacks.norms import Norm, into_range
from zerosum.attacks.streams import RandomStreams
from zerosum.errors import ConfigError
from zerosum.types import ClassLogits, PerSample, Pixels

__all__ = ["DeepFool"]

_PUSH = 1e-4
"""Added to the length of every step, as in the authors' program: where pixels are at the end of
[0, 1] and cannot follow, steps shrink as they near the boundary and would only touch it."""


@dataclass(frozen=True, kw_only=True)
class DeepFool:
    """Find small perturbations by linearising the classifier again and again.

    At x', class k ≠ y is |f_k| / ‖w_k‖* away, with f_k = z_k − z_y, w_k = ∇f_k, and ‖·‖* the
    ℓ₂ norm for ℓ₂, the ℓ₁ norm for ℓ∞. Add the shortest step to the nearest of these boundaries,
    and go on until one is crossed. The sum r of all steps is stretched a little beyond it:
    x' = x + (1 + η) r. For a linear classifier the first step is the answer.

    If targeted, only the boundary with the target counts; it has to be crossed with all others as
    well, which may take more steps.

    Attributes:
        norm: The norm in which the perturbation is to be small.
        steps: The greatest number of steps.
        overshoot: η.
        candidates: Number of classes besides y, the likeliest at x, whose boundaries count.

    Raises:
        ConfigError: If a setting is out of range.

    Paper:
        Moosavi-Dezfooli et al. 2016, algorithm 2 and equations 10 and 11,
        https://arxiv.org/abs/1511.04599

    Example:
        >>> from zerosum.attacks import L2
        >>> DeepFool(norm=L2()).minimal
        True
    """

    norm: Norm
    steps: int = 50
    overshoot: float = 0.02
    candidates: int = 10
    minimal: ClassVar[bool] = True
    joint: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.steps < 1 or self.candidates < 1 or self.overshoot < 0:
            raise ConfigError(
                "expected steps ≥ 1, candidates ≥ 1 and overshoot ≥ 0, got "
                f"{self.steps}, {self.candidates} and {self.overshoot}."
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
        """Step until fooled; images that are wrong already stay as they are."""
        results = images.clone()
        left = torch.arange(len(images), device=images.device)
        total, rivals = torch.zeros_like(images), self._rivals(classifier, images, goal)
        for _ in range(self.steps):
            step, fooled = self._step(classifier, results[left], goal.of(left), rivals[left])
            left, step = left[~fooled], step[~fooled]
            if not len(left):
                break
            # Steps are summed without clamping; x plus the stretched sum is clamped once.
            total[left] += step
            results[left] = into_range(images[left], (1 + self.overshoot) * total[left])
        return results

    def _rivals(self, classifier: PixelClassifier, images: Pixels, goal: Goal) -> Tensor:
        """Select the classes whose boundaries count, likeliest first, shape (n, m)."""
        with torch.no_grad():
            logits = classifier(images)
        if goal.targeted:
            return goal.labels[:, None]
        others = logits.scatter(1, goal.labels[:, None], -torch.inf)
        return others.topk(min(self.candidates, logits.shape[1] - 1), dim=1).indices

    def _step(
        self, classifier: PixelClassifier, places: Pixels, goal: Goal, rivals: Tensor
    ) -> tuple[Pixels, Tensor]:
        """Compute the shortest step to the nearest boundary, and where the goal is reached."""
        leaf = places.detach().requires_grad_(True)
        with torch.enable_grad():
            logits = classifier(leaf)
        fooled = goal.fooled(logits.detach())
        home = logits.detach().argmax(dim=1) if goal.targeted else goal.labels
        nearest = logits.new_full((len(places),), torch.inf)
        best = torch.zeros_like(places)
        for column in range(rivals.shape[1]):
            lag, gradient = _boundary(logits, leaf, home, rivals[:, column])
            step = self.norm.shortest(gradient, lag)
            distance = self.norm.size(step)
            step = step + _PUSH * self.norm.steepest(gradient)
            # A gradient of 0 gives a step of length 0, which would be the shortest of all.
            closer = (distance < nearest) & gradient.flatten(1).any(dim=1)
            best[closer], nearest = step[closer], torch.where(closer, distance, nearest)
        return best, fooled


def _boundary(
    logits: ClassLogits, leaf: Pixels, home: Tensor, rival: Tensor
) -> tuple[PerSample, Pixels]:
    """Compute the distance |f_k| of a rival's logit, and the gradient w_k of its lead."""
    with torch.enable_grad():
        lead = (logits.gather(1, rival[:, None]) - logits.gather(1, home[:, None]))[:, 0]
    (gradient,) = torch.autograd.grad(lead.sum(), leaf, retain_graph=True)
    return lead.detach().abs(), gradient
