"""The record of games of a generator against a discriminator."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from zerosum import games
from zerosum.data import Batches, Store
from zerosum.errors import ConfigError, DataError
from zerosum.families.base import Draw, OneSource
from zerosum.families.generation.building import build_adversarial
from zerosum.families.generation.settings import GenerationRunConfig
from zerosum.families.generator_evaluation import (
    generated_grid,
    generator_evaluators,
)
from zerosum.families.image_scorer import require_feature_network
from zerosum.families.preparation import batching
from zerosum.games.adversarial import AdversarialGame
from zerosum.games.adversarial_settings import ClassConfig
from zerosum.randomness import Randomness
from zerosum.runs import Run
from zerosum.training.engine import Engine
from zerosum.training.evaluation import Evaluators

if TYPE_CHECKING:
    from zerosum.config.evaluation import EvaluateConfig
    from zerosum.families.scoring import Evaluated
    from zerosum.models.generator import Generator

__all__ = ["FAMILY", "Generation"]


class Generation(OneSource[GenerationRunConfig, AdversarialGame, "Generator"]):
    """A generator against a discriminator."""

    players_are_alike = True

    def require_networks(self, config: GenerationRunConfig) -> None:
        """Require the network that extracts features for the evaluation."""
        require_feature_network(config)

    def complete(self, config: GenerationRunConfig, data: Store) -> GenerationRunConfig:
        """The run with the classes of its data, where the game is conditional.

        Raises:
            DataError: The images have no labels, or all the same.

        Example:
            >>> from zerosum.config import change
            >>> from zerosum.recipes import recipe
            >>> config = change(recipe("dcgan-digits"), {"game.conditional": "projection"})
            >>> whole = FAMILY.complete(config, FAMILY.open(config))
            >>> [each.name for each in whole.game.classes]
            ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']
        """
        game = config.game
        if game.conditional == "none":
            return config
        if data.labels is None or len(data.classes) < 2:
            labels = f"one class ({data.classes[0]})" if data.classes else "no labels"
            raise DataError(
                f"game.conditional {game.conditional} needs pictures of at least two classes, and "
                f"{config.data} has {labels}; put the pictures of each class into a sub-folder of "
                "its own, or leave --game.conditional out."
            )
        counts = np.bincount(data.labels, minlength=len(data.classes)).tolist()
        if 0 in counts:
            raise DataError(
                f"the class {data.classes[counts.index(0)]!r} of {config.data} has no picture "
                "that can be used; repair or add some, or remove its folder."
            )
        classes = tuple(
            ClassConfig(name=name, pictures=count)
            for name, count in zip(data.classes, counts, strict=True)
        )
        return replace(config, game=replace(game, classes=classes))

    def batches(self, config: GenerationRunConfig, data: Store, engine: Engine) -> Batches:
        """Batches of real images, larger at first where growing networks ask for it."""
        return Batches(data, sizes=_batch_sizes(config, engine), **batching(config, engine))

    def build(
        self, config: GenerationRunConfig, engine: Engine, aids: Any = None
    ) -> AdversarialGame:
        """The game, with its players."""
        random = Randomness(seed=config.seed, stream="reference batch")
        return build_adversarial(config.game, config.pictures.shape, engine, random)

    def grid(self, config: GenerationRunConfig, game: AdversarialGame, data: Store) -> Draw:
        """A sample grid of fixed latents."""
        return partial(generated_grid, config, game)

    def evaluators(
        self,
        config: GenerationRunConfig,
        game: AdversarialGame,
        data: Store,
        engine: Engine,
        *,
        quiet: bool,
    ) -> Evaluators:
        """The evaluator of generated images against those that the run trains on."""
        return generator_evaluators(config, game, data, engine, quiet=quiet)

    def model(self, run: Run, game: AdversarialGame, images_seen: int) -> "Generator":
        """The trained generator."""
        from zerosum.models.generator import Generator

        return Generator(run=run, game=game, images_seen=images_seen)

    def evaluate(
        self, subject: str, options: "EvaluateConfig", *, quiet: bool = False
    ) -> "Evaluated":
        """Scores of its images against real ones."""
        from zerosum.families.generator_scores import evaluate_generator

        return evaluate_generator(subject, options, quiet=quiet)


def _batch_sizes(config: GenerationRunConfig, engine: Engine) -> Callable[[int], int] | None:
    """Images in a round by those seen before it, where networks that grow are to change it.

    Raises:
        ConfigError: A size cannot be shared equally by the processes.
    """
    growth = config.game.growth
    if not growth.batch_sizes:
        return None
    if any(size % engine.processes for size in growth.batch_sizes):
        raise ConfigError(
            f"each of game.growth.batch_sizes {growth.batch_sizes} must be a multiple of "
            f"{engine.processes}, the number of processes that share a round."
        )
    return partial(games.Growth(growth).batch_size, usual=config.batch_size)


FAMILY = Generation()
