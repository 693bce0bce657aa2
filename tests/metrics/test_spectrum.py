"""Spectra, against images whose spectrum is known and against a direct computation."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from zerosum.errors import ConfigError, DataError
from zerosum.metrics import checkerboard_share, power_spectrum, radial_spectrum


def noise(*shape: int, seed: int = 0) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=random, dtype=torch.float64)


@given(height=st.integers(1, 9), width=st.integers(1, 9), channels=st.sampled_from([1, 3]))
@settings(max_examples=15, deadline=None)
def test_power_is_that_of_the_sum_written_out_and_adds_up_to_the_variance(
    height: int, width: int, channels: int
) -> None:
    images = noise(2, channels, height, width) + 5
    found = power_spectrum(images)
    y, x = np.mgrid[:height, :width]
    for u in range(height):
        for v in range(width):
            wave = np.exp(-2j * np.pi * (u * y / height + v * x / width))
            centred = images.numpy() - images.numpy().mean(axis=(2, 3), keepdims=True)
            sums = np.abs((centred * wave).sum(axis=(2, 3)) / (height * width)) ** 2
            assert found[u, v].item() == pytest.approx(sums.mean(), abs=1e-12)
    variance = images.var(dim=(2, 3), correction=0).mean()
    assert found.sum().item() == pytest.approx(variance.item())


@pytest.mark.parametrize(("rows", "columns"), [(3, 0), (0, 5), (3, 4), (8, 0)])
def test_a_wave_is_at_its_distance(rows: int, columns: int) -> None:
    y, x = torch.meshgrid(torch.arange(16.0), torch.arange(16.0), indexing="ij")
    wave = torch.cos(2 * math.pi * (rows * y + columns * x) / 16)
    found = radial_spectrum(wave[None, None])
    assert len(found) == 9
    assert found.argmax() == round(math.hypot(rows, columns))
    assert (found > 1e-12).sum() == 1


def test_distances_are_counted_over_the_shorter_side() -> None:
    x = torch.arange(32.0)
    wave = torch.cos(2 * math.pi * 8 * x / 32).expand(1, 1, 16, 32)
    assert radial_spectrum(wave).argmax() == 4


@given(period=st.sampled_from([2, 3, 4, 6]), seed=st.integers(0, 9))
@settings(max_examples=15, deadline=None)
def test_the_share_is_the_variance_of_the_mean_cell(period: int, seed: int) -> None:
    images = noise(1, 1, 12, 24, seed=seed)
    cells = images.view(12 // period, period, 24 // period, period).mean(dim=(0, 2))
    expected = cells.var(correction=0) / images.var(correction=0)
    assert checkerboard_share(images, period=period).value == pytest.approx(expected.item())


def test_what_repeats_has_all_of_it_and_a_slow_wave_nothing() -> None:
    pattern = noise(1, 1, 4, 4).repeat(1, 1, 4, 4)
    assert checkerboard_share(pattern, period=4).value == pytest.approx(1)
    assert checkerboard_share(pattern, period=2).value < 1
    slow = torch.cos(2 * math.pi * torch.arange(16.0) / 16).expand(1, 1, 16, 16)
    assert checkerboard_share(slow, period=2).value == pytest.approx(0, abs=1e-12)
    assert checkerboard_share(slow, period=2, radius=3).value == pytest.approx(0, abs=1e-12)


def test_a_pattern_that_fades_is_around_the_frequency() -> None:
    board = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(1, 1, 8, 8)
    fading = board * torch.cos(2 * math.pi * torch.arange(16.0) / 16)
    assert checkerboard_share(fading, period=2).value == pytest.approx(0, abs=1e-12)
    assert checkerboard_share(fading, period=2, radius=1).value == pytest.approx(1)


def test_noise_has_as_much_as_there_are_frequencies_and_the_error_says_how_sure_that_is() -> None:
    shares = [
        checkerboard_share(noise(50, 1, 8, 8, seed=seed), period=2, radius=1) for seed in range(30)
    ]
    # Around 3 of 4 lattice points nine frequencies each, of 63.
    expected = 27 / 63
    values = torch.tensor([each.value for each in shares])
    errors = torch.tensor([each.error for each in shares])
    assert values.mean().item() == pytest.approx(expected, abs=0.01)
    assert values.std().item() == pytest.approx(errors.mean().item(), rel=0.4)


def test_neither_brightness_nor_contrast_matters() -> None:
    images = noise(3, 3, 8, 8)
    expected = checkerboard_share(images, period=2)
    assert checkerboard_share(3 * images + 7, period=2).value == pytest.approx(expected.value)


@pytest.mark.parametrize(
    ("period", "radius", "message"),
    [(1, 0, "period of 2"), (3, 0, "divides the sides"), (2, 2, "radius"), (2, -1, "radius")],
)
def test_what_makes_no_sense_is_refused(period: int, radius: int, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        checkerboard_share(noise(1, 1, 8, 8), period=period, radius=radius)


def test_images_without_a_spectrum_are_refused() -> None:
    with pytest.raises(DataError, match="no variance"):
        checkerboard_share(torch.ones(2, 1, 8, 8), period=2)
    with pytest.raises(DataError, match="finite"):
        power_spectrum(noise(1, 1, 4, 4) / 0)
    with pytest.raises(DataError, match="0 images"):
        radial_spectrum(noise(0, 1, 4, 4))
    assert math.isnan(checkerboard_share(noise(1, 1, 8, 8), period=2).error)
