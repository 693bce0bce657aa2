"""What two or more networks share: starts of weights, normalisations, sizes."""

from zerosum.nn.adaptive import AdaptiveInstanceNorm
from zerosum.nn.equalised import HE_GAIN, EqualisedConv2d, EqualisedLinear, PixelNorm
from zerosum.nn.initialisation import (
    INITIALISATIONS,
    initialise_he,
    initialise_normal,
    initialise_xavier,
    keep_default,
)
from zerosum.nn.latents import latent_rows
from zerosum.nn.minibatch import MinibatchDiscrimination, MinibatchStd
from zerosum.nn.modulation import ModulatedConv2d
from zerosum.nn.noise import GaussianNoise, NoiseInjection
from zerosum.nn.normalisation import NORMALISATIONS, needs_batch, normalisation
from zerosum.nn.opinions import flat_opinions, one_per_picture
from zerosum.nn.sizes import count_parameters, doubled_widths, halvings
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
    "count_parameters",
    "doubled_widths",
    "flat_opinions",
    "halvings",
    "initialise_by_data",
    "initialise_he",
    "initialise_normal",
    "initialise_xavier",
    "keep_default",
    "latent_rows",
    "make_virtual",
    "needs_batch",
    "normalisation",
    "one_per_picture",
]
