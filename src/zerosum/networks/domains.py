"""A head that classifies features by the domain of their image."""

from itertools import pairwise

from torch import nn

from zerosum.types import Features, Logits

__all__ = ["DomainHead"]


class DomainHead(nn.Module):
    """Features to one logit per image: positive means "of the source".

    f (n, d) → for each width: (linear, ReLU) → linear → logits (n,).

    Args:
        inputs: Numbers in the features of one image: d.
        widths: Units of the hidden layers.

    Paper:
        Ganin et al. 2016, figure 4a, https://arxiv.org/abs/1505.07818 (one layer of 100)

    Example:
        >>> import torch
        >>> DomainHead(inputs=1200)(torch.zeros(2, 1200)).shape
        torch.Size([2])
    """

    def __init__(self, *, inputs: int, widths: tuple[int, ...] = (100,)) -> None:
        super().__init__()
        sizes = (inputs, *widths)
        layers: list[nn.Module] = []
        for before, after in pairwise(sizes):
            layers += [nn.Linear(before, after), nn.ReLU(inplace=True)]
        self.layers = nn.Sequential(*layers, nn.Linear(sizes[-1], 1), nn.Flatten(0))

    def forward(self, features: Features) -> Logits:
        """Compute one logit per image."""
        logits: Logits = self.layers(features)
        return logits
