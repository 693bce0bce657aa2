"""Path lengths: how much an image changes for a step of its style."""

from collections.abc import Callable
from math import sqrt

import torch
from jaxtyping import Float
from torch import Tensor

from zerosum.randomness import Randomness
from zerosum.types import Images, PerSample

__all__ = ["Synthesis", "path_lengths"]

Synthesis = Callable[[Tensor], Images]
"""From styles (n, layers, s) to images."""


def path_lengths(
    synthesis: Synthesis, styles: Float[Tensor, "n layers s"], random: Randomness
) -> PerSample:
    """The norm of each image's gradient by its style, in a random direction of the image.

    ‖J^T y‖ / √layers,   J = ∂G/∂w,   y ~ N(0, 1) / √(h w) per number

    where the norm is over the styles of all layers. StyleGAN2's penalty E (‖J^T y‖ − a)² holds it
    near its mean a, so that a step of w changes the image about equally everywhere.

    Args:
        synthesis: G.
        styles: w, part of a graph, so that the lengths can be differentiated.
        random: Draws y.

    Paper:
        Karras et al. 2020, section 3.2 and equation 4, https://arxiv.org/abs/1912.04958

    Example:
        >>> def brighten(styles): return 3 * styles[:, 0, :, None, None]
        >>> styles = torch.ones(2, 1, 5, requires_grad=True)
        >>> y = Randomness(seed=0).normal(2, 5, 1, 1)
        >>> lengths = path_lengths(brighten, styles, Randomness(seed=0))
        >>> torch.allclose(lengths, 3 * y.flatten(1).norm(dim=1))
        True
    """
    images = synthesis(styles)
    height, width = images.shape[2:]
    direction = random.normal(*images.shape) / sqrt(height * width)
    gradient: Tensor
    # J^T y without J: the gradient of the inner product, and once for all images, since no image
    # depends on the style of another.
    (gradient,) = torch.autograd.grad((images * direction).sum(), styles, create_graph=True)
    lengths: Tensor = torch.linalg.vector_norm(gradient, dim=(1, 2)) / sqrt(styles.shape[1])
    return lengths
