"""What two or more networks share: starts of weights, normalisations, sizes."""

from zerosum.nn.initialisation import (
    INITIALISATIONS,
    initialise_he,
    initialise_normal,
    keep_default,
)
from zerosum.nn.normalisation import NORMALISATIONS, needs_batch, normalisation
from zerosum.nn.sizes import count_parameters, doubled_widths, halvings
from zerosum.nn.spectral import add_spectral_norm

__all__ = [
    "INITIALISATIONS",
    "NORMALISATIONS",
    "add_spectral_norm",
    "count_parameters",
    "doubled_widths",
    "halvings",
    "initialise_he",
    "initialise_normal",
    "keep_default",
    "needs_batch",
    "normalisation",
]
