"""Slopes and curvatures beside the whole gradient and the whole Hessian of small networks."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call

from zerosum.equilibria import (
    WeightSpace,
    costs_along,
    extreme_curvatures,
    gradients_along,
    slope,
)


def network(*widths: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> nn.Sequential:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers = [each for pair in pairwise(widths) for each in (nn.Linear(*pair), nn.Tanh())]
        return nn.Sequential(*layers[:-1]).to(dtype)


def batch(*, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(16, 3, generator=torch.Generator().manual_seed(seed)).to(dtype)


def cost_of(net: nn.Module, inputs: Tensor) -> Tensor:
    wanted = inputs.prod(dim=1, keepdim=True)
    cost: Tensor = (net(inputs) - wanted).square().mean()
    return cost


def whole_hessian(net: nn.Module, inputs: Tensor) -> Tensor:
    names, weights = zip(*net.named_parameters(), strict=True)
    ends = np.cumsum([weight.numel() for weight in weights])[:-1].tolist()

    def cost(row: Tensor) -> Tensor:
        parts = torch.tensor_split(row, ends)
        shaped = [part.view_as(weight) for part, weight in zip(parts, weights, strict=True)]
        outputs = functional_call(net, dict(zip(names, shaped, strict=True)), (inputs,))
        found: Tensor = (outputs - inputs.prod(dim=1, keepdim=True)).square().mean()
        return found

    row = torch.cat([weight.detach().flatten() for weight in weights])
    hessian: Tensor = torch.autograd.functional.hessian(cost, row)  # type: ignore[no-untyped-call]
    return hessian


@pytest.mark.parametrize("widths", [(3, 2, 1), (3, 5, 1), (3, 8, 8, 1)])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_the_ends_of_the_spectrum_are_those_of_the_whole_hessian(
    widths: Sequence[int], dtype: torch.dtype
) -> None:
    net, inputs = network(*widths, dtype=dtype), batch(dtype=dtype)
    hessian = whole_hessian(net.double(), inputs.double()).numpy()
    net = net.to(dtype)
    expected = np.linalg.eigvalsh(hessian)
    scale = np.abs(expected).max()
    ends = extreme_curvatures(cost_of(net, inputs), WeightSpace(list(net.parameters())))
    assert [end.value for end in ends] == pytest.approx(expected[[0, -1]], abs=2e-3 * scale)
    for end in ends:
        assert np.linalg.norm(end.direction) == pytest.approx(1)
        # It is the second derivative in that direction, however well the search converged.
        quotient = end.direction @ hessian @ end.direction
        assert end.value == pytest.approx(quotient, abs=1e-4 * scale)
        error = np.linalg.norm(hessian @ end.direction - end.value * end.direction)
        assert end.residual == pytest.approx(error, abs=1e-4 * scale)
    assert ends[0].value < 0 < ends[1].value


def test_the_slope_is_the_gradient() -> None:
    net, inputs = network(3, 8, 1), batch()
    cost = cost_of(net, inputs)
    gradients = torch.autograd.grad(cost, list(net.parameters()), retain_graph=True)
    gradient = torch.cat([each.flatten() for each in gradients])
    found = slope(cost, WeightSpace(list(net.parameters())))
    assert found.norm == pytest.approx(gradient.norm().item())
    assert found.norm * found.direction == pytest.approx(gradient.numpy())
    flat = torch.ones(3, requires_grad=True)
    assert slope((0 * flat).sum(), WeightSpace([flat])).norm == 0


@pytest.mark.parametrize("relative", [False, True])
def test_the_cost_along_a_direction_is_what_slope_and_curvature_say(relative: bool) -> None:
    net, inputs = network(3, 8, 1), batch()
    weights = list(net.parameters())
    before = [weight.detach().clone() for weight in weights]
    cost = cost_of(net, inputs)
    space = WeightSpace(weights, relative=relative)
    steep, (least, greatest) = slope(cost, space), extreme_curvatures(cost, space)
    for curved in (least, greatest):
        first = steep.norm * steep.direction @ curved.direction
        distances = [-1e-3, 0.0, 1e-3]
        found = costs_along(lambda: cost_of(net, inputs), space, curved.direction, distances)
        expected = [cost.item() + first * s + curved.value * s * s / 2 for s in distances]
        assert found == pytest.approx(expected, abs=1e-8)
    assert all(torch.equal(*pair) for pair in zip(weights, before, strict=True))


def test_the_weights_are_put_back_when_a_cost_fails() -> None:
    weight = torch.ones(2, requires_grad=True)

    def fail() -> Tensor:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        costs_along(fail, WeightSpace([weight]), np.array([1.0, 0.0]), [1.0])
    assert weight.tolist() == [1, 1]


@pytest.mark.parametrize("size", [5, 100])
def test_a_linear_cost_is_not_curved(size: int) -> None:
    weight, unused = torch.ones(size, requires_grad=True), torch.ones(3, requires_grad=True)
    least, greatest = extreme_curvatures(3 * weight.sum(), WeightSpace([weight, unused]))
    assert least.value == greatest.value == 0
    assert extreme_curvatures((3 * weight.sum()) ** 2, WeightSpace([weight, unused]))[
        0
    ].value == pytest.approx(0, abs=1e-6 * size)


@pytest.mark.parametrize("sign", [1, -1])
def test_both_ends_are_found_whichever_is_greater_in_size(sign: int) -> None:
    weight = torch.zeros(200, dtype=torch.float64, requires_grad=True)
    scales = torch.linspace(-1, 30, 200).double() * sign
    least, greatest = extreme_curvatures(
        (scales * weight.square()).sum() / 2, WeightSpace([weight])
    )
    assert (least.value, greatest.value) == pytest.approx(
        (-1, 30) if sign > 0 else (-30, 1), abs=0.05
    )


def test_at_a_kink_curvature_proves_nothing() -> None:
    """The least curvature is 0 where the cost falls as −|w| in two directions."""
    weight = torch.zeros(50, dtype=torch.float64, requires_grad=True)
    cost = -torch.relu(weight).sum() - torch.relu(-weight).sum()
    least, _ = extreme_curvatures(cost, WeightSpace([weight]))
    assert least.value == slope(cost, WeightSpace([weight])).norm == 0
    ahead = np.eye(50)[0]

    def again() -> Tensor:
        return -torch.relu(weight).sum() - torch.relu(-weight).sum()

    assert costs_along(again, WeightSpace([weight]), ahead, [-1.0, 0.0, 1.0]) == [-1.0, 0.0, -1.0]


def test_relative_distances_do_not_know_how_large_a_tensor_is() -> None:
    """Behind a normalisation, weights of ten times the size compute the same."""
    found = []
    for size in (1.0, 10.0):
        net, inputs = network(3, 5, 1), batch()
        layer = net[0]
        assert isinstance(layer, nn.Linear)
        with torch.no_grad():
            layer.weight.mul_(size)
            layer.bias.mul_(size)
        normalised = nn.Sequential(layer, nn.BatchNorm1d(5, affine=False).double(), *net[1:])
        weights = list(normalised.parameters())
        ends = [
            extreme_curvatures(
                cost_of(normalised, inputs), WeightSpace(weights, relative=relative)
            )
            for relative in (True, False)
        ]
        found.append([end.value for pair in ends for end in pair])
    relative, plain = np.array(found)[:, :2], np.array(found)[:, 2:]
    assert relative[1] == pytest.approx(relative[0], rel=1e-3)
    assert plain[1] != pytest.approx(plain[0], rel=0.1)
    assert (relative < 0).tolist() == (plain < 0).tolist()
    nothing = WeightSpace([torch.zeros(3)], relative=True)
    assert nothing.parts(np.ones(3))[0].tolist() == [1, 1, 1]


def test_gradients_along_a_line_are_those_of_the_places_and_the_weights_are_put_back() -> None:
    net, inputs = network(3, 4, 1), batch()
    space = WeightSpace(list(net.parameters()))
    before = [weight.detach().clone() for weight in space.weights]
    here = slope(cost_of(net, inputs), space)
    steps = [0.0, 1e-6, 0.5]
    found = gradients_along(lambda: cost_of(net, inputs), space, -here.direction, steps)
    assert all(torch.equal(*pair) for pair in zip(before, space.weights, strict=True))
    assert found[0] == pytest.approx(here.norm * here.direction)
    # Nearby it changes as the Hessian says.
    change = (found[0] - found[1]) / 1e-6
    assert change == pytest.approx(whole_hessian(net, inputs).numpy() @ here.direction, abs=1e-4)
    there = network(3, 4, 1)
    there.load_state_dict(net.state_dict())
    with torch.no_grad():
        moves = space.parts(-here.direction)
        for weight, move in zip(there.parameters(), moves, strict=True):
            weight.add_(0.5 * move)
    expected = slope(cost_of(there, inputs), WeightSpace(list(there.parameters())))
    assert found[2] == pytest.approx(expected.norm * expected.direction)
