"""A game of points in the plane and how it is recorded, for the lesson on distributions."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Literal, cast

import numpy as np
import torch

from zerosum.checks import require
from zerosum.config import (
    AdversarialConfig,
    InstanceNoiseConfig,
    MinibatchDiscriminationConfig,
    MlpDiscriminatorConfig,
    MlpGeneratorConfig,
    OptimizerConfig,
    PenaltiesConfig,
    PenaltyConfig,
)
from zerosum.config.run import PicturesConfig
from zerosum.data.planar import (
    Centres,
    Circle,
    Line,
    PlanarBatches,
    PlanarTarget,
    fitted,
    square_of_centres,
)
from zerosum.errors import NonFiniteCostError
from zerosum.evaluation.plane import PlanarLook, PlanarObserver
from zerosum.families.building import build_game
from zerosum.families.generation.settings import GenerationRunConfig
from zerosum.games.adversarial import AdversarialGame
from zerosum.games.base import Round, Turn
from zerosum.games.watching import Watched
from zerosum.lessons.controls import Controls, Number, Points, Seed, points_of
from zerosum.randomness import Randomness
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop
from zerosum.types import Batch

__all__ = ["Moment", "PlanarControls", "Recording", "config_of", "loop_of", "record", "target_of"]

MOVES_SHOWN = 12
"""Moves that are shown by themselves, or so many more that each player has all its turns."""
ROUNDS_SHOWN = 22
"""Moments that are shown besides, further and further apart."""


@dataclass(frozen=True, kw_only=True)
class PlanarControls(Controls):
    """Which points are to be learnt, by whom, and how."""

    target: Literal["grid", "ring", "line", "disjoint", "own"] = "grid"
    """Where real points come from: nine Gaussians, a ring, a line, two Gaussians far from each
    other, or your own points (a spiral, as long as you give none)."""
    points: Annotated[str, Points(least=2, most=300)] = ""
    """Your own points, which are the target own: they are shifted and scaled to fit."""
    deviation: Annotated[float, Number(0.01, 0.2)] = 0.05
    """Standard deviation σ of the noise around centres, ring, line or points; all lie within
    -1 to 1."""
    latent: Literal["normal", "uniform"] = "normal"
    """Distribution of the latents: N(0, 1) or U(-1, 1)."""
    latent_size: Literal[1, 2] = 2
    """Numbers in a latent vector."""
    generator_layers: Annotated[int, Number(1, 4)] = 2
    """Hidden layers of the generator."""
    generator_units: Annotated[int, Number(2, 256)] = 64
    """Units in each of them."""
    discriminator_layers: Annotated[int, Number(1, 4)] = 2
    """Hidden layers of the discriminator."""
    discriminator_units: Annotated[int, Number(2, 256)] = 64
    """Units in each of them."""
    optimizer: Literal["adam", "sgd"] = "adam"
    """How both learn."""
    generator_rate: Annotated[float, Number(1e-5, 0.1)] = 0.002
    """Learning rate of the generator."""
    discriminator_rate: Annotated[float, Number(1e-5, 0.1)] = 0.005
    """Learning rate of the discriminator."""
    momentum: Annotated[float, Number(0.0, 0.99)] = 0.5
    """Adam's β₁, or the momentum of sgd."""
    generator_turns: Annotated[int, Number(1, 10)] = 1
    """Turns of the generator before the discriminator moves again."""
    discriminator_turns: Annotated[int, Number(1, 10)] = 1
    """Turns of the discriminator before the generator moves."""
    objective: Literal[
        "minimax", "non-saturating", "least-squares", "hinge", "wasserstein", "relativistic"
    ] = "non-saturating"
    """The two players' losses."""
    penalty: Literal["none", "gradient", "dragan", "r1", "r2"] = "none"
    """What else the discriminator pays for, of its slope: its difference from 1 between real and
    generated points or around real ones (gradient, dragan), its size at real or at generated
    points (r1, r2)."""
    penalty_weight: Annotated[float, Number(0.0, 100.0)] = 1.0
    """Weight of the penalty; of r1 and r2 it is γ/2."""
    noise: Annotated[float, Number(0.0, 1.0)] = 0.0
    """Standard deviation of noise on all points that the discriminator is given; it falls to 0 by
    the last round."""
    minibatch: Annotated[int, Number(0, 32)] = 0
    """Kernels of minibatch discrimination, by which the discriminator sees how much the points of
    a batch differ; 0: none."""
    batch_size: Annotated[int, Number(8, 1024)] = 256
    """Real points in a round."""
    rounds: Annotated[int, Number(1, 20000)] = 1000
    """Rounds to play."""
    watch: Annotated[int, Number(0, 20000)] = 0
    """Rounds before those that are shown move by move."""
    seed: Seed = 0
    """From which weights, latents and points follow."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            self.penalty != "gradient" or self.minibatch == 0,
            "penalty gradient is for one point at a time, and minibatch compares points with each "
            "other: choose another penalty, or minibatch 0.",
        )


def target_of(controls: PlanarControls) -> PlanarTarget:
    """Make the distribution of real points.

    Example:
        >>> target_of(PlanarControls(target="ring"))
        Circle(radius=0.7, deviation=0.05)
    """
    deviation = controls.deviation
    match controls.target:
        case "grid":
            return square_of_centres(3, reach=0.66, deviation=deviation)
        case "ring":
            return Circle(radius=0.7, deviation=deviation)
        case "line":
            return Line(start=(-0.7, -0.5), end=(0.7, 0.5), deviation=deviation)
        case "disjoint":
            return Centres(centres=((-0.6, 0.4), (0.6, -0.4)), deviation=deviation)
        case "own":
            points = points_of(controls.points) if controls.points else _spiral()
            places = fitted(torch.from_numpy(points).float(), reach=0.75)
            return Centres(centres=tuple((x, y) for x, y in places.tolist()), deviation=deviation)


def _spiral() -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """A drawing to begin with: a turn and a half, points evenly spaced along it."""
    angles = 3 * math.pi * np.sqrt(np.linspace(0.04, 1, 60))
    return np.stack([angles * np.cos(angles), angles * np.sin(angles)], axis=1)


def config_of(controls: PlanarControls) -> GenerationRunConfig:
    """Make the configuration of the run, in which a point is a picture of two grey pixels.

    Raises:
        ConfigError: The settings do not fit each other.

    Example:
        >>> config_of(PlanarControls(penalty="r1")).game.penalties.r1.weight
        1.0
    """
    penalty = {controls.penalty: PenaltyConfig(weight=controls.penalty_weight)}
    game = AdversarialConfig(
        generator=MlpGeneratorConfig(
            latent_size=controls.latent_size,
            widths=(controls.generator_units,) * controls.generator_layers,
            dropout=0.0,
        ),
        discriminator=MlpDiscriminatorConfig(
            widths=(controls.discriminator_units,) * controls.discriminator_layers, dropout=0.0
        ),
        objective=controls.objective,
        penalties=PenaltiesConfig(**({} if controls.penalty == "none" else penalty)),
        latent=controls.latent,
        critic_turns=controls.discriminator_turns,
        generator_turns=controls.generator_turns,
        generator_optimizer=_optimizer(controls, controls.generator_rate),
        discriminator_optimizer=_optimizer(controls, controls.discriminator_rate),
        instance_noise=InstanceNoiseConfig(
            deviation=controls.noise, until=controls.rounds * controls.batch_size
        ),
        minibatch_discrimination=MinibatchDiscriminationConfig(kernels=controls.minibatch),
    )
    return GenerationRunConfig(
        recipe="points",
        data="",
        pictures=PicturesConfig(size=(1, 2), channels=1),
        game=game,
        total_images=controls.rounds * controls.batch_size,
        batch_size=controls.batch_size,
        seed=controls.seed,
        device="cpu",
    )


def _optimizer(controls: PlanarControls, rate: float) -> OptimizerConfig:
    return OptimizerConfig(
        method=controls.optimizer,
        learning_rate=rate,
        betas=(controls.momentum, 0.999),
        momentum=controls.momentum,
    )


def loop_of(controls: PlanarControls) -> tuple[Loop[Batch], AdversarialGame]:
    """Make the loop that trains, as for any other run, and its game.

    Raises:
        ConfigError: The settings do not fit each other.

    Example:
        >>> loop, game = loop_of(PlanarControls(rounds=2))
        >>> loop.run(until=512)
        >>> loop.rounds
        2
    """
    config, engine = config_of(controls), Engine(device=torch.device("cpu"))
    game = cast("AdversarialGame", build_game(config, engine))
    batches = PlanarBatches(
        target=target_of(controls),
        batch_size=controls.batch_size,
        random=Randomness(seed=controls.seed, stream="points"),
    )
    return Loop(game=game, batches=batches, engine=engine, seed=controls.seed), game


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The game after some move.

    Attributes:
        round: Rounds that had been finished, not counting the one of a single move.
        moved: Who has just moved; empty at the start and after whole rounds.
        costs: What each player last paid, before its move.
        look: What is seen.
    """

    round: int
    moved: str
    costs: dict[str, float]
    look: PlanarLook

    @property
    def time(self) -> float:
        """When it was, in rounds; a discriminator's move is the first half of its round."""
        return self.round + {"": 0.0, "discriminator": 0.5}.get(self.moved, 1.0)


