"""Extreme logits: nothing overflows, no logarithm of 0 is taken, no gradient is lost."""

import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import normalize

from zerosum.attacks import Goal
from zerosum.evaluation.accuracy import accuracy_scores
from zerosum.games.perturbation import MISLEADING
from zerosum.metrics import inception_score, mutual_information
from zerosum.objectives import (
    OBJECTIVES,
    cross_entropy,
    domain_costs,
    entropy_weights,
    make_objective,
    patch_nce,
    realness,
)

LABELS = torch.tensor([0, 1, 2, 3])
SIZES = st.sampled_from([0.0, 1.0, 90.0, 1e3, 1e4])
"""Beyond 88, e^t is infinite in 32 bits, and beyond 104 e^-t is 0."""

sizes = settings(max_examples=5, deadline=None)


def extreme(size: float, seed: int, *shape: int) -> Tensor:
    stream = torch.Generator().manual_seed(seed)
    return size * torch.randn(shape, generator=stream).sign()


def check(cost_of: Callable[[Tensor], Tensor], logits: Tensor) -> None:
    """Costs and gradients are finite, and costs equal those of 64 bits but for rounding."""
    requested = logits.clone().requires_grad_()
    costs = cost_of(requested)
    (gradient,) = torch.autograd.grad(costs.sum(), requested)
    assert bool(costs.isfinite().all() and gradient.isfinite().all())
    rounding = 1e-6 + 2e-7 * float(logits.abs().max())
    torch.testing.assert_close(costs.double(), cost_of(logits.double()), rtol=1e-5, atol=rounding)


def misleading(name: str, goal: Goal) -> Callable[[Tensor], Tensor]:
    return lambda logits: MISLEADING[name](goal, logits, 0.0)


@pytest.mark.parametrize("name", OBJECTIVES)
@sizes
@given(size=SIZES, seed=st.integers(0, 99))
def test_objectives(name: str, size: float, seed: int) -> None:
    objective = make_objective(name)
    real, fake = extreme(size, seed, 2, 6)
    check(lambda logits: objective.discriminator(real.to(logits), logits), fake)
    check(lambda logits: objective.discriminator(logits, fake.to(logits)), real)
    check(lambda logits: objective.generator(logits, real.to(logits)), fake)


@sizes
@given(size=SIZES, seed=st.integers(0, 99), smoothing=st.sampled_from([0.0, 0.1]))
def test_costs_of_classes_and_domains(size: float, seed: int, smoothing: float) -> None:
    logits = extreme(size, seed, 4, 5)
    check(lambda logits: cross_entropy(logits, LABELS, smoothing=smoothing), logits)
    check(lambda logits: make_objective("minimax").generator(realness(logits)), logits)
    check(lambda logits: domain_costs(logits, LABELS < 2), logits[:, 0])
    for cost in MISLEADING:
        for goal in (Goal(labels=LABELS), Goal(labels=LABELS, targeted=True)):
            check(misleading(cost, goal), logits)
    query, key = normalize(extreme(1.0, seed, 2, 4, 6, 3), dim=-1)
    heat = 1 / (1 + size)
    check(lambda query: patch_nce(query, key.to(query), temperature=heat), query)


@sizes
@given(size=SIZES, seed=st.integers(0, 99))
def test_weights_of_the_sure(size: float, seed: int) -> None:
    check(entropy_weights, extreme(size, seed, 4, 5))


@sizes
@given(size=SIZES, seed=st.integers(0, 99))
def test_scores_of_answers(size: float, seed: int) -> None:
    logits = extreme(size, seed, 4, 5)
    scores = accuracy_scores(logits, LABELS)
    costs = logits.double().logsumexp(dim=1) - logits.double().gather(1, LABELS[:, None])[:, 0]
    assert scores["cross-entropy"].estimate.value == pytest.approx(costs.mean().item())
    assert scores["cross-entropy"].estimate.error == pytest.approx(costs.std().item() / 2)
    for kind in (torch.float32, torch.float64):
        sure = logits.to(kind).softmax(dim=1)
        assert 0 <= mutual_information(sure).value + 1e-12 <= math.log(5) + 1e-6
        assert 1 - 1e-6 <= inception_score(sure, splits=1).value <= 5 + 1e-6


def test_a_class_that_is_next_to_impossible_outweighs_none() -> None:
    """Of 5e-324, the least number, half is 0: the mean of two pictures."""
    rows = torch.tensor([[1.0, 5e-324], [1.0, 0.0]], dtype=torch.float64)
    assert mutual_information(rows).value == pytest.approx(0)
    assert inception_score(rows, splits=1).value == 1.0
