"""The record of a family of games: what everything outside the family asks."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import torch
from torch import Tensor

from zerosum.config.run import RunConfig
from zerosum.data import Store
from zerosum.families.preparation import prepare_store, size_to_train_on
from zerosum.games.base import Game
from zerosum.runs import Run
from zerosum.training.engine import Engine
from zerosum.training.evaluation import Evaluators
from zerosum.training.loop import BatchStream

if TYPE_CHECKING:  # Who trains needs nothing of what becomes of trained games.
    from zerosum.config.evaluation import EvaluateConfig
    from zerosum.evaluation.accuracy import LabelledSet
    from zerosum.evaluation.answers import DomainTest
    from zerosum.families.scoring import Evaluated
    from zerosum.models.base import Model

__all__ = ["Draw", "Family", "OneSource"]

ConfigT = TypeVar("ConfigT", bound=RunConfig)
DataT = TypeVar("DataT")
GameT = TypeVar("GameT", bound=Game[Any])
ModelT = TypeVar("ModelT", bound="Model")

Draw = Callable[[], Tensor]
"""Draws a sheet of images that shows how a game stands, shape (1, c, h, w), in [-1, 1]."""


class Family(ABC, Generic[ConfigT, DataT, GameT, ModelT]):
    """All that is special to a family of games; whoever trains, loads or evaluates asks it.

    The methods stand in the order in which a run calls them. What a configuration alone can say,
    without its images and networks, is said by its class, in the family's ``settings``.

    Attributes:
        players_are_alike: Whether players whose networks differ much in size are a mistake.
    """

    players_are_alike: bool = False

    def read(self, config: ConfigT) -> ConfigT:
        """The run with what its sources say before any image is decoded, such as their classes.

        Raises:
            ZerosumError: They do not say it.
        """
        return config

    def aids(
        self, config: ConfigT, device: torch.device, *, usual: RunConfig | None = None
    ) -> tuple[ConfigT, Any]:
        """The run, and what its game needs besides, as a classifier to be misled.

        Args:
            config: The run.
            device: Where it is trained.
            usual: Its recipe as it is, which shows what of the run was asked for.

        Raises:
            ZerosumError: It cannot be had.
        """
        return config, None

    def aids_again(self, config: ConfigT, device: torch.device) -> Any:
        """The same for a run that goes on.

        Raises:
            RunError: It is not what it was when the run began.
        """
        return None

    def require_networks(self, config: ConfigT) -> None:
        """Load the trained networks that a run needs, and forget them.

        What is missing for them shows before its images are prepared, which may take hours.

        Raises:
            ConfigError: Something is missing.
        """

    @abstractmethod
    def open(self, config: ConfigT, *, quiet: bool = False) -> DataT:
        """The images that a run trains on, prepared on first use, with a progress bar."""

    def complete(self, config: ConfigT, data: DataT) -> ConfigT:
        """The run with what its images say, such as how many of each class there are.

        Raises:
            DataError: They do not do for it.
        """
        return config

    def tests(self, config: ConfigT) -> list[str | None]:
        """The splits of its sources that a run is tested on; None for what it holds out itself."""
        return []

    @abstractmethod
    def batches(self, config: ConfigT, data: DataT, engine: Engine) -> BatchStream[Any]:
        """What a round is given."""

    @abstractmethod
    def build(self, config: ConfigT, engine: Engine, aids: Any = None) -> GameT:
        """The game, its networks drawn from PyTorch's generator.

        Args:
            config: The run.
            engine: Where it is played.
            aids: What `aids` gave; without it the game can be looked at, but not played.

        Raises:
            ConfigError: The networks do not do for the images.
        """

    def grid(self, config: ConfigT, game: GameT, data: DataT) -> Draw | None:
        """What the sample grids show; None where there is nothing to be shown."""
        return None

    @abstractmethod
    def evaluators(
        self, config: ConfigT, game: GameT, data: DataT, engine: Engine, *, quiet: bool
    ) -> Evaluators:
        """What scores the game while it trains; nothing, where there are no images to do it."""

    @abstractmethod
    def model(self, run: Run, game: GameT, images_seen: int) -> ModelT:
        """The trained game as what it is good for."""

    @abstractmethod
    def evaluate(
        self, subject: str, options: "EvaluateConfig", *, quiet: bool = False
    ) -> "Evaluated":
        """Score a run of this family.

        Args:
            subject: Its folder.
            options: How.
            quiet: No progress bars.

        Raises:
            ZerosumError: The options ask for what such a run has not.
        """

    def classifier_tests(self, model: ModelT, *, quiet: bool = False) -> "dict[str, DomainTest]":
        """What the run's classifier is tested on when it is evaluated, by domain.

        Args:
            model: The trained model.
            quiet: No progress bars.

        Returns:
            One named ``""`` where the run has one domain; none of a family without classifiers.

        Raises:
            ZerosumError: The images are not there, or none of them can be tested on.
        """
        return {}

    def learnt_labels(self, config: ConfigT, *, quiet: bool = False) -> "LabelledSet | None":
        """The images whose labels a run's classifier learns from; None without a classifier.

        Args:
            config: The run.
            quiet: No progress bars.

        Raises:
            ZerosumError: The images are not there, or have no labels.
        """
        return None


class OneSource(Family[ConfigT, Store, GameT, ModelT]):
    """A family whose runs have the images of one source."""

    def open(self, config: ConfigT, *, quiet: bool = False) -> Store:
        """The images of the source."""
        return prepare_store(config, size=size_to_train_on(config), quiet=quiet)
