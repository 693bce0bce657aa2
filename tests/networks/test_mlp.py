"""The networks of the first GAN: maxout units, pixels by a sigmoid, and how weights begin."""

import torch
from torch import Tensor, nn

from zerosum.config import MaxoutDiscriminatorConfig, MlpGeneratorConfig
from zerosum.networks import Maxout

SHAPE = (1, 4, 4)


def linear_layers(network: nn.Module) -> list[nn.Linear]:
    return [each for each in network.modules() if isinstance(each, nn.Linear)]


def test_a_maxout_network_is_its_formula() -> None:
    torch.manual_seed(0)
    settings = MaxoutDiscriminatorConfig(widths=(3, 2), pieces=4, weight_range=None)
    discriminator = settings.build(SHAPE).eval()
    images = torch.rand(5, *SHAPE) * 2 - 1
    hidden = (images.flatten(1) + 1) / 2
    first, second, last = linear_layers(discriminator)
    for layer, units in ((first, 3), (second, 2)):
        numbers = hidden @ layer.weight.T + layer.bias
        hidden = numbers.reshape(5, units, 4).max(dim=2).values
    expected = hidden @ last.weight[0] + last.bias[0]
    torch.testing.assert_close(discriminator(images), expected)
    torch.testing.assert_close(discriminator.features(images), hidden)


def test_maxout_is_convex_where_a_relu_is_flat() -> None:
    """Of pieces a and -a it is |a|, whose slope is nowhere 0."""
    numbers = torch.tensor([[-2.0, 2.0]], requires_grad=True)
    Maxout(2)(numbers).sum().backward()
    assert numbers.grad is not None
    assert numbers.grad.tolist() == [[0.0, 1.0]]


def test_pixels_are_dropped_to_black() -> None:
    """Of a black image nothing can be dropped, so that its logit knows no chance."""
    settings = MaxoutDiscriminatorConfig(widths=(8,), input_dropout=0.5, dropout=0.0)
    discriminator = settings.build(SHAPE).train()
    black = torch.full((16, *SHAPE), -1.0)
    assert len(set(discriminator(black).tolist())) == 1
    assert len(set(discriminator(-black).tolist())) > 1


def test_hidden_units_are_dropped() -> None:
    settings = MaxoutDiscriminatorConfig(widths=(8,), input_dropout=0.0, dropout=0.5)
    white = torch.ones(16, *SHAPE)
    discriminator = settings.build(SHAPE)
    assert len(set(discriminator.train()(white).tolist())) > 1
    assert len(set(discriminator.eval()(white).tolist())) == 1


def sigmoid_of(network: nn.Module, latents: Tensor) -> Tensor:
    """What pixels in (0, 1) would be."""
    layers = [each for each in network.modules() if not list(each.children())]
    until = next(index for index, each in enumerate(layers) if isinstance(each, nn.Sigmoid))
    numbers = latents
    for layer in layers[: until + 1]:
        numbers = layer(numbers)
    return numbers


def test_sigmoid_pixels_are_brought_to_the_range_of_images() -> None:
    torch.manual_seed(0)
    settings = MlpGeneratorConfig(latent_size=3, widths=(5,), dropout=0.0, output="sigmoid")
    generator, latents = settings.build(SHAPE), torch.randn(6, 3)
    images = generator(latents)
    torch.testing.assert_close((images.flatten(1) + 1) / 2, sigmoid_of(generator, latents))


def test_weights_begin_within_their_range() -> None:
    generator = MlpGeneratorConfig(weight_range=0.05).build((1, 28, 28))
    discriminator = MaxoutDiscriminatorConfig().build((1, 28, 28))
    for network, bound in ((generator, 0.05), (discriminator, 0.005)):
        for layer in linear_layers(network)[:-1]:
            assert 0.95 * bound < layer.weight.abs().max() <= bound
            assert abs(layer.weight.mean()) < 0.05 * bound
        assert all(not layer.bias.any() for layer in linear_layers(network))
