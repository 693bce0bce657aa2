"""Losses of a discriminator that classifies, and of a generator that matches its features.

Of K + 1 classes, the last being "generated", one logit is too many: subtracting a number from all
of them changes no probability. So that of the last is taken to be 0, and with the logits l (n, K)

    λ = log Σ_k exp l_k,      p(real) = e^λ / (e^λ + 1) = sigmoid(λ).

λ is thus the logit of an ordinary discriminator, which every objective can take.
"""

from collections.abc import Callable

from zerosum.registry import Table
from zerosum.types import ClassLogits, Features, Logits, OtherFeatures, Scalar

__all__ = ["MATCHES", "absolute_difference", "realness", "squared_difference"]


def realness(logits: ClassLogits) -> Logits:
    """λ = log Σ_k exp l_k, the logit of being real.

    Args:
        logits: l, of shape (n, K).

    Paper:
        Salimans et al. 2016, section 5, https://arxiv.org/abs/1606.03498

    Example:
        >>> import torch
        >>> realness(torch.zeros(1, 8)).sigmoid()  # Of nine equal classes, one is "generated".
        tensor([0.8889])
    """
    return logits.logsumexp(dim=1)


def squared_difference(fake: Features, real: OtherFeatures) -> Scalar:
    """The mean over the features of (E f(G(z)) − E f(x))².

    Args:
        fake: f of n generated images, shape (n, d); the gradient goes through them.
        real: f of real images, shape (m, d).

    Paper:
        Salimans et al. 2016, section 3.1, https://arxiv.org/abs/1606.03498

    Example:
        >>> import torch
        >>> squared_difference(torch.tensor([[1.0], [3.0]]), torch.tensor([[5.0], [5.0]]))
        tensor(9.)
    """
    return (fake.mean(dim=0) - real.mean(dim=0)).square().mean()


def absolute_difference(fake: Features, real: OtherFeatures) -> Scalar:
    """The mean over the features of |E f(G(z)) − E f(x)|, as published for colour images.

    Example:
        >>> import torch
        >>> absolute_difference(torch.tensor([[1.0], [3.0]]), torch.tensor([[5.0], [5.0]]))
        tensor(3.)
    """
    return (fake.mean(dim=0) - real.mean(dim=0)).abs().mean()


MATCHES: Table[Callable[[Features, Features], Scalar]] = Table(
    "way of matching features",
    {"squared": squared_difference, "absolute": absolute_difference},
)
"""The distances between features of generated and of real images, by name."""
