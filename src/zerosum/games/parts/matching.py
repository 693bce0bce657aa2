"""What a generator pays where D sees other features in its pictures than in real ones."""

from dataclasses import dataclass
from typing import cast

import torch
from torch import nn

from zerosum.games.parts.settings import FeatureMatchingConfig
from zerosum.networks.kinds import FeatureExtractor
from zerosum.objectives.semisupervised import MATCHES
from zerosum.types import Features, Images, OtherImages, Scalar

__all__ = ["FeatureMatching"]


@dataclass(frozen=True)
class FeatureMatching:
    """Feature matching: w · mean over the features of (E f(G(z)) − E f(x))².

    f are D's features, what its last layer is given, and E the mean over the pictures of a batch.
    The gradient goes through f(G(z)), to G alone. Among several processes each compares the means
    of its own pictures.

    Attributes:
        settings: w, how means are compared, and whether G pays anything else.

    Paper:
        Salimans et al. 2016, section 3.1, https://arxiv.org/abs/1606.03498

    Example:
        >>> from zerosum.config import FeatureMatchingConfig
        >>> class Identity(nn.Module):
        ...     def features(self, images): return images.flatten(1)
        >>> fake, real = torch.zeros(2, 1, 1, 1), torch.full((2, 1, 1, 1), 3.0)
        >>> FeatureMatching(FeatureMatchingConfig(weight=0.5)).pay(Identity(), fake, real)
        tensor(4.5000)
    """

    settings: FeatureMatchingConfig

    def pay(self, discriminator: nn.Module, fake: Images, real: OtherImages) -> Scalar:
        """The cost, in full precision.

        Args:
            discriminator: A network with ``features(images)``.
            fake: Pictures by G, part of its graph.
            real: Real pictures.
        """
        with torch.no_grad():
            wanted = _look(discriminator, real)
        distance = MATCHES[self.settings.distance](_look(discriminator, fake), wanted)
        return self.settings.weight * distance


def _look(discriminator: nn.Module, images: Images) -> Features:
    return cast("FeatureExtractor", discriminator).features(images).float()
