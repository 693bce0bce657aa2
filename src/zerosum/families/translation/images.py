"""Images of two domains and their translations: to learn from, to look at, and to score."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import torch
from torch import Tensor

from zerosum.config.evaluation import EvaluateConfig
from zerosum.counting import counting
from zerosum.data import Domains, Store, open_domains, scale, unscale
from zerosum.errors import ConfigError, DataError
from zerosum.evaluation.extraction import ImageSubset, choose_images, kept_on_disk
from zerosum.families.image_scorer import scorer_of
from zerosum.families.preparation import describe
from zerosum.families.scoring import (
    AllSides,
    Sides,
    load_to_evaluate,
    refuse_other_size,
    subject_of,
)
from zerosum.families.translation.settings import TranslationRunConfig
from zerosum.families.two_domains import prepare_domains
from zerosum.features.base import FeatureNetwork
from zerosum.games.translation import TranslationGame
from zerosum.media.images import tile
from zerosum.models.translator import Translator
from zerosum.training.evaluation import ImageEvaluator
from zerosum.types import DomainBatch, ImageBatches, Images

__all__ = ["all_sides", "direction_evaluator", "examples_of", "open_images", "translated_grid"]

_TRANSLATED_AT_ONCE = 16


def open_images(
    config: TranslationRunConfig,
    *,
    split: str = "train",
    size: tuple[int, int] | None = None,
    quiet: bool = False,
) -> Domains:
    """The images of a run's two domains, by default in the size that its networks are given."""
    return prepare_domains(
        config,
        split=split,
        size=size,
        pairing=config.pairing,
        smoothed=config.game.needs_smoothed and split == "train",
        quiet=quiet,
    )


def translated_grid(game: TranslationGame, examples: DomainBatch) -> Tensor:
    """Rows of six: of each direction the source, its translation, and the way back."""
    columns = game.preview(examples)
    rows = torch.stack(columns, dim=1).flatten(0, 1)
    return tile(rows, columns=6 if len(rows) % 6 == 0 else len(columns))


def examples_of(config: TranslationRunConfig, domains: Domains) -> DomainBatch:
    """Images to show: the same numbers of both domains, so that partners stay together."""
    count = min(config.sample_count, len(domains.a), len(domains.b))
    height, width = config.pictures.size

    def some(store: Store) -> Images:
        shortest = min(len(domains.a), len(domains.b))
        chosen = ImageSubset(store.images, choose_images(shortest, count, config.seed))
        (images,) = chosen.batches(count)
        top, left = (images.shape[2] - height) // 2, (images.shape[3] - width) // 2
        return scale(images[:, :, top : top + height, left : left + width])

    return DomainBatch(a=some(domains.a), b=some(domains.b))


def _translations(game: TranslationGame, images: ImageSubset, direction: str) -> Iterator[Images]:
    """The translations of images, in batches on the CPU."""
    for batch in images.batches(_TRANSLATED_AT_ONCE):
        yield game.translate(scale(batch), direction).cpu()


def direction_evaluator(
    config: TranslationRunConfig,
    game: TranslationGame,
    domains: Domains,
    direction: str,
    network: FeatureNetwork,
    *,
    quiet: bool,
) -> ImageEvaluator:
    """The translations in a direction, against images of the domain that it leads to."""
    source, target = domains.along(direction)
    about = describe(_source(config, direction[-1]), f"train {direction[-1]}")
    scorer = scorer_of(config, target, network, about, quiet=quiet)
    chosen = ImageSubset(source.images, choose_images(len(source), config.evaluate_count, 0))

    def make() -> ImageBatches:
        return _translations(game, chosen, direction)

    return ImageEvaluator(scorer=scorer, make=make, count=len(chosen))


def _source(config: TranslationRunConfig, domain: str) -> str:
    """Where domain ``a`` or ``b`` comes from."""
    return (config.data_a if domain == "a" else config.data_b) or config.data


def all_sides(subject: str, options: EvaluateConfig, *, quiet: bool) -> AllSides:
    """A run's translations and the images of the other domain, by direction.

    Raises:
        ZerosumError: The options ask for what it has not.
    """
    model = load_to_evaluate(subject, options, Translator, quiet=quiet)
    refuse_other_size(subject, model, options)
    model.translator(options.direction)  # Says so, if it has not learnt that one.
    for direction in (options.direction,) if options.direction else model.directions:
        yield direction, _sides(model, direction, options, quiet)


@contextmanager
def _sides(
    model: Translator, direction: str, options: EvaluateConfig, quiet: bool
) -> Iterator[Sides]:
    """Translations of one domain, and the real images of the other."""
    if options.against is not None:
        raise ConfigError(
            f"{model.run.path} translates, and is scored against the domain that it translates "
            "into; leave --against out."
        )
    config = model.run.config()
    assert isinstance(config, TranslationRunConfig)
    if "partner" in options.metric_names and config.pairing == "none":
        config = replace(config, pairing="names")
    split = options.split or _test_or_train(config)
    domains = open_images(config, split=split, quiet=quiet)
    source, target = domains.along(direction)
    chosen = choose_images(len(source), options.count, options.seed)
    sources = ImageSubset(source.images, chosen)
    batches = map(unscale, _translations(model.game, sources, direction))
    # Kept on disk until the scores are done: every metric takes the translations anew.
    with ExitStack() as stack:
        with counting(f"{model.run.path} translates {direction}", quiet=quiet) as progress:
            kept = kept_on_disk(batches, len(chosen), progress=progress)
            images = stack.enter_context(kept)
        paired = config.pairing != "none"
        yield Sides(
            store=target,
            about=describe(_source(config, direction[-1]), f"{split} {direction[-1]}"),
            images=images,
            subject=subject_of(model, options),
            partners=(sources, ImageSubset(target.images, chosen)) if paired else None,
        )


def _test_or_train(config: TranslationRunConfig) -> str:
    """The test split, if the run's sources have one."""
    try:
        open_domains(
            config.data,
            data_a=config.data_a,
            data_b=config.data_b,
            split="test",
            pairing=config.pairing,
        )
    except DataError:
        return "train"
    return "test"
