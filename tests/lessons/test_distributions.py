"""The lesson on distributions: the reader's own points, and games that are recorded as played."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from helpers.command_line import call
from zerosum.data.planar import Centres
from zerosum.errors import ConfigError, DataError
from zerosum.games import AdversarialGame
from zerosum.lessons.base import silent
from zerosum.lessons.curing import CURES, measure
from zerosum.lessons.distributions import LESSON, DistributionsControls
from zerosum.lessons.figures import Animation
from zerosum.lessons.pages.parts import draw_figure
from zerosum.lessons.planar import PlanarControls, loop_of, record, target_of
from zerosum.lessons.planar_figures import film
from zerosum.lessons.results import recorded_table

SMALL: dict[str, Any] = {
    "rounds": 4,
    "batch_size": 16,
    "generator_units": 8,
    "discriminator_units": 8,
}
SETTINGS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "turns": {"generator_turns": 2, "discriminator_turns": 2},
    "sgd, one latent": {"optimizer": "sgd", "latent_size": 1, "latent": "uniform"},
    "Wasserstein": {"objective": "wasserstein", "penalty": "gradient", "target": "ring"},
    "relativistic": {"objective": "relativistic", "penalty": "r1", "target": "line"},
    "DRAGAN, hinge": {"objective": "hinge", "penalty": "dragan", "target": "disjoint"},
    "noise, minibatch": {"noise": 0.3, "minibatch": 4, "target": "own"},
}


def _weights(game: AdversarialGame) -> list[torch.Tensor]:
    return [weight for player in game.players.values() for weight in player.parameters]


@pytest.mark.parametrize("changes", SETTINGS.values(), ids=SETTINGS)
def test_a_recorded_game_is_the_loops_own_to_the_last_bit(changes: dict[str, Any]) -> None:
    controls = PlanarControls(**SMALL, **changes)
    recording = record(controls, silent)
    loop, game = loop_of(controls)
    loop.run(until=controls.rounds * controls.batch_size)
    assert all(map(torch.equal, _weights(game), _weights(recording.game)))


def test_moves_are_shown_one_by_one_and_then_rounds() -> None:
    controls = PlanarControls(**{**SMALL, "rounds": 12}, generator_turns=2, watch=2)
    moments = record(controls, silent).moments
    d, g = "discriminator", "generator"
    moves = [(number, player) for number in range(2, 6) for player in (d, g, g)]
    shown = [(moment.round, moment.moved) for moment in moments]
    begin = shown.index((2, d))
    assert shown[begin : begin + 12] == moves
    rounds = [number for number, _ in shown[:begin] + shown[begin + 12 :]]
    assert (rounds[0], rounds[-1]) == (0, 12)
    assert rounds == sorted({*rounds} - {3, 4, 5, 6})


def test_a_page_is_small_whatever_the_turns() -> None:
    """Five targets and one collapse, of as many frames as there can be; the rest takes 0.2 MB."""
    turns = {"generator_turns": 10, "discriminator_turns": 10}
    recording = record(PlanarControls(**(SMALL | turns | {"rounds": 40})), silent)
    frames = len(recording.moments)
    assert frames <= 43
    size = len(draw_figure(film(recording, title="A film")).encode())
    assert size / frames * (5 * 43 + 23) < 2_800_000


def test_own_points_are_learnt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "own.csv").write_text("0,0\n10 5\n10,0\n")
    small = [word for name, each in SMALL.items() for word in (_option(name), str(each))]
    words = ["--target", "own", "--points", str(tmp_path / "own.csv"), *small]
    assert call("learn", "distributions", "--json", *words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["controls"]["target"] == "own"
    assert told["numbers"]["centres"] == 3
    assert "your points" not in told["answer"]


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def test_who_gives_points_and_does_not_choose_them_is_told() -> None:
    controls = DistributionsControls(**SMALL, points="[[0, 0], [1, 1]]")
    assert "choose the target own" in LESSON.compute(controls, silent).answer


def test_own_points_keep_their_shape() -> None:
    target = target_of(PlanarControls(target="own", points="[[0, 0], [10, 5], [10, 0]]"))
    assert isinstance(target, Centres)
    assert target.centres == ((-0.75, -0.375), (0.75, 0.375), (0.75, -0.375))


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"target": "own", "points": "[[0, 0]]"}, ConfigError, "expected 2 to 300 points, got 1"),
        ({"target": "own", "points": "none.csv"}, DataError, "none.csv cannot be read"),
        ({"penalty": "gradient", "minibatch": 4}, ConfigError, "choose another penalty, or"),
        ({"generator_rate": 1.0}, ConfigError, "generator-rate must be between"),
    ],
)
def test_controls_without_sense_are_refused(
    changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        PlanarControls(**changes)


def test_points_in_one_place_are_refused() -> None:
    with pytest.raises(DataError, match="two different points"):
        target_of(PlanarControls(target="own", points="[[1, 1], [1, 1]]"))


def test_a_game_that_diverges_ends_with_what_was_last_seen() -> None:
    controls = DistributionsControls(
        **{**SMALL, "rounds": 40},
        optimizer="sgd",
        penalty="gradient",
        penalty_weight=100.0,
        discriminator_rate=0.1,
        generator_rate=0.1,
    )
    results = LESSON.compute(controls, silent)
    assert 0 < results.numbers["diverged"] <= 40
    assert "the game diverged" in results.answer
    assert math.isfinite(results.numbers["js"])
    shown = results.figures["game"]
    assert isinstance(shown, Animation)
    assert len(shown.frames) == len(results.numbers["distances"])


def test_the_table_in_the_package_is_one_of_the_experiment() -> None:
    table, brief = recorded_table("distributions"), measure(1, 1)
    assert table is not None
    assert tuple(table.columns) == tuple(brief.columns)
    assert [row[0] for row in table.rows] == [row[0] for row in brief.rows] == list(CURES)


def test_seeds_measure_the_table_anew() -> None:
    controls = DistributionsControls(**SMALL, seeds=1)
    results = LESSON.compute(replace(controls, rounds=1), silent)
    assert "from 1 seed" in results.tables["measured"].title
