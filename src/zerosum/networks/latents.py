"""Latent vectors in the shapes that generators are given them in."""

from zerosum.errors import DataError
from zerosum.types import AnyLatents, Latents

__all__ = ["latent_rows"]


def latent_rows(latents: AnyLatents) -> Latents:
    """Latent vectors as rows (n, d), given so or as pictures of one pixel, (n, d, 1, 1).

    Raises:
        DataError: If they have another shape.

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