@dataclass(kw_only=True)
class Recording:
    """A game from its first to its last round.

    Attributes:
        controls: What was played.
        target: What was to be learnt.
        observer: Who looked on.
        game: The game at its end.
        moments: What was seen, in order: the start, some rounds turn by turn, others as a whole.
        diverged: The number of the round, from 1, in which a cost or a weight was infinite or no
            number, which ended the game; 0: none was.
    """

    controls: PlanarControls
    target: PlanarTarget
    observer: PlanarObserver
    game: AdversarialGame
    moments: list[Moment] = field(default_factory=list)
    diverged: int = 0


def record(
    controls: PlanarControls, progress: Callable[[int, int], None], *, evenly: bool = False
) -> Recording:
    """Play a game by zerosum's own loop, and look at it now and then.

    Args:
        controls: What is played.
        progress: Told how many rounds have been played.
        evenly: Whether the rounds that are shown are evenly spaced, rather than further and
            further apart.

    Raises:
        ConfigError: The settings do not fit each other.

    Example:
        >>> recording = record(PlanarControls(rounds=2), lambda done, total: None)
        >>> [(moment.round, moment.moved) for moment in recording.moments]
        [(0, ''), (0, 'discriminator'), (0, 'generator'), (1, 'discriminator'), (1, 'generator')]
        >>> [moment.time for moment in recording.moments]
        [0.0, 0.5, 1.0, 1.5, 2.0]
    """
    loop, game = loop_of(controls)
    target = target_of(controls)
    observer = PlanarObserver(
        target,
        latent=controls.latent,
        latent_size=controls.latent_size,
        random=Randomness(seed=controls.seed, stream="looks"),
    )
    recording = Recording(controls=controls, target=target, observer=observer, game=game)
    costs: dict[str, float] = {}

    def see(number: int, moved: str) -> None:
        if not all(bool(each.isfinite().all()) for each in _weights_of(game)):
            raise NonFiniteCostError("a weight is not finite")
        look = observer.look(game)
        recording.moments.append(Moment(round=number, moved=moved, costs=dict(costs), look=look))

    @contextmanager
    def around(turn: Turn, now: Round) -> Iterator[None]:
        yield
        costs[turn.player] = float(turn.cost.detach())
        if now.number in _turn_by_turn(controls):
            see(now.number, turn.player)

    loop.game = Watched(game, around)
    see(0, "")
    try:
        for number in _shown(controls.rounds, evenly):
            loop.run(until=number * controls.batch_size)
            progress(number, controls.rounds)
            if number - 1 not in _turn_by_turn(controls):
                see(number, "")
    except NonFiniteCostError:
        recording.diverged = loop.rounds + 1
    return recording


def _weights_of(game: AdversarialGame) -> list[torch.Tensor]:
    return [weight for player in game.players.values() for weight in player.parameters]


def _turn_by_turn(controls: PlanarControls) -> range:
    """The numbers of the rounds, from 0, that are shown turn by turn."""
    turns = controls.discriminator_turns + controls.generator_turns
    rounds = max(1, MOVES_SHOWN // turns) * controls.discriminator_turns
    return range(controls.watch, min(controls.watch + rounds, controls.rounds))


def _shown(rounds: int, evenly: bool) -> list[int]:
    """After how many rounds the whole is looked at; the last is one of them."""
    spaced = np.linspace if evenly else np.geomspace
    numbers = spaced(1, rounds, min(ROUNDS_SHOWN, rounds))
    return sorted({*map(int, np.rint(numbers)), rounds})
