"""With the same weights we see what torch-fidelity sees, and give its scores.

The weights are random, because the real ones cannot be had everywhere.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from zerosum.features import FeatureNetwork, load_features
from zerosum.features.base import ExtractionResult
from zerosum.metrics.frechet import frechet_distance_of_features
from zerosum.metrics.inception_score import inception_score
from zerosum.metrics.kernel import kernel_distance

torch_fidelity = pytest.importorskip("torch_fidelity")

Varied = Callable[..., Tensor]

COUNT = 12


@pytest.fixture(scope="module")
def ours(inception_weights: Path) -> FeatureNetwork:
    return load_features(
        "inception", cache=inception_weights.parent, weights=inception_weights, resize="tf1"
    )


@pytest.fixture(scope="module")
def sets(varied: Varied) -> tuple[Tensor, Tensor]:
    return varied(COUNT, 32, seed=0), varied(COUNT, 32, seed=1) // 2 + 60


@pytest.fixture(scope="module")
def seen(
    ours: FeatureNetwork, sets: tuple[Tensor, Tensor]
) -> tuple[ExtractionResult, ExtractionResult]:
    return ours(sets[0]), ours(sets[1])


@pytest.fixture(scope="module")
def theirs(inception_weights: Path) -> Callable[[Tensor], tuple[Tensor, Tensor]]:
    extractor: Callable[[Tensor], tuple[Tensor, Tensor]] = (
        torch_fidelity.FeatureExtractorInceptionV3(
            "oracle",
            ["2048", "logits_unbiased"],
            feature_extractor_weights_path=str(inception_weights),
        )
    )
    return extractor


def assert_alike(seen: ExtractionResult, features: Tensor, logits: Tensor) -> None:
    scale = float(features.max())
    assert features.std(dim=0).mean() > 0.005 * scale
    assert 0.02 < logits.softmax(1).max() < 0.99
    torch.testing.assert_close(seen.features, features, rtol=0, atol=1e-5 * scale)
    assert seen.probabilities is not None
    torch.testing.assert_close(seen.probabilities, logits.softmax(1), rtol=0, atol=1e-5)


def test_small_pictures_are_seen_alike(
    theirs: Callable[[Tensor], tuple[Tensor, Tensor]],
    sets: tuple[Tensor, Tensor],
    seen: tuple[ExtractionResult, ExtractionResult],
) -> None:
    some = slice(None, None, 3)
    ours = seen[0]
    assert ours.probabilities is not None
    features, logits = theirs(sets[0][some])
    assert_alike(
        ExtractionResult(features=ours.features[some], probabilities=ours.probabilities[some]),
        features,
        logits,
    )


def test_pictures_of_its_size_are_seen_alike_whatever_the_resize(
    theirs: Callable[[Tensor], tuple[Tensor, Tensor]], inception_weights: Path, varied: Varied
) -> None:
    shown = varied(4, 299, seed=2)
    antialiased = load_features(
        "inception", cache=inception_weights.parent, weights=inception_weights
    )
    assert_alike(antialiased(shown), *theirs(shown))


class Listed(torch.utils.data.Dataset[Tensor]):
    def __init__(self, pictures: Tensor) -> None:
        self.images = pictures

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> Tensor:
        return self.images[index]


def test_the_scores_are_those_of_torch_fidelity(
    inception_weights: Path,
    sets: tuple[Tensor, Tensor],
    seen: tuple[ExtractionResult, ExtractionResult],
) -> None:
    expected = torch_fidelity.calculate_metrics(
        input1=Listed(sets[0]),
        input2=Listed(sets[1]),
        fid=True,
        kid=True,
        isc=True,
        isc_splits=1,
        kid_subsets=1,
        kid_subset_size=COUNT,
        feature_extractor_weights_path=str(inception_weights),
        batch_size=COUNT,
        cuda=False,
        cache=False,
        save_cpu_ram=True,
        verbose=False,
    )
    one, other = seen
    assert one.probabilities is not None
    found = {
        "frechet_inception_distance": frechet_distance_of_features(one.features, other.features),
        "kernel_inception_distance_mean": kernel_distance(one.features, other.features, seed=0),
        "inception_score_mean": inception_score(one.probabilities, splits=1, seed=0),
    }
    for name, estimate in found.items():
        assert estimate.value == pytest.approx(expected[name], rel=1e-4), name
