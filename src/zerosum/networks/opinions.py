"""What the last layer of a discriminator gives, in the shape that its users expect."""

from jaxtyping import Float
from torch import Tensor, nn

from zerosum.errors import DataError
from zerosum.types import Logits

__all__ = ["flat_opinions", "one_per_picture"]


def flat_opinions(outputs: int) -> nn.Flatten:
    """The last layer of a discriminator: (n,) for one output, (n, outputs) for several.

    Example:
        >>> import torch
        >>> maps = torch.zeros(5, 1, 1, 1)
        >>> flat_opinions(1)(maps).shape, flat_opinions(3)(maps.expand(-1, 3, -1, -1)).shape
        (torch.Size([5]), torch.Size([5, 3]))
    """
    return nn.Flatten(0 if outputs == 1 else 1)


def one_per_picture(logits: Float[Tensor, "..."], count: int) -> Logits:
    """The logits of a discriminator that anybody may have written, as a row (n,).

    Args:
        logits: In any shape with one number per picture: (n,), (n, 1), (n, 1, 1, 1).
        count: n.

    Raises:
        DataError: If there are more or fewer numbers than pictures.

    Example:
        >>> import torch
        >>> one_per_picture(torch.tensor([[1.0], [2.0]]), 2)
        tensor([1., 2.])
    """
    if logits.numel() != count:
        raise DataError(
            f"expected one logit per picture from the discriminator, shape ({count},) or "
            f"({count}, 1), found {tuple(logits.shape)}; a map of opinions needs a mean over its "
            "places, or a last layer that covers it."
        )
    return logits.flatten()
