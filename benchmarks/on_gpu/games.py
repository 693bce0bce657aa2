"""Every kind of game, small enough to be played in a moment, on pictures of noise."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from zerosum.attacks import PixelClassifier
from zerosum.config import RunConfig, change
from zerosum.families.building import build_game
from zerosum.recipes import recipe
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop
from zerosum.types import Batch, DomainBatch, SemiSupervisedBatch

__all__ = ["KINDS", "Noise", "make_loop", "small", "told"]

CLASSES = tuple("0123456789")
_SOURCE = "from torch import nn\n\ndef maps():\n    return nn.AvgPool2d(4)\n"

_NARROW = {"game.generator.base_channels": 8, "game.discriminator.base_channels": 8}
_DOMAINS = {**_NARROW, "pictures.size": (64, 64), "game.generator.blocks": 1}
_STYLES = {**_NARROW, "game.generator.max_channels": 16, "game.discriminator.max_channels": 16}

KINDS: Mapping[str, Mapping[str, Any]] = {
    "mnist-gan-2018": {},
    "dcgan-svhn": {},
    "wgan-gp-cifar10": _NARROW,
    "r3gan-digits": {},
    "progan-digits": _STYLES,
    "stylegan-digits": _STYLES,
    "stylegan2-digits": {**_STYLES, "game.adaptive_augmentation.probability": 0.5},
    "cyclegan": {**_DOMAINS, "game.pool": 6},
    "cut": {**_DOMAINS, "game.units": 16},
    "pix2pix": {**_NARROW, "pictures.size": (64, 64), "game.generator.depth": 5},
    "cartoongan": _DOMAINS,
    "classifier": {},
    "sgan": {},
    "dann-digits": {},
    "cdan": {},
    "adda": {"game.pretraining": 4},
    "advgan": {},
    "fvbn-digits": {"game.network.widths": (64,)},
}
"""Recipes, one for each kind of game and network, and how they are made small."""


def told(config: RunConfig, folder: Path) -> RunConfig:
    """The run, told what data and downloads would else tell it.

    Args:
        config: The run.
        folder: Where a network may be written that stands in for one that is downloaded.
    """
    if config.game.kind in ("classification", "semi-supervised", "invariance"):
        return change(config, {"game.classes": CLASSES})
    if config.game.kind == "cartoon":
        own = folder / "content.py"
        own.write_text(_SOURCE)
        return change(config, {"game.content": f"{own}:maps", "game.warmup": 4})
    return config


def small(name: str, folder: Path, *, batch: int = 4) -> RunConfig:
    """A recipe of `KINDS`, small, with pictures as many as that in a round."""
    fields = {**KINDS[name], "batch_size": batch, "device": "cpu"}
    return change(told(recipe(name), folder), fields)


class Noise:
    """Batches of all that a game may ask for, the same on every device.

    Args:
        config: The run.
        device: Where the batches are wanted.
    """

    def __init__(self, config: RunConfig, device: torch.device) -> None:
        self.size = config.batch_size
        self.kind = config.game.kind
        self.shape = config.pictures.shape
        self.device = device

    def size_at(self, position: int) -> int:
        """Pictures in a batch."""
        return self.size

    def at(self, position: int) -> Any:
        """A batch; what is in it follows from its position."""
        one, two = (self.images(2 * position + part) for part in (0, 1))
        labels = torch.arange(self.size, device=self.device) % len(CLASSES)
        batch = Batch(images=one, labels=labels)
        if self.kind == "semi-supervised":
            return SemiSupervisedBatch(images=two, labelled=batch)
        if self.kind in ("adversarial", "classification", "perturbation", "autoregressive"):
            return batch
        return DomainBatch(a=one, b=two, smoothed=two, labels_a=labels, labels_b=labels)

    def images(self, number: int) -> torch.Tensor:
        """Pictures of noise, the same for the same number."""
        if self.device.type == "meta":
            return torch.empty(self.size, *self.shape, device=self.device)
        chance = torch.Generator().manual_seed(number)
        images = torch.rand(self.size, *self.shape, generator=chance) * 2 - 1
        return images.to(self.device).contiguous(memory_format=torch.channels_last)


class _Victim(nn.Sequential):
    """Whom a game may want to mislead."""

    def __init__(self, config: RunConfig) -> None:
        height, width = config.pictures.size
        pixels = config.pictures.channels * height * width
        super().__init__(nn.Flatten(), nn.Linear(pixels, len(CLASSES)))


def make_loop(
    config: RunConfig, engine: Engine, batches: Callable[[RunConfig, torch.device], Any] = Noise
) -> Loop[Any]:
    """A run on noise, ready to be played round by round; nothing is written."""
    torch.manual_seed(config.seed)
    victim = PixelClassifier(network=_Victim(config).to(engine.device))
    game = build_game(config, engine, aids=victim)
    return Loop(game=game, batches=batches(config, engine.device), engine=engine, seed=config.seed)
