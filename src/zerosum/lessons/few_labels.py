"""Games of points with few labels, for the lesson on them: who generates, and what comes of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from zerosum.data.planar import Centres, as_images, as_points, moons
from zerosum.families.semi_supervised.building import build_semi_supervised
from zerosum.games.base import Player, Round, Turn
from zerosum.games.generating import DISCRIMINATOR, GENERATOR
from zerosum.games.parts.settings import OptimizerConfig
from zerosum.games.semi_supervised import SemiSupervisedGame
from zerosum.games.semi_supervised_settings import SemiSupervisedConfig
from zerosum.networks.semi_supervised_settings import MlpClassifierConfig, SoftplusGeneratorConfig
from zerosum.objectives import NonSaturating
from zerosum.objectives.semi_supervised import realness
from zerosum.randomness import Randomness, derive_seed
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop
from zerosum.types import Batch, Images, Labels, PlanarPoints, Scalar, SemiSupervisedBatch

__all__ = ["KINDS", "Few", "Kind", "Learnt", "Moment", "game_of", "learn_from", "new_points"]

Kind = Literal["labels alone", "matching", "usual", "perfect", "elsewhere"]
"""Who learns from what: the discriminator from labels alone, or against a generator that matches
features, or pays the usual cost, or draws real points, or draws points where no real ones are."""

KINDS: tuple[Kind, ...] = get_args(Kind)

_BATCH = 100
_WIDTHS = (64, 64)
_NOISE = 0.1
_RATE = 3e-3
_EMA = 2000
_NEW = 1000
"""New points of each class, for tests."""
_SIDE = 40
"""Cells of a row of the map."""
_LOW = 0.02
"""A density below which there are hardly any real points; spread evenly they would have 0.25."""
_LOOKS = 8


@dataclass(frozen=True, kw_only=True)
class Few:
    """What is known of two moons.

    Attributes:
        labels: Points of each class whose class is known.
        unlabelled: Points of both classes together, whose class is not.
        deviation: σ of the moons.
        rounds: How long is played.
        seed: From which points, weights and latents follow.
    """

    labels: int
    unlabelled: int
    deviation: float
    rounds: int
    seed: int

    @cached_property
    def moons(self) -> tuple[Centres, Centres]:
        """The distributions of both classes."""
        return moons(deviation=self.deviation)

    @cached_property
    def labelled(self) -> Batch:
        """The points with classes."""
        points = self._drawn(self.labels, "labelled")
        labels = torch.arange(2).repeat_interleave(self.labels)
        return Batch(images=as_images(points), labels=labels)

    @cached_property
    def others(self) -> PlanarPoints:
        """The points without."""
        return self._drawn(self.unlabelled // 2, "unlabelled")

    def _drawn(self, count: int, stream: str) -> PlanarPoints:
        random = Randomness(seed=self.seed, stream=stream)
        return torch.cat([each.sample(count, random) for each in self.moons])

    def size_at(self, position: int) -> int:
        """Unlabelled points in a batch."""
        return _BATCH

    def at(self, position: int) -> SemiSupervisedBatch:
        """All labelled points, and some of the others."""
        random = Randomness(seed=self.seed, stream="batches").at(position)
        chosen = random.integers(_BATCH, low=0, high=len(self.others))
        return SemiSupervisedBatch(images=as_images(self.others[chosen]), labelled=self.labelled)

    def density(self, points: PlanarPoints) -> Tensor:
        """Of points of both classes."""
        upper, lower = (each.density(points) for each in self.moons)
        return (upper + lower) / 2

    def real(self, count: int, random: Randomness) -> PlanarPoints:
        """Draw points of both classes, half of each."""
        half = count // 2
        counts = (half, count - half)
        drawn = (each.sample(n, random) for each, n in zip(self.moons, counts, strict=True))
        return torch.cat(list(drawn))

    def elsewhere(self, count: int, random: Randomness) -> PlanarPoints:
        """Draw points evenly from where hardly any real ones are."""
        points = 2 * random.uniform(8 * count, 2) - 1
        return points[self.density(points) < _LOW][:count]


class _PaysAsUsual(SemiSupervisedGame):
    """The generator pays the non-saturating cost: its points are to look real."""

    def generator_turn(self, fake: Images, real: Images) -> Turn:
        """G lowers −log D(G(z)), with D = σ(λ)."""
        cost: Scalar = NonSaturating().generator(realness(self.logits(fake))).mean()
        return Turn(player=GENERATOR, cost=cost)


class _Draws(SemiSupervisedGame):
    """A generator that learns nothing, and draws points in another way.

    Attributes:
        drawn: Draws so many points.
    """

    drawn: Callable[[int, Randomness], PlanarPoints]

    def generate(self, n: int, random: Randomness, labels: Labels | None = None) -> Images:
        """Draw n points."""
        return as_images(self.drawn(n, random))

    def preview(self, count: int, random: Randomness, labels: Labels | None = None) -> Images:
        """Draw points as in a turn."""
        return self.generate(count, random)

    def turns(self, batch: SemiSupervisedBatch, now: Round) -> Iterator[Turn]:
        """D alone moves."""
        yield next(iter(super().turns(batch, now)))


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What a classifier of points says at some time.

    Attributes:
        round: Rounds played.
        upper: The probability of the upper moon in each cell of [-1, 1]², the lowest row first.
        right: The share of new points that it has right.
        made: Some generated points, shape (n, 2).
    """

    round: int
    upper: NDArray[np.float64]
    right: float
    made: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """A game that was played.

    Attributes:
        moments: What was seen of it, the last at its end.
        right: Which of the new points it has right.
        real: λ of new real points.
        made: λ of as many generated ones.
    """

    moments: list[Moment]
    right: Tensor
    real: Tensor
    made: Tensor


