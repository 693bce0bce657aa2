"""Shapes of the input of generators and of the output of discriminators."""

from jaxtyping import Float
from torch import Tensor, nn

from zerosum.errors import DataError
from zerosum.types import AnyLatents, Latents, Logits

__all__ = ["flat_logits", "latent_rows", "one_per_image"]


def latent_rows(latents: AnyLatents) -> Latents:
    """Return latent vectors as rows (n, d); they may be images of one pixel, (n, d, 1, 1).

    Raises:
        DataError: They have another shape.

    Example:
        >>> import torch
        >>> latent_rows(torch.zeros(2, 100, 1, 1)).shape
        torch.Size([2, 100])
    """
    if latents.dim() == 2:
        return latents
    if latents.dim() < 2 or any(side != 1 for side in latents.shape[2:]):
        raise DataError(
            "expected latent vectors of shape (n, d) or (n, d, 1, 1), found "
            f"{tuple(latents.shape)}; a single one is a batch of one: latents[None]."
        )
    return latents.flatten(1)


def flat_logits(outputs: int) -> nn.Flatten:
    """Make the last layer of a discriminator: logits (n,) of one output, else (n, outputs).

    Example:
        >>> import torch
        >>> maps = torch.zeros(5, 1, 1, 1)
        >>> flat_logits(1)(maps).shape, flat_logits(3)(maps.expand(-1, 3, -1, -1)).shape
        (torch.Size([5]), torch.Size([5, 3]))
    """
    return nn.Flatten(0 if outputs == 1 else 1)


def one_per_image(logits: Float[Tensor, "..."], count: int) -> Logits:
    """Return the logits of any discriminator as a row (n,).

    Args:
        logits: In any shape with one number per image: (n,), (n, 1), (n, 1, 1, 1).
        count: n.

    Raises:
        DataError: There are more or fewer numbers than images.

    Example:
        >>> import torch
        >>> one_per_image(torch.tensor([[1.0], [2.0]]), 2)
        tensor([1., 2.])
    """
    if logits.numel() != count:
        raise DataError(
            f"expected one logit per picture from the discriminator, shape ({count},) or "
            f"({count}, 1), found {tuple(logits.shape)}; a map of logits needs a mean over its "
            "places, or a last layer that covers it."
        )
    return logits.flatten()
