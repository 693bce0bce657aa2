"""What the theory of each objective promises."""

from math import log

import pytest
import torch
from torch import Tensor

from zerosum.errors import ConfigError, UnknownNameError
from zerosum.objectives import OBJECTIVES, Objective, Relativistic, make_objective

SMOOTHABLE = ["minimax", "non-saturating", "least-squares"]
UNDECIDED_COST = {
    "minimax": log(4),
    "non-saturating": log(4),
    "least-squares": 0.5,
    "hinge": 2.0,
    "wasserstein": 0.0,
    "relativistic": log(2),
}
REAL_DENSITY = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
FAKE_DENSITY = torch.tensor([0.1, 0.3, 0.6], dtype=torch.float64)


@pytest.fixture(params=OBJECTIVES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def derivative(cost: Tensor, point: Tensor) -> Tensor:
    (gradient,) = torch.autograd.grad(cost.sum(), point)
    return gradient


def expected_cost(objective: Objective, logits: Tensor) -> Tensor:
    """E over x from the real and y from the fake density of d(D(x), D(y))."""
    x, y = torch.cartesian_prod(torch.arange(3), torch.arange(3)).unbind(1)
    costs = objective.discriminator(logits[x], logits[y])
    return (REAL_DENSITY[x] * FAKE_DENSITY[y] * costs).sum()


def best_logits(name: str, label: float = 1.0) -> Tensor:
    probability = label * REAL_DENSITY / (REAL_DENSITY + FAKE_DENSITY)
    if name == "hinge":
        return (REAL_DENSITY - FAKE_DENSITY).sign()
    return probability if name == "least-squares" else probability.logit()


def test_every_objective_has_its_promises() -> None:
    assert set(UNDECIDED_COST) == set(OBJECTIVES)


def test_the_loss_of_an_undecided_discriminator(name: str) -> None:
    objective = make_objective(name)
    logits = torch.full((4,), objective.undecided)
    cost = objective.discriminator(logits, logits)
    torch.testing.assert_close(cost, torch.full((4,), UNDECIDED_COST[name]))


@pytest.mark.parametrize("name", sorted(set(OBJECTIVES) - {"wasserstein"}))  # it has no best
def test_the_best_discriminator_follows_the_densities(name: str) -> None:
    objective = make_objective(name)
    best = best_logits(name)
    least = expected_cost(objective, best)
    for seed in range(20):
        other = best + 0.3 * torch.randn(3, generator=torch.Generator().manual_seed(seed))
        assert expected_cost(objective, other) > least - 1e-12
    undecided = torch.full((3,), objective.undecided, dtype=torch.float64)
    assert expected_cost(objective, undecided) > least + 0.01


@pytest.mark.parametrize("name", SMOOTHABLE)
@pytest.mark.parametrize("label", [1.0, 0.9])
def test_the_best_discriminator_has_the_gradient_0(name: str, label: float) -> None:
    objective = make_objective(name, label)
    best = best_logits(name, label).requires_grad_()
    assert derivative(expected_cost(objective, best), best).abs().max() < 1e-12
    other = (best.detach() + 0.1).requires_grad_()
    assert derivative(expected_cost(objective, other), other).abs().max() > 1e-3


@pytest.mark.parametrize("name", ["minimax", "non-saturating"])
def test_the_best_cost_is_log_4_less_twice_the_jensen_shannon_divergence(name: str) -> None:
    middle = (REAL_DENSITY + FAKE_DENSITY) / 2
    twice_divergence = (REAL_DENSITY * (REAL_DENSITY / middle).log()).sum() + (
        FAKE_DENSITY * (FAKE_DENSITY / middle).log()
    ).sum()
    cost = expected_cost(make_objective(name), best_logits(name))
    torch.testing.assert_close(cost, log(4) - twice_divergence)


@pytest.mark.parametrize("name", ["minimax", "non-saturating"])
def test_with_label_nine_tenths_the_least_loss_is_1_376(name: str) -> None:
    objective = make_objective(name, 0.9)
    best = torch.tensor([0.45]).logit()
    assert objective.discriminator(best, best).item() == pytest.approx(1.376, abs=5e-4)
    undecided = torch.zeros(1)
    assert objective.discriminator(undecided, undecided).item() == pytest.approx(log(4))


def test_wasserstein_cost_is_minus_the_distance_of_two_points() -> None:
    real, fake = torch.tensor([3.0]), torch.tensor([-2.0])  # D(x) = x is a best critic
    assert make_objective("wasserstein").discriminator(real, fake).item() == -5


@pytest.mark.parametrize(
    ("name", "expected"),
    [("non-saturating", -1.0), ("minimax", 0.0), ("hinge", -1.0), ("wasserstein", -1.0)],
)
@pytest.mark.parametrize("logit", [-20.0, -100.0])
def test_gradient_of_a_losing_generator(name: str, expected: float, logit: float) -> None:
    fake = torch.full((2,), logit, requires_grad=True)
    gradient = derivative(make_objective(name).generator(fake), fake)
    torch.testing.assert_close(gradient, torch.full((2,), expected), rtol=0, atol=1e-7)


def test_gradient_of_a_losing_relativistic_generator() -> None:
    fake = torch.full((2,), -20.0, requires_grad=True)
    gradient = derivative(Relativistic().generator(fake, torch.full((2,), 20.0)), fake)
    torch.testing.assert_close(gradient, torch.full((2,), -1.0))


def test_both_players_are_pushed_the_right_way(name: str) -> None:
    objective = make_objective(name)
    real, fake = torch.full((2, 3), objective.undecided).requires_grad_().unbind()
    cost = objective.discriminator(real, fake)
    assert (derivative(cost, real) < 0).all()
    assert (derivative(objective.discriminator(real, fake), fake) > 0).all()
    assert (derivative(objective.generator(fake, real), fake) < 0).all()


@pytest.mark.parametrize("real", [-1e4, 0.0, 1e4])
@pytest.mark.parametrize("fake", [-1e4, 0.0, 1e4])
def test_extreme_logits_have_finite_gradients(name: str, real: float, fake: float) -> None:
    objective = make_objective(name)
    r, f = torch.tensor([real], requires_grad=True), torch.tensor([fake], requires_grad=True)
    costs = objective.discriminator(r, f), objective.generator(f, r)
    assert all(cost.isfinite().all() for cost in costs)
    gradients = torch.autograd.grad([cost.sum() for cost in costs], [r, f])
    assert torch.cat(gradients).isfinite().all()


def test_one_value_per_sample(name: str) -> None:
    objective = make_objective(name)
    real, fake = torch.randn(2, 5, generator=torch.Generator().manual_seed(0)).unbind()
    changed = torch.tensor([False, False, True, False, False])
    for cost in (objective.discriminator, lambda r, f: objective.generator(f, r)):
        difference = cost(real + 1.0 * changed, fake - 1.0 * changed) != cost(real, fake)
        assert torch.equal(difference, changed)


@pytest.mark.parametrize("name", SMOOTHABLE)
def test_smoothing_changes_what_real_pictures_cost_and_nothing_else(name: str) -> None:
    plain, smooth = make_objective(name), make_objective(name, 0.9)
    logits = torch.linspace(-3, 3, 7)
    real, fake = logits.clone().requires_grad_(), logits.clone().requires_grad_()
    torch.testing.assert_close(plain.generator(fake), smooth.generator(fake))
    plain_cost, smooth_cost = (o.discriminator(real, fake) for o in (plain, smooth))
    real_gradients = [
        torch.autograd.grad(cost.sum(), real, retain_graph=True)[0]
        for cost in (plain_cost, smooth_cost)
    ]
    assert (real_gradients[1] > real_gradients[0]).all()
    torch.testing.assert_close(derivative(plain_cost, fake), derivative(smooth_cost, fake))


def test_smoothing_stops_a_sure_discriminator() -> None:
    real = torch.tensor([10.0], requires_grad=True)
    fake = torch.zeros(1)
    assert derivative(make_objective("minimax", 0.9).discriminator(real, fake), real).item() > 0
    assert derivative(make_objective("minimax").discriminator(real, fake), real).item() < 0


@pytest.mark.parametrize("label", [0.5, 0.0, 1.1, -1.0, float("nan")])
@pytest.mark.parametrize("name", SMOOTHABLE)
def test_a_label_out_of_range_is_refused(name: str, label: float) -> None:
    with pytest.raises(ConfigError, match=r"above 0\.5 and at most 1\.0"):
        make_objective(name, label)


@pytest.mark.parametrize("name", sorted(set(OBJECTIVES) - set(SMOOTHABLE)))
def test_smoothing_what_has_no_labels_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="has no labels"):
        make_objective(name, 0.9)


