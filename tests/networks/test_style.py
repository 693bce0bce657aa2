"""What StyleGAN's networks promise."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.autograd import grad

from zerosum.config import StyleDiscriminatorConfig, StyleGeneratorConfig
from zerosum.errors import ConfigError, UnknownNameError
from zerosum.networks import MappingNetwork, StyleGenerator
from zerosum.networks.kinds import count_parameters
from zerosum.networks.style_layers import STYLES, AdaptiveLayer, StyleLayer
from zerosum.nn import NoiseInjection
from zerosum.nn.resampling import upsample
from zerosum.types import ImageShape

SHAPES = [(1, 28, 28), (3, 32, 32), (3, 64, 64), (3, 48, 36), (4, 20, 8)]


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.fixture(params=STYLES)
def style(request: pytest.FixtureRequest) -> Any:
    return request.param


def generator(
    style: Any, shape: ImageShape = (3, 16, 16), *, mixing: float = 0.0, truncation: float = 1.0
) -> StyleGenerator:
    network = StyleGeneratorConfig(
        style=style,
        latent_size=6,
        style_size=10,
        base_channels=8,
        max_channels=32,
        depth=2,
        mixing=mixing,
        truncation=truncation,
    ).build(shape)
    with torch.no_grad():  # Noise that is 0 would hide everything about noise.
        for layer in noises(network):
            layer.weight.fill_(0.1)
    return network


def layers(network: StyleGenerator) -> Iterator[StyleLayer]:
    return (module for module in network.modules() if isinstance(module, StyleLayer))


def noises(network: StyleGenerator) -> Iterator[NoiseInjection]:
    return (module for module in network.modules() if isinstance(module, NoiseInjection))


@pytest.mark.parametrize("shape", SHAPES)
def test_pictures_have_the_shape_that_was_asked_for(style: Any, shape: ImageShape) -> None:
    network = generator(style, shape, mixing=0.9)
    assert network(torch.randn(5, 6)).shape == (5, *shape)
    assert network.eval()(torch.randn(1, 6)).shape == (1, *shape)
    assert network.mapping(torch.randn(3, 6)).shape == (3, network.layers, 10)


@pytest.mark.parametrize("residual", [True, False])
@pytest.mark.parametrize("group", [1, 4])
@pytest.mark.parametrize("shape", SHAPES)
def test_any_number_of_pictures_gets_a_logit_each(
    shape: ImageShape, group: int, residual: bool
) -> None:
    network = StyleDiscriminatorConfig(base_channels=4, residual=residual, group=group).build(
        shape
    )
    for n in (1, 3, 7, 8):
        assert network(torch.randn(n, *shape)).shape == (n,)


@pytest.mark.parametrize("residual", [True, False])
def test_logits_start_of_ordinary_size(residual: bool) -> None:
    network = StyleDiscriminatorConfig(base_channels=16, residual=residual).build((3, 64, 64))
    with torch.no_grad():
        logits = network(torch.randn(64, 3, 64, 64))
    assert 0.01 < logits.square().mean().sqrt() < 3


def test_pictures_start_of_ordinary_size(style: Any) -> None:
    network = StyleGeneratorConfig(style=style, base_channels=16, style_size=64).build((3, 64, 64))
    with torch.no_grad():
        images = network(torch.randn(8, 512))
    assert 0.2 < images.std() < 4


def test_published_sizes() -> None:
    """StyleGAN2 of configuration F: 30.37 million at 1024 pixels, as its authors' program says."""
    with torch.device("meta"):
        largest = StyleGeneratorConfig(base_channels=32).build((3, 1024, 1024))
        medium = StyleGeneratorConfig(base_channels=128).build((3, 256, 256))
        critic = StyleDiscriminatorConfig(base_channels=32).build((3, 1024, 1024))
        first = StyleGeneratorConfig(base_channels=16, style="adain").build((3, 1024, 1024))
    assert count_parameters(largest) == 30_370_060
    assert count_parameters(medium) == 30_034_338
    assert count_parameters(critic) == 29_012_513
    assert largest.layers == 18
    assert round(count_parameters(first) / 1e6, 1) == 26.2  # StyleGAN's paper, section 2


def test_noise_has_no_strength_at_the_start(style: Any) -> None:
    network = StyleGeneratorConfig(style=style, latent_size=4, base_channels=4, mixing=0).build(
        (1, 8, 8)
    )
    assert all(layer.weight.abs().max() == 0 for layer in noises(network))
    z = torch.randn(2, 4)
    assert torch.equal(network(z), network(z))
    strengths = {layer.weight.numel() for layer in noises(network)}
    assert strengths == ({16, 8, 4} if style == "adain" else {1})


