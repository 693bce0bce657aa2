"""Initialisation of weights, as in the papers or as in PyTorch."""

from collections.abc import Callable

from torch import nn
from torch.nn.modules.batchnorm import _NormBase

from zerosum.registry import Table

__all__ = [
    "INITIALISATIONS",
    "initialise_he",
    "initialise_normal",
    "initialise_xavier",
    "keep_default",
]

_WEIGHTED = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)
_NORMS = (_NormBase, nn.GroupNorm)


def initialise_normal(module: nn.Module, std: float = 0.02) -> None:
    """Initialise every weight as DCGAN does, in place.

    Convolutions and linear layers: weight ~ N(0, std²), bias 0. Normalisations: scale ~
    N(1, std²), shift 0. The numbers come from PyTorch's own generator, as those of its layers
    do; seed it before a network is built.

    Args:
        module: The network.
        std: Standard deviation of the weights; 0.02 in the paper.

    Paper:
        Radford et al. 2016, section 4, https://arxiv.org/abs/1511.06434

    Example:
        >>> layer = nn.Conv2d(64, 64, 4)
        >>> initialise_normal(layer)
        >>> round(layer.weight.std().item(), 3)
        0.02
    """
    for layer in module.modules():
        if isinstance(layer, (*_WEIGHTED, *_NORMS)) and layer.weight is not None:
            mean = 1.0 if isinstance(layer, _NORMS) else 0.0
            nn.init.normal_(layer.weight, mean, std)
            _zero_bias(layer)


def initialise_he(module: nn.Module) -> None:
    """Initialise convolutions and linear layers so that a ReLU keeps the variance (He).

    weight ~ U(-b, b) with b = √(6 / inputs per output), bias 0; normalisations stay as they are.

    Args:
        module: The network, changed in place.

    Paper:
        He et al. 2015, section 2.2, https://arxiv.org/abs/1502.01852

    Example:
        >>> layer = nn.Linear(600, 600)
        >>> initialise_he(layer)
        >>> bool(layer.weight.abs().max() <= 0.1)
        True
    """
    for layer in module.modules():
        if isinstance(layer, _WEIGHTED):
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
            _zero_bias(layer)


def initialise_xavier(module: nn.Module, gain: float = 0.02) -> None:
    """Initialise convolutions and linear layers by their inputs and outputs (Xavier), scaled down.

    weight ~ N(0, gain² · 2 / (inputs per output + outputs per input)), bias 0; normalisations stay
    as they are; with them the scale of most weights does not matter.

    Args:
        module: The network, changed in place.
        gain: 0.02 in CUT.

    Paper:
        Glorot & Bengio 2010, equation 12, https://proceedings.mlr.press/v9/glorot10a.html

    Example:
        >>> layer = nn.Linear(300, 500)
        >>> initialise_xavier(layer)
        >>> round(layer.weight.std().item(), 4)
        0.001
    """
    for layer in module.modules():
        if isinstance(layer, _WEIGHTED):
            nn.init.xavier_normal_(layer.weight, gain)
            _zero_bias(layer)


def keep_default(module: nn.Module) -> None:
    """Keep the weights of PyTorch's layers: U(-b, b), b = 1/√(inputs per output).

    Example:
        >>> keep_default(nn.Linear(3, 1))
    """


INITIALISATIONS: Table[Callable[[nn.Module], None]] = Table(
    "initialisation",
    {
        "normal": initialise_normal,
        "xavier": initialise_xavier,
        "he": initialise_he,
        "default": keep_default,
    },
)
"""Initialisations by name."""


def _zero_bias(layer: nn.Module) -> None:
    if isinstance(layer.bias, nn.Parameter):
        nn.init.zeros_(layer.bias)
