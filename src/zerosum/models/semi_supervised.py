"""The model of a semi-supervised game: a classifier and a generator in one."""

from typing import ClassVar

from zerosum.games.semi_supervised import SemiSupervisedGame
from zerosum.models.classifier import Classifier
from zerosum.models.generator import Generator

__all__ = ["SemiSupervised"]


class SemiSupervised(Classifier, Generator):
    """A trained classifier, and the generator that was trained with it."""

    does: ClassVar[str] = "classifies pictures and makes some from nothing"
    use: ClassVar[str] = "zerosum classify {run} PICTURE..., zerosum sample {run} --grid FILE.png"

    game: SemiSupervisedGame
