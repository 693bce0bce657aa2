"""The modes of a network's layers, training or evaluation."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

__all__ = ["evaluating_layers"]


@contextmanager
def evaluating_layers(network: nn.Module) -> Iterator[None]:
    """Put all layers into evaluation mode within the context; then restore the mode of each.

    Example:
        >>> layers = nn.Sequential(nn.Dropout(), nn.BatchNorm1d(2).eval())
        >>> with evaluating_layers(layers):
        ...     print([each.training for each in layers])
        [False, False]
        >>> [each.training for each in layers]
        [True, False]
    """
    modes = [(each, each.training) for each in network.modules()]
    network.eval()
    try:
        yield
    finally:
        for each, mode in modes:
            each.training = mode
