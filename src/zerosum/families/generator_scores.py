"""Images from nothing, scored; for all families that have a generator."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from zerosum.config.evaluation import EvaluateConfig
from zerosum.counting import counting
from zerosum.data import unscale
from zerosum.evaluation.extraction import kept_on_disk
from zerosum.families.preparation import describe, prepare_store
from zerosum.families.scoring import (
    AllSides,
    Evaluated,
    Sides,
    load_to_evaluate,
    refuse_baseline,
    refuse_direction,
    refuse_other_size,
    score_images,
    subject_of,
)
from zerosum.models.generator import Generator

__all__ = ["evaluate_generator"]


def evaluate_generator(subject: str, options: EvaluateConfig, *, quiet: bool = False) -> Evaluated:
    """Score the images that a run's generator makes against real ones.

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

    return score_images(subject, options, sides, quiet=quiet)


@contextmanager
def generated_sides(model: Generator, options: EvaluateConfig, quiet: bool) -> Iterator[Sides]:
    """A run's generated images, and real ones brought to the same shape."""
    config = model.run.config()
    data = config.data if options.against is None else options.against
    split = options.against_split or "train"
    store = prepare_store(replace(config, data=data), split=split, quiet=quiet)
    batches = map(unscale, model.batches(options.count, seed=options.seed))
    with ExitStack() as stack:
        with counting(f"{model.run.path} generates pictures", quiet=quiet) as progress:
            kept = kept_on_disk(batches, options.count, progress=progress)
            images = stack.enter_context(kept)
        yield Sides(
            store=store,
            about=describe(data, split),
            images=images,
            subject=subject_of(model, options),
            space=model.latent,
        )
