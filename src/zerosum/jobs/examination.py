"""What a run shows and is examined in while it trains: of one domain, or of two."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from zerosum.config import (
    CartoonConfig,
    ClassificationConfig,
    InvarianceConfig,
    PerturbationConfig,
    RunConfig,
)
from zerosum.data import Domains, Store, scale
from zerosum.evaluation.evaluator import Evaluator
from zerosum.evaluation.measures import FEW
from zerosum.evaluation.seeing import Pictures, choose_pictures
from zerosum.features import FeatureNetwork, load_features
from zerosum.features.content import load_content
from zerosum.files import cache_folder
from zerosum.games import Game, GeneratingGame, PerturbationGame, TranslationGame
from zerosum.jobs.adaptation import domain_questions
from zerosum.jobs.labels import find_questions
from zerosum.jobs.perturbing import held_out_pictures, preview_pictures
from zerosum.jobs.preparation import counting, describe, prepare_domains, prepare_store
from zerosum.media.images import tile
from zerosum.randomness import Randomness
from zerosum.training.engine import Engine
from zerosum.training.exams import AccuracyExam, AdaptationExam, Exam, FoolingExam, PictureExam
from zerosum.types import DomainBatch, ImageBatches, Images

__all__ = [
    "choose_features",
    "domain_source",
    "make_exams",
    "make_grid",
    "require_networks",
    "translations",
]

_REAL_PICTURES = 10_000
_BATCH = 64
_TRANSLATED_AT_ONCE = 16
_COLUMNS = 16
_DIGITS = ("digits", "mnist", "usps")

Grid = Callable[[Game[Any]], Tensor]
"""From a game to a sheet of pictures."""


def make_grid(config: RunConfig, pictures: Store | Domains) -> Grid | None:
    """What the sample grids show: fixed latents, or fixed pictures and their translations.

    None: the run makes no pictures.
    """
    if isinstance(config.game, ClassificationConfig | InvarianceConfig):
        return None
    if isinstance(pictures, Domains):
        examples = _examples(config, pictures)
        return lambda game: _translated_grid(game, examples)
    if isinstance(config.game, PerturbationConfig):
        shown = preview_pictures(config, pictures)
        return lambda game: _perturbed_grid(game, shown)
    return lambda game: _generated_grid(game, config)


def _perturbed_grid(game: Game[Any], images: Images) -> Tensor:
    """Rows of four times a picture, its change magnified to black and white, and both together."""
    assert isinstance(game, PerturbationGame)
    rows = torch.stack([images, *game.preview(images)], dim=1).flatten(0, 1)
    return tile(rows, columns=3 * min(4, len(images)))


def _generated_grid(game: Game[Any], config: RunConfig) -> Tensor:
    assert isinstance(game, GeneratingGame)
    random = Randomness(seed=config.seed, stream="preview")
    count, classes = config.sample_count, len(game.asked or ())
    if not classes:
        return tile(game.preview(count, random))
    # All classes, one after the other: in columns of one class, unless there are too many.
    labels = torch.arange(count, device=random.device) % classes
    columns = classes if classes <= _COLUMNS else None
    return tile(game.preview(count, random, labels), columns=columns)


def _translated_grid(game: Game[Any], examples: DomainBatch) -> Tensor:
    """Rows of six: of each direction the source, its translation, and the way back."""
    assert isinstance(game, TranslationGame)
    columns = game.preview(examples)
    rows = torch.stack(columns, dim=1).flatten(0, 1)
    return tile(rows, columns=6 if len(rows) % 6 == 0 else len(columns))


def _examples(config: RunConfig, domains: Domains) -> DomainBatch:
    """Pictures to show: the same numbers of both domains, so that partners stay together."""
    count = min(config.sample_count, len(domains.a), len(domains.b))
    height, width = config.pictures.size

    def some(store: Store) -> Images:
        shortest = min(len(domains.a), len(domains.b))
        chosen = Pictures(store.images, choose_pictures(shortest, count, config.seed))
        (images,) = chosen.batches(count)
        top, left = (images.shape[2] - height) // 2, (images.shape[3] - width) // 2
        return scale(images[:, :, top : top + height, left : left + width])

    return DomainBatch(a=some(domains.a), b=some(domains.b))


def require_networks(config: RunConfig) -> None:
    """Load the trained networks that a run needs, and forget them.

    What is missing for them shows before its pictures are prepared, which may take hours.

    Raises:
        ConfigError: Something is missing.

    Example:
        >>> from zerosum.config import change
        >>> from zerosum.recipes import recipe
        >>> require_networks(change(recipe("dcgan-digits"), {"evaluate_features": "digit"}))
        Traceback (most recent call last):
        ...
        zerosum.errors.UnknownNameError: unknown feature network 'digit'; did you mean ...
    """
    if isinstance(config.game, CartoonConfig):
        shape = (config.pictures.channels, *config.pictures.size)
        load_content(config.game.content, shape, cache=cache_folder())
    if config.evaluate_every and _is_seen_by_a_network(config):
        load_features(_features(config), cache=cache_folder())


def _is_seen_by_a_network(config: RunConfig) -> bool:
    """Whether a run's pictures are scored; else its answers are."""
    answers = config.is_adaptation or config.is_classification
    return not answers and not isinstance(config.game, PerturbationConfig)


