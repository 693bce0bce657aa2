"""What scores are called: only the standard Inception gives numbers called FID, KID and IS."""

from zerosum.features.base import FeatureNetwork

__all__ = ["STANDARD", "score_name"]

STANDARD = "inception"
"""The network with which scores are published."""

_NAMES = {"frechet": ("FID", "FD"), "kernel": ("KID", "KD"), "inception": ("IS", "IS")}


def score_name(network: FeatureNetwork, measure: str) -> str:
    """What a score by a network is called: FID by the standard Inception, else FD-name.

    An Inception with other weights carries their hash in its name, and is one of the others.

    Args:
        network: Whose features, or probabilities, are measured.
        measure: ``frechet``, ``kernel``, ``inception``, or what else the score is called.

    Example:
        >>> from zerosum.features.pixels import load_pixels
        >>> score_name(load_pixels(), "frechet"), score_name(load_pixels(), "recall")
        ('FD-pixels', 'recall-pixels')
    """
    standard, general = _NAMES.get(measure, (measure, measure))
    return standard if network.name == STANDARD else f"{general}-{network.name}"
