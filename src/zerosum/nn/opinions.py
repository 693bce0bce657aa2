"""What the last layer of a discriminator gives, in the shape that its users expect."""

from torch import nn

__all__ = ["flat_opinions"]


def flat_opinions(outputs: int) -> nn.Flatten:
    """The last layer of a discriminator: (n,) for one output, (n, outputs) for several.

    Example:
        >>> import torch
        >>> maps = torch.zeros(5, 1, 1, 1)
        >>> flat_opinions(1)(maps).shape, flat_opinions(3)(maps.expand(-1, 3, -1, -1)).shape
        (torch.Size([5]), torch.Size([5, 3]))
    """
    return nn.Flatten(0 if outputs == 1 else 1)
