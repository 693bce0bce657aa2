"""What every network promises: shapes, ranges, published sizes, and that all of it can learn."""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor, nn

from zerosum.config import (
    DcganDiscriminatorConfig,
    DcganGeneratorConfig,
    MaxoutDiscriminatorConfig,
    MlpDiscriminatorConfig,
    MlpGeneratorConfig,
    ProganGeneratorConfig,
    R3ganGeneratorConfig,
    ResnetDiscriminatorConfig,
    ResnetGeneratorConfig,
    StyleGeneratorConfig,
)
from zerosum.errors import ConfigError, UnknownNameError
from zerosum.networks.dcgan import HEADS, STEMS
from zerosum.networks.kinds import count_parameters
from zerosum.networks.resnet import ResidualBlock
from zerosum.networks.settings import Norm
from zerosum.nn import INITIALISATIONS, NORMALISATIONS, add_spectral_norm, needs_batch
from zerosum.types import ImageShape

NORM_LAYERS = (nn.BatchNorm2d, nn.InstanceNorm2d, nn.GroupNorm)
SHAPES = [(1, 28, 28), (3, 32, 32), (3, 64, 64), (1, 128, 128), (3, 48, 36), (4, 20, 8)]
LATENT_SIZE = 10


class Pair(NamedTuple):
    """How to build a generator and a discriminator for pictures of a shape."""

    generator: Callable[[ImageShape], nn.Module]
    discriminator: Callable[[ImageShape], nn.Module]


def dcgan(norm: Norm, stem: Any, head: Any, *, stem_norm: bool) -> Pair:
    return Pair(
        lambda shape: DcganGeneratorConfig(
            latent_size=LATENT_SIZE, base_channels=4, norm=norm, stem=stem, stem_norm=stem_norm
        ).build(shape),
        lambda shape: DcganDiscriminatorConfig(base_channels=4, norm=norm, head=head).build(shape),
    )


def resnet(critic_norm: Any) -> Pair:
    return Pair(
        lambda shape: ResnetGeneratorConfig(latent_size=LATENT_SIZE, base_channels=4).build(shape),
        lambda shape: ResnetDiscriminatorConfig(base_channels=4, norm=critic_norm).build(shape),
    )


PAIRS = {
    "mlp": Pair(
        lambda shape: MlpGeneratorConfig(latent_size=LATENT_SIZE).build(shape),
        lambda shape: MlpDiscriminatorConfig().build(shape),
    ),
    "maxout": Pair(
        lambda shape: MlpGeneratorConfig(
            latent_size=LATENT_SIZE, slope=0.0, dropout=0.0, output="sigmoid"
        ).build(shape),
        lambda shape: MaxoutDiscriminatorConfig(widths=(8, 6), weight_range=None).build(shape),
    ),
    "dcgan-2018": dcgan("batch", "linear", "linear", stem_norm=False),
    "dcgan-paper": dcgan("batch", "convolution", "convolution", stem_norm=True),
    "dcgan-linear-stem": dcgan("instance", "linear", "linear", stem_norm=True),
    "dcgan-layer": dcgan("layer", "convolution", "linear", stem_norm=True),
    "dcgan-plain": dcgan("none", "convolution", "convolution", stem_norm=True),
    "resnet": resnet("none"),
    "resnet-layer": resnet("layer"),
}


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.fixture(params=PAIRS)
def pair(request: pytest.FixtureRequest) -> Pair:
    return PAIRS[str(request.param)]


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_and_ranges(pair: Pair, shape: ImageShape) -> None:
    generator, discriminator = pair.generator(shape), pair.discriminator(shape)
    assert generator.latent_size == LATENT_SIZE
    assert generator.image_shape == discriminator.image_shape == shape
    images = generator(torch.randn(2, LATENT_SIZE))
    assert images.shape == (2, *shape)
    assert images.abs().max() <= 1
    assert images.min() < 0 < images.max()
    assert discriminator(images).shape == (2,)


def test_logits_are_not_squashed(pair: Pair) -> None:
    discriminator = pair.discriminator((1, 28, 28)).eval()
    with torch.no_grad():
        for parameter in discriminator.parameters():
            parameter.mul_(20)
    assert discriminator(torch.rand(8, 1, 28, 28)).abs().max() > 1


