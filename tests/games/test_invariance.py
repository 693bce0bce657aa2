"""The game for invariant features, against gradient reversal as the paper draws it."""

import math
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from zerosum.config import ClassificationConfig, InvarianceConfig, LenetClassifierConfig
from zerosum.games import ClassificationGame, InvarianceGame, Player, Round, Turn
from zerosum.games.invariance import CLASSIFIER, DOMAIN
from zerosum.games.parts.schedules import Schedule
from zerosum.networks import DomainHead, LenetClassifier
from zerosum.networks.settings import Norm
from zerosum.objectives import cross_entropy, domain_costs, entropy_weights, outer_products
from zerosum.randomness import Randomness
from zerosum.types import Batch, DomainBatch

NOW = Round(number=0, images_seen=0, random=Randomness(seed=0))
CLASSES = ("a", "b", "c")


def steady(weight: float) -> Schedule:
    return Schedule(start=weight, end=weight, until=0)


def make_player(network: nn.Module, rate: float = 0.1) -> Player:
    return Player(network=network, optimizer=torch.optim.SGD(network.parameters(), lr=rate))


def make_game(
    *, seed: int = 0, weight: float = 0.7, norm: Norm = "none", **how: Any
) -> InvarianceGame:
    torch.manual_seed(seed)
    classifier = LenetClassifierConfig(channels=(4, 5), units=(6,), norm=norm).build(
        (1, 16, 16), classes=3
    )
    inputs = classifier.feature_size * (3 if how.get("method") == "cdan" else 1)
    game = InvarianceGame(
        InvarianceConfig(classes=CLASSES, **how),
        classifier=make_player(classifier),
        domain=make_player(DomainHead(inputs=inputs, widths=(7,))),
    )
    game.strength = steady(weight)
    return game


def make_batch(*, labelled: bool = False, seed: int = 0) -> DomainBatch:
    generator = torch.Generator().manual_seed(seed)
    a, b = (torch.rand(4, 1, 16, 16, generator=generator) * 2 - 1 for _ in range(2))
    labels = torch.tensor([0, 1, 2, 1])
    return DomainBatch(
        a=a, b=b / 2, labels_a=labels, labels_b=labels.flip(0) if labelled else None
    )


def play(
    game: InvarianceGame | ClassificationGame, batch: Any
) -> Iterator[tuple[Turn, list[Tensor]]]:
    """The turns and each mover's gradients; everybody moves."""
    for turn in game.turns(batch, NOW):
        player = game.players[turn.player]
        player.optimizer.zero_grad()
        turn.cost.backward(inputs=player.parameters)  # type: ignore[no-untyped-call]
        yield (
            turn,
            [weight.grad.clone() for weight in player.parameters if weight.grad is not None],
        )
        player.optimizer.step()


class Reversal(torch.autograd.Function):
    """The paper's gradient reversal layer, equations 18 and 19."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, strength: float) -> Tensor:
        ctx.strength = strength
        return features.view_as(features)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return -ctx.strength * gradients[0], None


@pytest.mark.parametrize("how", [{}, {"method": "cdan"}, {"norm": "batch"}])
@pytest.mark.parametrize("strength", [0.0, 0.1, 1.0, 10.0])
def test_both_turns_are_one_step_of_gradient_reversal(
    how: dict[str, Any], strength: float
) -> None:
    """Ours: two costs, D on detached features after C has moved. The paper's: one cost."""
    weight = strength or 1.0
    game, batch = make_game(weight=weight, **how), make_batch()
    if not strength:  # λ begins at 0, which is not the baseline of weight 0.
        game.strength = Schedule(start=0.0, end=1.0, until=10)
    network, head = (
        make_game(**how).players[CLASSIFIER].network,
        make_game(**how).players[DOMAIN].network,
    )
    assert isinstance(network, LenetClassifier)
    assert batch.labels_a is not None
    features = network.features(torch.cat([batch.a, batch.b]))
    logits = network.head(features)
    reversed_features = Reversal.apply(features, strength)
    if game.conditional:
        reversed_features = outer_products(reversed_features, logits.detach().softmax(dim=1))
    costs = domain_costs(head(reversed_features), torch.arange(8) < 4)
    cost = cross_entropy(logits[:4], batch.labels_a).mean() + costs[:4].mean() + costs[4:].mean()
    cost.backward()  # type: ignore[no-untyped-call]
    expected = {CLASSIFIER: network, DOMAIN: head}
    played = list(play(game, batch))
    assert [turn.player for turn, _ in played] == [CLASSIFIER, DOMAIN]
    for turn, gradients in played:
        theirs = [weight.grad for weight in expected[turn.player].parameters()]
        for mine, other in zip(gradients, theirs, strict=True):
            torch.testing.assert_close(mine, other, rtol=1e-5, atol=1e-7)


