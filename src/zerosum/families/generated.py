"""Pictures from nothing: shown, examined and scored; for all families that have a generator."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from zerosum.config.evaluation import EvaluateConfig
from zerosum.config.run import RunConfig
from zerosum.counting import counting
from zerosum.data import Store, unscale
from zerosum.evaluation.seeing import kept_on_disk
from zerosum.families.examination import evaluator_of, load_eyes
from zerosum.families.preparation import describe, prepare_store
from zerosum.families.scoring import (
    AllSides,
    Evaluated,
    Sides,
    load_to_evaluate,
    refuse_baseline,
    refuse_direction,
    refuse_other_size,
    score_pictures,
    subject_of,
)
from zerosum.games.generating import GeneratingGame
from zerosum.media.images import tile
from zerosum.models.generator import Generator
from zerosum.randomness import Randomness
from zerosum.training.engine import Engine
from zerosum.training.exams import Exam, PictureExam
from zerosum.types import ImageBatches

__all__ = ["evaluate_generator", "examine_generator", "generated_grid", "generator_steps"]

_BATCH = 64
_COLUMNS = 16


def generated_grid(config: RunConfig, game: GeneratingGame[Any]) -> Tensor:
    """Pictures of fixed latents, in a conditional game of all classes."""
    random = Randomness(seed=config.seed, stream="preview")
    count, classes = config.sample_count, len(game.asked or ())
    if not classes:
        return tile(game.preview(count, random))
    # All classes, one after the other: in columns of one class, unless there are too many.
    labels = torch.arange(count, device=random.device) % classes
    columns = classes if classes <= _COLUMNS else None
    return tile(game.preview(count, random, labels), columns=columns)


def examine_generator(
    config: RunConfig, game: GeneratingGame[Any], store: Store, engine: Engine, *, quiet: bool
) -> Sequence[Exam]:
    """The pictures that the generator makes, against those that the run trains on."""
    network = load_eyes(config, engine)
    is_cut = config.pictures.crop_from is not None
    store = prepare_store(config, quiet=quiet) if is_cut else store
    evaluator = evaluator_of(config, store, network, describe(config.data, "train"), quiet=quiet)
    count = config.evaluate_count

    def make() -> ImageBatches:
        random = Randomness(seed=evaluator.seed, stream="evaluation")
        for start in range(0, count, _BATCH):
            yield game.preview(min(_BATCH, count - start), random.at(start))

    return [PictureExam(evaluator=evaluator, make=make, count=count)]


def generator_steps(path: Path) -> list[tuple[str, str]]:
    """What users may want to do with a trained generator."""
    return [
        ("more pictures", f"zerosum sample {path} --count 64 --seed 1 --grid more.png"),
        ("more scores", f"zerosum evaluate {path} --metrics frechet,kid,prdc"),
    ]


def evaluate_generator(subject: str, options: EvaluateConfig, *, quiet: bool = False) -> Evaluated:
    """Score the pictures that a run's generator makes against real ones.

    Args:
        subject: The run folder.
        options: How.
        quiet: No progress bars.

    Raises:
        ZerosumError: The run has no generator, or the options ask for what it has not.
    """
    refuse_baseline(subject, options)

    def sides() -> AllSides:
        model = load_to_evaluate(subject, options, Generator, quiet=quiet)
        refuse_other_size(subject, model, options)
        refuse_direction(model, options)
        yield "", generated_sides(model, options, quiet)

    return score_pictures(subject, options, sides, quiet=quiet)


@contextmanager
def generated_sides(model: Generator, options: EvaluateConfig, quiet: bool) -> Iterator[Sides]:
    """A run's generated pictures, and real ones brought to the same shape."""
    config = model.run.config()
    data = config.data if options.against is None else options.against
    split = options.against_split or "train"
    store = prepare_store(replace(config, data=data), split=split, quiet=quiet)
    batches = map(unscale, model.batches(options.count, seed=options.seed))
    with ExitStack() as stack:
        with counting(f"{model.run.path} generates pictures", quiet=quiet) as progress:
            kept = kept_on_disk(batches, options.count, progress=progress)
            pictures = stack.enter_context(kept)
        yield Sides(
            store=store,
            about=describe(data, split),
            pictures=pictures,
            subject=subject_of(model, options),
            space=model.latent,
        )
