"""What makes a generator of points collapse, and what cures it: an experiment over seeds."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from zerosum.data.planar import Centres
from zerosum.evaluation.plane import PlanarObserver, centres_reached, points_of
from zerosum.lessons.planar import PlanarControls, loop_of, target_of
from zerosum.lessons.results import Table
from zerosum.randomness import Randomness

__all__ = ["COLLAPSE", "CURES", "measure"]

COLLAPSE: Mapping[str, Any] = {"generator_turns": 5}
"""What makes the generator collapse."""

CURES: Mapping[str, Mapping[str, Any]] = {
    "G and D in turn": {"generator_turns": 1},
    "five turns of G for each of D": {},
    "... and five turns of D": {"discriminator_turns": 5},
    "... and D learns four times as fast": {"discriminator_rate": 0.02},
    "... and G learns five times slower": {"generator_rate": 0.0004},
    "... and β₁ = 0 for both": {"momentum": 0.0},
    "... and β₁ = 0.9 for both": {"momentum": 0.9},
    "... and R1, weight 1": {"penalty": "r1"},
    "... and R2, weight 1": {"penalty": "r2"},
    "... and DRAGAN's penalty, weight 1": {"penalty": "dragan"},
    "... and the gradient penalty, weight 1": {"penalty": "gradient"},
    "... and noise of 0.3, fading out": {"noise": 0.3},
    "... and least squares": {"objective": "least-squares"},
    "... and hinge": {"objective": "hinge"},
}
"""What is changed, and what besides, beginning with games as they are."""


@cache
def measure(seeds: int, rounds: int) -> Table:
    """Play every game on the grid of nine centres from several seeds.

    Rounds in which G does not move, as D has several turns, are played besides.

    Args:
        seeds: How many, from 0.
        rounds: Rounds in which G moves.

    Example:
        >>> measure(1, 1).columns[:2]
        ('game', 'JS')
    """
    rows = [
        (name, *_row({**COLLAPSE, **changes}, seeds, rounds)) for name, changes in CURES.items()
    ]
    return Table(
        title=f"On the grid after {rounds:,} rounds in which G moves, from {seeds} "
        f"seed{'s' if seeds > 1 else ''}: mean (least to greatest)",
        columns=("game", "JS", "centres reached, of 9", "points within 3σ of one"),
        rows=rows,
    )


def _row(changes: Mapping[str, Any], seeds: int, rounds: int) -> tuple[str, str, str]:
    found = np.array([_play({**changes, "seed": seed}, rounds) for seed in range(seeds)])
    forms = ("{:.2f}", "{:.2f}"), ("{:.1f}", "{:g}"), ("{:.0%}", "{:.0%}")
    texts = [
        f"{mean.format(each.mean())} ({end.format(each.min())} to {end.format(each.max())})"
        for each, (mean, end) in zip(found.T, forms, strict=True)
    ]
    return texts[0], texts[1], texts[2]


def _play(changes: Mapping[str, Any], rounds: int) -> tuple[float, int, float]:
    controls = replace(PlanarControls(), **changes)
    controls = replace(controls, rounds=rounds * controls.discriminator_turns)
    loop, game = loop_of(controls)
    loop.run(until=controls.rounds * controls.batch_size)
    target = target_of(controls)
    assert isinstance(target, Centres)
    observer = PlanarObserver(
        target, latent="normal", latent_size=2, random=Randomness(seed=0, stream="looks")
    )
    points = points_of(game, observer.latents)
    return observer.distance_of(points).value, *centres_reached(points, target)
