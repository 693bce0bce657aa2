"""Neighbours and balls are those of exact distances, however near, far or many the points."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from helpers.calibration import points
from zerosum.errors import ConfigError
from zerosum.metrics import nearest
from zerosum.metrics.distances import Distances, fast_dtype
from zerosum.metrics.neighbours import mutual_balls, radii


def exact(x: Tensor, y: Tensor) -> Tensor:
    """All distances, one by one."""
    return torch.stack([torch.linalg.vector_norm(row.double() - y.double(), dim=1) for row in x])


def collapsed(count: int, width: int) -> Tensor:
    """Ten places, and pictures as near to one as 32 bits can't tell."""
    places = points(10, width, 5) * 10
    return places.repeat(count // 10, 1) + 1e-7 * points(count, width, 6)


CLOUDS = {
    "gaussian": points(60, 5, 0),
    "line": points(60, 1, 0),
    "single precision": points(60, 5, 0).float(),
    "far from zero": points(60, 5, 0, shift=1e6),
    "tiny": points(60, 5, 0, scale=1e-30),
    "huge": points(60, 5, 0, scale=1e30),
    "grid": torch.cartesian_prod(torch.arange(8.0), torch.arange(8.0)),
    "binary": (points(60, 16, 0) > 0).float(),
    "doubled": points(30, 5, 0).repeat(2, 1),
    "all one": torch.full((60, 5), 0.1),
    "collapsed": collapsed(60, 8),
    "outlier": torch.cat([points(59, 5, 0), points(1, 5, 1) * 1e12]),
    "many numbers": points(60, 700, 0),
}


@pytest.fixture(params=CLOUDS)
def cloud(request: pytest.FixtureRequest) -> Tensor:
    return CLOUDS[request.param]


@pytest.mark.parametrize("count", [1, 3, 29])
def test_the_nearest_are_the_nearest(cloud: Tensor, count: int) -> None:
    x, y = cloud[:25], cloud[25:]
    expected = exact(x, y).sort(dim=1)
    distances, which = nearest(x, y, count=count)
    torch.testing.assert_close(distances, expected.values[:, :count], rtol=1e-9, atol=0)
    torch.testing.assert_close(exact(x, y).gather(1, which), distances, rtol=1e-9, atol=0)


@pytest.mark.parametrize("count", [1, 5, 59])
def test_radii(cloud: Tensor, count: int) -> None:
    expected = exact(cloud, cloud).fill_diagonal_(torch.inf).sort(dim=1).values[:, count - 1]
    torch.testing.assert_close(radii(cloud, count), expected, rtol=1e-9, atol=0)


def test_no_neighbour_is_the_point_itself(cloud: Tensor) -> None:
    _, which = nearest(cloud, cloud, count=4, itself=False)
    assert not (which == torch.arange(len(cloud))[:, None]).any()
    assert all(len(set(row)) == 4 for row in which.tolist())


def test_small_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = points(90, 4, 0), points(70, 4, 1)
    before = nearest(x, y, count=3), nearest(x, x, count=3, itself=False)
    radius_x, radius_y = radii(x, 3), radii(y, 3)
    balls = mutual_balls(x, radius_x, y, radius_y)
    for module in ("distances", "neighbours"):
        monkeypatch.setattr(f"zerosum.metrics.{module}.ROWS", 7)
        monkeypatch.setattr(f"zerosum.metrics.{module}.COLUMNS", 17)
    after = nearest(x, y, count=3), nearest(x, x, count=3, itself=False)
    for first, second in zip(before, after, strict=True):
        assert torch.equal(first[0], second[0])
        assert torch.equal(first[1], second[1])
    for one, other in zip(balls, mutual_balls(x, radius_x, y, radius_y), strict=True):
        assert all(torch.equal(getattr(one, name), getattr(other, name)) for name in vars(one))


def test_balls(cloud: Tensor) -> None:
    x, y = cloud[::2], cloud[1::2]
    radius_x, radius_y = radii(x, 3), radii(y, 3)
    about_x, about_y = mutual_balls(x, radius_x, y, radius_y)
    apart = exact(x, y)
    for found, inside in (
        (about_x, (apart < radius_x[:, None]) | (apart == 0)),
        (about_y, ((apart < radius_y) | (apart == 0)).T),
    ):
        assert torch.equal(found.held, inside.sum(dim=1))
        assert torch.equal(found.around, inside.sum(dim=0))
        assert torch.equal(found.held_by_it_alone, inside[:, inside.sum(dim=0) == 1].sum(dim=1))
        assert torch.equal(found.filled_by_it_alone, inside[inside.sum(dim=1) == 1].sum(dim=0))


@settings(deadline=None, max_examples=40)
@given(
    x=st.lists(st.integers(-3, 3), min_size=3, max_size=12),
    y=st.lists(st.integers(-3, 3), min_size=3, max_size=12),
    unit=st.sampled_from([1.0, 0.1, 1e-3, 1e8]),
)
def test_ties_on_a_line(x: list[int], y: list[int], unit: float) -> None:
    """On whole numbers most distances tie; a ball is open, but has its centre."""
    here, there = (torch.tensor(z).double()[:, None] for z in (x, y))
    about, _ = mutual_balls(
        here * unit, radii(here * unit, 2), there * unit, radii(there * unit, 2)
    )
    apart = (here - there.T).abs()
    own = (here - here.T).abs().fill_diagonal_(torch.inf).sort(dim=1).values[:, 1:2]
    if unit in (1.0, 1e8):  # else the multiples are rounded, and tie no longer
        assert torch.equal(about.held, ((apart < own) | (apart == 0)).sum(dim=1))
    assert (about.held >= (apart == 0).sum(dim=1)).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_bounds_hold_and_are_narrow(cloud: Tensor, dtype: torch.dtype) -> None:
    x, y = cloud[:25], cloud[25:]
    distances = Distances(x, y, dtype)
    side, slack = distances.side(torch.arange(25))
    lower = distances.lower(side, slice(0, len(y)))
    squares = (exact(x, y) / distances.unit).square()
    assert (lower.double() <= squares).all()
    assert (squares <= lower.double() + slack[:, None] + distances.slack).all()
    width = x.shape[1]
    assert float(distances.slack.max()) < 100 * width**0.5 * torch.finfo(dtype).eps


def test_fewer_bits_allowed_means_more_are_taken() -> None:
    before = torch.get_float32_matmul_precision()
    try:
        torch.set_float32_matmul_precision("medium")
        assert fast_dtype() == torch.float64
        x = points(60, 5, 0)
        expected = exact(x, x).fill_diagonal_(torch.inf).min(dim=1).values
        torch.testing.assert_close(radii(x, 1), expected, rtol=1e-12, atol=0)
    finally:
        torch.set_float32_matmul_precision(before)
    assert fast_dtype() == torch.float32


@pytest.mark.parametrize(("count", "itself", "most"), [(0, True, 5), (6, True, 5), (5, False, 4)])
def test_how_many(count: int, itself: bool, most: int) -> None:
    with pytest.raises(
        ConfigError, match=f"1 to {most} neighbours among 5 pictures, found {count}"
    ):
        nearest(points(5, 2, 0), points(5, 2, 0), count=count, itself=itself)
