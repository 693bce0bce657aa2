"""Batch normalisation's running statistics of a second kind of pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

__all__ = ["RunningStatistics"]


class RunningStatistics:
    """A second set of running statistics for a network that is shown two kinds of pictures.

    A network that normalises each kind of batch by its own mean and variance must do so when it is
    used, too: means over both kinds fit neither. Weights, scales and shifts are common to both.

    Args:
        network: Its statistics are what the second set begins with.

    Paper:
        Li et al. 2016, "Revisiting batch normalization for practical domain adaptation",
        https://arxiv.org/abs/1603.04779

    Example:
        >>> layer = nn.BatchNorm1d(1, momentum=1.0)
        >>> second = RunningStatistics(layer)
        >>> with second.within(layer):
        ...     _ = layer(torch.tensor([[4.0], [6.0]]))
        >>> layer.running_mean.item(), second.put_on(layer).running_mean.item()
        (0.0, 5.0)
    """

    def __init__(self, network: nn.Module) -> None:
        self.values = {name: value.clone() for name, value in _buffers(network)}

    @contextmanager
    def within(self, network: nn.Module) -> Iterator[None]:
        """Within the context the network has, and goes on with, these statistics."""
        # Changed places, not contents: the graph of what was computed may still need the latter.
        own = [(layer, dict(layer.named_buffers())) for _, layer in _layers(network)]
        for path, layer in _layers(network):
            for name in dict(layer.named_buffers()):
                setattr(layer, name, self.values[f"{path}.{name}"])
        try:
            yield
        finally:
            for layer, buffers in own:
                for name, value in buffers.items():
                    setattr(layer, name, value)

    def take(self, network: nn.Module) -> None:
        """Become what the network has itself."""
        for name, value in _buffers(network):
            self.values[name].copy_(value)

    def put_on(self, network: nn.Module) -> nn.Module:
        """A copy of the network, or of its average, with these statistics."""
        other = deepcopy(network)
        with torch.no_grad():
            for name, value in _buffers(other):
                value.copy_(self.values[name])
        return other


def _layers(network: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    for path, layer in network.named_modules():
        if isinstance(layer, _BatchNorm):
            yield path, layer


def _buffers(network: nn.Module) -> Iterator[tuple[str, Tensor]]:
    for path, layer in _layers(network):
        for name, value in layer.named_buffers():
            yield f"{path}.{name}", value
