"""Two layers and their derivatives, against autograd; activations against it and their limits."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from zerosum.networks.activations import activations, dead_units
from zerosum.networks.chain import central_differences, gradients_of, stages_of

THEIRS = {
    "ReLU": functional.relu,
    "leaky ReLU": lambda a: functional.leaky_relu(a, 0.2),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}


def _weights(seed: int) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    shapes = [(3,), (5, 3), (4, 5)]
    x, v, w = (torch.randn(*s, generator=generator, dtype=torch.float64) for s in shapes)
    return x, v, w


@pytest.mark.parametrize("name", THEIRS)
@pytest.mark.parametrize("label", [0, 3])
def test_derivatives_are_those_of_autograd(name: str, label: int) -> None:
    x, v, w = (each.requires_grad_() for each in _weights(label))
    c = w @ THEIRS[name](v @ x)
    loss = functional.cross_entropy(c[None], torch.tensor([label]))
    expected = torch.autograd.grad(loss, [x, v, w, c])
    given: dict[str, Any] = {"x": x.detach(), "v": v.detach(), "w": w.detach(), "label": label}
    activation = activations()[name]
    found = gradients_of(**given, activation=activation)
    torch.testing.assert_close((found.x, found.v, found.w, found.c), expected)
    torch.testing.assert_close(stages_of(**given, activation=activation).loss, loss.detach())


@pytest.mark.parametrize("name", THEIRS)
def test_activations_are_pytorchs(name: str) -> None:
    activation = activations()[name]
    a = torch.linspace(-8, 8, 161, dtype=torch.float64).requires_grad_()
    theirs = THEIRS[name](a)
    torch.testing.assert_close(activation.function(a), theirs)
    torch.testing.assert_close(
        activation.derivative(a.detach()), torch.autograd.grad(theirs.sum(), a)[0]
    )


@pytest.mark.parametrize("name", THEIRS)
def test_ranges_and_steepest_slopes_are_reached_and_not_passed(name: str) -> None:
    activation = activations()[name]
    far = torch.tensor([-1e6, 1e6], dtype=torch.float64)
    low, high = activation.function(far).tolist()
    least, greatest = activation.range
    assert low == pytest.approx(least) if least > -1e6 else low <= -1e5
    assert high == pytest.approx(greatest) if greatest < 1e6 else high >= 1e5
    slopes = activation.derivative(torch.linspace(-9, 9, 1801, dtype=torch.float64))
    assert slopes.max() == pytest.approx(activation.steepest)


def test_differences_are_exact_for_parabolas_and_of_second_order_else() -> None:
    point = torch.tensor([[1.0, -2.0]], dtype=torch.float64)
    parabola = central_differences(lambda t: (3 * t * t).sum(), point, step=0.5)
    torch.testing.assert_close(parabola, 6 * point)
    errors = [
        float((central_differences(lambda t: (t**3).sum(), point, step=h) - 3 * point**2).max())
        for h in (1e-2, 1e-3)
    ]
    assert errors == pytest.approx([1e-4, 1e-6], rel=1e-3)


def test_a_unit_that_answers_once_is_not_dead() -> None:
    derivatives = torch.tensor([[0.0, 0.2, 0.0], [0.0, 0.2, 1.0]])
    assert dead_units(derivatives).tolist() == [True, False, False]