def gradients(network: nn.Module, cost: Tensor) -> dict[str, Tensor]:
    names, parameters = zip(*network.named_parameters(), strict=True)
    return dict(zip(names, torch.autograd.grad(cost, parameters), strict=True))


def test_slopes_reach_every_parameter(pair: Pair) -> None:
    shape = (1, 28, 28)
    generator, discriminator = pair.generator(shape), pair.discriminator(shape)
    images = generator(torch.randn(8, LATENT_SIZE))
    cost = (images * torch.randn_like(images)).sum()
    logits = (discriminator(torch.rand(8, *shape)) * torch.randn(8)).sum()
    for network, value in ((generator, cost), (discriminator, logits)):
        for name, gradient in gradients(network, value).items():
            assert gradient.isfinite().all(), name
            assert gradient.abs().max() > 1e-6, name


def leaves(network: nn.Module) -> list[nn.Module]:
    passive = (nn.Unflatten, nn.Identity, nn.Upsample, nn.AvgPool2d)
    return [m for m in network.modules() if not list(m.children()) and not isinstance(m, passive)]


def test_no_convolution_has_a_bias_before_a_normalisation(pair: Pair) -> None:
    for network in (pair.generator((3, 32, 32)), pair.discriminator((3, 32, 32))):
        layers = leaves(network)
        for layer, successor in pairwise(layers):
            if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
                normed = isinstance(successor, NORM_LAYERS)
                assert not (normed and layer.bias is not None)


@pytest.mark.parametrize("norm", NORMALISATIONS)
@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize("stem_norm", [True, False])
def test_a_stem_has_a_bias_exactly_without_a_normalisation(
    norm: Norm, stem: Any, stem_norm: bool
) -> None:
    generator = DcganGeneratorConfig(
        latent_size=4, base_channels=4, norm=norm, stem=stem, stem_norm=stem_norm
    ).build((1, 8, 8))
    first, second = leaves(generator)[:2]
    assert (first.bias is None) is isinstance(second, NORM_LAYERS)


def test_no_normalisation_touches_the_pictures() -> None:
    generator, discriminator = (build((3, 32, 32)) for build in PAIRS["dcgan-paper"])
    drawing = leaves(generator)[-2:]
    assert isinstance(drawing[0], nn.ConvTranspose2d)
    assert isinstance(drawing[1], nn.Tanh)
    assert not isinstance(leaves(discriminator)[1], NORM_LAYERS)


def test_the_same_seed_gives_the_same_network(pair: Pair) -> None:
    states = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        network = nn.ModuleList([build((1, 28, 28)) for build in pair])
        states.append(torch.cat([p.flatten() for p in network.parameters()]))
    assert torch.equal(states[0], states[1])
    assert not torch.equal(states[0], states[2])


def test_pictures_are_judged_alone_unless_a_batch_is_needed(pair: Pair) -> None:
    discriminator = pair.discriminator((1, 28, 28))
    for layer in discriminator.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0
    images = torch.rand(4, 1, 28, 28)
    alone = torch.cat([discriminator(image[None]) for image in images])
    independent = torch.allclose(alone, discriminator(images), atol=1e-4)
    assert independent is not needs_batch(discriminator)


@pytest.mark.parametrize(
    ("network", "published"),
    [
        (lambda: MlpGeneratorConfig().build((1, 28, 28)), 114_800),
        (lambda: MlpDiscriminatorConfig().build((1, 28, 28)), 110_849),
        (
            lambda: DcganDiscriminatorConfig(base_channels=32, head="linear").build((3, 32, 32)),
            167_809,
        ),
        (
            lambda: DcganGeneratorConfig(
                latent_size=100, base_channels=32, stem="linear", stem_norm=False
            ).build((3, 32, 32)),
            372_416,
        ),
        (
            lambda: DcganGeneratorConfig(
                latent_size=100, base_channels=32, output_bias=True
            ).build((3, 32, 32)),
            370_627,
        ),
        (lambda: DcganDiscriminatorConfig(base_channels=64).build((3, 64, 64)), 2_765_568),
        (
            lambda: DcganGeneratorConfig(latent_size=128, base_channels=64).build((3, 64, 64)),
            3_806_080,
        ),
    ],
    ids=["mlp-g", "mlp-d", "svhn-d", "svhn-g", "cifar10-g", "faces-d", "faces-g"],
)
def test_published_parameter_counts(network: Callable[[], nn.Module], published: int) -> None:
    assert count_parameters(network()) == published


