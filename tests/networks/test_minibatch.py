"""Minibatch discrimination around any discriminator."""

import pytest
import torch
from torch import nn

from helpers.settings import adversarial
from zerosum.config import MinibatchDiscriminationConfig, MlpDiscriminatorConfig, RunConfig, change
from zerosum.errors import ConfigError
from zerosum.families.building import build_game
from zerosum.games import Round
from zerosum.networks import Discriminator, MinibatchDiscriminator
from zerosum.networks.building import build_discriminator
from zerosum.networks.kinds import count_parameters
from zerosum.randomness import Randomness
from zerosum.recipes import recipe
from zerosum.training.engine import Engine
from zerosum.types import Batch

FAMILIES = {
    "mnist-gan-2018": 32,
    "dcgan-svhn": 2048,
    "dcgan-digits": 64 * 7 * 7,
    "wgan-gp-cifar10": 128,
    "progan-digits": 64,
    "stylegan2-digits": 64,
    "r3gan-digits": 64,
}
"""A recipe of each family, and the numbers in its features at full width."""


def _discriminator(name: str, kernels: int = 0, classes: int = 0) -> nn.Module:
    config = recipe(name)
    shape = config.pictures.shape
    minibatch = MinibatchDiscriminationConfig(kernels=kernels)
    torch.manual_seed(0)
    return build_discriminator(
        adversarial(config).discriminator, shape, classes=classes, minibatch=minibatch
    ).eval()


@pytest.mark.parametrize("name", FAMILIES)
def test_every_discriminator_has_features_and_a_last_layer_linear_in_them(name: str) -> None:
    discriminator = _discriminator(name)
    assert isinstance(discriminator, Discriminator)
    images = torch.rand(3, *discriminator.image_shape)
    with torch.no_grad():
        features, maps = discriminator.features(images), discriminator.forward_features(images)
        assert torch.equal(features, maps.flatten(1))
        assert torch.equal(discriminator.forward_head(maps), discriminator(images))
        nothing = discriminator.forward_head(torch.zeros_like(maps))
        doubled = discriminator.forward_head(2 * maps) - nothing
        torch.testing.assert_close(doubled, 2 * (discriminator(images) - nothing))
    assert features.shape == (3, FAMILIES[name])


@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("name", FAMILIES)
def test_it_begins_as_the_discriminator_does_without(name: str, classes: int) -> None:
    plain, comparing = (_discriminator(name, kernels, classes) for kernels in (0, 6))
    images = torch.rand(3, *plain.image_shape)  # type: ignore[misc]
    given = (images, torch.tensor([0, 2, 1])) if classes else (images,)
    with torch.no_grad():
        assert torch.equal(plain(*given), comparing(*given))
    extra = count_parameters(comparing) - count_parameters(plain)
    assert extra == FAMILIES[name] * 6 * 5 + 6 * (classes + 1)


def test_it_is_a_last_layer_on_features_and_counts_joined() -> None:
    inner = MlpDiscriminatorConfig(widths=(8, 5), dropout=0.0).build((1, 2, 2))
    network = MinibatchDiscriminator(inner, MinibatchDiscriminationConfig(kernels=3, size=2))
    nn.init.normal_(network.weigh.weight)
    images, last = torch.rand(6, 1, 2, 2), inner.layers[-2]
    assert isinstance(last, nn.Linear)
    features = inner.features(images)
    joined = torch.cat([features, network.compare(features)], dim=1)
    expected = joined @ torch.cat([last.weight, network.weigh.weight], dim=1)[0] + last.bias
    torch.testing.assert_close(network(images), expected)


def test_it_finds_out_a_batch_that_is_all_alike() -> None:
    """One step on v already tells a repeated picture from the same picture among others."""
    inner = MlpDiscriminatorConfig(widths=(8, 5), dropout=0.0).build((1, 2, 2))
    network = MinibatchDiscriminator(inner, MinibatchDiscriminationConfig(kernels=3))
    various, one = torch.rand(6, 1, 2, 2), torch.rand(1, 1, 2, 2)
    difference = network(various).mean() - network(one.expand(6, -1, -1, -1)).mean()
    (slope,) = torch.autograd.grad(difference, network.weigh.weight)
    with torch.no_grad():
        network.weigh.weight += slope
        assert network(torch.cat([one, various[1:]]))[0] > network(one.expand(6, -1, -1, -1))[0]


def _game_config(**fields: object) -> RunConfig:
    small = {"game.generator.base_channels": 4, "game.discriminator.base_channels": 4}
    switch = {"game.minibatch_discrimination.kernels": 3}
    return change(recipe("dcgan-digits"), {**small, **switch, **fields})


def test_real_and_generated_pictures_are_compared_among_themselves() -> None:
    game = build_game(_game_config(), Engine(device=torch.device("cpu")))
    network = game.players["discriminator"].network
    sizes: list[int] = []
    network.compare.register_forward_hook(  # type: ignore[union-attr]
        lambda module, inputs, output: sizes.append(len(output))
    )
    now = Round(number=1, images_seen=8, random=Randomness(seed=0))
    for _ in game.turns(Batch(images=torch.rand(8, 1, 28, 28)), now):
        pass
    assert sizes == [8, 8, 8]  # real and generated at D's turn, generated at G's


def test_nonsense_and_what_needs_pictures_one_by_one_are_refused() -> None:
    for field in ("kernels", "size"):
        with pytest.raises(ConfigError, match=f"minibatch_discrimination.{field} must"):
            _game_config(**{f"game.minibatch_discrimination.{field}": -1})
    penalty = {"game.penalties.gradient.weight": 10.0, "game.discriminator.norm": "none"}
    with pytest.raises(ConfigError, match="minibatch discrimination compares them"):
        _game_config(**penalty)
    assert _game_config(**penalty, **{"game.minibatch_discrimination.kernels": 0})
