"""Recipes of papers, programs and the course have their numbers, field by field."""

from dataclasses import replace
from functools import reduce
from math import log
from typing import Any, cast

import pytest

from zerosum.recipes import recipe

PLAYERS = ("game.generator_optimizer", "game.discriminator_optimizer")
RATES = tuple(f"{player}.learning_rate" for player in PLAYERS)
BETAS = tuple(f"{player}.betas" for player in PLAYERS)
ADAM: dict[str, Any] = {**dict.fromkeys(RATES, 2e-4), **dict.fromkeys(BETAS, (0.5, 0.999))}

PUBLISHED: dict[str, dict[str, Any]] = {
    "gan-2014": {
        "batch_size": 100, "game.latent": "normal", "game.objective": "non-saturating",
        "game.generator.latent_size": 100, "game.generator.widths": (1_200, 1_200),
        "game.generator.slope": 0.0, "game.generator.output": "sigmoid",
        "game.generator.weight_range": 0.05, "game.discriminator.weight_range": 0.005,
        "game.discriminator.widths": (240, 240), "game.discriminator.pieces": 5,
        "game.discriminator.input_dropout": 0.2, "game.discriminator.dropout": 0.5,
        "game.generator_optimizer.learning_rate": 0.1,
        "game.discriminator_optimizer.learning_rate": 0.1 / 2,
        "game.burn_in.momentum": 0.5, "game.burn_in.images": 250 * 50_000,
        **{f"{player}.momentum": 0.7 for player in PLAYERS},
        **{f"{player}.halving": round(100 * log(2) / log(1.000004)) for player in PLAYERS},
    },
    "mnist-gan-2018": {
        "total_images": 100 * 60_000, "batch_size": 64,
        "game.latent": "uniform", "game.real_label": 0.9,
        **dict.fromkeys(RATES, 2e-3), **dict.fromkeys(BETAS, (0.9, 0.999)),
    },
    "mnist-gan-2022": {
        "total_images": 10 * 60_000, "batch_size": 128,
        "game.latent": "uniform", "game.real_label": 0.9,
        **dict.fromkeys(RATES, 2e-4), **dict.fromkeys(BETAS, (0.9, 0.999)),
    },
    "dcgan-svhn": {
        "total_images": 50 * 73_257, "batch_size": 128, "game.latent": "uniform", **ADAM,
    },
    "dcgan-cifar10": {
        "total_images": 10 * 50_000, "batch_size": 128, "game.latent": "uniform", **ADAM,
    },
    "dcgan-faces": {"batch_size": 64, "game.generator.latent_size": 128, **ADAM},
    "dcgan-mnist": {
        "batch_size": 128, "game.latent": "uniform", "game.generator.latent_size": 100, **ADAM,
        "game.generator.base_channels": 64, "game.discriminator.base_channels": 64,
        **{f"{player}.weight_decay": 2.5e-5 for player in PLAYERS},
    },
    "wgan-gp-mnist": {
        "game.critic_turns": 5, "game.penalties.gradient.weight": 10.0,
        **dict.fromkeys(RATES, 1e-4), **dict.fromkeys(BETAS, (0.0, 0.9)),
    },
    "wgan-gp-cifar10": {
        "total_images": 100_000 * 5 * 64, "batch_size": 64, "game.generator_batch": 2,
        "pictures.flip": False, "game.dequantise": True, "game.critic_turns": 5,
        "game.penalties.gradient.weight": 10.0, "game.discriminator.norm": "none",
        "game.generator_optimizer.decay": (0, 100_000 * 5 * 64),
        **dict.fromkeys(RATES, 2e-4), **dict.fromkeys(BETAS, (0.0, 0.9)),
    },
    "cyclegan-course": {
        "total_images": 4_000 * 16, "batch_size": 16, "pictures.size": (128, 128), "game.pool": 0,
        "game.identity_weight": 0.0, "game.cycle_weight": 10.0, **ADAM,
    },
    "cut": {
        "total_images": 400_000,
        "game.generator_optimizer.decay": (200_000, 400_000), "batch_size": 1,
        "game.nce_weight": 1.0, "game.places": 256, "game.temperature": 0.07, **ADAM,
    },
    "cartoongan": {"game.content_weight": 10.0, "game.content": "torchvision:vgg19"},
    "sgan-conv": {"game.generator.base_channels": 128, "batch_size": 100},
    "dann": {"game.weight": 1.0, "game.ramp": 960_000, "batch_size": 64},
    "cdan": {"game.weight": 0.5, "game.entropy_conditioning": True},
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_settings(name: str) -> None:
    found = {
        field: reduce(getattr, field.split("."), cast("Any", recipe(name)))
        for field in PUBLISHED[name]
    }
    assert found == PUBLISHED[name]


def test_fastcut_is_cut_with_the_settings_of_its_authors_code() -> None:
    fast, slow = recipe("fastcut"), recipe("cut")
    assert (fast.total_images, slow.total_images) == (200_000, 400_000)
    game: Any = fast.game
    assert (game.nce_weight, game.nce_identity, game.flip_equivariance) == (10.0, False, True)
    assert game.generator_optimizer.decay == (150_000, 200_000)
    switches = ("nce_weight", "nce_identity", "flip_equivariance")
    kept = {name: getattr(slow.game, name) for name in (*switches, "generator_optimizer")}
    kept["discriminator_optimizer"] = kept["generator_optimizer"]
    assert replace(game, **kept) == slow.game