def test_an_unknown_objective_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'wasserstein'"):
        make_objective("waserstein")


def test_minimax_is_a_zero_sum_game() -> None:
    objective = make_objective("minimax")
    fake = torch.linspace(-5, 5, 11)
    certain_real = torch.full((11,), 200.0)  # has no loss
    total = objective.discriminator(certain_real, fake) + objective.generator(fake)
    torch.testing.assert_close(total, torch.zeros(11))


def test_relativistic_costs_mirror_each_other() -> None:
    objective = Relativistic()
    real, fake = torch.randn(2, 6, generator=torch.Generator().manual_seed(0)).unbind()
    torch.testing.assert_close(
        objective.discriminator(real, fake), objective.generator(real, fake)
    )
    # log σ(t) − log σ(−t) = t
    difference = objective.generator(fake, real) - objective.discriminator(real, fake)
    torch.testing.assert_close(difference, real - fake)
    # Only the difference counts.
    shifted = objective.discriminator(real + 7, fake + 7)
    torch.testing.assert_close(shifted, objective.discriminator(real, fake))


def test_only_the_relativistic_generator_looks_at_real_pictures(name: str) -> None:
    objective = make_objective(name)
    fake = torch.zeros(3)
    differ = objective.generator(fake, fake + 1) != objective.generator(fake, fake)
    assert bool(differ.any()) is objective.uses_real_in_generator
    assert objective.uses_real_in_generator is (name == "relativistic")


def test_where_only_differences_count_any_number_may_be_added(name: str) -> None:
    objective = make_objective(name)
    real, fake = torch.randn(2, 6, generator=torch.Generator().manual_seed(0)).unbind()
    cost = objective.discriminator(real, fake)
    same = torch.allclose(objective.discriminator(real + 7, fake + 7), cost, atol=1e-5)
    assert same is objective.is_relative


def test_hinge_asks_for_a_margin_of_one_and_no_more() -> None:
    objective = make_objective("hinge")
    real = torch.tensor([0.999, 1.0, 5.0], requires_grad=True)
    fake = torch.tensor([-0.999, -1.0, -5.0], requires_grad=True)
    cost = objective.discriminator(real, fake)
    torch.testing.assert_close(cost, torch.tensor([0.002, 0.0, 0.0]))
    torch.testing.assert_close(derivative(cost, real), torch.tensor([-1.0, 0.0, 0.0]))


def test_wasserstein_gradients_are_one() -> None:
    real, fake = torch.linspace(-50, 50, 5).repeat(2, 1).requires_grad_().unbind()
    cost = make_objective("wasserstein").discriminator
    assert torch.equal(derivative(cost(real, fake), real), -torch.ones(5))
    assert torch.equal(derivative(cost(real, fake), fake), torch.ones(5))
