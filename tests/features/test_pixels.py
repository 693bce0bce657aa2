"""The weightless protocol: what it sees and to what it is blind."""

from collections.abc import Callable

import torch
from torch import Tensor

from zerosum.features.pixels import load_pixels

ImageMaker = Callable[..., Tensor]


def test_a_picture_of_its_size_is_itself(pictures: ImageMaker) -> None:
    shown = pictures(2, 3, 16)
    torch.testing.assert_close(load_pixels()(shown).features, shown.flatten(1) / 255)


def test_grey_has_256_numbers_and_colour_768(pictures: ImageMaker) -> None:
    network = load_pixels()
    assert network(pictures(2, 1, 28)).features.shape == (2, 256)
    assert network(pictures(2, 4, 28)).features.shape == (2, 768)


def test_it_sees_colour_and_place_but_no_detail() -> None:
    halves = torch.zeros(1, 3, 64, 64, dtype=torch.uint8)
    halves[:, 0, :, :32] = 255
    network = load_pixels()
    other_colour, other_place = halves.roll(1, dims=1), halves.flip(3)
    seen = network(halves).features
    assert (network(other_colour).features - seen).abs().max() > 0.99
    assert (network(other_place).features - seen).abs().max() > 0.99
    fine = torch.zeros(1, 1, 64, 64, dtype=torch.uint8)
    fine[..., ::2, ::2] = fine[..., 1::2, 1::2] = 255
    flat = network(fine).features
    assert (flat - 0.5).abs().max() < 0.1
