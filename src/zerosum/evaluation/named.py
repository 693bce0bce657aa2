"""The metrics by name: from extracted features to scores that carry the right names.

Only Inception's scores are called FID, KID and IS. By any other network the same formulas give
numbers of another scale; these are named after it: FD-digits, KD-digits, IS-digits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from zerosum import metrics
from zerosum.data import scale
from zerosum.errors import ConfigError
from zerosum.evaluation.extraction import ExtractedFeatures, ImageSubset, extract
from zerosum.evaluation.protocol import Score
from zerosum.features import FeatureNetwork, score_name
from zerosum.metrics.estimate import Estimate
from zerosum.registry import Table
from zerosum.types import Features, Images, Probabilities

if TYPE_CHECKING:  # Who has no latents needs nothing of their spaces.
    from zerosum.latent import LatentSpace

__all__ = ["FEW", "METRIC_FUNCTIONS", "Task"]

FEW = 2_048
"""Images below which the Fréchet distance says more of its bias than of the images."""

_NEIGHBOURS = 5
_PATCHED = 4_096  # images that patches are cut of, and how many of each
_PATCHES = 32
_PAIRED_AT_ONCE = 64
_WINDOWED = 10_000  # images with a Gaussian each, as many as the first GAN had
_CHOOSING = 1_000  # images that choose its deviation

_SAMPLINGS: Mapping[Literal["full", "end"], str] = {"full": "t uniform", "end": "t = 0"}


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is to be compared.

    Attributes:
        real: The real images.
        fake: Those under test.
        network: Who saw both.
        seed: From which patches and directions follow.
        partners: Where images under test were made of others: these, and what they should have
            become, in the same order; else None.
        space: Where images under test were drawn of latents: the generator's space; else None.
    """

    real: ExtractedFeatures
    fake: ExtractedFeatures
    network: FeatureNetwork
    seed: int
    partners: tuple[ImageSubset, ImageSubset] | None = None
    space: "LatentSpace | None" = None


def _frechet(task: Task) -> Mapping[str, Score]:
    real, fake = task.real.features, task.fake.features
    bias = metrics.frechet_bias(metrics.Moments.of(real), n=len(real), m=len(fake))
    few = min(len(real), len(fake)) < FEW
    how = (
        f"of which about {bias:.2g} is the bias of few pictures" if few else "Gaussians' distance"
    )
    distance = metrics.frechet_distance_of_features(real, fake)
    return _score(task, "frechet", distance, how, lower=True)


def _kernel(task: Task) -> Mapping[str, Score]:
    real, fake = task.real.features, task.fake.features
    how = f"unbiased, cubic kernel, 100 subsets of {min(1_000, len(real), len(fake)):,}"
    return _score(task, "kernel", metrics.kernel_distance(real, fake), how, lower=True)


def _inception(task: Task) -> Mapping[str, Score]:
    probabilities = _probabilities(task, task.fake)
    splits = min(10, len(probabilities))
    estimate = metrics.inception_score(probabilities, splits=splits)
    return _score(task, "inception", estimate, f"{splits} shuffled splits", lower=False)


def _manifold(task: Task) -> Mapping[str, Score]:
    result = metrics.manifold_scores(
        task.real.features, task.fake.features, neighbours=_NEIGHBOURS
    )
    how = f"{_NEIGHBOURS} nearest neighbours"
    scores: dict[str, Score] = {}
    for name in ("precision", "recall", "density", "coverage"):
        scores |= _score(task, name, getattr(result, name), how, lower=False)
    return scores


def _patches(task: Task) -> Mapping[str, Score]:
    real, fake = _pixels(task.real), _pixels(task.fake)
    result = metrics.patch_distances(real, fake, patches=_PATCHES, seed=task.seed)
    how = f"times 1,000; {_PATCHES} patches of {len(real):,} and {len(fake):,} pictures"
    return {
        f"SWD {side} px": Score(
            estimate=Estimate(value=1_000 * distance.value, error=1_000 * distance.error),
            how=how,
            lower_is_better=True,
        )
        for side, distance in result.items()
    }


