"""Generators of digits that enlarge their maps in three ways, untrained and briefly trained."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor, nn

from zerosum.data import scale
from zerosum.families.loading import load
from zerosum.jobs.looking import loop_of_run
from zerosum.lessons.packaged import packaged_discriminator, packaged_generator
from zerosum.lessons.small_classifiers import made_by_seed
from zerosum.lessons.small_gans import (
    CHANNELS,
    SHAPE,
    SmallGan,
    digits_distance,
    digits_store,
    train_small_gan,
)
from zerosum.metrics import checkerboard_share, power_spectrum, radial_spectrum
from zerosum.metrics.estimate import Estimate
from zerosum.models.sampler import Sampler
from zerosum.networks.dcgan_settings import DcganDiscriminatorConfig, DcganGeneratorConfig
from zerosum.randomness import Randomness, derive_seed
from zerosum.types import Images

__all__ = [
    "PERIODS",
    "UPSAMPLINGS",
    "Seen",
    "Upsampling",
    "gradient_share",
    "own_seen",
    "packaged_seen",
    "real_seen",
    "trained_seen",
    "untrained_seen",
]

Upsampling = Literal["transposed", "nearest", "bilinear"]
UPSAMPLINGS: Sequence[Upsampling] = get_args(Upsampling)

PERIODS = (2, 4)
"""Of the last layer's cells in the image, and of those of the layer before it."""
_LATENTS = 100
_SHOWN = 8
_FINE = 0.75
"""Of Nyquist's frequency, two pixels a wave: what is beyond it is called fine."""
_FEWEST = 65
"""Images from which a Fréchet distance of 64 features can be had."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was measured of some images.

    Attributes:
        shares: Of the variance, what repeats, by those periods that divide the sides.
        spectrum: The power at each distance from frequency 0, up to Nyquist's, shape (k,).
        power: The sum of the power spectrum.
        variance: The variance within an image, the mean over images.
        distance: FD-digits; NaN if it was not asked for.
        shown: The first of them.
    """

    shares: dict[int, Estimate]
    spectrum: Float64[Tensor, " k"]
    power: float
    variance: float
    distance: float
    shown: Images

    @property
    def fine(self) -> float:
        """The mean power at the finest frequencies, over the variance."""
        begin = int(_FINE * (len(self.spectrum) - 1)) + 1
        return float(self.spectrum[begin:].mean()) / self.variance


def _see(images: Images, *, scored: bool = False) -> Seen:
    return Seen(
        shares={
            period: checkerboard_share(images, period=period)
            for period in PERIODS
            if not any(side % period for side in images.shape[2:])
        },
        spectrum=radial_spectrum(images),
        power=float(power_spectrum(images).sum()),
        variance=float(images.double().var(dim=(2, 3), correction=0).mean()),
        distance=digits_distance(images) if scored and len(images) >= _FEWEST else float("nan"),
        shown=images[:_SHOWN],
    )


def real_seen(drawn: int) -> Seen:
    """Real digits.

    Args:
        drawn: How many.
    """
    return _see(_digits(drawn))


def _digits(count: int) -> Images:
    images = torch.from_numpy(np.array(digits_store().images[:count])).permute(0, 3, 1, 2)
    return scale(images)


def _generator(upsampling: Upsampling) -> nn.Module:
    return DcganGeneratorConfig(base_channels=CHANNELS, upsampling=upsampling).build(SHAPE)


@torch.no_grad()
def untrained_seen(upsampling: Upsampling, *, drawn: int, seed: int) -> Seen:
    """Images of a generator before training, in training mode, as a discriminator first sees them.

    Args:
        upsampling: How it enlarges its maps.
        drawn: How many.
        seed: From which weights and latents follow.
    """
    generator = made_by_seed(partial(_generator, upsampling), seed)
    return _see(generator(_latents(drawn, seed)))


@torch.no_grad()
def packaged_seen(*, drawn: int, seed: int) -> Seen:
    """Images of the generator that comes with zerosum: transposed convolutions, well trained.

    Args:
        drawn: How many.
        seed: From which latents follow.
    """
    return _see(packaged_generator()(_latents(drawn, seed)), scored=True)


def trained_seen(
    upsampling: Upsampling, *, images: int, learning_rate: float, drawn: int, seed: int
) -> Seen:
    """Images of a generator after training against a discriminator of strided convolutions.

    Args:
        upsampling: How it enlarges its maps.
        images: Real images that the pair is shown.
        learning_rate: Of both players.
        drawn: Images to measure.
        seed: From which weights, order and latents follow.
    """
    gan = _trained(upsampling, images, learning_rate, seed)
    return _see(gan.draw(drawn, seed), scored=True)


@cache
def _trained(upsampling: Upsampling, images: int, learning_rate: float, seed: int) -> SmallGan:
    def pair() -> tuple[nn.Module, nn.Module]:
        discriminator = DcganDiscriminatorConfig(base_channels=CHANNELS).build(SHAPE)
        return _generator(upsampling), discriminator

    return train_small_gan(pair, images=images, seed=seed, learning_rate=learning_rate)


def own_seen(run: Path, *, drawn: int, seed: int) -> tuple[Seen, Seen]:
    """Images of a run of the reader's own, and the first batch of those that it learns from.

    Args:
        run: Its folder.
        drawn: How many to generate.
        seed: From which they follow.

    Raises:
        RunError: It generates no images, or has no checkpoint.
    """
    model: Sampler = load(run, kind=Sampler, device="cpu")  # type: ignore[type-abstract]
    made = torch.cat(list(model.batches(drawn, seed=seed)))
    return _see(made), _see(loop_of_run(run).batches.at(0).images)


def gradient_share(drawn: int) -> float:
    """The share of a pattern of two pixels in the packaged discriminator's gradient by pixels.

    Args:
        drawn: Real digits at which the gradient is taken, each by itself.
    """
    images = _digits(drawn).requires_grad_()
    logits = packaged_discriminator()(images)
    (gradient,) = torch.autograd.grad(logits.sum(), images)
    return checkerboard_share(gradient, period=PERIODS[0]).value


def _latents(count: int, seed: int) -> Tensor:
    return Randomness(seed=derive_seed(seed, "samples")).normal(count, _LATENTS)
