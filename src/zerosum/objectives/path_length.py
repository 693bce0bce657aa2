"""How far a picture moves for a step of its style."""

from collections.abc import Callable
from math import sqrt

import torch
from jaxtyping import Float
from torch import Tensor

from zerosum.randomness import Randomness
from zerosum.types import Images, PerSample

__all__ = ["Synthesis", "path_lengths"]

Synthesis = Callable[[Tensor], Images]
"""From styles (n, layers, s) to pictures."""


def path_lengths(
    synthesis: Synthesis, styles: Float[Tensor, "n layers s"], random: Randomness
) -> PerSample:
    """The length of each picture's gradient by its style, in a direction by chance.

    ‖J^T y‖ / √layers,   J = ∂G/∂w,   y ~ N(0, 1) / √(h w) per number

    where the norm is over the styles of all layers. That StyleGAN2's penalty holds it near its
    mean a, E (‖J^T y‖ − a)², makes a step of w about equally visible everywhere.

    Args:
        synthesis: G.
        styles: w, part of a graph, so that what comes out can be differentiated.
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
    slope: Tensor
    (slope,) = torch.autograd.grad((images * direction).sum(), styles, create_graph=True)
    lengths: Tensor = torch.linalg.vector_norm(slope, dim=(1, 2)) / sqrt(styles.shape[1])
    return lengths
