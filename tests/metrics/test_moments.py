"""Moments: the same in any order of the pictures, and readable by other programs."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from helpers.calibration import points
from zerosum.errors import DataError
from zerosum.metrics import Moments, frechet_distance


def assert_same(found: Moments, expected: Moments) -> None:
    assert found.count == expected.count
    torch.testing.assert_close(found.mean, expected.mean, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(found.scatter, expected.scatter, rtol=1e-10, atol=1e-10)


def test_numpy_agrees() -> None:
    features = points(50, 4, 0, shift=3)
    found = Moments.of(features)
    np.testing.assert_allclose(found.mean, features.numpy().mean(0), rtol=1e-13)
    np.testing.assert_allclose(found.covariance, np.cov(features.numpy().T), rtol=1e-12)


def test_three_grey_pictures() -> None:
    """All 0, all ½, all 1: mean ½ and covariance ¼ everywhere."""
    found = Moments.of(torch.tensor([0.0, 0.5, 1.0])[:, None].expand(3, 5))
    assert torch.equal(found.mean, torch.full((5,), 0.5).double())
    assert torch.equal(found.covariance, torch.full((5, 5), 0.25).double())


@settings(deadline=None, max_examples=40)
@given(
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    order=st.randoms(use_true_random=False),
    shift=st.floats(-1e4, 1e4),
)
def test_any_split_in_any_order(sizes: list[int], order: st.DataObject, shift: float) -> None:
    features = points(sum(sizes), 3, 0, shift=shift)
    parts = [Moments.of(part) for part in torch.split(features, sizes)]
    order.shuffle(parts)  # type: ignore[attr-defined]
    while len(parts) > 1:  # and in any grouping
        parts.append(parts.pop(0).merge(parts.pop(0)))
    whole = Moments.of(features)
    assert parts[0].count == whole.count
    tolerance = 1e-9 * (1 + abs(shift))
    torch.testing.assert_close(parts[0].mean, whole.mean, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(parts[0].scatter, whole.scatter, rtol=1e-9, atol=tolerance)


def test_more_rows_than_fit_at_once() -> None:
    features = points(10_000, 2, 0).float()
    centred = features.double() - features.double().mean(0)
    found = Moments.of(features)
    torch.testing.assert_close(found.scatter, centred.T @ centred, rtol=1e-12, atol=1e-9)


def test_a_far_mean_does_not_eat_the_digits() -> None:
    """Sums of squares would have none left: the variance is 1e-16 of the squared mean."""
    features = points(1000, 1, 0, shift=1e8)
    halves = [Moments.of(half) for half in features.chunk(2)]
    near = Moments.of(features - 1e8).covariance
    torch.testing.assert_close(halves[0].merge(halves[1]).covariance, near, rtol=1e-6, atol=0)


def test_constant_features_have_no_covariance() -> None:
    found = Moments.of(torch.full((9, 3), 0.1))
    torch.testing.assert_close(found.covariance, torch.zeros(3, 3).double(), rtol=0, atol=1e-30)


def test_one_picture_can_be_merged_but_has_no_covariance() -> None:
    features = points(3, 2, 0)
    one = Moments.of(features[:1])
    with pytest.raises(DataError, match="two pictures or more"):
        _ = one.covariance
    assert_same(one.merge(Moments.of(features[1:])), Moments.of(features))


def test_rank() -> None:
    assert Moments.of(points(3, 5, 0)).rank == 2
    assert Moments.of(points(9, 5, 0)).rank == 5
    assert Moments(None, torch.zeros(5).double(), torch.eye(5).double()).rank == 5


def test_a_file_and_back(tmp_path: Path) -> None:
    moments = Moments.of(points(9, 3, 0))
    moments.save(tmp_path / "a.npz")
    assert_same(Moments.load(tmp_path / "a.npz"), moments)
    assert sorted(np.load(tmp_path / "a.npz")) == ["count", "mu", "sigma"]


def test_what_pytorch_fid_reads(tmp_path: Path) -> None:
    features = points(9, 3, 0)
    Moments.of(features).save(tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as file:
        np.testing.assert_allclose(file["mu"], features.mean(0), rtol=1e-13)
        np.testing.assert_allclose(file["sigma"], np.cov(features.numpy().T), rtol=1e-12)


def foreign(path: Path, features: Tensor) -> Moments:
    array = features.numpy()
    np.savez(path, mu=array.mean(0), sigma=np.cov(array, rowvar=False))
    return Moments.load(path)


def test_what_pytorch_fid_wrote(tmp_path: Path) -> None:
    x, y = points(30, 3, 0), points(30, 3, 1, scale=2)
    loaded = foreign(tmp_path / "a.npz", x)
    assert loaded.count is None
    expected = frechet_distance(Moments.of(x), Moments.of(y))
    assert frechet_distance(loaded, Moments.of(y)) == pytest.approx(expected, rel=1e-10)
    loaded.save(tmp_path / "b.npz")
    assert Moments.load(tmp_path / "b.npz").count is None


def test_what_has_no_count_cannot_be_merged(tmp_path: Path) -> None:
    known, loaded = Moments.of(points(9, 3, 0)), foreign(tmp_path / "a.npz", points(9, 3, 1))
    for first, second in ((known, loaded), (loaded, known)):
        with pytest.raises(DataError, match="can be compared but not merged"):
            first.merge(second)


def test_unlike_widths_cannot_be_merged() -> None:
    with pytest.raises(DataError, match="one network"):
        Moments.of(points(9, 3, 0)).merge(Moments.of(points(9, 4, 0)))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"mu": np.zeros(3)}, r"'mu' and 'sigma'.* found \['mu'\]"),
        ({"mu": np.zeros(3), "sigma": np.eye(2)}, r"found \(3,\) and \(2, 2\)"),
        ({"mu": np.zeros((1, 2)), "sigma": np.eye(2)}, r"found \(1, 2\)"),
        ({"mu": np.zeros(0), "sigma": np.zeros((0, 0))}, r"found \(0,\)"),
        ({"mu": np.full(2, np.nan), "sigma": np.eye(2)}, "not finite"),
        ({"mu": np.zeros(2), "sigma": np.full((2, 2), np.inf)}, "not finite"),
        ({"mu": np.array(["a", "b"]), "sigma": np.eye(2)}, "expected numbers"),
    ],
)
def test_files_that_hold_no_moments(
    tmp_path: Path, arrays: dict[str, np.ndarray], message: str
) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=message):
        Moments.load(path)


def test_other_files(tmp_path: Path) -> None:
    missing, text, array, pickled = (tmp_path / name for name in "abcd")
    text.write_text("no archive")
    with array.open("wb") as file:
        np.save(file, np.zeros(3))
    np.savez(tmp_path / "pickled.npz", mu=np.array([{}], dtype=object), sigma=np.eye(1))
    for path in (missing, text, array, tmp_path / "pickled.npz", pickled):
        with pytest.raises(
            DataError, match=r"expected .*(moments|arrays)|cannot be read: No such"
        ):
            Moments.load(path)