def test_paper_weights_are_drawn_with_standard_deviation_0_02() -> None:
    generator = DcganGeneratorConfig(latent_size=100, base_channels=64).build((3, 32, 32))
    for layer in generator.modules():
        if isinstance(layer, nn.ConvTranspose2d):
            assert layer.weight.std().item() == pytest.approx(0.02, rel=0.1)
        if isinstance(layer, nn.BatchNorm2d):
            assert layer.weight.mean().item() == pytest.approx(1, abs=0.01)
            assert layer.weight.std().item() == pytest.approx(0.02, rel=0.3)


def test_default_weights_are_pytorchs() -> None:
    torch.manual_seed(0)
    expected = nn.Conv2d(3, 8, 4, 2, 1, bias=False).weight
    torch.manual_seed(0)
    discriminator = DcganDiscriminatorConfig(base_channels=8, initialisation="default").build(
        (3, 32, 32)
    )
    assert torch.equal(next(discriminator.parameters()), expected)


def test_widths_are_capped() -> None:
    discriminator = DcganDiscriminatorConfig(base_channels=8, max_channels=32).build((1, 128, 128))
    widths = [m.out_channels for m in discriminator.modules() if isinstance(m, nn.Conv2d)]
    assert widths == [8, 16, 32, 32, 32, 1]


def test_both_stems_are_the_same_functions() -> None:
    linear, convolution = (STEMS[name](5, 3, (7, 4), True) for name in ("linear", "convolution"))
    first, last = linear.get_submodule("0"), convolution.get_submodule("1")
    assert isinstance(first, nn.Linear)
    assert isinstance(last, nn.ConvTranspose2d)
    assert last.bias is not None
    with torch.no_grad():
        first.weight.copy_(last.weight.flatten(1).T)
        first.bias.copy_(last.bias.repeat_interleave(7 * 4))
    z = torch.randn(2, 5)
    torch.testing.assert_close(linear(z), convolution(z))


@pytest.mark.parametrize("head", HEADS)
def test_a_head_gives_as_many_logits_as_are_wanted(head: str) -> None:
    for outputs in (1, 3):
        maps = HEADS[head](3, outputs, (7, 4), True)(torch.randn(2, 3, 7, 4))
        assert maps.numel() == 2 * outputs


@pytest.mark.parametrize(("side", "smallest"), [(28, 7), (32, 8), (64, 8), (128, 8)])
def test_the_residual_critic_judges_maps_of_the_papers_size(side: int, smallest: int) -> None:
    discriminator = ResnetDiscriminatorConfig(base_channels=4).build((1, side, side))
    sizes: list[torch.Size] = []
    pool = next(m for m in discriminator.modules() if isinstance(m, nn.AdaptiveAvgPool2d))
    pool.register_forward_hook(lambda _module, given, _out: sizes.append(given[0].shape))
    discriminator(torch.rand(1, 1, side, side))
    assert sizes == [torch.Size([1, 4, smallest, smallest])]


def test_cifar10_residual_networks_have_the_papers_blocks() -> None:
    generator, critic = (
        ResnetGeneratorConfig().build((3, 32, 32)),
        ResnetDiscriminatorConfig().build((3, 32, 32)),
    )
    kernel, mix = 128 * 128 * 9, 128 * 128
    stem, drawing = 128 * 2048 + 2048, 128 * 3 * 9 + 3
    assert count_parameters(generator) == stem + 3 * (2 * kernel + mix + 4 * 128) + 256 + drawing
    first = (3 * 128 * 9 + 128) + (kernel + 128) + (3 * 128 + 128)
    block = 2 * (kernel + 128)
    assert count_parameters(critic) == first + 3 * block + (mix + 128) + 128 + 1


