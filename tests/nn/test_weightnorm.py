"""Normalised weights: what they compute, how they start, and that their size does not matter."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from zerosum.config import DeepClassifierConfig
from zerosum.nn import GaussianNoise, NormedConv2d, NormedLinear, initialise_by_data


def draws(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def test_a_linear_layer_is_w_x_plus_b() -> None:
    layer = NormedLinear(5, 3, learn_length=True)
    with torch.no_grad():
        layer.length.copy_(torch.tensor([1.0, 2.0, 3.0]))
        layer.bias.copy_(torch.tensor([0.5, 0.0, -1.0]))
    torch.testing.assert_close(layer.weight.norm(dim=1), torch.tensor([1.0, 2.0, 3.0]))
    x = draws(4, 5)
    torch.testing.assert_close(layer(x), functional.linear(x, layer.weight, layer.bias))


def test_a_convolution_is_w_x_plus_b() -> None:
    layer = NormedConv2d(2, 3, 3, stride=2, padding=1, learn_length=True)
    with torch.no_grad():
        layer.bias.copy_(torch.tensor([0.5, 0.0, -1.0]))
    x = draws(4, 2, 8, 8)
    expected = functional.conv2d(x, layer.weight, layer.bias, stride=2, padding=1)
    torch.testing.assert_close(layer(x), expected)


def test_the_size_of_the_direction_changes_nothing_but_its_gradient() -> None:
    layer, x = NormedLinear(5, 3), draws(4, 5)
    found = []
    for factor in (1.0, 10.0):
        with torch.no_grad():
            layer.direction.mul_(factor)
        outputs = layer(x)
        (gradient,) = torch.autograd.grad(outputs.square().sum(), layer.direction)
        # Along the direction itself there is no slope.
        torch.testing.assert_close(
            (gradient * layer.direction).sum(1), torch.zeros(3), atol=1e-4, rtol=0.0
        )
        found.append((outputs, gradient))
    torch.testing.assert_close(found[0][0], found[1][0])
    torch.testing.assert_close(found[0][1], 10 * found[1][1])


@pytest.mark.parametrize("learn_length", [True, False])
def test_only_the_length_that_is_learnt_is_a_parameter(learn_length: bool) -> None:
    layer = NormedLinear(5, 3, learn_length=learn_length)
    names = {name for name, _ in layer.named_parameters()}
    assert names == {"direction", "bias"} | ({"length"} if learn_length else set())
    assert set(layer.state_dict()) == {"direction", "bias", "length"}


def test_every_layer_starts_with_mean_0_and_variance_1() -> None:
    layers = [NormedConv2d(3, 8, 3), NormedConv2d(8, 6, 3, stride=2), NormedLinear(54, 4)]
    network = nn.Sequential(
        layers[0], nn.ReLU(), layers[1], nn.LeakyReLU(0.2), nn.Flatten(), layers[2]
    )
    x = 3 + 5 * draws(50, 3, 9, 9)
    seen: list[Tensor] = []
    initialise_by_data(network, x)
    for layer in layers:
        layer.register_forward_hook(lambda layer, inputs, maps: seen.append(maps))
    network(x)
    assert len(seen) == 3
    for maps in seen:
        across = [axis for axis in range(maps.ndim) if axis != 1]
        torch.testing.assert_close(
            maps.mean(across), torch.zeros(maps.shape[1]), atol=1e-4, rtol=0
        )
        torch.testing.assert_close(maps.std(across, correction=0), torch.ones(maps.shape[1]))


def test_a_layer_may_start_with_another_deviation() -> None:
    layer = NormedLinear(5, 3, learn_length=True, spread=0.1)
    network, x = nn.Sequential(NormedLinear(5, 5), nn.ReLU(), layer), 3 + draws(50, 5)
    initialise_by_data(network, x)
    outputs = network(x)
    torch.testing.assert_close(outputs.mean(0), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(outputs.std(0, correction=0), torch.full((3,), 0.1))


def test_the_deep_classifier_starts_as_its_authors_does() -> None:
    network = (
        DeepClassifierConfig(base_channels=16, dropout=0.0).build((3, 16, 16), classes=4).eval()
    )
    pictures = draws(100, 3, 16, 16)
    initialise_by_data(network, pictures)
    spreads = network(pictures).std(0, correction=0)
    torch.testing.assert_close(spreads, torch.full((4,), 0.1), atol=1e-4, rtol=0)
    layers = [layer for layer in network.modules() if isinstance(layer, NormedConv2d)]
    assert len(layers) == 9
    for layer in layers:
        assert layer.direction.std().item() == pytest.approx(0.05, rel=0.15)
    assert NormedLinear(50, 50).direction.std().item() == pytest.approx(0.1, rel=0.1)


def test_the_start_does_not_depend_on_what_was_before() -> None:
    layer, x = NormedLinear(5, 3, learn_length=True), draws(20, 5)
    network = nn.Sequential(layer, nn.ReLU())
    initialise_by_data(network, x)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    initialise_by_data(network, 7 * x + 1)
    assert not torch.allclose(before["0.length"], layer.length)
    initialise_by_data(network, x)
    for name, value in network.state_dict().items():
        torch.testing.assert_close(value, before[name])


def test_a_number_that_never_changes_does_not_blow_up() -> None:
    network = nn.Sequential(NormedLinear(2, 3))
    initialise_by_data(network, torch.ones(10, 2))
    assert torch.isfinite(network(torch.ones(10, 2))).all()


def test_a_network_without_such_layers_stays_as_it_is() -> None:
    network = nn.Linear(3, 2)
    before = network.weight.clone()
    initialise_by_data(network, draws(4, 3))
    assert torch.equal(network.weight, before)


def test_noise_acts_in_training_only_and_has_its_deviation() -> None:
    noise, x = GaussianNoise(0.5), torch.ones(200, 200)
    assert torch.equal(noise.eval()(x), x)
    assert (noise.train()(x) - x).std().item() == pytest.approx(0.5, rel=0.02)
    assert GaussianNoise(0.0).train()(x) is x
