"""The first GAN, and the number by which it was judged: what a Parzen window measures."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor

from zerosum.errors import ConfigError
from zerosum.families.loading import load
from zerosum.features import FeatureNetwork
from zerosum.features.digits import load_digits
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number, RunFolder, Seed
from zerosum.lessons.figures import Axis, Gallery, Line, Plot, Rule
from zerosum.lessons.packaged import packaged_config, packaged_generator
from zerosum.lessons.results import Results, Table
from zerosum.lessons.small_gans import digits_store
from zerosum.metrics import cluster_centres, kernel_distance, nearest, parzen_score
from zerosum.metrics.parzen import DEVIATIONS, ParzenScore
from zerosum.models.sampler import Sampler
from zerosum.randomness import Randomness
from zerosum.types import Progress

__all__ = ["LESSON", "Gan2014Controls"]

_SIDE, _PIXELS = 28, 784
_TRAINING, _VALIDATION, _TEST = slice(0, 3_000), slice(3_000, 3_500), slice(3_500, 5_000)
"""Which of zerosum's digits samples are made of, the deviation is chosen on, and scores are of."""
_SHOWN = 4
_SEEN = 500
"""Images of each kind that the digits network is shown."""


@dataclass(frozen=True, kw_only=True)
class Gan2014Controls(Controls):
    """How many samples there are, and how those are made that mislead."""

    samples: Annotated[int, Number(200, 2_000)] = 1_000
    """Samples with a Gaussian around each."""
    blur: Annotated[float, Number(0.7, 1.2)] = 1.0
    """Standard deviation in pixels by which real pictures are blurred."""
    centres: Annotated[int, Number(50, 500)] = 100
    """Centres that k-means finds in 3,000 real pictures."""
    run: RunFolder = None
    """A run that makes digits, to be judged too."""
    seed: Seed = 0
    """From which the choice of pictures, the latents and the first centres follow."""


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """One set of samples, and what is said of it.

    Attributes:
        images: Pixels in [0, 1], shape (m, 784).
        score: By a Parzen window.
        distance: The root of the mean squared distance of test images to their nearest sample.
        features: The kernel distance of the digits network's features from those of test images.
    """

    images: Tensor
    score: ParzenScore
    distance: float
    features: float

    @property
    def value(self) -> float:
        """The log-likelihood, in nats."""
        return self.score.log_likelihood.value

    @property
    def bounds(self) -> tuple[float, float]:
        """What the distances to the nearest sample alone say of the score.

        Of the sum over all samples the greatest term is at least one m-th, so that log p(x) is at
        least −D/2σ² − log m − d log(σ√2π), and at most log m more.
        """
        deviation, count = self.score.deviation, len(self.images)
        scale = _PIXELS * math.log(deviation * math.sqrt(2 * math.pi))
        least = -(self.distance**2) / (2 * deviation**2) - math.log(count) - scale
        return least, least + math.log(count)


def compute(controls: Gan2014Controls, progress: Progress) -> Results:
    """Scores of real images, generated ones, and such as mislead."""
    kinds = _kinds(controls)
    judged = {}
    for number, (name, images) in enumerate(kinds.items()):
        judged[name] = _judge(images)
        progress(number + 1, len(kinds) + 1)
    counts = _scores_by_count(kinds, controls)
    controlled = _controls(kinds["real"], controls)
    progress(1, 1)
    return Results(
        answer=_answer(judged, controls),
        numbers={
            **{name: each.value for name, each in judged.items()},
            **{f"{name}_distance": each.distance for name, each in judged.items()},
            "bounds": {name: each.bounds for name, each in judged.items()},
            "features": {name: each.features for name, each in judged.items()},
            "counts": counts,
            "deviation": judged["real"].score.deviation,
            "spread": judged["real"].score.deviation * math.sqrt(_PIXELS),
            "samples": controls.samples,
            "centre_count": controls.centres,
            **controlled,
        },
        tables={"scores": _table(judged)},
        figures={
            "kinds": _kinds_figure(judged),
            "deviations": _deviations_figure(judged),
            "counts": _counts_figure(counts, judged),
            "window": _window_figure(judged["real"], controls.seed),
        },
    )


@cache
def _digits() -> tuple[Tensor, Tensor]:
    """The digits that are part of zerosum, pixels in [0, 1], shape (5000, 784), and labels."""
    images, labels = (np.array(each) for each in (digits_store().images, digits_store().labels))
    return torch.from_numpy(images).flatten(1) / 255, torch.from_numpy(labels)


@cache
def _network() -> tuple[FeatureNetwork, Tensor]:
    """The network that knows digits, and its features of test images."""
    network = load_digits()
    return network, network(_as_bytes(_digits()[0][_TEST][:_SEEN])).features


