"""Layers of StyleGAN's generators: the effect of a style w on the maps, and noise.

An affine map of w scales the channels of each layer. Noise in every layer is for details that are
random, such as the place of a hair, and that the latent need not determine.
"""

from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from zerosum.nn import (
    HE_GAIN,
    AdaptiveInstanceNorm,
    EqualisedConv2d,
    EqualisedLinear,
    ModulatedConv2d,
    NoiseInjection,
)
from zerosum.nn.resampling import Resize
from zerosum.registry import Table

__all__ = ["SLOPE", "STYLES", "AdaptiveLayer", "ModulatedColours", "ModulatedLayer", "StyleLayer"]

Style = Float[Tensor, "n s"]
"""w for each image."""

Maps = Float[Tensor, "n inputs h w"]
Drawn = Float[Tensor, "n outputs _ _"]

SLOPE = 0.2
"""Negative slope of every leaky ReLU."""


class StyleLayer(nn.Module):
    """The base class of layers of both kinds: noise at every place, a bias, and the leaky ReLU.

    Args:
        outputs: Channels.
        size: Height and width of the output.
        strengths: Number of learnt factors of the noise: 1, or one per channel; 0: no noise.
    """

    def __init__(self, outputs: int, size: tuple[int, int], strengths: int) -> None:
        super().__init__()
        self.noise = NoiseInjection(strengths, size=size) if strengths else nn.Identity()
        self.bias = nn.Parameter(torch.zeros(outputs, 1, 1))

    def activate(self, maps: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h w"]:
        """Compute LeakyReLU(maps + strength · noise + bias)."""
        return functional.leaky_relu(self.noise(maps) + self.bias, SLOPE)


class AdaptiveLayer(StyleLayer):
    """A layer of StyleGAN: convolution, noise, LeakyReLU, adaptive instance normalisation.

    AdaIN(x, y) = y_s (x − μ(x)) / √(σ²(x) + 10⁻⁸) + y_b, with μ and σ over the places of one
    image's channel and (y_s, y_b) = A w, where y_s starts as 1 and y_b as 0.

    Where maps are upsampled, the authors' program convolves the enlarged maps and blurs them;
    here the order is StyleGAN2's, with a quarter of the work. The result is the same except for
    the outermost pixels, beyond which the two have zeros at different steps; so has the
    discriminator.

    Args:
        inputs: Channels of the input; 0: there is no convolution, the input is the constant.
        outputs: Channels of the output.
        style_size: Numbers in w.
        size: Height and width of the output.
        resize: ``keep``, or ``up``.
        noise: Whether noise is added to the maps.

    Paper:
        Karras et al. 2019, section 2 and equation 1, https://arxiv.org/abs/1812.04948

    Example:
        >>> layer = AdaptiveLayer(4, 6, style_size=8, size=(16, 16), resize="up")
        >>> layer(torch.zeros(2, 4, 8, 8), torch.zeros(2, 8)).shape
        torch.Size([2, 6, 16, 16])
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        style_size: int,
        size: tuple[int, int],
        resize: Resize = "keep",
        noise: bool = True,
    ) -> None:
        super().__init__(outputs, size, strengths=outputs if noise else 0)
        make = partial(EqualisedConv2d, resize=resize, gain=HE_GAIN, bias=False)
        self.convolution = make(inputs, outputs, 3) if inputs else nn.Identity()
        self.adapt = AdaptiveInstanceNorm(outputs, style_size=style_size)

    def forward(self, maps: Maps, style: Style) -> Drawn:
        """Apply the layer with a style."""
        result: Tensor = self.adapt(self.activate(self.convolution(maps)), style)
        return result


class ModulatedLayer(StyleLayer):
    """A layer of StyleGAN2: modulated and demodulated convolution, noise, LeakyReLU.

    Args:
        inputs: Channels of the input.
        outputs: Channels of the output.
        style_size: Numbers in w.
        size: Height and width of the output.
        resize: ``keep``, or ``up``.
        noise: Whether noise is added to the maps.

    Paper:
        Karras et al. 2020, section 2.2 and figure 2d, https://arxiv.org/abs/1912.04958

    Example:
        >>> layer = ModulatedLayer(4, 6, style_size=8, size=(16, 16), resize="up")
        >>> layer(torch.zeros(2, 4, 8, 8), torch.zeros(2, 8)).shape
        torch.Size([2, 6, 16, 16])
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        style_size: int,
        size: tuple[int, int],
        resize: Resize = "keep",
        noise: bool = True,
    ) -> None:
        super().__init__(outputs, size, strengths=int(noise))
        self.convolution = ModulatedConv2d(inputs, outputs, 3, upsampling=resize == "up")
        self.affine = EqualisedLinear(style_size, inputs, bias=1.0)

    def forward(self, maps: Maps, style: Style) -> Drawn:
        """Apply the layer with a style; the factor √2 keeps the variance behind the LeakyReLU."""
        return HE_GAIN * self.activate(self.convolution(maps, self.affine(style)))


class ModulatedColours(nn.Module):
    """StyleGAN2's layer from maps to colours: modulated, not demodulated, linear."""

    def __init__(self, inputs: int, channels: int, *, style_size: int) -> None:
        super().__init__()
        self.convolution = ModulatedConv2d(inputs, channels, 1, demodulate=False)
        self.affine = EqualisedLinear(style_size, inputs, bias=1.0)
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, maps: Maps, style: Style) -> Drawn:
        """Compute the colours of the maps."""
        colours: Tensor = self.convolution(maps, self.affine(style)) + self.bias
        return colours


STYLES: Table[type[AdaptiveLayer] | type[ModulatedLayer]] = Table(
    "style", {"adain": AdaptiveLayer, "modulation": ModulatedLayer}
)
"""Layers by the effect of the style: StyleGAN's and StyleGAN2's."""
