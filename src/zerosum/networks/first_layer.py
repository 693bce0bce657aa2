"""The filters by which a network looks at pictures."""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor, nn

from zerosum.errors import ConfigError

__all__ = ["FirstLayer", "first_layer"]


class FirstLayer(NamedTuple):
    """The first convolution of a network that looks at pictures.

    Attributes:
        name: The dotted name of the module.
        weight: Its filters, shape (filters, channels, k, l), without gradients.
    """

    name: str
    weight: Float[Tensor, "n c k l"]


def first_layer(network: nn.Module) -> FirstLayer:
    """The first convolution, in the order of the modules, that takes grey or coloured pictures.

    Args:
        network: Any network.

    Raises:
        ConfigError: It has none.

    Example:
        >>> name, weight = first_layer(nn.Sequential(nn.ReLU(), nn.Conv2d(3, 8, 5), nn.ReLU()))
        >>> name, weight.shape
        ('1', torch.Size([8, 3, 5, 5]))
    """
    for name, module in network.named_modules():
        if isinstance(module, nn.ConvTranspose2d) or getattr(module, "groups", 1) != 1:
            continue
        weight = getattr(module, "weight", None)
        if isinstance(weight, Tensor) and weight.dim() == 4 and weight.shape[1] in (1, 3):
            return FirstLayer(name, weight.detach().float().cpu())
    raise ConfigError(
        f"{type(network).__name__} has no convolution that takes pictures of 1 or 3 channels: its "
        "first layer has no filters to be shown."
    )
