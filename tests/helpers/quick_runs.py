"""Settings of runs of each kind that take a moment, for tests of what becomes of runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from helpers.two_domains import digits_and_negatives, labelled_domains, small
from zerosum.config import RunConfig, change
from zerosum.recipes import recipe

__all__ = ["KINDS"]

_QUICK: dict[str, Any] = {
    "images": 32,
    "batch_size": 16,
    "log_every": 16,
    "sample_every": 32,
    "sample_count": 4,
    "evaluate_every": 0,
    "device": "cpu",
    "game.ema_half_life": 500,
}


def _generation(folder: Path) -> RunConfig:
    """With all that a checkpoint may hold, and scores."""
    fields = {
        "game.generator.base_channels": 4,
        "game.generator.latent_size": 8,
        "game.discriminator.base_channels": 4,
        "game.adaptive_augmentation.images": 400,
        "game.generator_optimizer.historical_averaging": 0.1,
        "evaluate_every": 16,
        "evaluate_count": 16,
        "evaluate_features": "pixels",
    }
    return change(recipe("dcgan-digits"), {**_QUICK, **fields})


def _styles(folder: Path) -> RunConfig:
    networks = ("generator", "discriminator")
    narrow = {f"game.{network}.base_channels": 4 for network in networks}
    narrow |= {f"game.{network}.max_channels": 8 for network in networks}
    sizes = {"game.generator.style_size": 8, "game.path_length.weight": 2.0}
    return change(recipe("stylegan2-digits"), {**_QUICK, **narrow, **sizes})


def _translation(folder: Path) -> RunConfig:
    return small("cyclegan-small", digits_and_negatives(folder / "domains"), folder)


def _classification(folder: Path) -> RunConfig:
    fields = {"data": str(labelled_domains(folder / "classes")[0]), "pictures.channels": 1}
    return change(recipe("classifier"), {**_QUICK, **fields})


def _autoregressive(folder: Path) -> RunConfig:
    return change(recipe("fvbn-digits"), {**_QUICK, "game.network.widths": (16,)})


KINDS: dict[str, Callable[[Path], RunConfig]] = {
    "generation": _generation,
    "styles": _styles,
    "translation": _translation,
    "classification": _classification,
    "autoregressive": _autoregressive,
}
"""From a folder for what a run needs to its settings; by what the run does."""
