"""What can be said of logits, whatever the game and the objective."""

from torch import Tensor

from zerosum.types import Logits, Scalar

__all__ = ["opinions", "share_above"]


def opinions(real_logits: Logits, fake_logits: Logits) -> dict[str, Scalar]:
    """How D stands: its mean logits, and the share of pairs in which it rates real above fake.

    The share means the same for every objective; a Wasserstein critic's zero, say, means nothing.

    Example:
        >>> import torch
        >>> opinions(torch.tensor([1.0, 3.0]), torch.tensor([0.0, 3.0]))["accuracy"]
        tensor(0.7500)
    """
    real, fake = real_logits.detach(), fake_logits.detach()
    return {"accuracy": share_above(real, fake), "real": real.mean(), "fake": fake.mean()}


def share_above(logits: Logits, bar: Tensor | float) -> Scalar:
    """How many logits are above the bar; of those that are level with it, half.

    Example:
        >>> import torch
        >>> share_above(torch.tensor([0.0, 1.0, 2.0, 2.0]), torch.tensor(2.0))
        tensor(0.2500)
    """
    return ((logits > bar).float() + 0.5 * (logits == bar).float()).mean()