def _features(config: RunConfig) -> str:
    named = config.evaluate_features
    return choose_features(config.data_b or config.data) if named == "auto" else named


def make_exams(
    config: RunConfig,
    game: Game[Any],
    pictures: Store | Domains,
    engine: Engine,
    *,
    quiet: bool,
) -> list[Exam]:
    """What the run is examined in: its pictures against those that it trains on.

    A run that classifies is examined in that, if there are pictures for it.
    """
    if isinstance(pictures, Domains) and config.is_adaptation:
        return [AdaptationExam(questions=domain_questions(config, pictures, quiet=quiet))]
    if config.is_classification:
        return _accuracy_exams(config, quiet=quiet)
    if isinstance(config.game, PerturbationConfig):
        assert isinstance(pictures, Store)
        questions = held_out_pictures(config, pictures, quiet=quiet)
        return [FoolingExam(questions=questions)] if len(questions) else []
    network = load_features(_features(config), cache=cache_folder()).to(engine.device)
    is_cut = config.pictures.crop_from is not None
    if isinstance(pictures, Domains):
        assert isinstance(game, TranslationGame)
        domains = prepare_domains(config, quiet=quiet) if is_cut else pictures
        return [
            _translation_exam(config, domains, direction, network, quiet=quiet)
            for direction in game.directions
        ]
    store = prepare_store(config, quiet=quiet) if is_cut else pictures
    evaluator = _evaluator(config, store, network, describe(config.data, "train"), quiet=quiet)
    count = config.evaluate_count

    def make(game: Game[Any]) -> ImageBatches:
        assert isinstance(game, GeneratingGame)
        random = Randomness(seed=evaluator.seed, stream="evaluation")
        for start in range(0, count, _BATCH):
            yield game.preview(min(_BATCH, count - start), random.at(start))

    return [PictureExam(evaluator=evaluator, make=make, count=count)]


def _accuracy_exams(config: RunConfig, *, quiet: bool) -> list[Exam]:
    questions = find_questions(config, quiet=quiet)
    return [AccuracyExam(questions=questions)] if len(questions) else []


def translations(game: TranslationGame, pictures: Pictures, direction: str) -> Iterator[Images]:
    """The translations of pictures, in batches on the CPU."""
    for batch in pictures.batches(_TRANSLATED_AT_ONCE):
        yield game.translate(scale(batch), direction).cpu()


def _translation_exam(
    config: RunConfig, domains: Domains, direction: str, network: FeatureNetwork, *, quiet: bool
) -> Exam:
    source, target = domains.along(direction)
    about = describe(domain_source(config, direction[-1]), f"train {direction[-1]}")
    evaluator = _evaluator(config, target, network, about, quiet=quiet)
    chosen = Pictures(source.images, choose_pictures(len(source), config.evaluate_count, 0))

    def make(game: Game[Any]) -> ImageBatches:
        assert isinstance(game, TranslationGame)
        return translations(game, chosen, direction)

    return PictureExam(evaluator=evaluator, make=make, count=len(chosen), direction=direction)


def domain_source(config: RunConfig, domain: str) -> str:
    """Where domain ``a`` or ``b`` comes from."""
    return (config.data_a if domain == "a" else config.data_b) or config.data


def _evaluator(
    config: RunConfig, store: Store, network: FeatureNetwork, about: dict[str, str], *, quiet: bool
) -> Evaluator:
    with counting(f"{network.name} looks at real pictures", quiet=quiet) as progress:
        return Evaluator.of(
            store,
            network,
            about=about,
            measures=_cheap_measures(min(config.evaluate_count, len(store))),
            count=_REAL_PICTURES,
            seed=0,
            cache=cache_folder(),
            progress=progress,
        )


def _cheap_measures(pictures: int) -> tuple[str, ...]:
    """What to measure while training: the Fréchet distance, the kernel distance first if few.

    Of many pictures the kernel distance takes longer than all the networks together.
    """
    return ("frechet",) if pictures >= FEW else ("kid", "frechet")


def choose_features(data: str) -> str:
    """The network for a source where none is named: ``digits`` for digits, else ``pixels``.

    Example:
        >>> choose_features("mnist"), choose_features("mnist:/data"), choose_features("faces.zip")
        ('digits', 'digits', 'pixels')
    """
    return "digits" if data.partition(":")[0] in _DIGITS else "pixels"
