"""What networks that translate promise: sizes, published counts, what a patch sees, all learns."""

from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.nn import functional

from zerosum.config import PatchDiscriminatorConfig, ResnetTranslatorConfig, UnetTranslatorConfig
from zerosum.errors import ConfigError
from zerosum.networks import PatchHeads
from zerosum.networks.kinds import count_parameters
from zerosum.networks.settings import Norm
from zerosum.nn import NORMALISATIONS, initialise_normal
from zerosum.nn.resampling import blur_pool

SHAPES = [(3, 32, 32), (1, 32, 48), (4, 64, 32)]
Shape = tuple[int, int, int]

TRANSLATORS: dict[str, Callable[[Shape], nn.Module]] = {
    "paper": lambda shape: ResnetTranslatorConfig(base_channels=4, blocks=2).build(shape),
    "course": lambda shape: ResnetTranslatorConfig(
        base_channels=4, downsamplings=3, blocks=2, stem=False, norm="batch", padding="zero"
    ).build(shape),
    "residual": lambda shape: ResnetTranslatorConfig(
        base_channels=4, blocks=1, stem=False, residual=True
    ).build(shape),
    "filtered": lambda shape: ResnetTranslatorConfig(
        base_channels=4, blocks=1, filtered=True, initialisation="xavier"
    ).build(shape),
    "u-net": lambda shape: UnetTranslatorConfig(base_channels=4, depth=4).build(shape),
}


def _images(shape: Shape, n: int = 2) -> torch.Tensor:
    return torch.rand(n, *shape, generator=torch.Generator().manual_seed(0)) * 2 - 1


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", TRANSLATORS)
def test_pictures_of_the_same_shape_come_out(name: str, shape: Shape) -> None:
    made = TRANSLATORS[name](shape)(_images(shape))
    assert made.shape == (2, *shape)
    assert made.abs().max() <= 1


@pytest.mark.parametrize("name", TRANSLATORS)
def test_any_multiple_from_the_smallest_on_can_be_translated(name: str) -> None:
    network = TRANSLATORS[name]((3, 64, 64)).eval()
    smallest, multiple = network.smallest, network.multiple
    assert isinstance(smallest, int)
    assert isinstance(multiple, int)
    for side in (smallest, smallest + multiple, smallest + 3 * multiple):
        shape = (3, side, side + multiple)
        assert network(_images(shape)).shape == (2, *shape)


@pytest.mark.parametrize("name", TRANSLATORS)
def test_every_weight_can_learn(name: str) -> None:
    network = TRANSLATORS[name]((3, 32, 32))
    network(_images((3, 32, 32))).square().sum().backward()
    for weight in network.parameters():
        assert weight.grad is not None
        assert weight.grad.abs().sum() > 0


def test_published_counts_of_weights() -> None:
    course = ResnetTranslatorConfig(
        downsamplings=3, blocks=6, stem=False, norm="batch", padding="zero"
    ).build((3, 128, 128))
    assert count_parameters(course) == 8_402_176
    # 54.414 million: https://github.com/junyanz/pytorch-CycleGAN-and-pix2pix, unet_256; its
    # discriminator of three downsamplings has 2.765 million with normalisations without weights,
    # the translator of 9 blocks 11.378 million with biases that these normalisations cancel.
    assert count_parameters(UnetTranslatorConfig().build((3, 256, 256))) == 54_414_531
    paper = PatchDiscriminatorConfig().build((3, 256, 256))
    scales = sum(2 * layer.num_features for layer in _instances(paper))
    assert count_parameters(paper) - scales + 896 == 2_764_737
    translator = ResnetTranslatorConfig().build((3, 256, 256))
    channels = sum(layer.num_features for layer in _instances(translator))
    assert count_parameters(translator) - channels == 11_378_179


def _instances(network: nn.Module) -> list[nn.InstanceNorm2d]:
    return [layer for layer in network.modules() if isinstance(layer, nn.InstanceNorm2d)]


@pytest.mark.parametrize(("downsamplings", "side"), [(1, 16), (2, 34), (3, 70), (4, 142)])
def test_a_patch_is_as_wide_as_published(downsamplings: int, side: int) -> None:
    shape = (1, 256, 256)
    critic = PatchDiscriminatorConfig(
        base_channels=2, downsamplings=downsamplings, norm="none"
    ).build(shape)
    initialise_normal(critic, std=1.0)
    images = _images(shape, n=1).requires_grad_()
    logits = critic(images)
    middle = logits.shape[1] // 2
    logits[0, middle, middle].backward()
    gradient = images.grad
    assert gradient is not None
    reached = gradient[0, 0].abs().sum(dim=0).nonzero()
    assert reached.max() - reached.min() + 1 == side


def test_the_courses_discriminator() -> None:
    critic = PatchDiscriminatorConfig(
        downsamplings=4, smooth=False, bias=False, norm="batch"
    ).build((3, 128, 128))
    assert critic(_images((3, 128, 128))).shape == (2, 7, 7)
    assert not any(
        layer.bias is not None for layer in critic.modules() if isinstance(layer, nn.Conv2d)
    )


@pytest.mark.parametrize("norm", NORMALISATIONS)
def test_all_normalisations_work(norm: Norm) -> None:
    shape = (3, 32, 32)
    assert (
        ResnetTranslatorConfig(base_channels=4, blocks=1, norm=norm)
        .build(shape)(_images(shape))
        .ndim
    )
    assert (
        PatchDiscriminatorConfig(base_channels=4, downsamplings=2, norm=norm)
        .build(shape)(_images(shape))
        .ndim
    )


