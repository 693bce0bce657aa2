"""What a game is examined in while it trains."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from zerosum.data import unscale
from zerosum.evaluation.evaluator import Evaluator
from zerosum.evaluation.protocol import Scores
from zerosum.evaluation.seeing import Progress, kept_on_disk
from zerosum.types import ImageBatches

__all__ = ["Exam", "PictureExam"]


class Exam(ABC):
    """Something that a game is examined in.

    Attributes:
        direction: From which domain to which, for games that translate.
    """

    direction: str = ""

    @abstractmethod
    def take(
        self,
        *,
        subject: Mapping[str, Any],
        vitals: Mapping[str, float],
        progress: Progress | None = None,
    ) -> Scores:
        """The scores of the game as it is now; the game stays as it is.

        Args:
            subject: Facts on the run.
            vitals: Signs of the game's health, to be recorded with the scores.
            progress: Called as it goes; what it raises ends the exam.
        """


@dataclass(frozen=True, kw_only=True)
class PictureExam(Exam):
    """The pictures that a game makes, against real ones.

    Attributes:
        evaluator: What is measured, against which pictures.
        make: The game's pictures, the same ones' successors at every evaluation.
        count: How many pictures ``make`` makes.
        direction: From which domain to which, for games that translate.
    """

    evaluator: Evaluator
    make: Callable[[], ImageBatches]
    count: int
    direction: str = ""

    def take(
        self,
        *,
        subject: Mapping[str, Any],
        vitals: Mapping[str, float],
        progress: Progress | None = None,
    ) -> Scores:
        """Scores of pictures made now."""
        made = map(unscale, self.make())
        with kept_on_disk(made, self.count, progress=progress) as pictures:
            fake = self.evaluator.see(pictures, progress=progress)
            return self.evaluator.score(fake, subject=subject, vitals=vitals)