def _kinds(controls: Gan2014Controls) -> Mapping[str, Tensor]:
    """Sets of samples by name."""
    digits, labels = (each[_TRAINING] for each in _digits())
    random = torch.Generator().manual_seed(controls.seed)
    real = digits[torch.randperm(len(digits), generator=random)[: controls.samples]]
    own = {} if controls.run is None else {"run": _of_run(controls.run, controls)}
    return {
        "real": real,
        "generated": _generated(controls.samples, controls.seed),
        **own,
        "blurred": _blurred(real, controls.blur),
        "centres": cluster_centres(digits, controls.centres, seed=controls.seed, steps=5).float(),
        "means": torch.stack([digits[labels == each].mean(dim=0) for each in range(10)]),
    }


@torch.no_grad()
def _generated(count: int, seed: int) -> Tensor:
    """Digits of the packaged generator."""
    generator = packaged_generator()
    random = Randomness(seed=seed, stream="lesson")
    latents = random.uniform(count, generator.latent_size, low=-1.0, high=1.0)
    images: Tensor = generator(latents)
    return ((images + 1) / 2).flatten(1)


def _of_run(path: Path, controls: Gan2014Controls) -> Tensor:
    """As many digits of a reader's run.

    Raises:
        RunError: It is no run, or makes no images from nothing.
        ConfigError: They are no digits of this size.
    """
    model: Sampler = load(path, kind=Sampler, device="cpu")  # type: ignore[type-abstract]
    shape, wanted = model.run.config().pictures.shape, packaged_config().pictures.shape
    if shape != wanted:
        raise ConfigError(
            f"{path} makes pictures of shape {shape}, and is to be compared with digits of shape "
            f"{wanted}: name a run on digits or mnist, such as zerosum train gan-2014 makes."
        )
    return ((model.sample(controls.samples, seed=controls.seed) + 1) / 2).flatten(1)


def _blurred(images: Tensor, deviation: float) -> Tensor:
    grids = images.reshape(-1, _SIDE, _SIDE).numpy()
    return torch.from_numpy(gaussian_filter(grids, (0, deviation, deviation))).flatten(1)


def _judge(images: Tensor) -> _Judged:
    digits = _digits()[0]
    network, features = _network()
    distances = nearest(digits[_TEST], images)[0]
    seen = network(_as_bytes(images[:_SEEN])).features
    return _Judged(
        images=images,
        score=parzen_score(digits[_TEST], images, validation=digits[_VALIDATION]),
        distance=distances.square().mean().sqrt().item(),
        features=kernel_distance(features, seen, subsets=20).value,
    )


