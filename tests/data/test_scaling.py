import pytest
import torch
from jaxtyping import TypeCheckError

from zerosum.data.scaling import scale, unscale
from zerosum.errors import DataError


def all_bytes() -> torch.Tensor:
    return torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16)


def test_every_byte_survives_the_round_trip() -> None:
    assert torch.equal(unscale(scale(all_bytes())), all_bytes())


def test_scaled_bytes_fill_exactly_minus_one_to_one() -> None:
    scaled = scale(all_bytes())
    assert scaled.min() == -1.0
    assert scaled.max() == 1.0
    assert torch.allclose(scaled.flatten().diff(), torch.full((255,), 2 / 255), atol=1e-6)


def test_scaling_keeps_the_memory_format_and_its_input() -> None:
    pictures = torch.zeros(2, 5, 7, 3, dtype=torch.uint8).permute(0, 3, 1, 2)
    assert scale(pictures).is_contiguous(memory_format=torch.channels_last)
    images = torch.full((1, 1, 2, 2), 0.5)
    unscale(images)
    assert bool((images == 0.5).all())


def test_overshoot_is_clamped_and_half_precision_works() -> None:
    images = torch.tensor([[[[-1.5, 1.5]]]], dtype=torch.bfloat16)
    assert unscale(images).tolist() == [[[[0, 255]]]]


def test_scaling_twice_is_refused() -> None:
    with pytest.raises((DataError, TypeCheckError)):
        scale(scale(all_bytes()))


def test_unscaling_bytes_is_refused() -> None:
    with pytest.raises((DataError, TypeCheckError)):
        unscale(all_bytes())


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_values_that_are_not_finite_are_counted_and_refused(bad: float) -> None:
    images = torch.zeros(4, 1, 2, 2)
    images[1, 0, 0, 0] = images[3, 0, 1, 1] = bad
    with pytest.raises(DataError, match="2 of 4"):
        unscale(images)
