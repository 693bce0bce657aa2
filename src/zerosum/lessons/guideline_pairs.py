"""Small pairs for digits: one keeps all of DCGAN's guidelines, the others break one each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from torch import nn

from zerosum.lessons.small_gans import CHANNELS, SHAPE
from zerosum.networks.guidelines import Guideline
from zerosum.networks.kinds import Generator, LayeredGenerator
from zerosum.nn import initialise_normal
from zerosum.nn.convolution import Downsample, Upsample

__all__ = ["LATENTS", "PAIRS", "GuidelinePair"]

LATENTS = 100
"""Numbers in a latent vector."""
_SLOPE = 0.2
_NARROW, _WIDE = CHANNELS, 2 * CHANNELS
_PLACES = 7 * 7
_HIDDEN = 128
"""Units of a fully connected hidden layer."""


@dataclass(frozen=True, kw_only=True)
class GuidelinePair:
    """A pair of networks; the defaults keep all guidelines.

    Attributes:
        breaks: The guideline that it breaks, if any.
        learns_sizes: Whether strided and transposed convolutions change the size; else maximum
            pooling and nearest neighbours beside convolutions do.
        norm: Where batch normalisation goes: ``inside``, nowhere, or ``everywhere``.
        dense: Whether each network has a hidden layer that is fully connected.
        generator: The generator's activation.
        bounded: Whether its last layer is followed by tanh.
        discriminator: The discriminator's activation.

    Example:
        >>> import torch
        >>> generator, discriminator = GuidelinePair()()
        >>> discriminator(generator(torch.zeros(2, 100))).shape
        torch.Size([2])
    """

    breaks: Guideline | None = None
    learns_sizes: bool = True
    norm: Literal["inside", "nowhere", "everywhere"] = "inside"
    dense: bool = False
    generator: Callable[[], nn.Module] = nn.ReLU
    bounded: bool = True
    discriminator: Callable[[], nn.Module] = lambda: nn.LeakyReLU(_SLOPE)

    def __call__(self) -> tuple[Generator, nn.Module]:
        """Make generator and discriminator, with weights N(0, 0.02²)."""
        pair = self._generator(), self._discriminator()
        for each in pair:
            initialise_normal(each)
        return pair

    def _generator(self) -> Generator:
        network = LayeredGenerator()
        network.latent_size, network.image_shape = LATENTS, SHAPE
        network.layers = nn.Sequential(
            *self._stem(),
            *self._norm(_WIDE),
            self.generator(),
            *self._up(_WIDE, _NARROW),
            *self._norm(_NARROW),
            self.generator(),
            *self._up(_NARROW, SHAPE[0]),
            *self._norm(SHAPE[0], inside=False),
            *([nn.Tanh()] if self.bounded else []),
        )
        return network

    def _discriminator(self) -> nn.Module:
        return nn.Sequential(
            *self._down(SHAPE[0], _NARROW),
            *self._norm(_NARROW, inside=False),
            self.discriminator(),
            *self._down(_NARROW, _WIDE),
            *self._norm(_WIDE),
            self.discriminator(),
            *self._head(),
            nn.Flatten(0),
        )

    def _stem(self) -> list[nn.Module]:
        """From latents to the smallest map."""
        if not self.dense:
            return [nn.Unflatten(1, (LATENTS, 1, 1)), nn.ConvTranspose2d(LATENTS, _WIDE, 7)]
        to_maps = [nn.Linear(_HIDDEN, _WIDE * _PLACES), nn.Unflatten(1, (_WIDE, 7, 7))]
        hidden = [nn.Linear(LATENTS, _HIDDEN), nn.BatchNorm1d(_HIDDEN), self.generator()]
        return [*hidden, *to_maps]

    def _head(self) -> list[nn.Module]:
        """From the smallest map to the logit."""
        if not self.dense:
            return [nn.Conv2d(_WIDE, 1, 7)]
        hidden = [nn.Linear(_WIDE * _PLACES, _HIDDEN), nn.BatchNorm1d(_HIDDEN)]
        return [nn.Flatten(), *hidden, self.discriminator(), nn.Linear(_HIDDEN, 1)]

    def _norm(self, channels: int, *, inside: bool = True) -> list[nn.Module]:
        wanted = self.norm == "everywhere" or (inside and self.norm == "inside")
        return [nn.BatchNorm2d(channels)] if wanted else []

    def _up(self, inputs: int, outputs: int) -> list[nn.Module]:
        if self.learns_sizes:
            return [Upsample(inputs, outputs)]
        return [nn.Upsample(scale_factor=2), nn.Conv2d(inputs, outputs, 3, padding=1)]

    def _down(self, inputs: int, outputs: int) -> list[nn.Module]:
        if self.learns_sizes:
            return [Downsample(inputs, outputs)]
        return [nn.Conv2d(inputs, outputs, 3, padding=1), nn.MaxPool2d(2)]


PAIRS: Mapping[str, GuidelinePair] = {
    "all kept": GuidelinePair(),
    "pooling and nearest neighbours": GuidelinePair(breaks="strided", learns_sizes=False),
    "no batch normalisation": GuidelinePair(breaks="batch-norm", norm="nowhere"),
    "batch normalisation everywhere": GuidelinePair(breaks="batch-norm", norm="everywhere"),
    "fully connected hidden layers": GuidelinePair(breaks="not-dense", dense=True),
    "leaky ReLU in the generator": GuidelinePair(
        breaks="relu", generator=lambda: nn.LeakyReLU(_SLOPE)
    ),
    "sigmoid in the generator": GuidelinePair(breaks="relu", generator=nn.Sigmoid),
    "no tanh": GuidelinePair(breaks="relu", bounded=False),
    "ReLU in the discriminator": GuidelinePair(breaks="leaky-relu", discriminator=nn.ReLU),
}
"""By what they do."""