def test_the_head_learns_the_domains_and_the_features_to_hide_them() -> None:
    """D's step lowers L on the features as they were; C's step alone raises L."""
    game, batch = make_game(weight=100.0), make_batch()
    head = game.players[DOMAIN].network

    def cost(features: Tensor) -> float:
        return domain_costs(head(features), torch.arange(8) < 4).mean().item()

    before = game.features([batch.a, batch.b]).detach()
    undecided = cost(before)
    turns = play(game, batch)
    next(turns)
    game.players[CLASSIFIER].optimizer.step()
    assert cost(game.features([batch.a, batch.b])) > undecided
    next(turns)
    game.players[DOMAIN].optimizer.step()
    assert cost(before) < undecided


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_weight_0_is_a_classifier_of_the_source_bit_for_bit(norm: Norm) -> None:
    game = make_game(weight=0.0, norm=norm)
    twin = make_game(weight=0.0, norm=norm).players[CLASSIFIER]
    alone = ClassificationGame(ClassificationConfig(classes=CLASSES), classifier=twin)
    head = [weight.clone() for weight in game.players[DOMAIN].parameters]
    for seed in range(3):
        batch = make_batch(seed=seed)
        ours = list(play(game, batch))
        theirs = list(play(alone, Batch(images=batch.a, labels=batch.labels_a)))
        assert [turn.player for turn, _ in ours] == [CLASSIFIER]
        assert torch.equal(ours[0][0].cost, theirs[0][0].cost)
    for name, weight in game.classifier.state_dict().items():
        assert torch.equal(weight, alone.classifier.state_dict()[name]), name
    assert all(map(torch.equal, head, game.players[DOMAIN].parameters))


def test_the_targets_labels_count_where_they_are_given() -> None:
    """The domain is then a nuisance of labelled pictures (Xie et al. 2017)."""
    game, batch = make_game(weight=0.0), make_batch(labelled=True)
    (turn,) = game.turns(batch, NOW)
    network = game.players[CLASSIFIER].network
    assert batch.labels_a is not None
    assert batch.labels_b is not None
    logits = network(torch.cat([batch.a, batch.b]))
    costs = cross_entropy(logits, torch.cat([batch.labels_a, batch.labels_b]))
    torch.testing.assert_close(turn.cost, costs.mean())
    first, second = (t for t, _ in play(make_game(weight=1.0), batch))
    assert first.scores["labels"].item() == pytest.approx(turn.cost.item())
    assert (first.player, second.player) == (CLASSIFIER, DOMAIN)


def test_statistics_of_one_batch_or_of_each_domain() -> None:
    batch = make_batch()
    joint, apart = (make_game(norm="batch", together=together) for together in (True, False))
    features = [game.features([batch.a, batch.b]) for game in (joint, apart)]
    assert not torch.allclose(features[0], features[1])
    network = make_game(norm="batch").players[CLASSIFIER].network
    assert isinstance(network, LenetClassifier)
    torch.testing.assert_close(features[1][4:], network.features(batch.b))


def test_a_conditional_head_is_given_products_and_sends_nothing_back_through_the_classes() -> None:
    features = torch.rand(5, 4, requires_grad=True)
    sure = torch.rand(5, 3).softmax(dim=1)
    products = outer_products(features, sure)
    assert products.shape == (5, 12)
    torch.testing.assert_close(products.view(5, 3, 4).sum(dim=1), features)
    game, batch = make_game(method="cdan", weight=1.0), make_batch()
    network = game.players[CLASSIFIER].network
    assert isinstance(network, LenetClassifier)
    result = network.features(torch.cat([batch.a, batch.b]))
    logits = network.head(result)
    cost, domain_logits = game.domain_cost(result, logits.detach())
    assert domain_logits.shape == (8,)
    cost.backward()  # type: ignore[no-untyped-call]
    assert all(weight.grad is None for weight in network.head.parameters())
    assert all(weight.grad is not None for weight in network.body.parameters())


