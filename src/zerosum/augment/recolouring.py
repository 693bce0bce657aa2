"""Changes of colours as matrices, so that any number of them is one multiplication.

A colour is v = (r, g, b, 1), each in [-1, 1] with 0 for mid-grey. A change is a matrix M (4, 4),
v' = M v; one change after another is the product, the later one on the left. Grey colours lie on
the luma axis u = (1, 1, 1) / √3: along it colours differ in lightness, across it in hue and
saturation.
"""

from math import sqrt

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from zerosum.types import Images, PerSample

__all__ = ["Tints", "brightness", "contrast", "hue", "luma_flip", "recolour", "saturation"]

Tints = Float[Tensor, "n 4 4"]
"""One matrix per image."""


def recolour(images: Images, changes: Tints) -> Images:
    """Multiply the colours of every image by its matrix.

    A grey image is treated as one whose three channels are equal, and the result is the mean of
    the three. Of an image with transparency the colours change and the transparency stays.

    Args:
        images: Shape (n, c, h, w), c = 1, 3 or 4.
        changes: M of each image.

    Example:
        >>> red = torch.tensor([1.0, -1.0, -1.0]).view(1, 3, 1, 1)
        >>> recolour(red, saturation(torch.zeros(1))).flatten()
        tensor([-0.3333, -0.3333, -0.3333])
    """
    channels = images.shape[1]
    assert channels in (1, 3, 4), channels
    factor, offset = changes[:, :3, :3].to(images), changes[:, :3, 3:].to(images)
    if channels == 1:
        factor, offset = factor.sum(2, keepdim=True).mean(1, keepdim=True), offset.mean(1)
        return images * factor[:, :, :, None] + offset[:, :, None, None]
    rows = torch.baddbmm(offset, factor, images[:, :3].flatten(2))
    colours = rows.view_as(images[:, :3])
    return colours if channels == 3 else torch.cat([colours, images[:, 3:]], dim=1)


def brightness(amount: PerSample) -> Tints:
    """Add an amount to each colour.

    Example:
        >>> brightness(torch.tensor([0.5]))[0, :, 3]
        tensor([0.5000, 0.5000, 0.5000, 1.0000])
    """
    added = torch.zeros(4, 4, device=amount.device)
    added[:3, 3] = 1.0
    return torch.eye(4, device=amount.device) + amount[:, None, None] * added


def contrast(factor: PerSample) -> Tints:
    """Multiply each colour.

    Example:
        >>> contrast(torch.tensor([2.0]))[0].diagonal()
        tensor([2., 2., 2., 1.])
    """
    return torch.diag_embed(torch.stack([factor] * 3 + [torch.ones_like(factor)], dim=1))


def luma_flip(flipped: PerSample) -> Tints:
    """Exchange light and dark, not hue and saturation: 1 − 2 u uᵀ where ``flipped`` is 1.

    Example:
        >>> white = torch.tensor([1.0, 1.0, 1.0, 1.0])
        >>> (luma_flip(torch.ones(1)) @ white).round()
        tensor([[-1., -1., -1.,  1.]])
    """
    return torch.eye(4, device=flipped.device) - 2 * flipped[:, None, None] * _luma(flipped)


def hue(angle: PerSample) -> Tints:
    """Rotate the colours about the luma axis, in radians; a third of a turn makes red green.

    u uᵀ + cos θ (1 − u uᵀ) + sin θ [u]ₓ, Rodrigues' formula, with [u]ₓ v = u × v.

    Example:
        >>> red = torch.tensor([1.0, 0.0, 0.0, 1.0])
        >>> (hue(torch.tensor([2 * torch.pi / 3])) @ red).round().abs()
        tensor([[0., 1., 0., 1.]])
    """
    across = _across(angle)
    kept = torch.eye(4, device=angle.device) - across
    turn = torch.eye(3, device=angle.device).roll(1, dims=0)  # r → g → b → r
    cross = functional.pad((turn - turn.T) / sqrt(3), (0, 1, 0, 1))
    cosine, sine = angle.cos()[:, None, None], angle.sin()[:, None, None]
    return kept + cosine * across + sine * cross


def saturation(factor: PerSample) -> Tints:
    """Scale the distance from grey: u uᵀ + s (1 − u uᵀ); 0: grey.

    Example:
        >>> bool(torch.allclose(saturation(torch.ones(1))[0], torch.eye(4)))
        True
    """
    return torch.eye(4, device=factor.device) + (factor - 1)[:, None, None] * _across(factor)


def _across(like: Tensor) -> Float[Tensor, "4 4"]:
    """The projection onto the plane orthogonal to the luma axis, 1 − u uᵀ."""
    colours = torch.eye(4, device=like.device)
    colours[3, 3] = 0.0
    return colours - _luma(like)


def _luma(like: Tensor) -> Float[Tensor, "4 4"]:
    """The projection onto the luma axis, u uᵀ."""
    luma = torch.zeros(4, 4, device=like.device)
    luma[:3, :3] = 1 / 3
    return luma
