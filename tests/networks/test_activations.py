"""Activations against PyTorch's, their ranges and slopes, and units that are dead."""

import pytest
import torch
from torch.nn import functional

from zerosum.networks.activations import activations, dead_units

THEIRS = {
    "relu": functional.relu,
    "leaky-relu": lambda a: functional.leaky_relu(a, 0.2),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}


@pytest.mark.parametrize("name", THEIRS)
def test_activations_are_pytorchs(name: str) -> None:
    activation = activations()[name]
    a = torch.linspace(-8, 8, 161, dtype=torch.float64).requires_grad_()
    theirs = THEIRS[name](a)
    torch.testing.assert_close(activation.value(a), theirs)
    torch.testing.assert_close(
        activation.slope(a.detach()), torch.autograd.grad(theirs.sum(), a)[0]
    )


@pytest.mark.parametrize("name", THEIRS)
def test_ranges_and_steepest_slopes_are_reached_and_not_passed(name: str) -> None:
    activation = activations()[name]
    far = torch.tensor([-1e6, 1e6], dtype=torch.float64)
    low, high = activation.value(far).tolist()
    least, greatest = activation.range
    assert low == pytest.approx(least) if least > -1e6 else low <= -1e5
    assert high == pytest.approx(greatest) if greatest < 1e6 else high >= 1e5
    slopes = activation.slope(torch.linspace(-9, 9, 1801, dtype=torch.float64))
    assert slopes.max() == pytest.approx(activation.steepest)


def test_a_unit_that_answers_once_is_not_dead() -> None:
    slopes = torch.tensor([[0.0, 0.2, 0.0], [0.0, 0.2, 1.0]])
    assert dead_units(slopes).tolist() == [True, False, False]
