"""The record of generators that learn to mislead a classifier."""

from functools import partial

import torch
from torch import Tensor

from zerosum.attacks import PixelClassifier
from zerosum.config.evaluation import EvaluateConfig
from zerosum.config.run import RunConfig
from zerosum.data import Batches, Store
from zerosum.evaluation.fooling import score_fooling
from zerosum.families.base import Draw, OneSource
from zerosum.families.generator_scores import evaluate_generator
from zerosum.families.labels import splits_for_tests
from zerosum.families.perturbation.building import build_perturbation
from zerosum.families.perturbation.data import (
    aim,
    find_again,
    held_out_images,
    learning_batches,
    preview_images,
)
from zerosum.families.perturbation.settings import PerturbationRunConfig
from zerosum.families.preparation import batching
from zerosum.families.scoring import Evaluated
from zerosum.games.perturbation import PerturbationGame
from zerosum.media.images import tile
from zerosum.models.attack import LearnedAttack
from zerosum.runs import Run
from zerosum.training.engine import Engine
from zerosum.training.evaluation import Evaluators
from zerosum.types import Images

__all__ = ["FAMILY", "Perturbation"]


class Perturbation(OneSource[PerturbationRunConfig, PerturbationGame, LearnedAttack]):
    """A generator of small changes against a trained classifier, its victim."""

    def aids(
        self,
        config: PerturbationRunConfig,
        device: torch.device,
        *,
        usual: RunConfig | None = None,
    ) -> tuple[PerturbationRunConfig, PixelClassifier]:
        """The run with the victim's size and channels, and the victim."""
        config, victim = aim(config, device, usual=usual)
        return config, victim.classifier

    def aids_again(self, config: PerturbationRunConfig, device: torch.device) -> PixelClassifier:
        """The victim, refused if its weights have changed."""
        return find_again(config, device).classifier

    def tests(self, config: PerturbationRunConfig) -> list[str | None]:
        """The split that the classifier is tested on."""
        return splits_for_tests(config)

    def batches(self, config: PerturbationRunConfig, data: Store, engine: Engine) -> Batches:
        """Batches of the images that are not held out."""
        return learning_batches(config, data, **batching(config, engine))

    def build(
        self,
        config: PerturbationRunConfig,
        engine: Engine,
        aids: PixelClassifier | None = None,
    ) -> PerturbationGame:
        """The game of the generator, perhaps a discriminator, and the victim."""
        return build_perturbation(config.game, config.pictures.shape, engine, aids)

    def grid(self, config: PerturbationRunConfig, game: PerturbationGame, data: Store) -> Draw:
        """A sample grid of held out images and their perturbations."""
        return partial(_grid, game, preview_images(config, data))

    def evaluators(
        self,
        config: PerturbationRunConfig,
        game: PerturbationGame,
        data: Store,
        engine: Engine,
        *,
        quiet: bool,
    ) -> Evaluators:
        """The evaluator of how many held out images mislead the victim."""
        labelled = held_out_images(config, data, quiet=quiet)
        return {"": partial(score_fooling, game, labelled)} if len(labelled) else {}

    def model(self, run: Run, game: PerturbationGame, images_seen: int) -> LearnedAttack:
        """The learnt attack."""
        return LearnedAttack(run=run, game=game, images_seen=images_seen)

    def evaluate(self, subject: str, options: EvaluateConfig, *, quiet: bool = False) -> Evaluated:
        """Refuse: `zerosum attack` scores such a run."""
        return evaluate_generator(subject, options, quiet=quiet)


def _grid(game: PerturbationGame, images: Images) -> Tensor:
    """Rows of four times an image, its change magnified to black and white, and both together."""
    rows = torch.stack([images, *game.preview(images)], dim=1).flatten(0, 1)
    return tile(rows, columns=3 * min(4, len(images)))


FAMILY = Perturbation()
