"""A classifier that was adapted from one domain to another."""

from zerosum.games.invariance import AdaptingGame
from zerosum.models.classifier import Classifier

__all__ = ["AdaptedClassifier"]


class AdaptedClassifier(Classifier):
    """A trained classifier of two domains."""

    game: AdaptingGame
