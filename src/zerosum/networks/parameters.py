"""What networks learn, counted."""

from torch import nn

__all__ = ["count_parameters"]


def count_parameters(module: nn.Module) -> int:
    """How many numbers training can change.

    Args:
        module: The network.

    Example:
        >>> count_parameters(nn.Linear(784, 10))
        7850
    """
    return sum(p.numel() for p in module.parameters() if p.requires_grad)
