"""Virtual batch normalisation: its formula, and that pictures do not depend on each other."""

import pytest
import torch
from torch import nn

from zerosum.nn import VirtualBatchNorm, make_virtual, needs_batch


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def _layer(reference: int, channels: int = 3) -> VirtualBatchNorm:
    layer = VirtualBatchNorm(channels, reference=reference).double()
    nn.init.normal_(layer.weight)
    nn.init.normal_(layer.bias)
    return layer


def _maps(n: int, channels: int = 3) -> torch.Tensor:
    return 5 + 3 * torch.randn(n, channels, 4, 5, dtype=torch.float64)


def test_it_is_the_formula_with_moments_of_picture_and_reference() -> None:
    layer, reference, pictures = _layer(6), _maps(6), _maps(2)
    out = layer(torch.cat([reference, pictures]))[6:]
    for picture, found in zip(pictures, out, strict=True):
        for channel in range(3):
            known, own = reference[:, channel], picture[channel]
            mean = (6 * known.mean() + own.mean()) / 7
            square = (6 * known.square().mean() + own.square().mean()) / 7
            normal = (own - mean) / (square - mean**2 + 1e-5).sqrt()
            expected = layer.weight[channel] * normal + layer.bias[channel]
            torch.testing.assert_close(found[channel], expected)


def test_the_reference_batch_is_normalised_by_itself_as_batch_norm_does_it() -> None:
    layer, reference = _layer(6), _maps(6)
    plain = nn.BatchNorm2d(3).double()
    plain.load_state_dict(layer.state_dict(), strict=False)
    for others in (_maps(1), 100 * _maps(4)):
        out = layer(torch.cat([reference, others]))[:6]
        torch.testing.assert_close(out, plain(reference))


@pytest.mark.parametrize("training", [True, False])
def test_a_picture_does_not_depend_on_its_companions(training: bool) -> None:
    layer, reference, pictures = _layer(6).train(training), _maps(6), _maps(3)
    alone = layer(torch.cat([reference, pictures[:1]]))[6]
    torch.testing.assert_close(layer(torch.cat([reference, pictures]))[6], alone)
    # Batch normalisation fails the same test, and so would a layer without a reference batch.
    plain = nn.BatchNorm2d(3).double()
    assert not torch.allclose(plain(pictures[:1])[0], plain(pictures)[0], atol=0.1)


def test_it_depends_on_the_reference_batch_and_the_less_on_itself_the_larger_that_is() -> None:
    pictures = 10 + _maps(1, channels=1)
    distances = []
    for m in (2, 20, 2000):
        layer, reference = VirtualBatchNorm(1, reference=m).double(), _maps(m, channels=1)
        variance, mean = torch.var_mean(reference, correction=0)
        fixed = (pictures - mean) / (variance + 1e-5).sqrt()
        found = layer(torch.cat([reference, pictures]))[m:]
        distances.append((found - fixed).abs().max().item())
    assert distances[0] > distances[1] > distances[2]
    assert distances[2] < 0.05 < distances[0]


def test_a_spread_that_is_small_beside_the_mean_keeps_its_digits() -> None:
    layer = VirtualBatchNorm(1, reference=8)
    maps = 1e3 + 0.1 * torch.randn(12, 1, 8, 8)
    exact = layer.double()(maps.double())
    assert torch.allclose(layer.float()(maps).double(), exact, atol=0.01)


def test_vectors_are_maps_of_one_place() -> None:
    layer, numbers = _layer(6), torch.randn(8, 3, dtype=torch.float64)
    torch.testing.assert_close(layer(numbers), layer(numbers[:, :, None, None])[:, :, 0, 0])
    plain = nn.BatchNorm1d(3).double()
    plain.load_state_dict(layer.state_dict(), strict=False)
    torch.testing.assert_close(layer(numbers)[:6], plain(numbers[:6]))


def test_gradients_go_through_both_parts() -> None:
    layer, maps = _layer(3), _maps(5).requires_grad_()
    assert torch.autograd.gradcheck(layer, maps)
    (slope,) = torch.autograd.grad(layer(maps)[3:].square().sum(), maps)
    assert all(part.abs().max() > 1e-6 for part in slope)


def test_every_batch_normalisation_is_replaced_and_keeps_its_scale_and_shift() -> None:
    first = nn.BatchNorm2d(3)
    nn.init.normal_(first.weight)
    inner = nn.Sequential(nn.BatchNorm2d(4), nn.ReLU())
    network = nn.Sequential(first, nn.Conv2d(3, 4, 1), inner, nn.GroupNorm(1, 4))
    assert needs_batch(network)
    assert make_virtual(network, reference=2) == 2
    assert not needs_batch(network)
    assert torch.equal(network[0].get_parameter("weight"), first.weight)
    assert all(weight.requires_grad for weight in network.parameters())
    assert isinstance(network[3], nn.GroupNorm)


def test_a_constant_scale_stays_constant() -> None:
    layer = nn.BatchNorm1d(3)
    layer.weight.requires_grad_(False)
    network = nn.Sequential(nn.Linear(2, 3), layer)
    assert make_virtual(network, reference=2) == 1
    assert not network[1].get_parameter("weight").requires_grad
    assert network[1].get_parameter("bias").requires_grad
