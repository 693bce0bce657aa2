"""Inception score, FID and KID where the answer is known: of Gaussians and sure classifiers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import torch

from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number, Seed
from zerosum.lessons.gan_metrics_figures import (
    axis_table,
    bias_figure,
    classes_table,
    column,
    kernel_figure,
    means_of,
    protocols_table,
    sizes_table,
)
from zerosum.lessons.gan_metrics_protocols import PROTOCOLS, measured_by_protocols
from zerosum.lessons.results import Results
from zerosum.metrics import (
    Estimate,
    Moments,
    frechet_bias,
    frechet_distance,
    frechet_distance_of_features,
    frechet_infinity,
    inception_score,
    kernel_distance,
)
from zerosum.randomness import derive_seed
from zerosum.types import Features, OtherFeatures, Probabilities, Progress

__all__ = ["LESSON", "GanMetricsControls", "closed_form", "sure_to"]

_SHARES = (8, 16, 32, 64)
"""Pictures in a set, in units of the number of features."""


@dataclass(frozen=True, kw_only=True)
class GanMetricsControls(Controls):
    """Two Gaussians, how often they are drawn from, and a classifier."""

    features: Annotated[int, Number(2, 24)] = 8
    """Numbers in the features of a picture; Inception's are 2048."""
    shift: Annotated[float, Number(0, 4)] = 0.5
    """How far the second Gaussian lies from the first."""
    spread: Annotated[float, Number(0.25, 2.5)] = 1.2
    """Standard deviation of the second; that of the first is 1."""
    draws: Annotated[int, Number(16, 64)] = 24
    """Pairs of sets that are drawn for each mean."""
    classes: Annotated[int, Number(2, 200)] = 10
    """Classes that the classifier knows."""
    sureness: Annotated[float, Number(0.1, 1)] = 0.9
    """Probability that it gives the class of a picture; the others share the rest."""
    seed: Seed = 0
    """From which all random numbers follow."""


def compute(controls: GanMetricsControls, progress: Progress) -> Results:
    """The scores of Gaussians and classifiers, beside what they should be."""
    known = _known(controls)
    progress(1, 8)
    biased = _biased(controls, lambda done: progress(1 + done, 8))
    axis = _wrong_axis(controls)
    classes = _classes(controls)
    protocols = measured_by_protocols()
    progress(8, 8)
    return Results(
        answer=_answer(known, biased, protocols),
        numbers={
            "known": known,
            "biased": {**_plain(biased), "rows": [_plain(row) for row in biased["rows"]]},
            "axis": axis,
            "classes": _plain(classes),
            "protocols": {**protocols, "scores": [it.value for _, it in protocols["scores"]]},
            **_spoken(controls, known, biased, axis, classes),
        },
        tables={
            "sizes": sizes_table(biased),
            "axis": axis_table(axis),
            "inception": classes_table(classes),
            "protocols": protocols_table(protocols),
        },
        figures={"bias": bias_figure(biased), "kernel": kernel_figure(biased)},
    )


def _plain(found: Mapping[str, Any]) -> dict[str, Any]:
    """Estimates as tables of value and error."""
    return {
        name: vars(each) if isinstance(each, Estimate) else each for name, each in found.items()
    }


def closed_form(*, shift: float, spread: float, features: int) -> float:
    """The Fréchet distance of N(0, I) and N(m, s² I) in d dimensions: |m|² + d (s − 1)².

    Args:
        shift: |m|.
        spread: s.
        features: d.

    Example:
        >>> closed_form(shift=3.0, spread=2.0, features=4)
        13.0
    """
    return shift**2 + features * (spread - 1) ** 2


def sure_to(sureness: float, classes: int) -> Probabilities:
    """Probabilities of one picture of each class, of which the classifier is so sure.

    Example:
        >>> sure_to(0.5, 3)[0]
        tensor([0.5000, 0.2500, 0.2500], dtype=torch.float64)
    """
    rest = (1 - sureness) / (classes - 1)
    return torch.eye(classes, dtype=torch.float64) * (sureness - rest) + rest


