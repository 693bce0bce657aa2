"""The lesson on few labels: who generates, and that a plain loop would end the same."""

import pytest
import torch

import zerosum
from helpers.command_line import call
from zerosum.games.base import Round
from zerosum.lessons.few_labels import KINDS, Few, Kind, game_of, learn_from
from zerosum.randomness import Randomness

FEW = Few(labels=2, unlabelled=40, deviation=0.05, rounds=3, seed=1)


def test_points_elsewhere_lie_where_real_ones_do_not() -> None:
    random = Randomness(seed=0)
    elsewhere, real = FEW.elsewhere(100, random), FEW.real(101, random)
    assert len(elsewhere) == 100
    assert len(real) == 101
    assert float(FEW.density(elsewhere).max()) < 0.02 < float(FEW.density(real).median())


@pytest.mark.parametrize("kind", KINDS)
def test_looking_on_changes_nothing(kind: Kind) -> None:
    often, seldom = (learn_from(FEW, kind, looks=looks) for looks in (4, 2))
    assert [each.round for each in often.moments] == [0, 1, 2, 3]
    assert torch.equal(often.real, seldom.real)
    assert torch.equal(often.made, seldom.made)


def test_only_a_generator_that_learns_moves() -> None:
    players = {
        kind: [
            turn.player
            for turn in game_of(FEW, kind).turns(
                FEW.at(0), Round(number=0, images_seen=0, random=Randomness(seed=0))
            )
        ]
        for kind in KINDS
    }
    both, alone = ["discriminator", "generator"], ["discriminator"]
    assert list(players.values()) == [both, both, both, alone, alone]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--labels", "0"], "labels must be between 1 and 100, got 0"),
        (["--rounds", "19"], "rounds must be between 20 and 5000, got 19"),
        (["--shift", "nan"], "shift must be between -20 and 20, got nan"),
    ],
)
def test_what_is_out_of_range_is_refused(
    words: list[str], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert call("learn", "labels", *words) in (1, 2)
    assert message in capfd.readouterr().err


def test_odd_numbers_of_points_and_labels_do() -> None:
    learned = zerosum.learn(
        "labels", labels=1, unlabelled=21, rounds=20, seeds=2, deviation=0.15, quiet=True
    )
    assert all(holds is not False for holds in learned.claims.values())
    assert len(learned.results.numbers["paid"]["matching"]) == 2
