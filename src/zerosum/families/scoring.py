"""Scores of images against real ones, with the protocol that they were measured by."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from zerosum.config.evaluation import EvaluateConfig
from zerosum.counting import counting
from zerosum.data import Store
from zerosum.errors import ConfigError
from zerosum.evaluation.directions import join_directions
from zerosum.evaluation.extraction import ImageSubset
from zerosum.evaluation.protocol import Scores
from zerosum.evaluation.records import summary
from zerosum.evaluation.scorer import ImageScorer
from zerosum.explaining import explained
from zerosum.families.image_scorer import choose_features
from zerosum.families.loading import load_run, require_own_images
from zerosum.features.base import FeatureNetwork
from zerosum.features.loading import load_features
from zerosum.files import cache_folder
from zerosum.latent import LatentSpace
from zerosum.models.base import Model
from zerosum.plots.nearest import draw_nearest
from zerosum.training.engine import choose_device

__all__ = [
    "Evaluated",
    "Sides",
    "load_to_evaluate",
    "refuse_baseline",
    "refuse_direction",
    "refuse_other_size",
    "score_images",
    "subject_of",
]

ModelT = TypeVar("ModelT", bound=Model)


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """The result of `evaluate`.

    Attributes:
        scores: The scores with their protocol.
        image: The image that was asked for.
        shows: What is to be seen in it.
    """

    scores: Scores
    picture: Path | None = None
    shows: str = "nearest real pictures"


@dataclass(frozen=True, kw_only=True)
class Sides:
    """Real images, facts on them, and the images under test with the facts on those.

    Where these were made of other images, ``partners`` are the latter, and what they should
    have become. Where they were drawn of latents, these are of ``space``.
    """

    store: Store
    about: Mapping[str, Any]
    images: ImageSubset
    subject: Mapping[str, Any]
    partners: tuple[ImageSubset, ImageSubset] | None = None
    space: LatentSpace | None = None


AllSides = Iterator[tuple[str, AbstractContextManager[Sides]]]
"""What is to be compared, by the direction of translation; "" where there is none."""


def score_images(
    subject: str, options: EvaluateConfig, sides: Callable[[], AllSides], *, quiet: bool
) -> Evaluated:
    """Score images against real ones.

    Args:
        subject: What they are called.
        options: How.
        sides: Opens and makes them.
        quiet: No progress bars.
    """
    parts: dict[str, Scores] = {}
    # Before any image is opened or made: what is missing for it is told at once.
    network = None if options.features == "auto" else _load_network(options.features, options)
    for direction, opening in sides():
        with opening as each:
            # One network for all directions, and one sheet of nearest images: of the first.
            source = str(each.about["source"])
            network = network or _load_network(choose_features(source), options)
            now = replace(options, picture=None) if parts else options
            parts[direction] = _score(subject, each, network, now, quiet=quiet)
    return Evaluated(scores=join_directions(parts), picture=options.picture)


def load_to_evaluate(
    subject: str, options: EvaluateConfig, kind: type[ModelT], *, quiet: bool
) -> ModelT:
    """Load the run; its images must be unchanged, unless others are named.

    Raises:
        RunError: It is another kind of run, or its images are others.
    """
    how: dict[str, Any] = {**options.moved, "quiet": quiet}
    model = load_run(
        subject, kind=kind, device=options.device, checkpoint=options.checkpoint, **how
    )
    if options.against is None and not model.run.moved:
        require_own_images(model.run, options.checkpoint, quiet=quiet)
    return model


def refuse_baseline(subject: str, options: EvaluateConfig) -> None:
    """Refuse to compare with a baseline what adapts to nothing.

    Raises:
        ConfigError: A baseline is named.
    """
    if options.baseline is not None:
        raise ConfigError(
            f"--baseline is for runs that adapt a classifier to another domain; {subject} is none."
        )


def refuse_direction(model: Model, options: EvaluateConfig) -> None:
    """Refuse a direction where nothing is translated.

    Raises:
        ConfigError: One is named.
    """
    if options.direction is not None:
        raise ConfigError(f"{model.run.path} translates nothing, so leave --direction out.")


def refuse_other_size(subject: str, model: Model, options: EvaluateConfig) -> None:
    """Refuse to resize a run's images before they are scored.

    Raises:
        ConfigError: Another size is asked for than the run's.
    """
    own = model.run.config().pictures.size
    if options.size is not None and options.size != own:
        raise ConfigError(
            f"{subject} makes pictures of {own}, and --size asks for "
            f"{options.size}; a run is evaluated at its own size. Leave --size out."
        )


def subject_of(model: Model, options: EvaluateConfig) -> dict[str, Any]:
    """Facts on a run for the line of its scores."""
    return {
        "run": model.run.name,
        "images": model.images_seen,
        "checkpoint": options.checkpoint,
    }


def _load_network(features: str, options: EvaluateConfig) -> FeatureNetwork:
    return load_features(
        features, cache=cache_folder(), weights=options.weights, resize=options.resize
    ).to(choose_device(options.device))


def _score(
    subject: str, sides: Sides, network: FeatureNetwork, options: EvaluateConfig, *, quiet: bool
) -> Scores:
    with counting(f"{network.name} looks at real pictures", quiet=quiet) as progress:
        evaluator = ImageScorer.of(
            sides.store,
            network,
            about=sides.about,
            metrics=options.metric_names,
            count=options.real_count,
            seed=options.seed,
            cache=cache_folder(),
            progress=progress,
        )
    with counting(f"{network.name} looks at {subject}", quiet=quiet) as progress:
        fake = evaluator.extract(sides.images, progress=progress)
    scores = evaluator.score(
        fake, subject=sides.subject, partners=sides.partners, space=sides.space
    )
    if options.picture is not None:
        with explained(options.picture, then=summary(scores)):
            draw_nearest(fake, evaluator.real, options.picture)
    return scores