def test_noise_is_fresh_while_training_and_fixed_in_evaluation(style: Any) -> None:
    network = generator(style)
    z = torch.randn(2, 6)
    assert not torch.allclose(network(z), network(z))
    network.eval()
    assert torch.equal(network(z), network(z))
    alone = torch.cat([network(each[None]) for each in z])
    torch.testing.assert_close(alone, network(z), atol=1e-5, rtol=1e-4)


def test_without_noise_a_latent_gives_one_picture_while_training_too(style: Any) -> None:
    make = partial(StyleGeneratorConfig, style=style, latent_size=6, base_channels=4, mixing=0.0)
    plain, noisy = (make(noise=noise).build((3, 16, 16)) for noise in (False, True))
    z = torch.randn(2, 6)
    assert torch.equal(plain(z), plain(z))
    kept = {
        name: value for name, value in noisy.state_dict().items() if name in plain.state_dict()
    }
    assert {name.split(".")[-1] for name in set(noisy.state_dict()) - set(kept)} == {
        "noise",
        "weight",
    }
    plain.load_state_dict(kept)
    # Noise begins with no strength, so both are the same function until one has learnt.
    assert torch.equal(plain(z), noisy(z))


def test_training_draws_from_pytorchs_own_generator(style: Any) -> None:
    network, z = generator(style, mixing=0.9), torch.randn(4, 6)
    drawn = []
    for _ in range(2):
        torch.manual_seed(7)
        drawn.append(network(z))
    assert torch.equal(*drawn)


