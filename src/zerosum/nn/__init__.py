"""Layers that two or more networks share, and how their weights start."""

from zerosum.nn.adaptive import AdaptiveInstanceNorm
from zerosum.nn.equalised import HE_GAIN, EqualisedConv2d, EqualisedLinear, PixelNorm
from zerosum.nn.initialisation import (
    INITIALISATIONS,
    initialise_he,
    initialise_normal,
    initialise_xavier,
    keep_default,
)
from zerosum.nn.minibatch import MinibatchDiscrimination, MinibatchStd
from zerosum.nn.modulation import ModulatedConv2d
from zerosum.nn.noise import GaussianNoise, NoiseInjection
from zerosum.nn.normalisation import NORMALISATIONS, needs_batch, normalisation
from zerosum.nn.spectral import add_spectral_norm
from zerosum.nn.virtual import VirtualBatchNorm, make_virtual
from zerosum.nn.weightnorm import NormedConv2d, NormedLinear, initialise_by_data

__all__ = [
    "HE_GAIN",
    "INITIALISATIONS",
    "NORMALISATIONS",
    "AdaptiveInstanceNorm",
    "EqualisedConv2d",
    "EqualisedLinear",
    "GaussianNoise",
    "MinibatchDiscrimination",
    "MinibatchStd",
    "ModulatedConv2d",
    "NoiseInjection",
    "NormedConv2d",
    "NormedLinear",
    "PixelNorm",
    "VirtualBatchNorm",
    "add_spectral_norm",
    "initialise_by_data",
    "initialise_he",
    "initialise_normal",
    "initialise_xavier",
    "keep_default",
    "make_virtual",
    "needs_batch",
    "normalisation",
]
