"""Feature matching: generated images are to have the mean features of real ones."""

from typing import Any, cast

import torch
from torch import nn

from zerosum.games.base import Round
from zerosum.games.generating import DISCRIMINATOR, GeneratingGame
from zerosum.games.parts.regularisers import Pair, Regulariser
from zerosum.games.parts.settings import FeatureMatchingConfig
from zerosum.networks.kinds import FeatureExtractor
from zerosum.objectives.semi_supervised import MATCHES
from zerosum.types import Features, Images, OtherImages, Scalar

__all__ = ["FeatureMatching"]


class FeatureMatching(Regulariser):
    """Feature matching: w · mean over the features of (E f(G(z)) − E f(x))².

    f are D's features, the input of its last layer, and E the mean over the images of a batch.
    The gradient goes through f(G(z)), to G alone. Among several processes each compares the means
    of its own images.

    Args:
        settings: w, how means are compared, and whether it takes the place of G's loss.

    Paper:
        Salimans et al. 2016, section 3.1, https://arxiv.org/abs/1606.03498

    Example:
        >>> from zerosum.config import FeatureMatchingConfig
        >>> class Identity(nn.Module):
        ...     def features(self, images): return images.flatten(1)
        >>> fake, real = torch.zeros(2, 1, 1, 1), torch.full((2, 1, 1, 1), 3.0)
        >>> FeatureMatching(FeatureMatchingConfig(weight=0.5)).loss(Identity(), fake, real)
        tensor(4.5000)
    """

    name = "matching"
    uses_real = True

    def __init__(self, settings: FeatureMatchingConfig) -> None:
        self.settings = settings

    def term(self, game: GeneratingGame[Any], pair: Pair, now: Round) -> dict[str, Scalar]:
        """The weighted distance of the means."""
        network = game.players[DISCRIMINATOR].network
        return {self.name: self.loss(network, pair.fake, pair.real)}

    def loss(self, discriminator: nn.Module, fake: Images, real: OtherImages) -> Scalar:
        """The weighted distance of the means, in full precision.

        Args:
            discriminator: A network with ``features(images)``.
            fake: Images by G, part of its graph.
            real: Real images.
        """
        with torch.no_grad():
            target = _features(discriminator, real)
        distance = MATCHES[self.settings.distance](_features(discriminator, fake), target)
        return self.settings.weight * distance


def _features(discriminator: nn.Module, images: Images) -> Features:
    return cast("FeatureExtractor", discriminator).features(images).float()