def test_adaptive_normalisation_gives_each_channel_its_styles_statistics() -> None:
    layer = AdaptiveLayer(4, 6, style_size=10, size=(16, 16)).eval()
    with torch.no_grad():
        nn.init.normal_(layer.adapt.affine.weight, std=3.0)
        style = torch.randn(3, 10)
        maps = layer(5 * torch.randn(3, 4, 16, 16), style)
        scale, shift = layer.adapt.affine(style).chunk(2, dim=1)
    deviation, mean = torch.std_mean(maps, dim=(2, 3), correction=0)
    torch.testing.assert_close(mean, shift, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(deviation, (1 + scale).abs(), atol=1e-2, rtol=1e-2)


def test_adaptive_normalisation_brings_faint_maps_to_full_strength() -> None:
    """Their variance of 1e-6 is a tenth of PyTorch's ε and a hundred times that of the paper."""
    layer = AdaptiveLayer(0, 6, style_size=10, size=(16, 16), noise=False)
    with torch.no_grad():
        maps = layer(1 + 1e-3 * torch.randn(3, 6, 16, 16), torch.zeros(3, 10))
    assert maps.std().item() == pytest.approx(1, rel=0.01)


def test_stylegan_starts_from_ones_and_stylegan2_from_noise() -> None:
    first, second = generator("adain"), generator("modulation")
    assert torch.equal(first.constant, torch.ones_like(first.constant))
    assert second.constant.std().item() == pytest.approx(1, rel=0.1)
    styles = first.mapping(torch.zeros(1, 6))
    (gradient,) = grad(first.synthesis(styles).square().sum(), first.constant)
    assert gradient.isfinite().all()
    assert gradient.any()


def test_stylegans_convolutions_start_as_he_says() -> None:
    layer = AdaptiveLayer(64, 64, style_size=10, size=(8, 8))
    maps = layer.convolution(torch.randn(4, 64, 8, 8))[..., 1:-1, 1:-1]
    assert maps.square().mean().item() == pytest.approx(2, rel=0.1)


def test_mixing_changes_the_later_layers_only() -> None:
    first, second = torch.zeros(3, 6, 2), torch.ones(3, 6, 2)
    mixed = StyleGenerator.mix(first, second, torch.tensor([1, 4, 6]))
    assert mixed[:, :, 0].tolist() == [[0, 1, 1, 1, 1, 1], [0, 0, 0, 0, 1, 1], [0] * 6]


def test_a_layer_sees_its_own_style_and_earlier_layers_do_not(style: Any) -> None:
    network = generator(style, (3, 32, 32)).eval()
    outputs: list[Tensor] = []
    for layer in layers(network):
        layer.register_forward_hook(lambda _, given, out: outputs.append(out))
    styles = network.mapping(torch.randn(2, 6)).clone()
    network.synthesis(styles)
    before, outputs[:] = list(outputs), []
    styles[:, 3:] = network.mapping(torch.randn(2, 6))[:, 3:]
    network.synthesis(styles)
    same = [torch.equal(one, other) for one, other in zip(before, outputs, strict=True)]
    assert same == [True] * 3 + [False] * (len(same) - 3)


@pytest.mark.parametrize(("mixing", "share"), [(0.0, 0.0), (0.9, 0.9), (1.0, 1.0)])
def test_so_many_pictures_are_mixed_while_training(mixing: float, share: float) -> None:
    network = generator("modulation", (1, 8, 8), mixing=mixing)
    z = torch.randn(2000, 6)
    given: list[Tensor] = []

    def synthesis(styles: Tensor) -> Tensor:
        given.append(styles)
        return torch.zeros(len(styles), 1, 8, 8)

    network.synthesis = synthesis  # type: ignore[method-assign]
    network(z)
    own = network.mapping(z)
    assert torch.equal(given[0][:, 0], own[:, 0])
    differs = (given[0] != own).any(dim=2)
    assert differs.any(dim=1).float().mean().item() == pytest.approx(share, abs=0.03)
    assert (differs.int().diff(dim=1) >= 0).all()
    network.eval()(z)
    assert torch.equal(given[1], own)


def test_the_mean_style_converges_while_training_only(style: Any) -> None:
    network = generator(style, (1, 8, 8))
    with torch.no_grad():
        target = network.mapping(torch.randn(20_000, 6))[:, 0].mean(dim=0)
        network.eval()(torch.randn(64, 6))
        assert network.mean_style.abs().max() == 0
        network.train()
        for _ in range(1500):
            network.update_mean(network.mapping(torch.randn(64, 6)))
    torch.testing.assert_close(network.mean_style, target, atol=0.03, rtol=0)


def test_truncated_to_nothing_all_pictures_are_the_mean_one(style: Any) -> None:
    network = generator(style, truncation=0.0).eval()
    network.mean_style.normal_()
    images = network(torch.randn(4, 6))
    torch.testing.assert_close(images, images[:1].expand_as(images))
    network.truncation = 1.0
    assert network(torch.randn(4, 6)).var(dim=0).max() > 1e-3
    styles = network.mapping(torch.randn(2, 6))
    half = network.truncate(styles, 0.5)
    torch.testing.assert_close(half, (styles + network.mean_style) / 2)


def test_the_picture_is_the_sum_of_what_every_size_adds() -> None:
    """StyleGAN2's skip connections: each size's colours change the picture linearly."""
    network = generator("modulation", (3, 16, 16)).eval()
    styles = network.mapping(torch.randn(2, 6))
    with torch.no_grad():
        before = network.synthesis(styles)
        network.colours[0].bias.add_(0.5)  # type: ignore[operator]
        after = network.synthesis(styles)
    added = upsample(upsample(torch.full((2, 3, 4, 4), 0.5)))
    torch.testing.assert_close(after - before, added, atol=1e-5, rtol=0)


def test_every_weight_of_both_networks_gets_a_gradient(style: Any) -> None:
    network = generator(style, mixing=0.9)
    critic = StyleDiscriminatorConfig(base_channels=4, residual=style == "modulation").build(
        (3, 16, 16)
    )
    critic(network(torch.randn(8, 6))).sum().backward()
    for each in (network, critic):
        for name, weight in each.named_parameters():
            assert weight.grad is not None, name
            assert weight.grad.abs().max() > 0, name


@pytest.mark.parametrize("residual", [True, False])
def test_the_discriminators_slope_can_be_differentiated(residual: bool) -> None:
    critic = StyleDiscriminatorConfig(base_channels=4, residual=residual).build((1, 8, 8))
    images = torch.randn(4, 1, 8, 8, requires_grad=True)
    (gradient,) = grad(critic(images).sum(), images, create_graph=True)
    gradient.square().sum().backward()  # type: ignore[no-untyped-call]
    moved = {name for name, weight in critic.named_parameters() if weight.grad is not None}
    assert {name for name, _ in critic.named_parameters() if "weight" in name} <= moved


def test_the_pictures_slope_by_the_style_can_be_differentiated(style: Any) -> None:
    network = generator(style)
    styles = network.mapping(torch.randn(2, 6))
    images = network.synthesis(styles)
    (gradient,) = grad((images * torch.randn_like(images)).sum(), styles, create_graph=True)
    gradients = grad(gradient.square().sum(), list(network.parameters()), allow_unused=True)
    assert all(torch.isfinite(each).all() for each in gradients if each is not None)
    names = [name for name, _ in network.named_parameters()]
    assert gradients[names.index("map.1.weight")] is not None


def test_unknown_styles_and_empty_groups_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'modulation'"):
        _ = STYLES["modulations"]
    with pytest.raises(ConfigError, match="group must be greater than 0"):
        StyleDiscriminatorConfig(group=0)
    with pytest.raises(ConfigError, match="multiples of 4"):
        StyleGeneratorConfig().build((1, 30, 30))


def test_the_mapping_is_a_network_of_its_own() -> None:
    mapping, z = MappingNetwork(6, 10, depth=3), torch.randn(4, 6)
    assert torch.allclose(mapping(z), mapping(7 * z), atol=1e-5)  # The length of z says nothing.
    made = StyleGeneratorConfig(latent_size=6, style_size=10, depth=3, base_channels=4).build(
        (1, 8, 8)
    )
    made.map.load_state_dict(mapping.state_dict())
    assert torch.equal(made.mapping(z)[:, 0], mapping(z))
