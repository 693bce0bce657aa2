"""The loss of a domain head, and its inputs and weights in conditional adaptation."""

import torch
from jaxtyping import Bool
from torch import Tensor
from torch.nn import functional

from zerosum.types import (
    ClassLogits,
    FeatureProducts,
    Features,
    Logits,
    PerSample,
    Probabilities,
)

__all__ = ["domain_costs", "entropy_weights", "first_of", "outer_products"]


def domain_costs(logits: Logits, of_source: Bool[Tensor, " n"]) -> PerSample:
    """The loss −log p of the true domain: softplus(−l) for the source, softplus(l) for the target.

    Args:
        logits: l, shape (n,); positive means "of the source".
        of_source: Which images are of the source, shape (n,).

    Paper:
        Ganin et al. 2016, equation 10, https://arxiv.org/abs/1505.07818

    Example:
        >>> undecided = domain_costs(torch.zeros(2), torch.tensor([True, False]))
        >>> undecided.exp()
        tensor([2., 2.])
    """
    return functional.softplus(torch.where(of_source, -logits, logits))


def first_of(logits: Logits, count: int) -> Bool[Tensor, " n"]:
    """Which logits are of the source, where its images come first.

    Args:
        logits: Shape (n,).
        count: The number of images of the source.

    Example:
        >>> first_of(torch.zeros(3), 2)
        tensor([ True,  True, False])
    """
    return torch.arange(len(logits), device=logits.device) < count


def outer_products(features: Features, probabilities: Probabilities) -> FeatureProducts:
    """The outer product g ⊗ f: each feature times each probability, shape (n, k · d).

    From this a domain head can learn the features of each class by itself.

    Args:
        features: f, shape (n, d).
        probabilities: g, shape (n, k).

    Paper:
        Long et al. 2018, equation 5, https://arxiv.org/abs/1705.10667

    Example:
        >>> outer_products(torch.tensor([[1.0, 2.0]]), torch.tensor([[0.75, 0.25]]))
        tensor([[0.7500, 1.5000, 0.2500, 0.5000]])
    """
    return (probabilities[:, :, None] * features[:, None, :]).flatten(1)


def entropy_weights(logits: ClassLogits) -> PerSample:
    """1 + exp(−H) of each image, divided by the mean of all: certain predictions count more.

    H = −Σ_k g_k log g_k, from 0 to log k, with g = softmax(logits). As in the authors' code,
    gradients go through H, and not through the mean. H is computed from logits, since the
    gradient of g log g is not finite where g rounds to 0.

    Args:
        logits: Of the images of one domain, shape (n, k).

    Paper:
        Long et al. 2018, equation 9, https://arxiv.org/abs/1705.10667

    Example:
        >>> entropy_weights(torch.tensor([[200.0, 0.0], [0.0, 0.0]]))
        tensor([1.1429, 0.8571])
    """
    logs = logits.log_softmax(dim=1)
    entropies = -(logs.exp() * logs).sum(dim=1)
    weights = 1.0 + torch.exp(-entropies)
    return weights / weights.mean().detach()
