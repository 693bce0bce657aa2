"""Filters made by hand: waves that fade out, as the first layers of trained networks have them.

    g(x, y) = exp(−(x² + y²)/2σ²) cos(2π (x cos θ + y sin θ)/λ + φ) − mean

x to the right and y downwards, from the middle of the filter. Such filters answer to edges and
lines of one direction. Networks that were trained on photographs have filters much like them, and
blobs of opposite colours (Krizhevsky et al. 2012, figure 3).
"""

from itertools import product
from math import cos, pi, sin

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["colour_filters", "gabor_filter"]

_ANGLES = tuple(pi * turn / 8 for turn in range(8))
_OPPOSITES = (
    (1.0, -1.0, 0.0),
    (0.0, 1.0, -1.0),
    (1.0, 0.0, -1.0),
    (-0.5, -0.5, 1.0),
    (1.0, -0.5, -0.5),
    (-0.5, 1.0, -0.5),
)
"""Weights of red, green and blue that answer to a colour, and not to grey."""


def gabor_filter(
    kernel: int, *, wavelength: float, angle: float, phase: float = 0.0
) -> Float[Tensor, "k k"]:
    """One filter; its weights add up to 0, their squares to 1.

    Args:
        kernel: Rows and columns, k.
        wavelength: λ, in pixels.
        angle: θ, in radians: the direction in which brightness changes.
        phase: φ; 0 for a line, π/2 for an edge.

    Source:
        Daugman 1985, https://doi.org/10.1364/JOSAA.2.001160

    Example:
        >>> gabor_filter(3, wavelength=4.0, angle=0.0, phase=pi / 2).sign()
        tensor([[ 1.,  0., -1.],
                [ 1.,  0., -1.],
                [ 1.,  0., -1.]])
    """
    places = torch.arange(kernel, dtype=torch.float64) - (kernel - 1) / 2
    fading = torch.exp(-places.square() / (2 * (kernel / 4) ** 2))
    along = places * cos(angle) + places[:, None] * sin(angle)
    wave = fading[:, None] * fading * torch.cos(2 * pi * along / wavelength + phase)
    # Half a unit of rounding would be seen as a sign.
    centred = (wave - wave.mean()).round(decimals=12)
    # To add 0 makes 0 of −0.
    normed: Tensor = (centred / centred.norm().clamp(min=1e-9)).float() + 0.0
    return normed


def colour_filters(kernel: int) -> Float[Tensor, "96 3 k k"]:
    """96 filters for pictures of three colours, half of them for brightness, half for colours.

    48 answer to lines and edges of 8 directions and 3 widths, whatever their colour. The others
    answer to opposites of colours, in 6 pairs: 2 blobs, and edges of 6 directions. None of them
    answers to a plain grey area.

    Args:
        kernel: Rows and columns, k; at least 2.

    Example:
        >>> colour_filters(11).shape
        torch.Size([96, 3, 11, 11])
    """
    grey = [
        gabor_filter(kernel, wavelength=max(kernel / waves, 2.0), angle=angle, phase=phase)
        for waves, phase, angle in product((1, 2, 3), (0.0, pi / 2), _ANGLES)
    ]
    brightness = torch.stack(grey)[:, None].expand(-1, 3, -1, -1) / 3**0.5
    forms = [*_blobs(kernel)]
    forms += [
        gabor_filter(kernel, wavelength=float(kernel), angle=pi * turn / 6, phase=pi / 2)
        for turn in range(6)
    ]
    opposites = torch.tensor(_OPPOSITES)
    opposites = opposites / opposites.norm(dim=1, keepdim=True)
    colours = torch.einsum("oc,fkl->ofckl", opposites, torch.stack(forms)).flatten(0, 1)
    return torch.cat([brightness, colours])


def _blobs(kernel: int) -> tuple[Tensor, Tensor]:
    """A blob, and its negative: of the two colours the other one is asked for."""
    places = torch.arange(kernel) - (kernel - 1) / 2
    fading = torch.exp(-places.square() / (2 * (kernel / 4) ** 2))
    blob = fading[:, None] * fading
    blob = blob / blob.norm()
    return blob, -blob
