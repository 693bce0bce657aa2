"""Conditional networks."""

from copy import deepcopy

import pytest
import torch
from torch.nn import functional

from helpers.settings import adversarial
from zerosum.config import MlpDiscriminatorConfig, change
from zerosum.networks import (
    ConditionalDiscriminator,
    ConditionalGenerator,
    StyleGenerator,
)
from zerosum.networks.building import build_discriminator, build_generator
from zerosum.recipes import recipe

FAMILIES = [
    "mnist-gan-2018",
    "dcgan-mnist",
    "wgan-gp-mnist",
    "progan-digits",
    "stylegan-digits",
    "stylegan2-digits",
    "r3gan-digits",
]
SHAPE = (1, 28, 28)


def _latents_of(n: int, label: int, size: int) -> torch.Tensor:
    one = functional.one_hot(torch.full((n,), label), 3)
    return torch.cat([torch.randn(n, size, generator=torch.Generator().manual_seed(0)), one], 1)


@pytest.mark.parametrize("name", FAMILIES)
def test_every_generator_can_be_told_the_class(name: str) -> None:
    config = adversarial(recipe(name)).generator
    generator = build_generator(config, SHAPE, classes=3, class_size=8).eval()
    assert isinstance(generator, ConditionalGenerator)
    assert generator.latent_size == config.latent_size
    if config.kind == "r3gan":  # Its blocks begin as the identity, but z is heard at once.
        assert generator.inner.latent_size == config.latent_size + 8
    with torch.no_grad():
        one, again, other = (
            generator(_latents_of(2, label, config.latent_size)) for label in (0, 0, 1)
        )
    assert one.shape == (2, *SHAPE)
    assert torch.equal(one, again)
    assert not torch.allclose(one, other)


@pytest.mark.parametrize("name", FAMILIES)
def test_every_discriminator_judges_a_picture_as_one_of_its_class(name: str) -> None:
    config = adversarial(recipe(name)).discriminator
    network = build_discriminator(config, SHAPE, classes=3).eval()
    assert isinstance(network, ConditionalDiscriminator)
    images = torch.rand(4, *SHAPE)
    with torch.no_grad():
        outputs = network.inner(images)
        logits = network(images, torch.tensor([0, 1, 2, 1]))
    assert outputs.shape == (4, 4)
    expected = outputs[:, 0] + outputs[range(4), [1, 2, 3, 2]]
    torch.testing.assert_close(logits, expected)


def test_the_logit_is_the_papers_projection() -> None:
    """ψ(φ) + ⟨e_y, φ⟩ with φ, ψ and e taken out of the network by hand."""
    inner = MlpDiscriminatorConfig(widths=(8, 5), dropout=0.0).build((1, 2, 2), outputs=4)
    last = inner.layers[-2]
    assert isinstance(last, torch.nn.Linear)
    torch.nn.init.zeros_(last.bias)
    images, labels = torch.rand(6, 1, 2, 2), torch.tensor([0, 1, 2, 0, 1, 2])
    features = inner.layers[:-2](images)
    common, embeddings = last.weight[0], last.weight[1:]
    expected = features @ common + (embeddings[labels] * features).sum(dim=1)
    torch.testing.assert_close(ConditionalDiscriminator(inner)(images, labels), expected)


def test_an_embedding_is_as_loud_as_the_latents() -> None:
    config = adversarial(recipe("mnist-gan-2018")).generator
    generator = build_generator(config, SHAPE, classes=3, class_size=8)
    assert isinstance(generator, ConditionalGenerator)
    with torch.no_grad():
        generator.embeddings.mul_(100)
        embedded = generator.condition(_latents_of(1, 2, 100))[0, 100:]
    assert embedded.square().mean().item() == pytest.approx(1.0, rel=1e-5)


def test_mixed_styles_are_of_one_class() -> None:
    """With the z of both styles equal, mixing changes nothing, so the class must be kept."""
    config = adversarial(change(recipe("stylegan2-digits"), {"game.generator.mixing": 0.9}))
    generator = build_generator(config.generator, SHAPE, classes=3, class_size=8)
    assert isinstance(generator, ConditionalGenerator)
    inputs: list[torch.Tensor] = []
    assert isinstance(generator.inner, StyleGenerator)
    generator.inner.map.register_forward_hook(lambda _, given, __: inputs.append(given[0]))
    generator.train()(_latents_of(4, 1, config.generator.latent_size))
    first, second = inputs
    assert torch.equal(first[:, -8:], second[:, -8:])
    assert not torch.allclose(first[:, :-8], second[:, :-8])


def test_what_stands_around_answers_for_what_is_inside() -> None:
    config = adversarial(recipe("progan-digits"))
    for network in (
        build_generator(config.generator, SHAPE, classes=3, class_size=8),
        build_discriminator(config.discriminator, SHAPE, classes=3),
    ):
        copied = deepcopy(network)
        copied.grow(0.5)  # type: ignore[operator]
        assert copied.stage == (1, 0.5)
        assert network.stage == (2, 1.0)
        with pytest.raises(AttributeError, match="synthesise"):
            _ = network.synthesise
