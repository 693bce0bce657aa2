"""Compression and resizing, as files go through them."""

import pytest
import torch

from zerosum.media.degrading import compressed, resized_and_back


def images(channels: int) -> torch.Tensor:
    random = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (3, channels, 20, 12), dtype=torch.uint8, generator=random)


def far(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one.float() - other.float()).abs().mean())


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_images_keep_their_shape_and_lose_more_by_lower_quality(channels: int) -> None:
    before = images(channels)
    lossy = [compressed(before, quality) for quality in (95, 75, 30)]
    assert {each.shape for each in lossy} == {before.shape}
    losses = [far(each, before) for each in lossy]
    assert 0 < losses[0] < losses[1] < losses[2]
    assert all(torch.equal(each[:, 3:], before[:, 3:]) for each in lossy)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_shrinking_loses_detail_and_enlarging_little(channels: int) -> None:
    before = images(channels)
    small, large = resized_and_back(before, 0.5), resized_and_back(before, 2)
    assert small.shape == large.shape == before.shape
    assert far(small, before) > 1.5 * far(large, before)
    assert torch.equal(resized_and_back(before, 1), before)


def test_nothing_becomes_no_pixel() -> None:
    tiny = torch.zeros(1, 1, 2, 2, dtype=torch.uint8)
    assert resized_and_back(tiny, 0.01).shape == tiny.shape