def new_points(few: Few) -> tuple[PlanarPoints, Labels]:
    """Points that nobody has learnt from, and their classes.

    Example:
        >>> few = Few(labels=1, unlabelled=20, deviation=0.05, rounds=1, seed=0)
        >>> new_points(few)[0].shape
        torch.Size([2000, 2])
    """
    points = few.real(2 * _NEW, Randomness(seed=few.seed, stream="new"))
    return points, torch.arange(2).repeat_interleave(_NEW)


def learn_from(few: Few, kind: Kind, *, looks: int = _LOOKS) -> Learnt:
    """Play a game by zerosum's own loop.

    Args:
        few: The points.
        kind: Who generates.
        looks: Times at which it is looked at, the start and the end among them; at least 2.

    Example:
        >>> few = Few(labels=1, unlabelled=20, deviation=0.05, rounds=2, seed=0)
        >>> [each.round for each in learn_from(few, "matching", looks=2).moments]
        [0, 2]
    """
    game, engine = game_of(few, kind), Engine(device=torch.device("cpu"))
    loop = Loop(game=game, batches=few, engine=engine, seed=few.seed)
    moments = []
    for number in np.unique(np.rint(np.linspace(0, few.rounds, looks))).astype(int):
        loop.run(until=int(number) * _BATCH)
        moments.append(_look(game, few, loop.rounds))
    points, labels = new_points(few)
    random = Randomness(seed=few.seed, stream="test")
    made = game.answer(game.preview(2 * _NEW, random))
    answers = game.answer(as_images(points))
    return Learnt(
        moments=moments,
        right=answers.argmax(dim=1) == labels,
        real=realness(answers),
        made=realness(made),
    )


def game_of(few: Few, kind: Kind) -> SemiSupervisedGame:
    """Make the game of this kind, as it is before its first round.

    Example:
        >>> few = Few(labels=1, unlabelled=20, deviation=0.05, rounds=2, seed=0)
        >>> game_of(few, "labels alone").settings.unlabelled_weight
        0.0
    """
    optimizer = OptimizerConfig(learning_rate=_RATE, epsilon=1e-4)
    settings = SemiSupervisedConfig(
        generator=SoftplusGeneratorConfig(latent_size=2, widths=_WIDTHS),
        network=MlpClassifierConfig(widths=_WIDTHS, input_noise=0.0, noise=_NOISE),
        classes=("upper", "lower"),
        labels_per_class=few.labels,
        unlabelled_weight=0.0 if kind == "labels alone" else 1.0,
        optimizer=optimizer,
        generator_optimizer=optimizer,
        ema_half_life=_EMA,
    )
    engine, random = Engine(device=torch.device("cpu")), Randomness(seed=few.seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(few.seed, "weights"))
        players = build_semi_supervised(settings, (1, 1, 2), engine, random).players
    return _form(few, kind, settings, players)


def _form(
    few: Few, kind: Kind, settings: SemiSupervisedConfig, players: Mapping[str, Player]
) -> SemiSupervisedGame:
    roles = {"generator": players[GENERATOR], "classifier": players[DISCRIMINATOR]}
    drawn = {"perfect": few.real, "elsewhere": few.elsewhere}
    if kind in drawn:
        draws = _Draws(settings, **roles)
        draws.drawn = drawn[kind]
        return draws
    return (_PaysAsUsual if kind == "usual" else SemiSupervisedGame)(settings, **roles)


def _look(game: SemiSupervisedGame, few: Few, number: int) -> Moment:
    points, labels = new_points(few)
    steps = (torch.arange(_SIDE) + 0.5) / _SIDE * 2 - 1
    plane = torch.cartesian_prod(steps, steps)
    upper = game.classify(as_images(plane))[:, 0].view(_SIDE, _SIDE).T
    right = game.answer(as_images(points)).argmax(dim=1) == labels
    made = game.preview(100, Randomness(seed=few.seed, stream="shown"))
    return Moment(
        round=number,
        upper=upper.double().numpy(),
        right=float(right.double().mean()),
        made=as_points(made).double().numpy(),
    )
