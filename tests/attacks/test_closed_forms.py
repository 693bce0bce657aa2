"""Linear classifiers, for which the best perturbation is known."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from helpers.victims import linear, two_classes
from zerosum.attacks import (
    ATTACKS,
    L2,
    NORMS,
    Ascent,
    CarliniWagner,
    DeepFool,
    Goal,
    LInf,
    PixelClassifier,
    RandomStreams,
    Square,
    Universal,
    attack_images,
    pgd,
)

PIXELS = 16
LENGTHS = {"linf": 1, "l2": 2}
"""The dual norm of each norm's ball."""


@pytest.fixture
def middle() -> Tensor:
    """Pictures far from black and white, where the ends of the range do not matter."""
    return 0.5 + 0.1 * torch.randn(12, 1, 4, 4, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("norm", ["linf", "l2"])
@pytest.mark.parametrize("name", ["fgsm", "bim", "pgd", "momentum"])
def test_the_margin_rises_by_epsilon_times_the_dual_norm(
    name: str, norm: str, middle: Tensor
) -> None:
    classifier, w = two_classes(PIXELS)
    labels = classifier(middle).argmax(dim=1)
    outcome = attack_images(ATTACKS[name](NORMS[norm]), classifier, middle, labels, epsilon=0.02)
    goal = Goal(labels=labels)
    risen = goal.margin(outcome.logits) - goal.margin(classifier(middle))
    best = 0.02 * w.norm(p=LENGTHS[norm])
    # From elsewhere in a sphere, steps that slide along it only come near its best point.
    slack = 0.03 if (name, norm) == ("pgd", "l2") else 1e-4
    assert torch.allclose(risen, best.expand(12), rtol=slack)


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_nothing_rises_more_than_that(norm: str, middle: Tensor) -> None:
    classifier, w = two_classes(PIXELS)
    labels = classifier(middle).argmax(dim=1)
    goal, best = Goal(labels=labels), 0.02 * w.norm(p=LENGTHS[norm])
    for name in ATTACKS:
        if (name, norm) == ("cw", "linf"):
            continue
        attack = ATTACKS[name](NORMS[norm])
        if name == "cw":
            attack = CarliniWagner(steps=20, searches=2, first=1.0)
        elif name == "square":
            attack = Square(norm=NORMS[norm], queries=50)
        found = attack_images(attack, classifier, middle, labels, epsilon=0.02)
        risen = goal.margin(found.logits) - goal.margin(classifier(middle))
        assert risen.max() <= best * (1 + 1e-3)


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_deepfool_takes_the_shortest_way_in_one_step(norm: str, middle: Tensor) -> None:
    classifier, w = two_classes(PIXELS)
    labels = classifier(middle).argmax(dim=1)
    attack = DeepFool(norm=NORMS[norm], steps=1, overshoot=0.0)
    outcome = attack_images(attack, classifier, middle, labels)
    distance = -Goal(labels=labels).margin(classifier(middle)) / w.norm(p=LENGTHS[norm])
    assert bool(outcome.fooled.all())
    # The push of 1e-4 is the difference.
    assert torch.allclose(outcome.sizes, distance + 1e-4, atol=2e-5)


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_deepfool_goes_to_the_nearest_of_several_boundaries(norm: str, middle: Tensor) -> None:
    stream = torch.Generator().manual_seed(5)
    weight = torch.randn(4, PIXELS, generator=stream)
    classifier = linear(weight, -weight.sum(dim=1) / 2)
    logits = classifier(middle)
    labels = logits.argmax(dim=1)
    distances = torch.stack(
        [
            (logits[range(12), labels] - logits[:, k])
            / (weight[labels] - weight[k]).norm(p=LENGTHS[norm], dim=1)
            for k in range(4)
        ],
        dim=1,
    ).nan_to_num(torch.inf)
    outcome = attack_images(DeepFool(norm=NORMS[norm], overshoot=0.0), classifier, middle, labels)
    assert bool(outcome.fooled.all())
    assert torch.allclose(outcome.sizes, distances.amin(dim=1), atol=5e-4)


def test_carlini_and_wagner_find_the_shortest_way(middle: Tensor) -> None:
    classifier, w = two_classes(PIXELS)
    labels = classifier(middle).argmax(dim=1)
    outcome = attack_images(
        CarliniWagner(steps=80, searches=7, first=1.0, rate=0.01), classifier, middle, labels
    )
    distance = -Goal(labels=labels).margin(classifier(middle)) / w.norm()
    assert bool(outcome.fooled.all())
    assert (outcome.sizes >= distance * (1 - 1e-4)).all()
    assert torch.allclose(outcome.sizes, distance, rtol=0.03, atol=2e-3)


def test_black_and_white_pixels_can_move() -> None:
    """An arctanh of them is infinite in other programs, and they stay for ever."""
    w = torch.ones(4)
    classifier = linear(torch.stack([-w, w]), torch.tensor([1.0, -1.0]))  # 1 where Σx > 1
    black = torch.zeros(1, 1, 2, 2)
    outcome = attack_images(
        CarliniWagner(steps=80, searches=5, first=1.0, rate=0.05),
        classifier,
        black,
        torch.tensor([0]),
    )
    assert bool(outcome.fooled.all())
    assert outcome.sizes.item() == pytest.approx(0.5, rel=0.03)


def test_negative_logits_are_logits_like_others(middle: Tensor) -> None:
    """Elsewhere the margin takes the true class for a logit of 0, which then wins."""
    classifier, _ = two_classes(PIXELS)
    labels = classifier(middle).argmax(dim=1)
    lowered = PixelClassifier(network=nn.Sequential(classifier.network, Lowered()))
    for attack in (
        CarliniWagner(steps=30, searches=2, first=1.0, rate=0.05),
        pgd(L2()),
        DeepFool(norm=L2()),
    ):
        found = [
            attack_images(attack, each, middle, labels, epsilon=1.0)
            for each in (classifier, lowered)
        ]
        assert torch.equal(found[0].fooled, found[1].fooled)
        assert torch.allclose(found[0].images, found[1].images, atol=1e-3)


class Lowered(nn.Module):
    """All logits 50 lower, which changes no probability."""

    def forward(self, logits: Tensor) -> Tensor:
        return logits - 50


def test_a_sure_classifier_has_a_slope_all_the_same(middle: Tensor) -> None:
    """With logits 1,000 times as large the cross-entropy's slope is 0 in 32 bits."""
    classifier, w = two_classes(PIXELS)
    labels = classifier(middle).argmax(dim=1)
    sure = linear(1000 * torch.stack([-w / 2, w / 2]), 1000 * w.sum() / 4 * torch.tensor([1, -1]))
    for name in ("fgsm", "pgd"):
        found = [
            attack_images(ATTACKS[name](LInf()), each, middle, labels, epsilon=0.3).images
            for each in (classifier, sure)
        ]
        assert torch.allclose(found[0], found[1], atol=1e-5)


def test_one_class_has_one_universal_perturbation(middle: Tensor) -> None:
    """Against w·x > 0 it is −ε sign(w)."""
    classifier, w = two_classes(PIXELS)
    images = middle[classifier(middle).argmax(dim=1) == 1]
    goal, random = (
        Goal(labels=torch.ones(len(images)).long()),
        RandomStreams(seed=0, indices=range(20)),
    )
    with classifier.frozen():
        delta = Universal(norm=LInf(), cap=1e3).learn(
            classifier, images, goal, epsilon=0.02, random=random.of(torch.arange(len(images)))
        )
    assert torch.allclose(delta.flatten(), -0.02 * w.sign(), atol=1e-6)


def test_restarts_find_what_one_start_does_not() -> None:
    """A valley with a low hill on one side and success on the other."""
    images, labels = torch.full((16, 1, 1, 1), 0.5), torch.zeros(16).long()
    classifier = PixelClassifier(network=Valley())
    one = Ascent(norm=LInf(), steps=20, step=0.1, restarts=1)
    shares = [
        float(attack_images(each, classifier, images, labels, epsilon=0.4).fooled.float().mean())
        for each in (one, replace(one, restarts=8))
    ]
    assert 0.1 < shares[0] < 0.9
    assert shares[1] > 0.95


class Valley(nn.Module):
    """Class 1 beyond x = 0.8; going down from the middle, its logit rises as well, to no end."""

    def forward(self, images: Tensor) -> Tensor:
        x = images.flatten(1) - 0.5
        lead = torch.where(x > 0, x - 0.3, -x / 2 - 0.3)
        return torch.cat([-lead, lead], dim=1)


def test_stopping_early_succeeds_as_often_and_is_less_sure() -> None:
    classifier, _ = two_classes(PIXELS)
    images = torch.rand(20, 1, 4, 4, generator=torch.Generator().manual_seed(3))
    labels = classifier(images).argmax(dim=1)
    for attack in (pgd(LInf()), pgd(L2())):
        full = attack_images(attack, classifier, images, labels, epsilon=0.3)
        short = attack_images(replace(attack, stop=True), classifier, images, labels, epsilon=0.3)
        assert torch.equal(full.fooled, short.fooled)
        assert full.fooled.any()
        assert short.confidences[full.fooled].mean() < full.confidences[full.fooled].mean()


def test_a_climb_is_left_where_it_ends_unless_it_may_stop() -> None:
    """Steps of 0.12 from 0.5 jump over the peak at 0.6, and back: 0.62, 0.5, 0.62, 0.5."""
    classifier, labels = PixelClassifier(network=Peak()), torch.zeros(2).long()
    images = torch.full((2, 1, 1, 1), 0.5)
    climb = Ascent(norm=LInf(), steps=4, step=0.6)
    for attack, end in ((climb, 0.5), (replace(climb, stop=True), 0.62)):
        found = attack_images(attack, classifier, images, labels, epsilon=0.2)
        assert torch.allclose(found.images, torch.full_like(images, end))
        assert bool(found.fooled.all()) == attack.stop


class Peak(nn.Module):
    """Class 1 from x = 0.55 to 0.65, most surely between."""

    def forward(self, images: Tensor) -> Tensor:
        lead = 0.05 - (images.flatten(1) - 0.6).abs()
        return torch.cat([-lead, lead], dim=1)