def _known(controls: GanMetricsControls) -> dict[str, float]:
    """Moments as they are, and turned: a distance does not depend on the axes."""
    d = controls.features
    covariances = torch.eye(d).double(), controls.spread**2 * torch.eye(d).double()
    shift = torch.zeros(d, dtype=torch.float64).index_fill(0, torch.tensor([0]), controls.shift)
    first, second = Moments(None, 0 * shift, covariances[0]), Moments(None, shift, covariances[1])
    random = torch.Generator().manual_seed(derive_seed(controls.seed, "turn"))
    deviations = 0.5 + torch.rand(2, d, generator=random, dtype=torch.float64)
    turn = torch.linalg.qr(torch.randn(d, d, generator=random, dtype=torch.float64))[0]
    turned = [Moments(None, 0 * shift, turn @ (each**2).diag() @ turn.T) for each in deviations]
    return {
        "expected": closed_form(shift=controls.shift, spread=controls.spread, features=d),
        "found": frechet_distance(first, second),
        "turned_expected": float((deviations[0] - deviations[1]).square().sum()),
        "turned_found": frechet_distance(*turned),
    }


def _draw(controls: GanMetricsControls, count: int, *which: int | str) -> Features:
    generator = torch.Generator().manual_seed(derive_seed(controls.seed, count, *which))
    return torch.randn(count, controls.features, generator=generator, dtype=torch.float64)


def _biased(controls: GanMetricsControls, tell: Callable[[int], None]) -> dict[str, Any]:
    """Distances of equal Gaussians by the number of pictures, and of different ones."""
    rows = []
    for number, share in enumerate(_SHARES):
        rows.append(_row(controls, share * controls.features))
        tell(number)
    sizes, values = column(rows, "pictures"), means_of(rows, "frechet")
    pairs = _pairs(controls, rows[-1]["pictures"])
    infinity = _mean([frechet_infinity(x, y, seed=0, sizes=5).value for x, y in pairs])
    return {
        "rows": rows,
        "infinity": infinity,
        "slope": float(np.polyfit(np.log(sizes), np.log(values), 1)[0]),
    }


def _pairs(controls: GanMetricsControls, size: int) -> list[tuple[Features, OtherFeatures]]:
    """Pairs of sets of one and the same Gaussian."""
    return [
        (_draw(controls, size, "first", draw), _draw(controls, size, "second", draw))
        for draw in range(controls.draws)
    ]


def _row(controls: GanMetricsControls, size: int) -> dict[str, Any]:
    """Means over the draws of pairs of sets of one size."""
    d = controls.features
    unit = Moments(None, torch.zeros(d).double(), torch.eye(d).double())
    pairs = _pairs(controls, size)
    # The shift goes along the diagonal, and has the same length there.
    others = [(x, controls.spread * y + controls.shift / d**0.5) for x, y in pairs]
    kernels = [_kernel(x, y) for x, y in pairs]
    return {
        "pictures": size,
        "expected": frechet_bias(unit, n=size, m=size),
        "frechet": _mean([_distance(x, y) for x, y in pairs]),
        "kernel": _mean(kernels),
        "negative": float(np.mean(np.array(kernels) < 0)),
        "different": _mean([_distance(x, y) for x, y in others]),
    }


def _distance(first: Features, second: OtherFeatures) -> float:
    return frechet_distance_of_features(first, second).value


def _kernel(first: Features, second: OtherFeatures) -> float:
    """MMD² of both sets whole, without subsets."""
    return kernel_distance(first, second, subsets=1, subset_size=len(first)).value


def _mean(values: Sequence[float]) -> Estimate:
    """The mean of the draws with its standard error."""
    numbers = np.array(values)
    error = numbers.std(ddof=1) / len(numbers) ** 0.5
    return Estimate(value=float(numbers.mean()), error=float(error))


def _wrong_moments(features: Features) -> Moments:
    """Moments with the axes mistaken, as by ``np.cov`` without ``rowvar=False``.

    The covariance is that of n pictures over the features, shape (n, n). The means of all features
    are 0 here.
    """
    return Moments(None, features.new_zeros(len(features)), torch.cov(features))


def _wrong_axis(controls: GanMetricsControls) -> dict[str, Any]:
    """The right and the wrong distance after changes that matter, and one that does not."""
    d, count = controls.features, 16 * controls.features
    deviations = torch.linspace(0.2, 2, d, dtype=torch.float64)
    first, second = (_draw(controls, count, "axis", which) * deviations for which in range(2))
    # The means are made equal, so that only covariances are compared.
    first, second = first - first.mean(dim=0), second - second.mean(dim=0)
    order = torch.from_numpy(np.random.default_rng(controls.seed).permutation(count))
    cases = {
        "another draw of the same": second,
        "these pictures in another order": second[order],
        "their features in reverse order": second.flip(1),
    }
    return {
        "pictures": count,
        "expected": float((deviations - deviations.flip(0)).square().sum()),
        "shape": list(_wrong_moments(first).covariance.shape),
        "right": {name: _right(first, each) for name, each in cases.items()},
        "wrong": {
            name: frechet_distance(_wrong_moments(first), _wrong_moments(each))
            for name, each in cases.items()
        },
    }


