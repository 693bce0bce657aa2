"""The loss of a classifier."""

from torch import Tensor
from torch.nn import functional

from zerosum.types import ClassLogits, Labels, PerSample

__all__ = ["cross_entropy"]


def cross_entropy(logits: ClassLogits, labels: Labels, *, smoothing: float = 0.0) -> PerSample:
    """The cross-entropy −Σ_k q_k log p_k, p being the softmax of the logits.

    q is 1 − s + s/K at the true one of K classes and s/K elsewhere.

    Args:
        logits: Shape (n, K).
        labels: The true classes, shape (n,).
        smoothing: s, from 0 to below 1.

    Paper:
        Szegedy et al. 2016, section 7, https://arxiv.org/abs/1512.00567 (label smoothing)

    Example:
        >>> import torch
        >>> undecided = torch.zeros(1, 10)
        >>> cross_entropy(undecided, torch.tensor([3])).exp()
        tensor([10.])
    """
    costs: Tensor = functional.cross_entropy(
        logits, labels, reduction="none", label_smoothing=smoothing
    )
    return costs
