import math
from itertools import pairwise

import pytest
import torch

from zerosum.latent.interpolation import angles, lerp, share_frames, slerp

TIMES = torch.linspace(0, 1, 9).tolist()


def _pair(d: int = 50) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(0)
    return torch.randn(4, d, generator=random), torch.randn(4, d, generator=random)


def test_both_ends_are_met() -> None:
    start, end = _pair()
    for way in (slerp, lerp):
        torch.testing.assert_close(way(start, end, 0.0), start)
        torch.testing.assert_close(way(start, end, 1.0), end)


def test_the_angle_grows_evenly() -> None:
    start, end = _pair()
    path = [slerp(start, end, time) for time in TIMES]
    steps = torch.stack([angles(a, b) for a, b in pairwise(path)])
    torch.testing.assert_close(steps, (angles(start, end) / 8).expand_as(steps))
    straight = [lerp(start, end, time) for time in TIMES]
    steps = torch.stack([angles(a, b) for a, b in pairwise(straight)])
    assert (steps.amax(0) / steps.amin(0)).min() > 1.5


def test_the_length_is_kept_where_straight_ways_lose_it() -> None:
    start, end = (vectors / vectors.norm(dim=1, keepdim=True) for vectors in _pair())
    for time in TIMES:
        torch.testing.assert_close(slerp(start, end, time).norm(dim=1), torch.ones(4))
    assert lerp(start, end, 0.5).norm(dim=1).max() < 0.9


def test_the_length_changes_evenly() -> None:
    start, end = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 6.0]])
    assert [slerp(start, end, time).norm().item() for time in (0.25, 0.5)] == pytest.approx([3, 4])


@pytest.mark.parametrize("factor", [1.0, 2.0, -1.0])
def test_without_a_direction_to_turn_to_the_way_is_straight(factor: float) -> None:
    start = torch.tensor([[1.0, -2.0, 0.5]])
    torch.testing.assert_close(
        slerp(start, factor * start, 0.25), lerp(start, factor * start, 0.25)
    )


@pytest.mark.parametrize("size", [1e-4, 0.5, math.pi / 2, 3.0])
def test_angles_are_exact(size: float) -> None:
    turned = torch.tensor([[math.cos(size), math.sin(size)]], dtype=torch.float64)
    found = angles(torch.tensor([[3.0, 0.0]], dtype=torch.float64), turned)
    assert found.item() == pytest.approx(size, rel=1e-9)


@pytest.mark.parametrize(
    ("lengths", "total"), [([1, 1, 1], 3), ([5, 0, 0], 7), ([0, 0], 9), ([3, 1, 2, 8], 100)]
)
def test_frames_are_shared_by_length(lengths: list[float], total: int) -> None:
    shares = share_frames(torch.tensor(lengths, dtype=torch.float32), total)
    assert sum(shares) == total
    assert min(shares) >= 1
    if lengths == [3, 1, 2, 8]:
        assert shares == pytest.approx([21.4, 7.1, 14.3, 57.1], abs=1)