def _right(first: Features, second: Features) -> float:
    return frechet_distance(Moments.of(first), Moments.of(second))


def _classes(controls: GanMetricsControls) -> dict[str, Any]:
    """Inception scores of classifiers whose answers are known, and what they should be."""
    count, sureness = controls.classes, controls.sureness
    sure, unsure = sure_to(1.0, count), sure_to(sureness, count)
    rest = (1 - sureness) / (count - 1)
    # exp(H(class) − H(class | picture)); 0 log 0 is 0.
    known = count * sureness**sureness * (rest ** (1 - sureness) if rest else 1.0)
    cases: dict[str, tuple[Probabilities, float]] = {
        "one picture of each class, again and again": (sure.repeat(20, 1), float(count)),
        "pictures of one class alone": (sure[:1].repeat(20, 1), 1.0),
        "all classes, and nothing sure": (torch.full_like(sure, 1 / count), 1.0),
        f"all classes, sure to {sureness:.2g}": (unsure.repeat(20, 1), known),
    }
    few = _few(sure, controls.seed)
    return {
        "expected": {name: expected for name, (_, expected) in cases.items()},
        "found": {name: _score(each) for name, (each, _) in cases.items()},
        "few": few,
    }


def _score(probabilities: Probabilities) -> float:
    return inception_score(probabilities, splits=1).value


def _few(sure: Probabilities, seed: int) -> Estimate:
    """The score of as many pictures as there are classes, by chance of these classes."""
    random = np.random.default_rng(seed)
    count = len(sure)
    draws = [torch.from_numpy(random.integers(count, size=count)) for _ in range(32)]
    return _mean([_score(sure[each]) for each in draws])


def _spoken(
    controls: GanMetricsControls,
    known: dict[str, float],
    biased: dict[str, Any],
    axis: dict[str, Any],
    classes: dict[str, Any],
) -> dict[str, Any]:
    """Numbers for the text."""
    first, last = biased["rows"][0], biased["rows"][-1]
    draw, order, reverse = axis["wrong"]
    return {
        "d": controls.features,
        "closed": known["expected"],
        "measured": known["found"],
        "few_pictures": first["pictures"],
        "few_frechet": str(first["frechet"]),
        "few_expected": first["expected"],
        "many_pictures": last["pictures"],
        "many_frechet": str(last["frechet"]),
        "slope": round(biased["slope"], 2),
        "infinity": str(biased["infinity"]),
        "kernel_mean": str(last["kernel"]),
        "negative": 100 * last["negative"],
        "axis_pictures": axis["pictures"],
        "wrong_draw": axis["wrong"][draw],
        "wrong_order": axis["wrong"][order],
        "wrong_reverse": axis["wrong"][reverse],
        "right_draw": axis["right"][draw],
        "right_reverse": axis["right"][reverse],
        "right_expected": axis["expected"],
        "k": controls.classes,
        "few_score": str(classes["few"]),
    }


def _answer(known: dict[str, float], biased: dict[str, Any], protocols: dict[str, Any]) -> str:
    first, last = biased["rows"][0], biased["rows"][-1]
    values = [f"{estimate.value:.3g}" for _, estimate in protocols["scores"]]
    return (
        f"With exact moments the Fréchet distance is {known['found']:.4g}, as the closed form "
        f"says. Of {first['pictures']} pictures from one and the same Gaussian it is "
        f"{first['frechet']}, of {last['pictures']} {last['frechet']}, while the kernel distance "
        f"stays at {last['kernel']}. The same pictures by four protocols have "
        f"{', '.join(values)}, which must not be compared."
    )


@states(
    "The Fréchet distance of N(0, I) and N(m, s² I) in d dimensions is |m|² + d(s − 1)²; of "
    "Gaussians with the same axes it is the squared distance of means and of standard deviations."
)
def _closed_forms_hold(_: GanMetricsControls, results: Results) -> bool:
    known = results.numbers["known"]
    pairs = (("found", "expected"), ("turned_found", "turned_expected"))
    return all(np.isclose(known[a], known[b], rtol=1e-7, atol=1e-7) for a, b in pairs)


