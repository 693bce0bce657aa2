"""Any recipe with small pictures and few channels, not trained, and not as it begins."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from zerosum.config import GameWithClassifierConfig, RunConfig, change, from_json, to_json
from zerosum.families import family_of
from zerosum.families.building import build_game
from zerosum.runs import Run
from zerosum.training.engine import start_engine

__all__ = ["narrow", "untrained"]

_MOST: dict[str, Any] = {
    "base_channels": 8,
    "max_channels": 16,
    "widths": 8,
    "channels": 8,
    "feature_units": 8,
    "units": 8,
    "style_size": 8,
    "latent_size": 8,
    "blocks": 1,
    "depth": 2,
    "group_size": 4,
}
"""The most that a setting of a narrow network may be."""
_SIDES = {
    **{"adversarial": 8, "classification": 28, "semi-supervised": 28, "perturbation": 16},
    "autoregressive": 8,
}
"""Pixels along the side of pictures for games of a kind, where others have 32."""


def narrow(config: RunConfig) -> RunConfig:
    """The recipe for small pictures, with networks of the same layers and few channels."""
    values = to_json(config)
    for part in ("generator", "discriminator", "network"):
        settings = values["game"].get(part, {})
        for name in _MOST.keys() & settings.keys():
            settings[name] = _at_most(settings[name], _MOST[name])
    pictures, side = values["pictures"], _SIDES.get(values["game"]["kind"], 32)
    pictures["size"] = _at_most(pictures["size"], side)
    if pictures["crop_from"]:
        pictures["crop_from"] = _at_most(pictures["crop_from"], side + 4)
    return from_json(values)


def _at_most(value: Any, most: int) -> Any:
    return [min(each, most) for each in value] if isinstance(value, list) else min(value, most)


def untrained(config: RunConfig, folder: Path) -> Any:
    """A model whose weights and statistics are not those of the beginning."""
    if isinstance(config.game, GameWithClassifierConfig):
        config = replace(config, game=replace(config.game, classes=("cat", "dog", "cow")))
    if config.game.kind == "cartoon":  # Whose content is seen by a network that is downloaded.
        own = folder / "own.py"
        own.write_text("from torch import nn\n\ndef grey():\n    return nn.Conv2d(3, 1, 1)\n")
        config = change(config, {"game.content": f"{own}:grey"})
    run = Run(folder / "run")
    run.create(config)
    with start_engine(device="cpu") as engine:
        game = build_game(config, engine)
    for player in game.players.values():
        _disturb(player.best)
    return family_of(config).model(run, game, 0)


@torch.no_grad()
def _disturb(network: nn.Module) -> None:
    torch.manual_seed(0)
    for name, buffer in network.named_buffers():
        if name.endswith(("running_mean", "mean_style")):
            buffer.normal_()
    for weight in network.parameters():
        # As much in a wide network would saturate it, and make rounding visible.
        size = weight.abs().mean().item() or 1.0
        weight.add_(0.1 * size * torch.randn_like(weight))
