"""Goals of an attack: any class but the true one, or a chosen one."""

from dataclasses import dataclass

import torch
from torch import Tensor

from zerosum.types import ClassLogits, Labels, Mask, PerSample

__all__ = ["Goal"]


@dataclass(frozen=True, kw_only=True)
class Goal:
    """The goal for each image: what counts as success, and the functions to increase.

    With logits z and the label y, or the target t:

    untargeted: margin = max_{j≠y} z_j − z_y;   targeted: margin = z_t − max_{j≠t} z_j

    An image has fooled the classifier where its margin is greater than 0.

    Attributes:
        labels: The true classes or, if targeted, those to be reached; shape (n,).
        targeted: Whether the labels are targets.

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
        """Compute the margin in logits; it is negative where the goal is not reached."""
        own, others = self._split(logits)
        lead = others.amax(dim=1) - own
        return -lead if self.targeted else lead

    def odds(self, logits: ClassLogits) -> PerSample:
        """Compute the log-odds of success: log Σ_{j≠y} e^{z_j} − z_y, or its negative for t.

        The cross-entropy with y is softplus(odds). Their gradients have one direction, but that of
        the cross-entropy has the factor σ(odds), which vanishes where the classifier is sure. So
        attacks with steps of fixed length increase the log-odds instead.

        Paper:
            Carlini and Wagner 2017, section IV.C, https://arxiv.org/abs/1608.04644, on vanishing
            gradients.
        """
        own, others = self._split(logits)
        odds = others.logsumexp(dim=1) - own
        return -odds if self.targeted else odds

    def fooled(self, logits: ClassLogits) -> Mask:
        """Tell where the goal is reached; a tie is no success."""
        return self.margin(logits) > 0

    def of(self, kept: Tensor) -> "Goal":
        """Select the goals of some images, by index or by a mask."""
        return Goal(labels=self.labels[kept], targeted=self.targeted)

    def _split(self, logits: ClassLogits) -> tuple[PerSample, ClassLogits]:
        """Split off the label's logit; the others have −∞ in its place."""
        place = self.labels[:, None]
        own = logits.gather(1, place)[:, 0]
        return own, logits.scatter(1, place, -torch.inf)
