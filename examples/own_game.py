"""A game of one's own: Dirac-GAN, the smallest one that plain training cannot win.

    python examples/own_game.py

All real pictures are one black-and-white pixel of value 0. The generator draws a pixel of value
θ, the discriminator's logit is D(x) = ψ x, so everyone is content at θ = ψ = 0. Without a
penalty the players chase each other around that point for ever; with R1, which costs γ/2 ψ², they
spiral into it: Mescheder et al. 2018, sections 2 and 3, https://arxiv.org/abs/1801.04406.

The game says who moves and what it costs. The loop does the rest, as it does for every game.
"""

from collections.abc import Iterator
from math import hypot

import torch
from torch import nn

from zerosum.games import Game, Player, Round, Turn
from zerosum.objectives import Minimax, r1
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop
from zerosum.types import Batch, Images, Logits

LEARNING_RATE = 0.1


class Pixel(nn.Module):
    """The generator: n pictures of one pixel, all of value θ."""

    def __init__(self) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.tensor(1.0))

    def forward(self, n: int) -> Images:
        """Draw n pictures."""
        return self.value.expand(n, 1, 1, 1)


class Slope(nn.Module):
    """The discriminator: D(x) = ψ x."""

    def __init__(self) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.tensor(1.0))

    def forward(self, images: Images) -> Logits:
        """Give one logit per picture."""
        return self.value * images.flatten()


class DiracGame(Game[Batch]):
    """Pixel against Slope.

    Args:
        gamma: γ, the strength of R1.
    """

    def __init__(self, *, gamma: float) -> None:
        self.pixel, self.slope = Pixel(), Slope()
        self.players = {"discriminator": _player(self.slope), "generator": _player(self.pixel)}
        self.objective = Minimax()
        self.gamma = gamma

    def turns(self, batch: Batch, now: Round) -> Iterator[Turn]:
        """The discriminator moves, then the generator against what has become of it."""
        real, fake = batch.images, self.pixel(len(batch))
        adversarial = self.objective.discriminator(self.slope(real), self.slope(fake.detach()))
        penalty = r1(self.slope, real, fake.detach(), now.random)
        cost = (adversarial + self.gamma / 2 * penalty).mean()
        yield Turn(player="discriminator", cost=cost)
        yield Turn(player="generator", cost=self.objective.generator(self.slope(fake)).mean())

    @property
    def distance(self) -> float:
        """How far the players are from θ = ψ = 0."""
        return hypot(self.pixel.value.item(), self.slope.value.item())


class Zeros:
    """Endless batches of one real picture, the pixel 0."""

    def size_at(self, position: int) -> int:
        """Give the number of pictures in the batch at any position: always one."""
        return 1

    def at(self, position: int) -> Batch:
        """The batch at any position of the stream: always the same."""
        return Batch(images=torch.zeros(1, 1, 1, 1))


def _player(network: nn.Module) -> Player:
    optimizer = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE)
    return Player(network=network, optimizer=optimizer)


def _start(gamma: float) -> tuple[DiracGame, Loop[Batch]]:
    game = DiracGame(gamma=gamma)
    engine = Engine(device=torch.device("cpu"))
    return game, Loop(game=game, batches=Zeros(), engine=engine, seed=0)


def main() -> None:
    """Play both games side by side and print how far they are from their solution."""
    plain, plain_loop = _start(gamma=0.0)
    with_r1, r1_loop = _start(gamma=0.3)
    print("rounds   distance without R1   with R1")
    for rounds in range(0, 601, 100):
        plain_loop.run(until=rounds)
        r1_loop.run(until=rounds)
        print(f"{rounds:6d}   {plain.distance:19.4f}   {with_r1.distance:7.4f}")


if __name__ == "__main__":
    main()
