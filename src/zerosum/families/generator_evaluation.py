"""Images from nothing, shown and evaluated; for all families that have a generator."""

from typing import Any

import torch
from torch import Tensor

from zerosum.config.run import RunConfig
from zerosum.data import Store
from zerosum.families.image_scorer import load_feature_network, scorer_of
from zerosum.families.preparation import describe, prepare_store
from zerosum.games.generating import GeneratingGame
from zerosum.media.images import tile
from zerosum.randomness import Randomness
from zerosum.training.engine import Engine
from zerosum.training.evaluation import Evaluators, ImageEvaluator
from zerosum.types import ImageBatches

__all__ = ["generated_grid", "generator_evaluators"]

_BATCH = 64
_COLUMNS = 16


def generated_grid(config: RunConfig, game: GeneratingGame[Any]) -> Tensor:
    """Images of fixed latents, in a conditional game of all classes."""
    random = Randomness(seed=config.seed, stream="preview")
    count, classes = config.sample_count, len(game.conditional_on or ())
    if not classes:
        return tile(game.preview(count, random))
    # All classes, one after the other: in columns of one class, unless there are too many.
    labels = torch.arange(count, device=random.device) % classes
    columns = classes if classes <= _COLUMNS else None
    return tile(game.preview(count, random, labels), columns=columns)


def generator_evaluators(
    config: RunConfig, game: GeneratingGame[Any], store: Store, engine: Engine, *, quiet: bool
) -> Evaluators:
    """The images that the generator makes, against those that the run trains on."""
    network = load_feature_network(config, engine)
    is_cut = config.pictures.crop_from is not None
    store = prepare_store(config, quiet=quiet) if is_cut else store
    scorer = scorer_of(config, store, network, describe(config.data, "train"), quiet=quiet)
    count = config.evaluate_count

    def make() -> ImageBatches:
        random = Randomness(seed=scorer.seed, stream="evaluation")
        for start in range(0, count, _BATCH):
            yield game.preview(min(_BATCH, count - start), random.at(start))

    return {"": ImageEvaluator(scorer=scorer, make=make, count=count)}
