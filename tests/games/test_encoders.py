"""ADDA: who moves when, what is frozen, and what each turn costs."""

from copy import deepcopy

import torch

from zerosum.config import InvarianceConfig, LenetClassifierConfig
from zerosum.games import EncoderGame, Player, Round
from zerosum.games.encoders import TARGET
from zerosum.games.invariance import CLASSIFIER, DOMAIN
from zerosum.networks import DomainHead, LenetClassifier
from zerosum.networks.settings import Norm
from zerosum.objectives import domain_costs
from zerosum.randomness import Randomness
from zerosum.training.diagnostics import player_diagnostics
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop
from zerosum.types import DomainBatch


class Noise:
    def size_at(self, position: int) -> int:
        return 4

    def at(self, position: int) -> DomainBatch:
        generator = torch.Generator().manual_seed(position)
        a, b = (torch.rand(4, 1, 16, 16, generator=generator) * 2 - 1 for _ in range(2))
        return DomainBatch(a=a, b=b / 2, labels_a=torch.tensor([0, 1, 1, 0]))


def make_loop(
    *, norm: Norm = "batch", pretraining: int = 12
) -> tuple[EncoderGame, Loop[DomainBatch]]:
    torch.manual_seed(0)
    network = LenetClassifierConfig(channels=(4, 4), units=(5,), norm=norm).build(
        (1, 16, 16), classes=2
    )
    players = [
        Player(network=each, optimizer=torch.optim.Adam(each.parameters(), lr=0.01))
        for each in (network, deepcopy(network), DomainHead(inputs=network.feature_size))
    ]
    game = EncoderGame(
        InvarianceConfig(classes=("a", "b"), method="adda", pretraining=pretraining),
        classifier=players[0],
        target=players[1],
        domain=players[2],
    )
    engine = Engine(device=torch.device("cpu"))
    return game, Loop(game=game, batches=Noise(), engine=engine, seed=0)


def state(game: EncoderGame, name: str) -> dict[str, torch.Tensor]:
    result = game.players[name].network.state_dict()
    return {key: value.clone() for key, value in result.items()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> set[str]:
    return {name for name, value in one.items() if torch.equal(value, other[name])}


def test_first_the_source_learns_and_then_it_is_frozen_bit_for_bit() -> None:
    game, loop = make_loop()
    beginning = state(game, DOMAIN)
    for _ in range(3):
        before = state(game, CLASSIFIER)
        assert set(loop.play_round()) == {CLASSIFIER}
        assert not same(before, state(game, CLASSIFIER))
        assert same(state(game, TARGET), state(game, CLASSIFIER)) == before.keys()
    assert same(beginning, state(game, DOMAIN)) == beginning.keys()
    source = state(game, CLASSIFIER)
    for _ in range(3):
        assert list(loop.play_round()) == [DOMAIN, TARGET]
    assert same(source, state(game, CLASSIFIER)) == source.keys()
    target = state(game, TARGET)
    head = {name for name in target if name.startswith("head")}
    assert same(source, target) == head
    assert not same(beginning, state(game, DOMAIN))


def test_looking_ahead_over_the_end_of_the_first_phase_changes_nothing() -> None:
    game, loop = make_loop()
    loop.play_round()
    before = {name: state(game, name) for name in game.players}
    assert "target gradient" in player_diagnostics(loop)
    for name, old in before.items():
        assert same(old, state(game, name)) == old.keys()


def test_the_labels_are_inverted_and_the_domain_head_has_moved_before() -> None:
    game, _ = make_loop(pretraining=1)
    batch = Noise().at(0)
    now = Round(number=1, images_seen=1, random=Randomness(seed=0))
    turns = game.turns(batch, now)
    first = next(turns)
    with torch.no_grad():
        for weight in game.players[DOMAIN].parameters:
            weight.add_(0.1)
    second = next(turns)
    source = game.source_features(batch.a)
    target = game.players[TARGET].network
    assert isinstance(target, LenetClassifier)
    logits = game.logits(target.features(batch.b))
    inverted = domain_costs(logits, torch.ones(4, dtype=torch.bool)).mean()
    torch.testing.assert_close(second.cost, inverted)
    assert first.player == DOMAIN
    assert not source.requires_grad


def test_each_domain_has_its_classifier() -> None:
    game, loop = make_loop(norm="none")
    loop.run(until=24)
    batch = Noise().at(100)
    target, source = (game.answer_in(domain, batch.a) for domain in ("target", "source"))
    assert not torch.allclose(target, source)
    torch.testing.assert_close(game.answer(batch.a), target)
    with torch.no_grad():
        network = game.players[CLASSIFIER].network
        torch.testing.assert_close(network(batch.a), source)
    assert not torch.allclose(game.encode(batch.a, "source"), game.encode(batch.a, "target"))
