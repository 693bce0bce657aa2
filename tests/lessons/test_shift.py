"""The noise of the lesson on shift, and the loss along the gradient."""

import pytest
import torch
from torch.nn import functional

from zerosum.lessons.shift_courses import (
    ShiftingNoise,
    inputs_of,
    loss_along_gradient,
    watched,
)
from zerosum.lessons.small_classifiers import digit_classifier, packaged_digits


def noisy(inputs: torch.Tensor, size: float, seed: int = 0) -> torch.Tensor:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        result: torch.Tensor = ShiftingNoise(inputs.shape[1], size)(inputs)
    return result


def test_noise_has_a_mean_and_a_scale_for_each_unit_and_others_at_each_step() -> None:
    inputs = torch.randn(2_000, 50, generator=torch.Generator().manual_seed(0))
    one, other = noisy(inputs, 0.5, 1), noisy(inputs, 0.5, 2)
    means, scales = one.mean(dim=0), one.std(dim=0)
    # Up to what single images differ by, and 2,000 draws.
    assert 0.3 < float(means.abs().max()) < 0.6
    assert 0.95 < float(scales.min()) < float(scales.max()) < 1.35
    assert float((means - other.mean(dim=0)).abs().max()) > 0.3
    assert torch.equal(one, noisy(inputs, 0.5, 1))


def test_in_evaluation_mode_there_is_the_mean_of_the_noise() -> None:
    inputs = torch.ones(5, 20_000)
    expected = ShiftingNoise(20_000, 1.0).eval()(inputs)
    assert torch.allclose(noisy(inputs, 1.0).mean(), expected.mean(), atol=0.02)
    assert len(torch.unique(expected)) == 1


def test_looking_changes_nothing() -> None:
    network, (learnt, _) = digit_classifier(norm=True), packaged_digits()
    before = {name: each.clone() for name, each in network.state_dict().items()}
    inputs_of(network, learnt.images[:10])
    loss_along_gradient(network, learnt[:60], learning_rate=0.1)
    after = network.state_dict()
    assert all(torch.equal(each, after[name]) for name, each in before.items())


def test_the_loss_along_the_gradient_is_that_of_steps_of_training() -> None:
    network, batch = digit_classifier(norm=False), packaged_digits()[0][:60]
    along = loss_along_gradient(network, batch, learning_rate=0.5)
    losses, gradients = [], []
    for share in (0.0, 0.5, 1.0, 2.0, 4.0):
        moved = digit_classifier(norm=False).double()
        optimizer = torch.optim.SGD(moved.parameters(), lr=0.5 * share)
        for step in range(2):
            loss = functional.cross_entropy(moved(batch.images.double()), batch.labels)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            if step == 0:
                optimizer.step()
        losses.append(float(loss.detach()))
        gradients.append(
            torch.cat(
                [each.grad.flatten() for each in moved.parameters() if each.grad is not None]
            )
        )
    assert abs(along.spread - (max(losses) - min(losses))) < 1e-9
    change = (gradients[2] - gradients[0]).norm() / gradients[0].norm()
    assert abs(along.change - float(change)) < 1e-9
    assert abs(along.promised - 1) < 1e-3


def test_more_batches_than_digits_can_be_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    learnt, held_out = packaged_digits()
    monkeypatch.setattr(
        "zerosum.lessons.shift_courses.packaged_digits", lambda: (learnt[:80], held_out)
    )
    course = watched(
        "with", activation="relu", learning_rate=0.1, noise=0.5, batches=100, looks=5, seed=0
    )
    assert len(course.looks) == 5
    assert all(look.along is not None and look.along.spread > 0 for look in course.looks)
