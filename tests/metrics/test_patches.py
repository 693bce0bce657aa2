"""Distances of patches: the pyramid loses nothing, and each level sees its own scale."""

import pytest
import torch
from torch import Tensor

from helpers.calibration import points
from zerosum.errors import ConfigError, DataError
from zerosum.metrics import Estimate, laplacian_pyramid, patch_distances
from zerosum.metrics.patches import blur, cut_out, enlarge


def pictures(count: int, seed: int, shape: tuple[int, ...] = (2, 32, 32)) -> Tensor:
    """Noise that is as strong at each scale: a sum of grids of 32, 16, 8, 4 squares."""
    random = torch.Generator().manual_seed(seed)
    total = torch.zeros(count, *shape)
    for side in (32, 16, 8, 4):
        grid = torch.randn(count, shape[0], side, side, generator=random)
        total += torch.nn.functional.interpolate(grid, size=shape[1:], mode="nearest")
    return total


def distances(real: Tensor, fake: Tensor) -> dict[int, Estimate]:
    return patch_distances(real, fake, patches=16, projections=32, seed=0)


@pytest.mark.parametrize("shape", [(32, 32), (64, 48), (37, 53), (16, 100), (9, 7)])
def test_the_pyramid_can_be_put_together_again(shape: tuple[int, int]) -> None:
    images = points(3 * shape[0], shape[1], 0).reshape(3, 1, *shape)
    *finer, whole = laplacian_pyramid(images)
    for level in reversed(finer):
        whole = level + enlarge(whole, level)
    torch.testing.assert_close(whole, images, rtol=0, atol=1e-12)


def test_sides_of_the_levels() -> None:
    def sides(height: int, width: int) -> list[tuple[int, ...]]:
        return [
            tuple(level.shape[2:]) for level in laplacian_pyramid(torch.zeros(1, 1, height, width))
        ]

    assert sides(128, 128) == [(128, 128), (64, 64), (32, 32), (16, 16)]
    assert sides(31, 64) == [(31, 64)]
    assert sides(33, 64) == [(33, 64), (17, 32)]


@pytest.mark.parametrize("value", [0.0, 1.0, -3.0])
def test_a_blank_picture_has_no_details(value: float) -> None:
    *finer, last = laplacian_pyramid(torch.full((1, 2, 32, 32), value, dtype=torch.float64))
    assert torch.equal(last, torch.full((1, 2, 16, 16), value).double())
    for level in finer:
        torch.testing.assert_close(level, torch.zeros_like(level), rtol=0, atol=1e-14)


def test_the_blur_is_binomial() -> None:
    dot = torch.zeros(1, 1, 9, 9)
    dot[..., 4, 4] = 256
    weights = torch.tensor([1.0, 4, 6, 4, 1])
    assert torch.equal(blur(dot)[0, 0, 2:7, 2:7], torch.outer(weights, weights))
    assert blur(dot).sum() == 256


def test_patches_are_parts_of_their_picture() -> None:
    """Each number tells picture, channel, row and column."""
    shape = (3, 2, 12, 20)
    images = torch.arange(3 * 2 * 12 * 20).reshape(shape).double()
    cut = cut_out(images, 40, torch.Generator().manual_seed(0))
    assert cut.shape == (120, 2, 7, 7)
    place = torch.stack(torch.unravel_index(cut.long(), shape))
    assert torch.equal(
        place[0], torch.arange(3).repeat_interleave(40)[:, None, None, None].expand(cut.shape)
    )
    assert torch.equal(place[1], torch.arange(2)[:, None, None].expand(cut.shape))
    reach = torch.arange(7)
    assert torch.equal(place[2] - place[2][..., :1, :1], reach[:, None].expand(cut.shape))
    assert torch.equal(place[3] - place[3][..., :1, :1], reach.expand(cut.shape))
    tops, lefts = place[2][:, 0, 0, 0], place[3][:, 0, 0, 0]
    assert (tops.min().item(), tops.max().item()) == (0, 5)
    assert (lefts.min().item(), lefts.max().item()) == (0, 13)


def test_levels_see_their_own_scale() -> None:
    real, other = pictures(150, 0), pictures(150, 1)
    like = distances(real, other)
    assert list(like) == [32, 16]
    # A checkerboard of pixels is fine detail; what is left of it at the next level is nothing.
    board = (torch.arange(32)[:, None] + torch.arange(32)).remainder(2) * 2.0 - 1
    fine = distances(real, other + 3 * board)
    assert fine[32].value > 3 * like[32].value
    assert fine[16].value == pytest.approx(like[16].value, abs=0.02)
    # One half brighter than the other is coarse.
    halves = torch.where(torch.arange(32) < 16, 6.0, -6.0)
    coarse = distances(real, other + halves)
    assert coarse[16].value > 3 * like[16].value
    assert coarse[32].value < coarse[16].value / 3


def test_brightness_and_contrast_as_a_whole_do_not_count() -> None:
    real, fake = pictures(30, 0).double(), pictures(30, 1).double()
    before, after = distances(real, fake), distances(real, 3 * fake + 7)
    for side in before:
        assert after[side].value == pytest.approx(before[side].value, rel=1e-9)


def test_errors_are_not_too_small() -> None:
    found = [distances(pictures(60, 2 * seed), pictures(60, 2 * seed + 1)) for seed in range(30)]
    for side in (32, 16):
        values = torch.tensor([estimate[side].value for estimate in found])
        given = torch.tensor([estimate[side].error for estimate in found]).square().mean().sqrt()
        assert 0.8 < given / values.std() < 3


def test_blank_pictures() -> None:
    found = distances(pictures(20, 0), torch.zeros(20, 2, 32, 32))
    assert all(0.3 < estimate.value < 3 for estimate in found.values())


def test_one_seed_one_result() -> None:
    real, fake = pictures(20, 0), pictures(20, 1)
    assert distances(real, fake) == distances(real, fake)
    assert distances(real, fake) != patch_distances(real, fake, patches=16, projections=32, seed=1)


@pytest.mark.parametrize(
    ("real", "fake", "message"),
    [
        (torch.zeros(4, 1, 32, 32), torch.zeros(4, 3, 32, 32), r"\(1, 32, 32\) and \(3, 32, 32\)"),
        (torch.zeros(4, 1, 6, 32), torch.zeros(4, 1, 6, 32), "7 pixels or more"),
        (torch.zeros(4, 1, 32, 32), torch.zeros(1, 1, 32, 32), "2 or more pictures"),
        (torch.zeros(4, 1, 16, 16), torch.full((4, 1, 16, 16), torch.nan), "finite"),
    ],
)
def test_bad_pictures(real: Tensor, fake: Tensor, message: str) -> None:
    with pytest.raises(DataError, match=message):
        patch_distances(real, fake, seed=0)


def test_no_patches() -> None:
    with pytest.raises(ConfigError, match="one patch or more"):
        patch_distances(pictures(4, 0), pictures(4, 1), patches=0, seed=0)
