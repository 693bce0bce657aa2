"""What a game is examined in while it trains."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from zerosum.data import unscale
from zerosum.evaluation.accuracy import Questions, score_classifier
from zerosum.evaluation.adaptation import DomainQuestions, score_adaptation
from zerosum.evaluation.evaluator import Evaluator
from zerosum.evaluation.fooling import score_fooling
from zerosum.evaluation.protocol import Scores
from zerosum.evaluation.seeing import Progress, kept_on_disk
from zerosum.games import AdaptingGame, ClassifyingGame, Game, PerturbationGame
from zerosum.types import ImageBatches

__all__ = ["AccuracyExam", "AdaptationExam", "Exam", "FoolingExam", "PictureExam"]


class Exam(ABC):
    """Something that a game is examined in.

    Attributes:
        direction: From which domain to which, for games that translate.
    """

    direction: str = ""

    @abstractmethod
    def take(
        self,
        game: Game[Any],
        *,
        subject: Mapping[str, Any],
        vitals: Mapping[str, float],
        progress: Progress | None = None,
    ) -> Scores:
        """The scores of the game as it is now; the game stays as it is.

        Args:
            game: Who is examined.
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
    make: Callable[[Game[Any]], ImageBatches]
    count: int
    direction: str = ""

    def take(
        self,
        game: Game[Any],
        *,
        subject: Mapping[str, Any],
        vitals: Mapping[str, float],
        progress: Progress | None = None,
    ) -> Scores:
        """Scores of pictures made now."""
        made = map(unscale, self.make(game))
        with kept_on_disk(made, self.count, progress=progress) as pictures:
            fake = self.evaluator.see(pictures, progress=progress)
            return self.evaluator.score(fake, subject=subject, vitals=vitals)


@dataclass(frozen=True, kw_only=True)
class AccuracyExam(Exam):
    """Pictures whose classes are known.

    Attributes:
        questions: The pictures; nothing was learnt from them.
    """

    questions: Questions

    def take(
        self,
        game: Game[Any],
        *,
        subject: Mapping[str, Any],
        vitals: Mapping[str, float],
        progress: Progress | None = None,
    ) -> Scores:
        """How often the game's classifier is right."""
        assert isinstance(game, ClassifyingGame)
        return score_classifier(
            game, self.questions, subject=subject, vitals=vitals, progress=progress
        )


@dataclass(frozen=True, kw_only=True)
class AdaptationExam(Exam):
    """Pictures of two domains that nothing was learnt from.

    Attributes:
        questions: The pictures; labels of the target serve to score alone.
    """

    questions: DomainQuestions

    def take(
        self,
        game: Game[Any],
        *,
        subject: Mapping[str, Any],
        vitals: Mapping[str, float],
        progress: Progress | None = None,
    ) -> Scores:
        """How the game's classifier does in both."""
        assert isinstance(game, AdaptingGame)
        return score_adaptation(
            game, self.questions, subject=subject, vitals=vitals, progress=progress
        )


@dataclass(frozen=True, kw_only=True)
class FoolingExam(Exam):
    """Pictures that a generator has not learnt to change.

    Attributes:
        questions: The pictures; their labels do not matter.
    """

    questions: Questions

    def take(
        self,
        game: Game[Any],
        *,
        subject: Mapping[str, Any],
        vitals: Mapping[str, float],
        progress: Progress | None = None,
    ) -> Scores:
        """How many of them mislead the game's victim."""
        assert isinstance(game, PerturbationGame)
        return score_fooling(
            game, self.questions, subject=subject, vitals=vitals, progress=progress
        )