def _scores_by_count(kinds: Mapping[str, Tensor], controls: Gan2014Controls) -> dict[str, Any]:
    """Scores of real and generated images, of a few of them up to all."""
    counts = [controls.samples // part for part in (8, 4, 2)]
    return {
        "count": [*counts, controls.samples],
        **{
            name: [_score(kinds[name][:each]) for each in counts] for name in ("real", "generated")
        },
    }


def _controls(real: Tensor, controls: Gan2014Controls) -> dict[str, float]:
    """Scores of as many real images as centres, and of a hundred: as they are, twice, rescaled."""
    digits = _digits()[0]
    few = real[:100]
    parts = (digits[_TEST][:200], few, digits[_VALIDATION][:200])
    test, samples, validation = (2 * each - 1 for each in parts)
    doubled = tuple(2 * each for each in DEVIATIONS)
    wide = parzen_score(test, samples, validation=validation, deviations=doubled)
    narrow = parzen_score(parts[0], parts[1], validation=parts[2])
    twice = parzen_score(parts[0], parts[1].repeat(2, 1), validation=parts[2])
    return {
        "as_many": _score(digits[_TRAINING][: controls.centres]),
        "few": narrow.log_likelihood.value,
        "few_twice": twice.log_likelihood.value,
        "few_wide": wide.log_likelihood.value,
        "shift": narrow.log_likelihood.value - wide.log_likelihood.value,
    }


def _score(images: Tensor) -> float:
    digits = _digits()[0]
    return parzen_score(digits[_TEST], images, validation=digits[_VALIDATION]).log_likelihood.value


def _as_bytes(images: Tensor) -> Tensor:
    return (images.clamp(0, 1) * 255).round().to(torch.uint8).reshape(-1, 1, _SIDE, _SIDE)


_NAMES = {
    "real": "real digits",
    "generated": "generated digits",
    "run": "your run's digits",
    "blurred": "real digits, blurred",
    "centres": "centres of clusters",
    "means": "means of the ten classes",
}


def _answer(judged: Mapping[str, _Judged], controls: Gan2014Controls) -> str:
    return (
        f"How near real pictures are to a sample, pixel by pixel. {controls.samples:,} real "
        f"digits score {judged['real'].value:.0f} nats, the same digits blurred "
        f"{judged['blurred'].value:.0f}, {controls.centres} averages of digits "
        f"{judged['centres'].value:.0f}, and {controls.samples:,} generated digits "
        f"{judged['generated'].value:.0f}."
    )


def _table(judged: Mapping[str, _Judged]) -> Table:
    return Table(
        title="The same samples, judged by three numbers, and the σ that was chosen",
        columns=(
            "samples",
            "how many",
            "log-likelihood, nats",
            "σ",
            "distance to the nearest",
            "KD-digits",
        ),
        rows=[
            (
                _NAMES[name],
                len(each.images),
                str(each.score.log_likelihood),
                each.score.deviation,
                each.distance,
                each.features,
            )
            for name, each in judged.items()
        ],
    )


def _kinds_figure(judged: Mapping[str, _Judged]) -> Gallery:
    images = [_as_bytes(each.images[:_SHOWN])[:, 0] for each in judged.values()]
    captions = [
        f"{name}: {each.value:.0f}" for name, each in judged.items() for _ in range(_SHOWN)
    ]
    return Gallery(
        title="Samples, and the nats that all samples of their kind score",
        images=torch.cat(images).numpy(),
        captions=captions,
        columns=_SHOWN,
    )


def _deviations_figure(judged: Mapping[str, _Judged]) -> Plot:
    return Plot(
        title="The deviation is chosen where validation pictures are likeliest",
        x=Axis(label="σ", log=True),
        y=Axis(label="mean log-likelihood, nats", limits=(-800, 300)),
        marks=[
            Line(name=_NAMES[name], x=DEVIATIONS, y=_cut(each.score.tried))
            for name, each in judged.items()
        ],
    )


def _cut(values: tuple[float, ...]) -> list[float]:
    """Values within the plot; a gap for others."""
    return [value if value > -800 else math.nan for value in values]


def _counts_figure(counts: Mapping[str, Any], judged: Mapping[str, _Judged]) -> Plot:
    lines = [
        Line(name=_NAMES[name], x=counts["count"], y=[*counts[name], judged[name].value])
        for name in ("real", "generated")
    ]
    centres = judged["centres"]
    values = [value for line in lines for value in line.y] + [centres.value]
    return Plot(
        title="The score of real digits still rises with their number",
        x=Axis(label="samples", log=True),
        y=Axis(label="log-likelihood, nats", limits=(min(values) - 20, max(values) + 40)),
        marks=[*lines, Rule(name=f"{len(centres.images)} centres", at=centres.value)],
    )


def _window_figure(real: _Judged, seed: int) -> Gallery:
    """Images drawn from the density itself: a sample, and noise of the chosen deviation."""
    centres = real.images[:_SHOWN]
    noise = Randomness(seed=seed, stream="window").normal(*centres.shape)
    drawn = centres + real.score.deviation * noise
    return Gallery(
        title="Pictures drawn from the Parzen window around real digits",
        images=_as_bytes(drawn)[:, 0].numpy(),
        columns=_SHOWN,
    )


@states(
    "The distance r of test pictures to their nearest samples decides the score: it is at least "
    "−r²/2σ² − log m − 784 log(σ√2π), and at most log m nats more."
)
def _distances_decide(_: Gan2014Controls, results: Results) -> bool:
    bounds = results.numbers["bounds"]
    return all(low <= results.numbers[name] <= high for name, (low, high) in bounds.items())


@states("The chosen σ, times √784, is r, to one step of the ten values.")
def _deviation_is_the_distance(_: Gan2014Controls, results: Results) -> bool:
    ratio = results.numbers["spread"] / results.numbers["real_distance"]
    return abs(math.log10(ratio)) <= 1 / 9


@states("Centres of clusters score at least 50 nats more than as many real digits.")
def _averages_score_more(_: Gan2014Controls, results: Results) -> bool:
    return bool(results.numbers["centres"] > results.numbers["as_many"] + 50)


@states("Real digits score more when they are blurred.")
def _blurred_score_more(_: Gan2014Controls, results: Results) -> bool:
    return bool(results.numbers["blurred"] > results.numbers["real"])


@states(
    "By the features of a network that knows digits real digits are best and generated ones next; "
    "blurred ones, centres and means are worse."
)
def _features_say_otherwise(_: Gan2014Controls, results: Results) -> bool:
    found = results.numbers["features"]
    best, second = found["real"], found["generated"]
    return bool(best < second < min(found[name] for name in ("blurred", "centres", "means")))


@states("Twice as many real digits score at least 20 nats more: the estimate has not converged.")
def _more_samples_score_more(_: Gan2014Controls, results: Results) -> bool:
    return bool(results.numbers["real"] > results.numbers["counts"]["real"][-1] + 20)


@states("Samples that are there twice score what they score once.")
def _copies_count_for_nothing(_: Gan2014Controls, results: Results) -> bool:
    return math.isclose(
        results.numbers["few"], results.numbers["few_twice"], rel_tol=1e-9, abs_tol=1e-6
    )


@states("In [−1, 1] in place of [0, 1] the same pictures score 784 log 2 = 543.4 nats less.")
def _units_matter(_: Gan2014Controls, results: Results) -> bool:
    return math.isclose(results.numbers["shift"], _PIXELS * math.log(2), abs_tol=1e-3)


LESSON = Lesson(
    controls=Gan2014Controls,
    compute=compute,
    claims=[
        _averages_score_more,
        _blurred_score_more,
        _features_say_otherwise,
        _distances_decide,
        _deviation_is_the_distance,
        _more_samples_score_more,
        _copies_count_for_nothing,
        _units_matter,
    ],
)
