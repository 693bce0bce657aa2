"""Filters made by hand."""

from math import pi

import pytest
import torch

from zerosum.nn.gabor import colour_filters, gabor_filter


@pytest.mark.parametrize("kernel", [2, 3, 8, 11, 16])
def test_none_answers_to_grey_and_all_are_of_length_1(kernel: int) -> None:
    filters = colour_filters(kernel)
    assert filters.shape == (96, 3, kernel, kernel)
    assert filters.sum(dim=(1, 2, 3)).abs().max() < 1e-5
    lengths = filters.flatten(1).norm(dim=1)
    # Between two pixels there is no room for two and three waves.
    assert ((lengths - 1).abs() < 1e-5).all() or kernel < 8


def test_brightness_filters_are_alike_for_all_colours_and_the_others_blind_to_grey() -> None:
    filters = colour_filters(11)
    assert torch.equal(filters[:48, 0], filters[:48, 2])
    assert filters[48:].sum(dim=1).abs().max() < 1e-6


def test_a_quarter_turn_turns_the_filter() -> None:
    upright = gabor_filter(9, wavelength=6.0, angle=0.3, phase=pi / 2)
    turned = gabor_filter(9, wavelength=6.0, angle=0.3 + pi / 2, phase=pi / 2)
    # From x to y, downwards: clockwise.
    torch.testing.assert_close(torch.rot90(upright, -1), turned)


@pytest.mark.parametrize("turn", range(8))
def test_a_wave_is_answered_most_by_the_filter_of_its_direction(turn: int) -> None:
    places = torch.arange(11.0) - 5
    angle = torch.tensor(pi * turn / 8)
    along = places * angle.cos() + places[:, None] * angle.sin()
    wave = torch.cos(2 * pi * along / 5.5)
    filters = [gabor_filter(11, wavelength=5.5, angle=pi * n / 8) for n in range(8)]
    answers = torch.stack([(each * wave).sum().abs() for each in filters])
    assert int(answers.argmax()) == turn