def test_an_untrained_residual_translator_hardly_changes_a_picture() -> None:
    shape = (3, 32, 32)
    images = _images(shape)
    plain = ResnetTranslatorConfig(base_channels=4, blocks=1).build(shape)
    residual = ResnetTranslatorConfig(base_channels=4, blocks=1, residual=True).build(shape)
    for weight in residual.draw.parameters():
        nn.init.zeros_(weight)
    assert torch.allclose(residual(images), 0.98 * images, atol=1e-5)
    assert (plain(images) - images).abs().mean() > 0.2


def test_the_maps_are_those_that_cut_compares() -> None:
    network = ResnetTranslatorConfig(base_channels=4, blocks=9).build((3, 64, 64))
    images = _images((3, 64, 64))
    made, maps = network.with_maps(images)
    assert torch.equal(made, network(images))
    assert [each.shape[1] for each in maps] == network.map_channels == [3, 8, 16, 16, 16]
    assert [each.shape[2] for each in maps] == [64, 32, 16, 16, 16]
    filtered = ResnetTranslatorConfig(base_channels=4, blocks=9, filtered=True).build((3, 64, 64))
    _, maps = filtered.with_maps(images)
    assert [each.shape[1] for each in maps] == filtered.map_channels == [3, 8, 16, 16, 16]
    assert [each.shape[2] for each in maps] == [64, 64, 32, 16, 16]


@pytest.mark.parametrize("norm", ["instance", "none"])
@pytest.mark.parametrize("filtered", [True, False])
def test_downsamplings_are_compared_as_they_were_convolved(norm: Norm, filtered: bool) -> None:
    shape = (3, 32, 32)
    network = ResnetTranslatorConfig(
        base_channels=4, blocks=1, norm=norm, filtered=filtered
    ).build(shape)
    images = _images(shape)
    _, (_, first, second, _) = network.with_maps(images)
    for layer in network.halvings:  # Linear in its weights, as nothing normalised is.
        assert isinstance(layer, nn.Sequential)
        next(layer[0].parameters()).data.mul_(2.0)
    _, (_, twice, more, _) = network.with_maps(images)
    torch.testing.assert_close(twice, 2 * first)
    torch.testing.assert_close(
        more, (2 if norm == "instance" else 4) * second, atol=1e-3, rtol=1e-2
    )
    assert first.min() < 0 < first.max()


def test_a_filtered_network_of_no_stem_is_refused() -> None:
    with pytest.raises(ConfigError, match="set stem too"):
        ResnetTranslatorConfig(stem=False, filtered=True).build((3, 32, 32))
    with pytest.raises(ConfigError, match="set stem too"):
        ResnetTranslatorConfig(stem=False, filtered=True)


@pytest.mark.parametrize("side", [64, 70])
@pytest.mark.parametrize("downsamplings", [1, 2, 3])
def test_filtered_or_not_the_same_patches_are_judged(downsamplings: int, side: int) -> None:
    shape = (3, side, 64)
    plain, filtered = (
        PatchDiscriminatorConfig(
            base_channels=4, downsamplings=downsamplings, filtered=each
        ).build(shape)
        for each in (False, True)
    )
    images = _images(shape)
    assert plain(images).shape == filtered(images).shape
    assert count_parameters(plain) == count_parameters(filtered)


def test_the_highest_frequency_does_not_pass_a_filtered_downsampling() -> None:
    stripes = torch.tensor([1.0, -1.0]).repeat(8).expand(1, 1, 4, 16)
    assert blur_pool()(stripes).abs().max() == 0
    line = torch.tensor([1.0, 2.0, 1.0]) / 4
    maps = torch.randn(2, 1, 7, 10)
    mirrored = functional.pad(maps, (1, 1, 1, 1), mode="reflect")
    expected = functional.conv2d(mirrored, (line[:, None] * line)[None, None], stride=2)
    torch.testing.assert_close(blur_pool()(maps), expected)


def test_heads_give_unit_vectors_of_the_places_asked_for() -> None:
    maps = [torch.rand(2, 3, 8, 8), torch.rand(2, 5, 4, 4)]
    heads = PatchHeads(map_channels=[3, 5], units=7)
    places = [torch.tensor([0, 63]), torch.tensor([15])]
    first, second = heads(maps, places)
    assert first.shape == (2, 2, 7)
    assert torch.allclose(second.norm(dim=2), torch.ones(2, 1), atol=1e-5)
    moved = [maps[0].clone(), maps[1]]
    moved[0][:, :, 4, 4] = 9.0  # A place that was not asked for.
    assert torch.equal(heads(moved, places)[0], first)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ResnetTranslatorConfig().build((3, 30, 32)), "multiples of 4 .* got 30x32"),
        (lambda: ResnetTranslatorConfig().build((3, 4, 4)), "at least 8"),
        (lambda: UnetTranslatorConfig().build((3, 128, 128)), "multiples of 256"),
        (lambda: PatchDiscriminatorConfig().build((3, 16, 64)), "at least 24 of them; got 16x64"),
    ],
)
def test_a_picture_that_is_too_small_or_odd_is_refused(
    make: Callable[[], nn.Module], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        make()