def test_entropy_weights_have_mean_1_and_favour_the_sure() -> None:
    sure = torch.tensor([[1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3], [0.5, 0.5, 0.0]])
    weights = entropy_weights(sure.log().clamp(min=-1e4))
    assert weights.mean().item() == pytest.approx(1.0)
    raw = torch.tensor([2.0, 1 + 1 / 3, 1.5])
    torch.testing.assert_close(weights, raw / raw.mean())


def published_cdan_e(domain_logits: Tensor, sure: Tensor, strength: float) -> Tensor:
    """L of the authors' code, which is the mean of both domains' weighted means.

    Its weights see the classes' probabilities, against which it reverses their gradient.
    """
    n = len(sure) // 2
    entropy = Reversal.apply(torch.special.entr(sure).sum(dim=1), strength)
    raw = 1 + torch.exp(-entropy)
    share = torch.cat([raw[:n] / raw[:n].sum().detach(), raw[n:] / raw[n:].sum().detach()])
    right = torch.cat([torch.ones(n), torch.zeros(n)])
    costs = functional.binary_cross_entropy(domain_logits.sigmoid(), right, reduction="none")
    return (share * costs).sum() / share.sum().detach()


@pytest.mark.parametrize("strength", [0.1, 1.0])
def test_both_turns_with_entropy_conditioning_are_a_step_of_the_authors_code(
    strength: float,
) -> None:
    """Half of our weight is theirs, since they take the mean where the paper has a sum."""
    how: dict[str, Any] = {"method": "cdan", "entropy_conditioning": True}
    game, batch = make_game(weight=strength / 2, **how), make_batch()
    twin = make_game(**how)
    network, head = (twin.players[name].network for name in (CLASSIFIER, DOMAIN))
    assert isinstance(network, LenetClassifier)
    assert batch.labels_a is not None
    features = network.features(torch.cat([batch.a, batch.b]))
    logits = network.head(features)
    sure = logits.softmax(dim=1)
    products = outer_products(Reversal.apply(features, strength), sure.detach())
    cost = cross_entropy(logits[:4], batch.labels_a).mean()
    (cost + published_cdan_e(head(products), sure, strength)).backward()  # type: ignore[no-untyped-call]
    played = {turn.player: result for turn, result in play(game, batch)}
    for name, factor in ((CLASSIFIER, 1), (DOMAIN, 2)):
        for mine, other in zip(played[name], twin.players[name].parameters, strict=True):
            assert other.grad is not None
            torch.testing.assert_close(mine, factor * other.grad, rtol=1e-5, atol=1e-7)


def test_the_loss_of_a_domain_head_is_the_sum_of_two_means() -> None:
    """Undecided, log 4: equation 9 of Ganin et al. has a mean for each domain."""
    game, batch = make_game(), make_batch()
    for weight in game.players[DOMAIN].parameters:
        weight.data.zero_()
    cost, _ = game.domain_cost(game.features([batch.a, batch.b]), None)
    assert cost.item() == pytest.approx(math.log(4))


def test_the_loss_of_a_domain_head_is_log_2_if_it_is_undecided() -> None:
    of_source = torch.tensor([True, False, True, False])
    costs = domain_costs(torch.tensor([0.0, 0.0, -30.0, -30.0]), of_source)
    torch.testing.assert_close(costs, torch.tensor([0.6931472, 0.6931472, 30.0, 0.0]))


def test_features_are_encoded_as_the_classifier_extracts_them() -> None:
    game, batch = make_game(norm="batch"), make_batch()
    features = game.encode(batch.b, "target")
    assert game.classifier.training
    network = game.classifier.eval()
    assert isinstance(network, LenetClassifier)
    torch.testing.assert_close(features, network.features(batch.b).detach())
    torch.testing.assert_close(game.classify(batch.b), network(batch.b).softmax(1).detach())
