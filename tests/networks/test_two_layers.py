"""The backward pass that is written out, against PyTorch's graph and against trying."""

import pytest
import torch

from zerosum.networks.two_layers import ACTIVATIONS, numerical_gradient, two_layers

SHAPES = [(1, 1, 1, 2), (2, 3, 4, 3), (5, 4, 2, 6)]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("rows", "inputs", "hidden", "classes"), SHAPES)
def test_the_chain_rule_is_what_the_graph_gives(
    activation: str, rows: int, inputs: int, hidden: int, classes: int
) -> None:
    random = torch.Generator().manual_seed(rows)
    x, v, w = (
        torch.randn(*shape, generator=random, dtype=torch.float64, requires_grad=True)
        for shape in ((rows, inputs), (inputs, hidden), (hidden, classes))
    )
    labels = torch.randint(classes, (rows,), generator=random)
    passes = two_layers(x, v, w, labels, activation)
    expected = torch.nn.functional.cross_entropy(passes.c, labels)
    assert torch.allclose(passes.loss, expected)
    among = {"x": x, "V": v, "W": w, "a": passes.a, "b": passes.b, "c": passes.c}
    for (name, _), gradient in zip(
        among.items(), torch.autograd.grad(expected, list(among.values())), strict=True
    ):
        assert torch.allclose(passes.gradients[name], gradient, atol=1e-14), name


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_slopes_are_derivatives(activation: str) -> None:
    a = torch.tensor([-30.0, -2.0, -0.5, 0.5, 2.0, 30.0], dtype=torch.float64)
    function = ACTIVATIONS[activation]
    found = numerical_gradient(lambda it: function.value(it).sum(), a, step=1e-6)
    assert torch.allclose(found, function.slope(a), atol=1e-8)


def test_the_best_step_is_where_theory_says() -> None:
    at = torch.tensor([0.7], dtype=torch.float64)
    errors = {
        step: float((numerical_gradient(lambda x: x.exp().sum(), at, step=step) - at.exp()).abs())
        for step in (1e-11, 6e-6, 1e-2)
    }
    assert errors[6e-6] < 1e-9 < min(errors[1e-11], errors[1e-2])
