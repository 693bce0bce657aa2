"""The classifier's cost, against closed forms."""

import math
from functools import partial

import pytest
import torch
from torch import nn

from zerosum.config import ClassificationConfig, ConvClassifierConfig
from zerosum.evaluation.accuracy import accuracy_scores
from zerosum.games import ClassificationGame, Player, Round
from zerosum.objectives import cross_entropy
from zerosum.randomness import Randomness
from zerosum.types import Batch

NOW = Round(number=0, images_seen=0, random=Randomness(seed=0))


def test_an_undecided_classifier_has_the_loss_log_k_whatever_the_smoothing() -> None:
    for smoothing in (0.0, 0.3):
        costs = cross_entropy(torch.full((4, 7), 2.5), torch.arange(4), smoothing=smoothing)
        torch.testing.assert_close(costs, torch.full((4,), math.log(7)))


def test_smoothed_costs_are_least_at_the_smoothed_target() -> None:
    smoothing, k = 0.2, 5
    target = torch.full((k,), smoothing / k)
    target[2] += 1 - smoothing
    label = torch.tensor([2])
    cost = partial(cross_entropy, labels=label, smoothing=smoothing)
    entropy = -(target * target.log()).sum()
    torch.testing.assert_close(cost(target.log()[None])[0], entropy)
    nearby = target.log()[None] + 0.1 * torch.eye(k)
    assert all(cost(row[None]) > entropy for row in nearby)


def test_the_gradient_is_the_difference_of_probabilities() -> None:
    logits = torch.randn(3, 4, generator=torch.Generator().manual_seed(0), requires_grad=True)
    labels = torch.tensor([1, 3, 0])
    (gradient,) = torch.autograd.grad(cross_entropy(logits, labels).sum(), logits)
    expected = logits.softmax(1) - nn.functional.one_hot(labels, 4)
    torch.testing.assert_close(gradient, expected)


def test_the_cost_is_the_mean_and_the_score_the_accuracy() -> None:
    last = nn.Linear(3, 3, bias=False)
    nn.init.eye_(last.weight)
    linear = nn.Sequential(nn.Flatten(), last)
    player = Player(network=linear, optimizer=torch.optim.SGD(linear.parameters(), lr=0.1))
    game = ClassificationGame(ClassificationConfig(classes=("a", "b", "c")), classifier=player)
    images = torch.eye(3).view(3, 1, 1, 3)
    (turn,) = game.turns(Batch(images=images, labels=torch.tensor([0, 1, 0])), NOW)
    right, wrong = (-math.log(math.exp(x) / (math.e + 2)) for x in (1.0, 0.0))
    assert turn.cost.item() == pytest.approx((2 * right + wrong) / 3)
    assert turn.scores["accuracy"].item() == pytest.approx(2 / 3)
    torch.testing.assert_close(game.classify(images).argmax(1), torch.arange(3))


def test_what_is_learnt_from_is_augmented_and_what_is_classified_is_not() -> None:
    linear = nn.Sequential(nn.Flatten(), nn.Linear(64, 2))
    player = Player(network=linear, optimizer=torch.optim.SGD(linear.parameters(), lr=0.1))
    game = ClassificationGame(
        ClassificationConfig(classes=("a", "b"), augmentation=("cutout",)), classifier=player
    )
    images, labels = torch.ones(2, 1, 8, 8), torch.tensor([0, 1])
    assert (game.augment(images, labels, NOW) == 0).any()
    torch.testing.assert_close(game.classify(images), linear(images).softmax(1).detach())


@pytest.mark.parametrize("norm", ["batch", "none"])
@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (3, 33, 65), (1, 4, 5)])
def test_any_shape_with_and_without_normalisation(norm: str, shape: tuple[int, int, int]) -> None:
    config = ConvClassifierConfig(base_channels=4, norm=norm)  # type: ignore[arg-type]
    network = config.build(shape, classes=7)
    assert network(torch.zeros(2, *shape)).shape == (2, 7)
    normalised = any(isinstance(layer, nn.BatchNorm2d) for layer in network.modules())
    assert normalised == (norm == "batch")


def test_scores_of_known_answers() -> None:
    sure = torch.tensor([[0.5, 0.5, 0.0], [0.0, 1.0, 0.0], [0.0, 0.75, 0.25], [0.0, 1.0, 0.0]])
    labels = torch.tensor([0, 1, 2, 1])
    result = accuracy_scores(sure.log(), labels, classes=("a", "b", "c"))
    assert result["accuracy"].estimate.value == 0.75
    expected = (math.log(2) + math.log(4)) / 4
    assert result["cross-entropy"].estimate.value == pytest.approx(expected)
    assert result["accuracy of c"].estimate.value == 0.0
    assert result["accuracy of c"].how.endswith("most often taken for b: 1")