def _window(task: Task) -> Mapping[str, Score]:
    """The log-likelihood of real images under Gaussians around those under test."""
    real, samples = _rows(task.real), _rows(task.fake)
    mixed = np.random.default_rng(task.seed).permutation(len(real))
    choosing = min(_CHOOSING, len(real) // 2)
    validation, test = real[mixed[:choosing]], real[mixed[choosing:]]
    result = metrics.parzen_score(test, samples, validation=validation)
    how = (
        f"nats of {len(test):,} pictures, pixels in [0, 1]; Gaussians around {len(samples):,}, "
        f"σ {result.deviation:.3g} by {choosing:,} other pictures"
    )
    score = Score(estimate=result.log_likelihood, how=how, lower_is_better=False)
    return {"Parzen log-likelihood": score}


def _copies(task: Task) -> Mapping[str, Score]:
    result = metrics.near_copies(task.fake.features, task.real.features)
    how = f"share of pictures that are nearly real ones; honest ones give {result.expected:g}"
    return _score(task, "near copies", result.share, how, lower=True)


def _modes(task: Task) -> Mapping[str, Score]:
    probabilities = _probabilities(task, task.fake)
    classes = probabilities.shape[1]
    result = metrics.modes_covered(probabilities.argmax(dim=1), modes=classes)
    how = f"of {classes:,} classes"
    covered = _score(task, "classes", result.covered, how, lower=False)
    how = "KL of the classes' shares from equal ones, in nats"
    return covered | _score(task, "class KL", result.divergence, how, lower=True)


def _stacked(task: Task) -> Mapping[str, Score]:
    digits = torch.stack(
        [_probabilities(task, _channel(task, channel)).argmax(dim=1) for channel in range(3)],
        dim=1,
    )
    result = metrics.stacked_modes(digits)
    how = f"of 1,000 triples, among {len(digits):,} pictures (26,000 are usual)"
    covered = _score(task, "modes", result.covered, how, lower=False)
    how = "KL of the triples' shares from equal ones, in nats"
    return covered | _score(task, "mode KL", result.divergence, how, lower=True)


def _path_lengths(task: Task) -> Mapping[str, Score]:
    """Perceptual path lengths in z, and in w where the generator has styles."""
    if task.space is None:
        raise ConfigError(
            "ppl asks the generator how its pictures change with the latent, and is for runs that "
            "draw from nothing; leave it out."
        )
    from zerosum import latent  # Other scores ask nothing of it.

    spaces = {space.symbol: space for space in (latent.input_space(task.space.game), task.space)}
    pairs = max(2, len(task.fake))
    scores = {}
    for symbol, space in spaces.items():
        for sampling in _SAMPLINGS:
            distances = latent.path_distances(
                space, task.network.extract, pairs=pairs, seed=task.seed, sampling=sampling
            )
            how = (
                f"{pairs:,} pairs, ε {latent.EPSILON:g}, {space.way} in {symbol}, "
                f"{_SAMPLINGS[sampling]}; squared distance of features by ε², pictures not "
                "rounded to bytes, percentiles 1 to 99"
            )
            scores[f"PPL-{task.network.name} {symbol} {sampling}"] = Score(
                estimate=metrics.mean_path_length(distances), how=how, lower_is_better=True
            )
    return scores


def _partner(task: Task) -> Mapping[str, Score]:
    """The L1 distance to true partners, beside that of the untranslated sources."""
    if task.partners is None:
        raise ConfigError(
            "partner compares translations with their true partners, and is for runs that "
            "translate pictures; leave it out."
        )
    errors = _errors(task.fake.images, task.partners[1])
    copied = _errors(*task.partners)
    how = f"mean |difference| of pixels in [0, 1], {len(errors):,} pictures"
    result = {
        "partner L1": (errors, how, True),
        "partner L1 of copies": (copied, f"of the untranslated: {how}", True),
        "partner L1 gain": (copied - errors, "of translations over copies, paired", False),
    }
    return {
        name: Score(estimate=_mean(values), how=how, lower_is_better=lower)
        for name, (values, how, lower) in result.items()
    }


def _accuracy(task: Task) -> Mapping[str, Score]:
    raise ConfigError(
        "accuracy is for runs that classify, and is measured alone: zerosum evaluate RUN "
        "--metrics accuracy."
    )


METRIC_FUNCTIONS: Table[Callable[[Task], Mapping[str, Score]]] = Table(
    "metric",
    {
        "frechet": _frechet,
        "kid": _kernel,
        "is": _inception,
        "prdc": _manifold,
        "swd": _patches,
        "parzen": _window,
        "memorisation": _copies,
        "modes": _modes,
        "stacked-modes": _stacked,
        "ppl": _path_lengths,
        "accuracy": _accuracy,
        "partner": _partner,
    },
)
"""What each name of `zerosum.config.METRICS` computes."""


def _score(
    task: Task, metric: str, estimate: Estimate, how: str, *, lower: bool
) -> dict[str, Score]:
    score = Score(estimate=estimate, how=how, lower_is_better=lower)
    return {score_name(task.network, metric): score}


def _probabilities(task: Task, extracted: ExtractedFeatures) -> Probabilities:
    if extracted.probabilities is None:
        raise ConfigError(
            f"this metric counts classes, and the network {task.network.name} tells none. "
            "Leave the metric out, or choose a network that classifies: --features digits."
        )
    return extracted.probabilities


def _pixels(extracted: ExtractedFeatures) -> Images:
    """The first images as floats."""
    return scale(torch.from_numpy(extracted.images[:_PATCHED]).permute(0, 3, 1, 2))


def _rows(extracted: ExtractedFeatures) -> Features:
    """The first images as rows of numbers in [0, 1]."""
    return torch.from_numpy(extracted.images[:_WINDOWED]).flatten(1) / 255.0


def _channel(task: Task, channel: int) -> ExtractedFeatures:
    """The features of one channel of the images under test."""
    if task.fake.images[:1].shape[3] != 3:
        raise ConfigError(
            "stacked-modes counts triples of digits, which are colour pictures; train on "
            "stacked-mnist or stacked-digits, or ask for modes."
        )
    return extract(task.fake.images.channel(channel), task.network)


def _errors(some: ImageSubset, others: ImageSubset) -> NDArray[np.float64]:
    """Of each pair of images, the mean |difference| of pixels in [0, 1]."""
    rows = range(0, len(some), _PAIRED_AT_ONCE)
    parts = [slice(start, start + _PAIRED_AT_ONCE) for start in rows]
    pairs = ((some[part] / 255.0, others[part] / 255.0) for part in parts)
    return np.concatenate([np.abs(a - b).mean(axis=(1, 2, 3)) for a, b in pairs])


def _mean(values: NDArray[np.float64]) -> Estimate:
    error = values.std(ddof=1) / len(values) ** 0.5
    return Estimate(value=float(values.mean()), error=float(error))
