"""Small classifiers: equal first weights and batches, and a loop that is plain descent."""

from itertools import chain, pairwise

import numpy as np
import torch
from torch.nn import functional

from zerosum.lessons.small_classifiers import (
    Digits,
    digit_classifier,
    packaged_digits,
    train_classifier,
)


def descent(network: torch.nn.Module, rate: float) -> torch.optim.SGD:
    return torch.optim.SGD(network.parameters(), lr=rate)


def numbered(count: int) -> Digits:
    """Images that can be told from each other: image i is a row of i's."""
    images = torch.arange(count).float()[:, None].expand(-1, 784)
    return Digits(images=images, labels=torch.arange(count) % 10)


class Listening(torch.nn.Linear):
    """A linear classifier that remembers which images it was given."""

    def __init__(self) -> None:
        super().__init__(784, 10)
        self.given: list[list[int]] = []

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        self.given.append(images[:, 0].int().tolist())
        return super().forward(images / 1000)


def given(seed: int, batches: int) -> list[list[int]]:
    network = Listening()
    train_classifier(
        network, descent(network, 0.1), numbered(30), batches=batches, batch_size=10, seed=seed
    )
    return network.given


def test_each_digit_comes_once_before_any_comes_again_and_the_seed_says_when() -> None:
    first = given(0, 6)
    assert [sorted(chain(*first[at : at + 3])) for at in (0, 3)] == [list(range(30))] * 2
    assert first[:3] != first[3:]
    assert given(0, 4) == first[:4]
    assert given(1, 6) != first


def test_a_batch_is_one_step_of_gradient_descent() -> None:
    digits = numbered(20)[:10]
    trained, by_hand = (digit_classifier(norm=False, deviation=0.01) for _ in range(2))
    course = train_classifier(
        trained, descent(trained, 0.05), digits, batches=2, batch_size=10, seed=0
    )
    for loss in course.losses:
        cost = functional.cross_entropy(by_hand(digits.images), digits.labels)
        assert np.isclose(float(cost.detach()), loss, rtol=1e-5)
        gradients = torch.autograd.grad(cost, list(by_hand.parameters()))
        with torch.no_grad():
            for weight, gradient in zip(by_hand.parameters(), gradients, strict=True):
                weight.sub_(0.05 * gradient)
    both = zip(trained.parameters(), by_hand.parameters(), strict=True)
    assert all(torch.allclose(*each, atol=1e-6) for each in both)


def test_first_weights_have_their_deviation_and_follow_from_the_seed_alone() -> None:
    network, same, other = (
        digit_classifier(norm=norm, deviation=5, dropout=dropout, seed=seed)
        for norm, dropout, seed in ((True, 0.0, 3), (False, 0.5, 3), (True, 0.0, 4))
    )
    linear, equal, unlike = (
        [each for each in layers.modules() if isinstance(each, torch.nn.Linear)]
        for layers in (network, same, other)
    )
    assert abs(float(linear[0].weight.detach().std()) - 5) < 0.05
    for one, two, three in zip(linear, equal, unlike, strict=True):
        assert torch.equal(one.weight, two.weight)
        assert not torch.equal(one.weight, three.weight)
    assert [one.bias is None for one in linear] == [True, True, True, False]
    assert not any(bool(two.bias.any()) for two in equal)


def test_it_is_tested_before_and_after_and_dropout_follows_from_the_seed() -> None:
    learnt, held_out = packaged_digits()

    def losses(seed: int) -> list[float]:
        network = digit_classifier(norm=True, dropout=0.5)
        course = train_classifier(
            network,
            descent(network, 0.1),
            learnt,
            batches=5,
            seed=seed,
            held_out=held_out[:100],
            every=3,
        )
        assert course.looks.tolist() == [0, 3, 5]
        assert len(course.accuracies) == 3
        assert network.training
        return list(course.losses)

    before = torch.random.get_rng_state()
    runs = [losses(0), losses(0), losses(1)]
    assert runs[0] == runs[1] != runs[2]
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_cost_that_is_not_finite_stops_nothing() -> None:
    network = digit_classifier(norm=False, deviation=1e20)
    course = train_classifier(
        network,
        descent(network, 1.0),
        packaged_digits()[0],
        batches=3,
        seed=0,
        held_out=packaged_digits()[1],
    )
    assert not np.isfinite(course.losses[1:]).any()
    assert course.accuracies[-1] == 0.104  # All are called 0, as 104 of 1,000 are.
    assert course.batches_to(0.2) is None


def test_what_is_held_out_is_not_learnt_from() -> None:
    learnt, held_out = packaged_digits()
    rows = {row.numpy().tobytes() for row in learnt.images}
    assert not [row for row in held_out.images if row.numpy().tobytes() in rows]
    assert all(len(torch.unique(each.labels)) == 10 for each in (learnt, held_out))
    assert [0 <= float(a) < float(b) <= 1 for a, b in pairwise(learnt.images[0].aminmax())] == [
        True
    ]
