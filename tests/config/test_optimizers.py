"""Optimizers as the settings ask for them, against their equations."""

from typing import Any

import pytest
import torch
from torch import nn

from zerosum.config import OptimizerConfig
from zerosum.errors import ConfigError
from zerosum.families.players import build_player
from zerosum.training.engine import Engine
from zerosum.training.pace import set_pace

CPU = Engine(device=torch.device("cpu"))


def test_gradient_descent_with_momentum_and_annealing() -> None:
    """v ← μ v + g, w ← w − η v / (1 + 10 p)^0.75."""
    network = nn.ParameterList([torch.zeros(())])
    config = OptimizerConfig(method="sgd", learning_rate=0.1, momentum=0.8, annealing=100)
    player = build_player(network, config, CPU)
    weight = velocity = 0.0
    for images, gradient in ((0, 1.0), (10, -3.0), (50, 2.0), (500, 1.0)):
        set_pace(player, images, factor=1.0)
        player.parameters[0].grad = torch.tensor(gradient)
        player.optimizer.step()
        velocity = 0.8 * velocity + gradient
        weight -= 0.1 * velocity / (1 + 10 * min(1.0, images / 100)) ** 0.75
        assert player.parameters[0].item() == pytest.approx(weight, rel=1e-5)


def test_adam_is_what_it_was() -> None:
    player = build_player(nn.Linear(2, 1), OptimizerConfig(betas=(0.3, 0.7)), CPU)
    (group,) = player.optimizer.param_groups
    assert isinstance(player.optimizer, torch.optim.Adam)
    assert group["betas"] == (0.3, 0.7)
    set_pace(player, 10**9, factor=1.0)
    assert group["lr"] == 2e-4


def test_weight_decay_is_a_part_of_the_gradient() -> None:
    """Adam then takes a step of its rate towards 0 even where nothing else pulls."""
    for method, expected in (("sgd", 2.0 - 0.1 * 0.01 * 2.0), ("adam", 2.0 - 0.1)):
        config = OptimizerConfig(method=method, learning_rate=0.1, weight_decay=0.01)  # type: ignore[arg-type]
        player = build_player(nn.ParameterList([torch.tensor(2.0)]), config, CPU)
        player.parameters[0].grad = torch.zeros(())
        player.optimizer.step()
        assert player.parameters[0].item() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"momentum": 1.0}, "momentum must be from 0 to below 1"),
        ({"weight_decay": -0.1}, "weight_decay must be a number from 0"),
        ({"annealing": 0}, "annealing must be greater than 0"),
    ],
)
def test_nonsense_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        OptimizerConfig(**fields)