@states(
    "Of two sets from one Gaussian the distance is not 0 but about d(d + 5)/(2n): it falls as 1/n."
)
def _the_bias_is_known(controls: GanMetricsControls, results: Results) -> bool:
    d, biased = controls.features, results.numbers["biased"]
    for row in biased["rows"]:
        n, found = row["pictures"], row["frechet"]
        formula = d * (d + 5) / (2 * n)
        if not np.isclose(row["expected"], formula, rtol=1e-9):
            return False
        # The formula is the first term of a series, whose next one is smaller by about d/n.
        if abs(found["value"] - formula) > 5 * found["error"] + formula * 1.5 * d / n:
            return False
    return bool(abs(biased["slope"] + 1) < 0.35)


@states("Extrapolated to infinitely many pictures it is 0 on average, up to the error of it.")
def _extrapolation_removes_it(_: GanMetricsControls, results: Results) -> bool:
    biased = results.numbers["biased"]
    infinity, bias = biased["infinity"], biased["rows"][-1]["expected"]
    return bool(abs(infinity["value"]) < 5 * infinity["error"] + 0.1 * bias)


@states(
    "The kernel distance of two sets from one Gaussian is 0 on average at any number of pictures, "
    "and so below 0 in some draws and above in others."
)
def _kernel_distance_has_no_bias(_: GanMetricsControls, results: Results) -> bool:
    rows = results.numbers["biased"]["rows"]
    centred = all(abs(row["kernel"]["value"]) < 5 * row["kernel"]["error"] for row in rows)
    return centred and all(0 < row["negative"] < 1 for row in rows)


@states("Of different Gaussians the distance comes down to the closed form, from above.")
def _different_ones_stay_apart(_: GanMetricsControls, results: Results) -> bool | None:
    expected = results.numbers["known"]["expected"]
    row = results.numbers["biased"]["rows"][-1]
    if expected < 10 * row["expected"]:
        return None
    found = row["different"]
    return bool(
        expected - 5 * found["error"] < found["value"]
        and found["value"] < 1.2 * expected + 5 * found["error"] + 8 * row["expected"]
    )


@states(
    "With the covariance over the wrong axis the number changes when the same pictures come in "
    "another order, and does not when their features are put in reverse order, which makes "
    "another distribution; the right one does the opposite."
)
def _the_wrong_axis_answers_to_the_wrong_things(_: GanMetricsControls, results: Results) -> bool:
    axis = results.numbers["axis"]
    right, wrong = (list(axis[name].values()) for name in ("right", "wrong"))
    return bool(
        axis["shape"] == [axis["pictures"]] * 2
        and np.isclose(right[0], right[1], rtol=1e-6)
        and right[2] > 3 * right[0]
        and not np.isclose(wrong[0], wrong[1], rtol=1e-4)
        and np.isclose(wrong[0], wrong[2], rtol=1e-5)
    )


@states(
    "The Inception score is K for K classes of which the classifier is sure, even if it sees one "
    "picture of each again and again; 1 for one class, and 1 where nothing is sure."
)
def _the_inception_score_is_known(_: GanMetricsControls, results: Results) -> bool:
    classes = results.numbers["classes"]
    return all(
        np.isclose(classes["found"][name], expected)
        for name, expected in classes["expected"].items()
    )


@states("It is biased too, downwards: of as many pictures as there are classes it is below K.")
def _the_inception_score_of_few_is_low(controls: GanMetricsControls, results: Results) -> bool:
    few = results.numbers["classes"]["few"]
    return bool(1 < few["value"] < 0.9 * controls.classes)


@states(
    "The same pictures have other scores by another filter, another number of pictures, or other "
    "features, and the library refuses to compare these."
)
def _unlike_protocols_are_refused(_: GanMetricsControls, results: Results) -> bool:
    found = results.numbers["protocols"]
    values = {round(value, 6) for value in found["scores"]}
    first, *others = found["refusal"]
    refused = all("unlike protocols" in each for each in others)
    return len(values) == len(PROTOCOLS) and first == "" and refused


LESSON = Lesson(
    controls=GanMetricsControls,
    compute=compute,
    claims=[
        _closed_forms_hold,
        _the_bias_is_known,
        _extrapolation_removes_it,
        _different_ones_stay_apart,
        _kernel_distance_has_no_bias,
        _the_wrong_axis_answers_to_the_wrong_things,
        _the_inception_score_is_known,
        _the_inception_score_of_few_is_low,
        _unlike_protocols_are_refused,
    ],
)
