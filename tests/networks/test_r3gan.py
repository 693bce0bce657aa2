"""R3GAN's networks: shapes, how they start, and that all of them learns after a first step."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from zerosum.config import R3ganDiscriminatorConfig, R3ganGeneratorConfig
from zerosum.errors import ConfigError
from zerosum.networks import R3ganDiscriminator, R3ganGenerator
from zerosum.networks.kinds import count_parameters
from zerosum.networks.r3gan import GlobalConv, bottleneck, downsampling, upsampling
from zerosum.networks.resnet import ResidualBlock
from zerosum.nn import add_spectral_norm, needs_batch
from zerosum.types import ImageShape

SHAPES = [(1, 28, 28), (3, 32, 32), (3, 64, 64), (1, 128, 128), (3, 48, 36), (4, 20, 8)]
NORM_LAYERS = (
    nn.BatchNorm1d,
    nn.BatchNorm2d,
    nn.InstanceNorm2d,
    nn.GroupNorm,
    nn.LayerNorm,
    nn.LocalResponseNorm,
)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def pair(shape: ImageShape, width: int = 4) -> tuple[R3ganGenerator, R3ganDiscriminator]:
    generator = R3ganGeneratorConfig(latent_size=10, base_channels=width, max_channels=16).build(
        shape
    )
    return generator, R3ganDiscriminatorConfig(base_channels=width, max_channels=16).build(shape)


def blocks(network: nn.Module) -> list[ResidualBlock]:
    return [layer for layer in network.modules() if isinstance(layer, ResidualBlock)]


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(shape: ImageShape) -> None:
    generator, discriminator = pair(shape)
    assert generator.latent_size == 10
    assert generator.image_shape == discriminator.image_shape == shape
    images = generator(torch.randn(2, 10))
    assert images.shape == (2, *shape)
    assert images.min() < 0 < images.max()
    assert discriminator(images).shape == (2,)


def test_every_block_starts_as_the_identity() -> None:
    for network in pair((3, 32, 32)):
        assert len(blocks(network)) == 2 * 4
        for block in blocks(network):
            first = next(layer for layer in block.modules() if isinstance(layer, nn.Conv2d))
            maps = torch.randn(2, first.in_channels, 5, 5)
            assert torch.equal(block(maps), maps)


def test_the_other_weights_start_as_fixup_says() -> None:
    count = 3 * 5
    network = R3ganDiscriminatorConfig(base_channels=64, max_channels=64, blocks=5).build(
        (1, 28, 28)
    )
    assert len(blocks(network)) == count
    for block in blocks(network):
        widen, grouped, _ = (m for m in block.modules() if isinstance(m, nn.Conv2d))
        for layer, inputs in ((widen, 64), (grouped, 16 * 9)):
            expected = math.sqrt(2 / 1.04 / inputs) * count**-0.25
            assert layer.weight.std().item() == pytest.approx(expected, rel=0.05)
            assert layer.bias is not None
            assert not layer.bias.any()


def test_signals_keep_their_size_however_deep_the_network_is() -> None:
    for depth in (1, 8):
        generator = R3ganGeneratorConfig(base_channels=64, max_channels=64, blocks=depth).build(
            (3, 32, 32)
        )
        for block in blocks(generator):  # As after training, when no block is the identity.
            last = [layer for layer in block.modules() if isinstance(layer, nn.Conv2d)][-1]
            nn.init.normal_(last.weight, std=0.3 / math.sqrt(128))
        assert 0.3 < generator(torch.randn(16, 64)).std() < 3


def test_there_is_no_normalisation_and_no_dropout() -> None:
    for network in pair((3, 32, 32)):
        assert not needs_batch(network)
        assert not [m for m in network.modules() if isinstance(m, (*NORM_LAYERS, nn.Dropout))]


def test_pictures_are_judged_alone() -> None:
    _, discriminator = pair((1, 28, 28))
    images = torch.rand(4, 1, 28, 28)
    alone = torch.cat([discriminator(image[None]) for image in images])
    torch.testing.assert_close(alone, discriminator(images))


def test_biases_stand_before_activations_only() -> None:
    for network in pair((3, 32, 32)):
        leaves = [layer for layer in network.modules() if not list(layer.children())]
        for layer, successor in zip(leaves, [*leaves[1:], nn.Identity()], strict=True):
            if isinstance(layer, (nn.Conv2d, nn.Linear)):
                assert (layer.bias is not None) is isinstance(successor, nn.LeakyReLU)


def test_every_weight_has_a_slope_after_the_first_step() -> None:
    generator, discriminator = pair((1, 28, 28), width=8)
    networks = nn.ModuleList([generator, discriminator])
    optimizer = torch.optim.Adam(networks.parameters(), lr=1e-2)
    latents, target = torch.randn(8, 10), torch.randn(8, 1, 28, 28)
    frozen: list[list[str]] = []
    for _ in range(2):
        cost = ((generator(latents) - target) ** 2).mean() + discriminator(target)[:4].sum()
        optimizer.zero_grad()
        cost.backward()
        gradients = {name: weight.grad for name, weight in networks.named_parameters()}
        frozen.append(
            [
                name
                for name, gradient in gradients.items()
                if gradient is None or not gradient.any()
            ]
        )
        optimizer.step()
    first, second = frozen
    # Behind a weight of zeros nothing can move: two weights and two biases in each block.
    assert len(first) == 4 * (len(blocks(generator)) + len(blocks(discriminator)))
    assert second == []


def test_sizes_change_by_the_authors_filter_with_nothing_beyond_the_border() -> None:
    row = torch.tensor([[[[0.0, 4.0, 8.0, 4.0]] * 4]])
    doubled = torch.tensor([0.0, 1.0, 3.0, 5.0, 7.0, 7.0, 5.0, 3.0])
    assert torch.equal(upsampling(1, 1)(row)[0, 0, 3], doubled)
    halved = torch.tensor([20.0, 40.0]) / 8  # (3·0 + 3·4 + 8) / 8 and (4 + 3·8 + 3·4) / 8
    assert torch.equal(downsampling(1, 1)(row)[0, 0, 0], 7 / 8 * halved)


def test_the_outermost_pixel_may_be_repeated() -> None:
    constant = torch.full((1, 2, 4, 4), 0.7)
    repeated = upsampling(2, 2, repeat_border=True)(constant)
    torch.testing.assert_close(repeated, torch.full((1, 2, 8, 8), 0.7))
    zero, repeat = (
        R3ganGeneratorConfig(base_channels=4, repeat_border=each).build((1, 16, 16))
        for each in (False, True)
    )
    repeat.load_state_dict(zero.state_dict())
    latents = torch.randn(2, 64)
    differ = (zero(latents) - repeat(latents)).abs().amax(dim=(0, 1)) > 1e-6
    assert differ[0].all()
    assert not differ[4:-4, 4:-4].any()


def test_the_covering_convolution_is_pytorchs() -> None:
    layer = GlobalConv(6, (7, 4))
    maps = torch.randn(3, 6, 7, 4)
    expected = functional.conv2d(maps, layer.weight, groups=6).flatten(1)
    torch.testing.assert_close(layer(maps), expected)


def test_the_cifar10_networks_have_the_papers_blocks() -> None:
    with torch.device("meta"):
        generator = R3ganGeneratorConfig(base_channels=768, max_channels=768).build((3, 32, 32))
        discriminator = R3ganDiscriminatorConfig(base_channels=768, max_channels=768).build(
            (3, 32, 32)
        )
    inner = 2 * 768
    block = 768 * inner + inner + inner * 16 * 9 + inner + inner * 768
    shared = 4 * 2 * block + 3 * 768 + 768 * 4 * 4
    assert count_parameters(generator) == shared + 64 * 768
    assert count_parameters(discriminator) == shared + 768
    groups = [m.groups for m in generator.modules() if isinstance(m, nn.Conv2d) if m.groups > 1]
    assert groups == [96] * 8


def test_a_group_has_all_channels_where_there_are_few() -> None:
    block = bottleneck(4, group_size=16, expansion=2)
    assert [m.groups for m in block.modules() if isinstance(m, nn.Conv2d)] == [1, 1, 1]


def test_channels_that_make_no_groups_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"12 channels, 2 times.* do not make groups of 16"):
        R3ganGeneratorConfig(base_channels=12).build((1, 28, 28))


def test_sizes_that_cannot_be_halved_are_refused() -> None:
    with pytest.raises(ConfigError, match="28x28 or 32x32"):
        pair((3, 30, 30))


def test_spectral_norm_limits_every_layer() -> None:
    _, discriminator = pair((1, 28, 28))
    add_spectral_norm(discriminator)
    for _ in range(100):
        discriminator(torch.rand(1, 1, 28, 28))
    weights = [m.weight for m in discriminator.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    assert len(weights) == 1 + 3 * 2 * 3 + 2 + 2
    for weight in weights:
        stretch = torch.linalg.matrix_norm(weight.detach().flatten(1), 2).item()
        assert stretch == pytest.approx(1, abs=0.05)
