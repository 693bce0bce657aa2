"""What an attack wants of a classifier: to leave the true class, or to reach a chosen one."""

from dataclasses import dataclass

import torch
from torch import Tensor

from zerosum.types import ClassLogits, Labels, Mask, PerSample

__all__ = ["Goal"]


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What counts as success for each picture, and what to climb to get there.

    With logits z and the label y, or the target t:

    untargeted: margin = max_{j≠y} z_j − z_y;   targeted: margin = z_t − max_{j≠t} z_j

    A picture has fooled the classifier where its margin is greater than 0.

    Attributes:
        labels: The classes to be left or, if targeted, those to be reached; shape (n,).
        targeted: Which of the two.

    Example:
        >>> logits = torch.tensor([[3.0, 1.0, 0.0]])
        >>> Goal(labels=torch.tensor([0])).margin(logits)
        tensor([-2.])
        >>> Goal(labels=torch.tensor([1]), targeted=True).margin(logits)
        tensor([-2.])
    """

    labels: Labels
    targeted: bool = False

    def margin(self, logits: ClassLogits) -> PerSample:
        """By how much the goal is reached, in logits; negative where it is not."""
        own, others = self._split(logits)
        lead = others.amax(dim=1) - own
        return -lead if self.targeted else lead

    def odds(self, logits: ClassLogits) -> PerSample:
        """Logarithm of the odds of success: log Σ_{j≠y} e^{z_j} − z_y, or its negative for t.

        The cross-entropy with y is softplus(odds). Both rise in one direction, but the slope of
        the cross-entropy is σ(odds) times as steep and vanishes where the classifier is sure, so
        attacks whose steps have a length of their own climb this instead.

        Paper:
            Carlini and Wagner 2017, section IV.C, https://arxiv.org/abs/1608.04644, on slopes
            that vanish.
        """
        own, others = self._split(logits)
        odds = others.logsumexp(dim=1) - own
        return -odds if self.targeted else odds

    def fooled(self, logits: ClassLogits) -> Mask:
        """Where the goal is reached; a tie is no success."""
        return self.margin(logits) > 0

    def of(self, kept: Tensor) -> "Goal":
        """The goals of some of the pictures, by their places or by a mask."""
        return Goal(labels=self.labels[kept], targeted=self.targeted)

    def _split(self, logits: ClassLogits) -> tuple[PerSample, ClassLogits]:
        """The label's logit, and the logits with −∞ in its place."""
        place = self.labels[:, None]
        own = logits.gather(1, place)[:, 0]
        return own, logits.scatter(1, place, -torch.inf)
