"""A feature that is of use in the source alone: with an adversary, the encoder gives it up.

Source: label y = ±1, x₁ = y + N(0, 1), x₂ = 1.5 y + N(0, 1). Target: x₁ as there, x₂ = 3 + N(0, 1)
whatever y is. x₁ alone is right in 84.1 % of both domains; on the source, x₂ is the better guide.
"""

import pytest
import torch
from torch import Tensor, nn

from zerosum.config import InvarianceConfig
from zerosum.games import InvarianceGame, Player
from zerosum.games.parts.schedules import Schedule
from zerosum.networks import ClassifierNetwork
from zerosum.randomness import Randomness
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop
from zerosum.types import DomainBatch

ROUNDS, SIZE = 800, 128


class Line(ClassifierNetwork):
    """Two numbers to one feature, and that to two logits."""

    def __init__(self) -> None:
        super().__init__()
        self.inputs = nn.Linear(2, 1)
        self.body = nn.Sequential(nn.Flatten(), self.inputs)
        self.head = nn.Linear(1, 2)


def draw(count: int, random: Randomness) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Pictures of one row with two pixels, and their labels: of the source, of the target."""
    labels = [(random.uniform(count, 1) > 0.5)[:, 0].long() for _ in range(2)]
    signs = [2.0 * each[:, None] - 1.0 for each in labels]
    noise = [random.normal(count, 2) for _ in range(2)]
    source = noise[0] + torch.cat([signs[0], 1.5 * signs[0]], dim=1)
    target = noise[1] + torch.cat([signs[1], torch.full_like(signs[1], 3.0)], dim=1)
    return source.view(count, 1, 1, 2), labels[0], target.view(count, 1, 1, 2), labels[1]


class Points:
    def size_at(self, position: int) -> int:
        return SIZE

    def __init__(self, seed: int) -> None:
        self.random = Randomness(seed=seed, stream="points")

    def at(self, position: int) -> DomainBatch:
        source, labels, target, _ = draw(SIZE, self.random.at(position))
        return DomainBatch(a=source, b=target, labels_a=labels)


def learn(seed: int, weight: float) -> tuple[float, float]:
    """|w₂ / w₁| of the encoder, and the accuracy on the target."""
    torch.manual_seed(seed)
    line = Line()
    head = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 1), nn.Flatten(0))
    players = [
        Player(network=network, optimizer=torch.optim.SGD(network.parameters(), lr=rate))
        for network, rate in ((line, 0.05), (head, 0.5))
    ]
    settings = InvarianceConfig(classes=("minus", "plus"))
    game = InvarianceGame(settings, classifier=players[0], domain=players[1])
    game.strength = Schedule(start=weight, end=weight, until=0)
    engine = Engine(device=torch.device("cpu"))
    Loop(game=game, batches=Points(seed), engine=engine, seed=seed).run(until=ROUNDS * SIZE)
    _, _, target, labels = draw(20_000, Randomness(seed=seed, stream="test"))
    hits = game.classify(target).argmax(dim=1) == labels
    first, second = line.inputs.weight[0].tolist()
    return abs(second / first), hits.float().mean().item()


@pytest.mark.parametrize("seed", [0])
def test_the_spurious_feature_is_let_go(seed: int) -> None:
    ratio, accuracy = learn(seed, 0.0)
    assert ratio > 1.2
    assert accuracy < 0.6
    ratio, accuracy = learn(seed, 1.0)
    assert ratio < 0.6
    assert accuracy > 0.66
