"""AdaIN and the injection of noise, each as a layer of its own."""

import pytest
import torch
from torch import Tensor

from zerosum.nn import AdaptiveInstanceNorm, NoiseInjection


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_a_style_decides_mean_and_deviation_whatever_comes_in(size: float) -> None:
    layer, style = AdaptiveInstanceNorm(3, style_size=5), torch.randn(4, 5)
    maps = size * torch.randn(4, 3, 16, 16) + 7 * size
    with torch.no_grad():
        drawn = layer(maps, style)
        scale, shift = layer.affine(style).chunk(2, dim=1)
    deviation, mean = torch.std_mean(drawn, dim=(2, 3), correction=0)
    torch.testing.assert_close(mean, shift, atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(deviation, (1 + scale).abs(), atol=1e-4, rtol=1e-2)


def test_it_is_instance_normalisation_under_the_neutral_style() -> None:
    layer, maps = AdaptiveInstanceNorm(3, style_size=5), torch.randn(4, 3, 6, 8)
    expected = torch.nn.functional.instance_norm(maps, eps=1e-8)
    torch.testing.assert_close(layer(maps, torch.zeros(4, 5)), expected)


def test_a_flat_map_becomes_its_shift_and_has_a_finite_slope() -> None:
    layer, maps = AdaptiveInstanceNorm(2, style_size=5), torch.full((1, 2, 4, 4), 3.0)
    maps.requires_grad_()
    style = torch.randn(1, 5)
    drawn = layer(maps, style)
    shift = layer.affine(style)[:, 2:, None, None].expand_as(maps)
    torch.testing.assert_close(drawn, shift, atol=1e-3, rtol=1e-3)
    (slope,) = torch.autograd.grad(drawn.sum(), maps)
    assert bool(slope.isfinite().all())


def injected(strengths: int) -> tuple[NoiseInjection, Tensor]:
    layer = NoiseInjection(strengths, size=(5, 7))
    torch.nn.init.constant_(layer.weight, 2.0)
    return layer, torch.zeros(64, 3, 5, 7)


@pytest.mark.parametrize("strengths", [1, 3])
def test_noise_is_one_number_a_place_for_all_channels(strengths: int) -> None:
    layer, maps = injected(strengths)
    drawn = layer(maps)
    assert layer.weight.shape == (1, strengths, 1, 1)
    assert torch.equal(drawn[:, :1].expand(-1, 3, -1, -1), drawn)
    assert drawn.std().item() == pytest.approx(2, rel=0.1)
    assert not torch.equal(drawn[0], drawn[1])
    assert not torch.equal(layer(maps), drawn)


def test_each_channel_has_its_own_strength() -> None:
    layer, maps = injected(3)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([0.0, 1.0, -2.0]).view(1, 3, 1, 1))
    none, one, other = layer(maps).unbind(dim=1)
    assert bool((none == 0).all())
    torch.testing.assert_close(other, -2 * one)


def test_in_evaluation_the_noise_is_the_buffer() -> None:
    layer, maps = injected(3)
    layer.eval()
    torch.testing.assert_close(layer(maps), (2 * layer.noise).expand_as(maps))
    again = NoiseInjection(3, size=(5, 7)).eval()
    again.load_state_dict(layer.state_dict())
    assert torch.equal(again(maps), layer(maps))


def test_the_strength_learns_from_the_start() -> None:
    layer, maps = NoiseInjection(3, size=(5, 7)), torch.randn(4, 3, 5, 7)
    assert torch.equal(layer(maps), maps)
    layer(maps).square().sum().backward()
    assert layer.weight.grad is not None
    assert bool((layer.weight.grad != 0).all())