@pytest.mark.parametrize("name", ["mlp", "dcgan-plain", "resnet"])
def test_spectral_norm_limits_every_layer(name: str) -> None:
    discriminator = PAIRS[name].discriminator((1, 28, 28))
    add_spectral_norm(discriminator)
    for _ in range(100):
        discriminator(torch.rand(1, 1, 28, 28))
    weights = [m.weight for m in discriminator.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    assert weights
    for weight in weights:
        stretch = torch.linalg.matrix_norm(weight.detach().flatten(1), 2).item()
        assert stretch == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(
    "build",
    [
        lambda shape: DcganGeneratorConfig(latent_size=4, base_channels=4).build(shape),
        lambda shape: DcganDiscriminatorConfig(base_channels=4).build(shape),
        lambda shape: ResnetGeneratorConfig(base_channels=4).build(shape),
        lambda shape: ResnetDiscriminatorConfig(base_channels=4).build(shape),
    ],
)
def test_sizes_that_cannot_be_halved_are_refused(
    build: Callable[[ImageShape], nn.Module],
) -> None:
    with pytest.raises(ConfigError, match="28x28 or 32x32"):
        build((3, 30, 30))


def test_wrong_names_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'linear'"):
        _ = STEMS["liner"]
    with pytest.raises(UnknownNameError, match="did you mean 'convolution'"):
        _ = HEADS["convolutional"]
    with pytest.raises(UnknownNameError, match="did you mean 'normal'"):
        _ = INITIALISATIONS["norml"]


def test_dropout_acts_in_training_only() -> None:
    generator = MlpGeneratorConfig().build((1, 28, 28))
    z = torch.randn(4, 100)
    assert not torch.equal(generator(z), generator(z))
    generator.eval()
    assert torch.equal(generator(z), generator(z))
    deterministic = MlpGeneratorConfig(dropout=0.0).build((1, 28, 28))
    assert torch.equal(deterministic(z), deterministic(z))


def test_residual_networks_start_as_their_authors_do() -> None:
    generator, critic = (
        ResnetGeneratorConfig().build((3, 32, 32)),
        ResnetDiscriminatorConfig().build((3, 32, 32)),
    )
    stem, drawing = generator.layers[0], generator.layers[-2]
    first, *_, last = (layer for layer in critic.layers if list(layer.parameters()))
    assert isinstance(first, ResidualBlock)
    entry, inner, mix = (layer for layer in first.modules() if isinstance(layer, nn.Conv2d))
    for layer, inputs, outputs, gain in (
        (stem, 128, 128 * 16, 1),
        (drawing, 9 * 128, 9 * 3, 1),
        (entry, 9 * 3, 9 * 128, 2),
        (inner, 9 * 128, 9 * 128, 2),
        (mix, 3, 128, 1),
        (last, 128, 1, 1),
    ):
        assert isinstance(layer, (nn.Conv2d, nn.Linear))
        expected = math.sqrt(2 * gain / (inputs + outputs))
        assert layer.weight.std().item() == pytest.approx(expected, rel=0.1)
        assert layer.weight.abs().max() <= math.sqrt(3) * expected
        assert layer.bias is None or not layer.bias.any()


@pytest.mark.parametrize(
    "settings",
    [
        R3ganGeneratorConfig(latent_size=8, base_channels=8, group_size=4),
        ProganGeneratorConfig(latent_size=8, base_channels=4),
        StyleGeneratorConfig(latent_size=8, style="adain", base_channels=4, style_size=8),
        StyleGeneratorConfig(latent_size=8, style="modulation", base_channels=4, style_size=8),
    ],
)
def test_bounded_pictures_are_tanh_of_unbounded_ones(settings: Any) -> None:
    free = settings.build((1, 16, 16)).eval()
    bounded = replace(settings, bounded=True).build((1, 16, 16)).eval()
    bounded.load_state_dict(free.state_dict())
    with torch.no_grad():
        for weight in (*free.parameters(), *bounded.parameters()):
            weight.mul_(1.5)  # so that some pixels are well outside
        latents = torch.randn(16, 8)
        assert free(latents).abs().max() > 1
        assert torch.allclose(bounded(latents), free(latents).tanh(), atol=1e-5)
