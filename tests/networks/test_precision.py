"""In mixed precision the last stage of a discriminator, and sums of colours, keep 32 bits."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
import torch
from torch import Tensor, nn

from zerosum.config import (
    DcganDiscriminatorConfig,
    MaxoutDiscriminatorConfig,
    MinibatchDiscriminationConfig,
    MlpDiscriminatorConfig,
    ProganDiscriminatorConfig,
    R3ganDiscriminatorConfig,
    ResnetDiscriminatorConfig,
    StyleDiscriminatorConfig,
    StyleGeneratorConfig,
)
from zerosum.networks import (
    Discriminator,
    MinibatchDiscriminator,
    MlpDiscriminator,
)
from zerosum.nn import EqualisedConv2d, EqualisedLinear

SHAPE = (1, 16, 16)
COUNTED = (nn.Conv2d, nn.Linear, EqualisedConv2d, EqualisedLinear)

JUDGES: dict[str, tuple[Callable[[], Discriminator], int]] = {
    "mlp": (lambda: MlpDiscriminatorConfig().build(SHAPE), 1),
    "maxout": (lambda: MaxoutDiscriminatorConfig().build(SHAPE), 1),
    "dcgan": (lambda: DcganDiscriminatorConfig(base_channels=4).build(SHAPE), 1),
    "resnet": (lambda: ResnetDiscriminatorConfig(base_channels=4).build(SHAPE), 1),
    "progan": (lambda: ProganDiscriminatorConfig(base_channels=4).build(SHAPE), 3),
    "style": (lambda: StyleDiscriminatorConfig(base_channels=4).build(SHAPE), 3),
    "r3gan": (lambda: R3ganDiscriminatorConfig(base_channels=4, blocks=2).build(SHAPE), 2 * 3 + 2),
}
"""How each is built, and the layers with weights of its last stage."""


def half() -> torch.autocast:
    return torch.autocast("cpu", torch.bfloat16)


@pytest.mark.parametrize("name", JUDGES)
def test_the_last_stage_computes_in_full_precision(name: str) -> None:
    make, count = JUDGES[name]
    critic, kinds = make(), list[torch.dtype]()
    for layer in critic.modules():
        if isinstance(layer, COUNTED):
            layer.register_forward_hook(lambda _layer, _given, made: kinds.append(made.dtype))
    with half():
        logits = critic(torch.randn(4, *SHAPE))
        features = critic.features(torch.randn(4, *SHAPE))
    assert logits.dtype == features.dtype == torch.float32
    once = kinds[: len(kinds) // 2 + 1]  # Features are of all layers but the last.
    assert len(once) > count
    assert set(once[:-count]) == {torch.bfloat16}
    assert set(once[-count:]) == {torch.float32}


def test_every_discriminator_is_looked_at() -> None:
    ours = {each for each in Discriminator.__subclasses__() if each.__module__[:8] == "zerosum."}
    assert {type(make()) for make, _ in JUDGES.values()} == ours


def test_comparing_pictures_of_a_batch_is_exact() -> None:
    critic = MinibatchDiscriminator(
        MlpDiscriminatorConfig(dropout=0.0).build(SHAPE), MinibatchDiscriminationConfig(kernels=3)
    )
    nn.init.normal_(critic.weigh.weight)
    maps = torch.randn(4, 32)
    expected = critic.projection(maps)
    outputs: list[Tensor] = []
    critic.weigh.register_forward_hook(lambda _layer, _given, made: outputs.append(made))
    with half(), patch.object(MlpDiscriminator, "forward_features", lambda _judge, _images: maps):
        critic(torch.randn(4, *SHAPE))
    torch.testing.assert_close(outputs[0], expected)


@pytest.mark.parametrize("style", ["adain", "modulation"])
def test_styles_and_sums_of_colours_are_exact(style: Any) -> None:
    network = (
        StyleGeneratorConfig(style=style, latent_size=6, base_channels=4, style_size=8, depth=2)
        .build(SHAPE)
        .eval()
    )
    latents = torch.randn(3, 6)
    with half():
        styles, drawn = network.mapping(latents), network(latents)
    torch.testing.assert_close(styles, network.mapping(latents), rtol=0, atol=0)
    assert drawn.dtype == (torch.float32 if style == "modulation" else torch.bfloat16)


def test_gradients_reach_all_of_both_parts() -> None:
    critic = StyleDiscriminatorConfig(base_channels=4).build(SHAPE)
    with half():
        critic(torch.randn(8, *SHAPE)).sum().backward()
    for weight in critic.parameters():
        assert weight.grad is not None
        assert weight.grad.dtype == torch.float32
        assert weight.grad.any()
