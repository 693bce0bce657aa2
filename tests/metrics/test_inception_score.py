"""The Inception score of certain, varied and collapsed pictures, and torch-fidelity's."""

import math

import pytest
import torch
from torch import Tensor

from helpers.calibration import calibrate, points
from zerosum.errors import ConfigError, DataError
from zerosum.metrics import inception_score


def soft(count: int, seed: int, classes: int = 10) -> Tensor:
    return torch.softmax(3 * points(count, classes, seed), dim=1)


def test_certain_and_balanced_is_the_number_of_classes() -> None:
    found = inception_score(torch.eye(10).repeat(50, 1), splits=1)
    assert found.value == pytest.approx(10, rel=1e-12)


def test_uncertain_is_one() -> None:
    found = inception_score(torch.full((100, 10), 0.1))
    assert found.value == pytest.approx(1)
    assert found.error == pytest.approx(0, abs=1e-9)


def test_collapsed_is_one() -> None:
    found = inception_score(torch.eye(10)[:1].repeat(100, 1))
    assert (found.value, found.error) == (1.0, 0.0)


def test_smoothed_certainty() -> None:
    """K exp(−H) with H the entropy of (1 − ε, ε/(K − 1), ...)."""
    classes, doubt = 10, 0.1
    rows = torch.full((classes, classes), doubt / (classes - 1), dtype=torch.float64)
    rows.fill_diagonal_(1 - doubt)
    entropy = -(1 - doubt) * math.log(1 - doubt) - doubt * math.log(doubt / (classes - 1))
    found = inception_score(rows.repeat(20, 1), splits=1).value
    assert found == pytest.approx(classes * math.exp(-entropy), rel=1e-12)
    assert found == pytest.approx(5.799546134795, rel=1e-12)


def test_sorted_pictures_are_shuffled() -> None:
    """Split in order, each part would have one class only, and score 1."""
    found = inception_score(torch.eye(10).repeat_interleave(100, dim=0), splits=10)
    assert found.value > 9


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("count", "splits", "seed"), [(100, 10, 2020), (103, 7, 3), (50, 2, 0)])
def test_torch_fidelity_agrees(count: int, splits: int, seed: int) -> None:
    from torch_fidelity.metric_isc import isc_features_to_metric

    logits = 3 * points(count, 12, 0)
    expected = isc_features_to_metric(logits, splits, shuffle=True, rng_seed=seed)
    found = inception_score(logits.softmax(1), splits=splits, seed=seed)
    assert found.value == pytest.approx(expected["inception_score_mean"], rel=1e-12)
    spread = found.error * math.sqrt(splits - 1)  # theirs divides by the number itself
    assert spread == pytest.approx(expected["inception_score_std"], rel=1e-10)


def test_few_pictures_score_less() -> None:
    """Certain and uniform over 1,000 classes: 100 pictures can't score above 100."""
    random = torch.Generator().manual_seed(0)
    labels = torch.randint(1000, (5000,), generator=random)
    certain = torch.nn.functional.one_hot(labels, 1000).double()
    assert inception_score(certain[:100], splits=1).value == pytest.approx(95, abs=4)
    assert inception_score(certain, splits=1).value == pytest.approx(903, abs=9)


@pytest.mark.parametrize("splits", [1, 10])
def test_the_error_is_right(splits: int) -> None:
    found = calibrate(lambda seed: inception_score(soft(400, seed), splits=splits), rounds=200)
    assert found.ratio == pytest.approx(1, abs=0.2)


def test_order_of_classes_and_seed() -> None:
    rows = soft(100, 0)
    expected = inception_score(rows)
    assert inception_score(rows.flip(1)).value == pytest.approx(expected.value, rel=1e-12)
    assert inception_score(rows, seed=1).value != expected.value


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([0.5, 0.6], r"found 1 of 4 .* number 2 .* sum 1.1 and the least 0.5"),
        ([1.5, -0.5], r"sum 1 and the least -0.5"),
        ([3.0, 4.0], "take the softmax"),
        ([float("nan"), 1.0], "not a number|NaN"),
    ],
)
def test_what_are_no_probabilities(row: list[float], message: str) -> None:
    rows = torch.full((4, 2), 0.5)
    rows[2] = torch.tensor(row)
    with pytest.raises(DataError, match=message):
        inception_score(rows, splits=2)


def test_16_bits_are_precise_enough() -> None:
    rows = soft(100, 0, classes=1000)
    found = inception_score(rows.half(), splits=2).value
    assert found == pytest.approx(inception_score(rows, splits=2).value, rel=0.01)


@pytest.mark.parametrize("splits", [0, 5])
def test_splits(splits: int) -> None:
    with pytest.raises(ConfigError, match=f"1 to 4 splits of 4 pictures, found {splits}"):
        inception_score(soft(4, 0), splits=splits)


def test_one_picture_in_each_split_scores_one() -> None:
    found = inception_score(soft(4, 0), splits=4)
    assert found.value == pytest.approx(1)
    with pytest.raises(DataError, match="2 or more pictures"):
        inception_score(soft(1, 0), splits=1)
