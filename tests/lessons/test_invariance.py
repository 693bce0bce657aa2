"""The lesson on invariance: its points, its games, and what cannot be asked of it."""

import pytest
import torch

from helpers.command_line import call
from zerosum.games.base import Round
from zerosum.lessons.heads import (
    Domains,
    Groups,
    Heads,
    domains_game,
    groups_game,
    learn_domains,
    learn_groups,
)
from zerosum.randomness import Randomness
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop

HEADS = Heads(weight=1.0, features=3, deep=True, rounds=2, seed=1)
NOW = Round(number=0, images_seen=0, random=Randomness(seed=0))


def test_the_second_number_helps_in_the_source_and_misleads_in_the_target() -> None:
    domains, random = Domains(shift=3.0, seed=0), Randomness(seed=0)
    for source, means in ((True, (-1.5, 1.5)), (False, (3.0, 3.0))):
        points, labels = domains.draw(source, 8000, random)
        for label, mean in enumerate(means):
            mine = 4 * points[labels == label]
            expected = torch.tensor([2.0 * label - 1, mean])
            assert torch.allclose(mine.mean(dim=0), expected, atol=0.1)
            assert torch.allclose(mine.std(dim=0), torch.ones(2), atol=0.1)


def test_groups_differ_in_how_often_yes_is_true() -> None:
    groups = Groups(spread=0.4, seed=0)
    drawn = groups.draw(9000, Randomness(seed=0))
    for group, rate in enumerate((0.1, 0.5, 0.9)):
        share = (drawn.labels[drawn.groups == group] == 1).double().mean()
        assert float(share) == pytest.approx(rate, abs=0.05)


@pytest.mark.parametrize("told", [False, True])
def test_the_head_of_groups_is_told_what_it_is_said_to_be_told(told: bool) -> None:
    game = groups_game(HEADS, told=told)
    batch = Groups(spread=0.3, seed=0).at(0)
    assert [turn.player for turn in game.turns(batch, NOW)] == ["classifier", "domain"]
    features = game.plain.features([batch.images])
    turned = type(batch)(images=batch.images, labels=1 - batch.labels, groups=batch.groups)
    same = torch.equal(game.group_cost(features, batch), game.group_cost(features, turned))
    assert same is not told


def test_without_weight_nobody_guesses() -> None:
    alone = Heads(weight=0.0, features=3, deep=True, rounds=2, seed=1)
    batch = Groups(spread=0.3, seed=0).at(0)
    turns = groups_game(alone, told=False).turns(batch, NOW)
    assert [turn.player for turn in turns] == ["classifier"]


def test_one_seed_gives_one_result_and_the_loop_is_zerosums_own() -> None:
    domains = Domains(shift=3.0, seed=1)
    learnt = learn_domains(domains, HEADS)
    game = domains_game(HEADS)
    Loop(game=game, batches=domains, engine=Engine(device=torch.device("cpu")), seed=1).run(
        until=200
    )
    random = Randomness(seed=1, stream="new")
    points, labels = domains.draw(True, 2000, random)
    right = game.classify(points[:, None, None]).argmax(dim=1) == labels
    assert torch.equal(right, learnt.source)


@pytest.mark.parametrize("told", [False, True])
def test_games_of_one_seed_begin_and_go_on_alike(told: bool) -> None:
    batch = Groups(spread=0.3, seed=0).at(0)
    costs = []
    for noise in (0, 1):
        torch.manual_seed(noise)  # What others draw has no part in it.
        costs.append([turn.cost for turn in groups_game(HEADS, told=told).turns(batch, NOW)])
    assert torch.equal(torch.stack(costs[0]), torch.stack(costs[1]))


@pytest.mark.parametrize("deep", [False, True])
def test_heads_of_both_depths_play_with_groups(deep: bool) -> None:
    heads = Heads(weight=1.0, features=2, deep=deep, rounds=1, seed=0)
    fair = learn_groups(Groups(spread=0.2, seed=0), heads, told=True)
    assert [each.group for each in fair.rates] == [0, 1, 2]
    assert set(fair.shares) == {"right", "odds", "parity", "probe"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--features", "1"], "features must be between 2 and 32, got 1"),
        (["--spread", "0.5"], "spread must be between 0 and 0.45, got 0.5"),
        (["--head", "wide"], "wide"),
    ],
)
def test_what_is_out_of_range_is_refused(
    words: list[str], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert call("learn", "invariance", *words) in (1, 2)
    printed = capfd.readouterr()
    assert message in printed.err + printed.out
