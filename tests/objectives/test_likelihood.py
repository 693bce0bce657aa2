"""Distributions over levels: they sum to 1, agree with what is drawn, and stay finite."""

import math

import pytest
import torch

from zerosum.objectives.likelihood import Bernoulli, LevelDistribution, LogisticMixture

DISTRIBUTIONS: list[LevelDistribution] = [
    Bernoulli(),
    LogisticMixture(levels=3, components=2),
    LogisticMixture(levels=256, components=5),
]


def _every_level(distribution: LevelDistribution) -> torch.Tensor:
    return torch.linspace(0, 1, distribution.levels, dtype=torch.float64).unsqueeze(0)


def _parameters(distribution: LevelDistribution, *, scale: float = 1.0) -> torch.Tensor:
    random = torch.Generator().manual_seed(0)
    shape = (20, 1, distribution.outputs)
    return scale * torch.randn(shape, generator=random, dtype=torch.float64)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_probabilities_sum_to_one_and_to_what_is_cumulative(
    distribution: LevelDistribution,
) -> None:
    parameters = _parameters(distribution)
    levels = _every_level(distribution).expand(20, -1)
    spread = parameters.expand(-1, distribution.levels, -1)
    found = distribution.log_probability(levels, spread).exp().cumsum(dim=1)
    torch.testing.assert_close(found[:, -1], torch.ones(20, dtype=torch.float64))
    torch.testing.assert_close(found[:, :-1], distribution.cumulative(parameters)[:, 0])


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_levels_are_drawn_as_often_as_they_are_probable(distribution: LevelDistribution) -> None:
    parameters = _parameters(distribution)[:1]
    count = 20_000  # Evenly spread, not by chance: the counts are right to the last but one.
    uniform = ((torch.arange(count) + 0.5) / count).unsqueeze(0)
    drawn = distribution.draw(parameters.expand(1, count, -1), uniform)
    levels = _every_level(distribution)
    wanted = distribution.log_probability(
        levels, parameters.expand(1, distribution.levels, -1)
    ).exp()
    counts = torch.bincount((drawn[0] * (distribution.levels - 1)).round().long())
    shares = counts.double() / count
    assert float((shares - wanted[0][: len(shares)]).abs().max()) < 2 / count


def test_a_mixture_is_as_the_paper_writes_it() -> None:
    mixture = LogisticMixture(levels=4, components=2)
    parameters = torch.tensor([0.3, -0.2, 0.1, 0.4, -1.0, 0.5], dtype=torch.float64)
    weights = parameters[:2].softmax(dim=0)
    means = parameters[2:4] + torch.tensor([0.25, 0.75])
    scales = parameters[4:].exp()
    half = 1 / 6

    def below(edge: float) -> torch.Tensor:
        return torch.sigmoid((edge - means) / scales)

    edges = [
        below(half) - 0,
        below(1 / 3 + half) - below(1 / 3 - half),
        below(2 / 3 + half) - below(2 / 3 - half),
        1 - below(1 - half),
    ]
    wanted = torch.stack([(weights * each).sum() for each in edges])
    levels = _every_level(mixture)
    found = mixture.log_probability(levels, parameters.expand(1, 4, -1)).exp()
    torch.testing.assert_close(found[0], wanted)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_what_is_nearly_impossible_has_a_finite_cost_and_gradient(
    distribution: LevelDistribution,
) -> None:
    parameters = _parameters(distribution, scale=30.0).float().requires_grad_()
    levels = _every_level(distribution).float().expand(20, -1)
    spread = parameters.expand(-1, distribution.levels, -1)
    found = distribution.log_probability(levels, spread)
    (gradient,) = torch.autograd.grad(found.sum(), parameters)
    assert bool(torch.isfinite(found).all())
    assert bool(torch.isfinite(gradient).all())
    assert float(found.detach().min()) < -30


def test_a_sure_and_right_bernoulli_pays_nothing_and_a_wrong_one_its_logit() -> None:
    logits = torch.full((1, 2, 1), 50.0)
    right, wrong = Bernoulli().log_probability(torch.tensor([[1.0, 0.0]]), logits)[0]
    assert math.isclose(float(right), 0.0, abs_tol=1e-6)
    assert math.isclose(float(wrong), -50.0, rel_tol=1e-6)
