"""Batch normalisation that is written out, against PyTorch's layers, its graph and trying."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from zerosum.networks.two_layers import numerical_gradient
from zerosum.nn.batchnorm_by_hand import (
    BatchNormSteps,
    RunningStatistics,
    backward_by_steps,
    backward_in_one,
    maps_of_rows,
    normalise_batch,
    normalising_by_batch,
    rows_of_maps,
)

NAMES = [
    "mean", "centred", "squares", "variance", "deviation", "inverse", "normalised", "scaled",
    "output",
]  # fmt: skip


def drawn(*shape: int, seed: int = 0) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=random, dtype=torch.float64)


def layer(columns: int, *, kind: Any = nn.BatchNorm1d, **options: float) -> Any:
    made = kind(columns, **options).double()
    with torch.no_grad():
        made.weight.copy_(drawn(columns, seed=1))
        made.bias.copy_(drawn(columns, seed=2))
    return made


@given(
    rows=st.integers(2, 7),
    columns=st.integers(1, 4),
    epsilon=st.sampled_from([1e-12, 1e-5, 0.1]),
    momentum=st.floats(0.01, 1),
)
@settings(max_examples=20, deadline=None)
def test_it_is_pytorchs_layer_forward_and_with_running_statistics(
    rows: int, columns: int, epsilon: float, momentum: float
) -> None:
    theirs = layer(columns, eps=epsilon, momentum=momentum)
    weights = theirs.weight.detach(), theirs.bias.detach()
    ours = RunningStatistics.start(columns)
    for number in range(3):
        x = 3 * drawn(rows, columns, seed=number) + 12
        steps = normalise_batch(x, *weights, epsilon=epsilon)
        assert torch.allclose(theirs(x), steps.output, rtol=1e-9, atol=1e-9)
        ours = ours.updated(steps, momentum=momentum)
        assert torch.allclose(theirs.running_mean, ours.mean)
        assert torch.allclose(theirs.running_var, ours.variance)
    single = drawn(1, columns, seed=9)
    assert torch.allclose(theirs.eval()(single), ours.normalise(single, *weights, epsilon=epsilon))


def _graph(x: Tensor, gamma: Tensor, beta: Tensor, upstream: Tensor) -> list[Tensor]:
    """PyTorch's gradients by x, γ, β and by every step's value."""
    steps = normalise_batch(x, gamma, beta)
    values = [x, gamma, beta, *(getattr(steps, name) for name in NAMES)]
    return list(torch.autograd.grad(steps.output, values, upstream))


@given(rows=st.integers(1, 6), columns=st.integers(1, 4))
@settings(max_examples=20, deadline=None)
def test_both_ways_back_are_what_the_graph_gives(rows: int, columns: int) -> None:
    x, gamma, beta = (
        drawn(*shape).requires_grad_() for shape in ((rows, columns), (columns,), (columns,))
    )
    upstream = drawn(rows, columns, seed=5)
    expected = _graph(x, gamma, beta, upstream)
    given_ = normalise_batch(x.detach(), gamma.detach(), beta.detach())
    by_steps = backward_by_steps(given_, gamma.detach(), upstream)
    at_once = backward_in_one(given_, gamma.detach(), upstream)
    for found in (by_steps, at_once):
        for mine, theirs in zip((found.rows, found.gamma, found.beta), expected, strict=False):
            assert torch.allclose(mine, theirs, rtol=1e-9, atol=1e-10)
    assert sorted(by_steps.steps) == sorted(NAMES)
    for name, theirs in zip(NAMES, expected[3:], strict=True):
        assert torch.allclose(by_steps.steps[name], theirs, rtol=1e-8, atol=1e-9), name


def test_trying_gives_the_same_to_the_published_errors() -> None:
    """CS231n prints 2.7e-9 for x, 1.5e-10 for γ and 3.5e-12 for β, in its relative measure."""
    x, gamma, beta = 5 * drawn(4, 5) + 12, drawn(5, seed=1), drawn(5, seed=2)
    upstream = drawn(4, 5, seed=3)
    found = backward_in_one(normalise_batch(x, gamma, beta), gamma, upstream)

    def tried(name: str, at: Tensor) -> Tensor:
        values = {"rows": x, "gamma": gamma, "beta": beta}
        return numerical_gradient(
            lambda moved: (normalise_batch(**{**values, name: moved}).output * upstream).sum(),  # type: ignore[arg-type]
            at,
            step=1e-5,
        )

    assert torch.allclose(found.rows, tried("rows", x), atol=1e-8)
    assert torch.allclose(found.gamma, tried("gamma", gamma), atol=1e-8)
    assert torch.allclose(found.beta, tried("beta", beta), atol=1e-8)


def test_gradcheck_agrees() -> None:
    x = drawn(4, 3).requires_grad_()
    gamma, beta = drawn(3, seed=1), drawn(3, seed=2)
    assert torch.autograd.gradcheck(lambda it: normalise_batch(it, gamma, beta).output, x)


def test_a_known_batch() -> None:
    """0, 3, 0 and 9: mean 3, variance 13.5."""
    x = torch.tensor([[0.0], [3.0], [0.0], [9.0]], dtype=torch.float64)
    gamma, beta = torch.tensor([2.0]).double(), torch.tensor([1.0]).double()
    steps: BatchNormSteps = normalise_batch(x, gamma, beta, epsilon=2.5)
    assert (steps.mean.item(), steps.variance.item()) == (3.0, 13.5)
    assert (steps.deviation.item(), steps.inverse.item()) == (4.0, 0.25)
    assert steps.centred.flatten().tolist() == [-3, 0, -3, 6]
    assert steps.squares.flatten().tolist() == [9, 0, 9, 36]
    assert steps.normalised.flatten().tolist() == [-0.75, 0, -0.75, 1.5]
    assert steps.scaled.flatten().tolist() == [-1.5, 0, -1.5, 3]
    assert steps.output.flatten().tolist() == [-0.5, 1, -0.5, 4]


def test_channels_of_maps_are_columns() -> None:
    maps = drawn(3, 2, 4, 5)
    theirs = layer(2, kind=nn.BatchNorm2d)
    steps = normalise_batch(rows_of_maps(maps), theirs.weight.detach(), theirs.bias.detach())
    assert torch.allclose(theirs(maps), maps_of_rows(steps.output, maps))


@pytest.mark.parametrize("affine", [True, False])
def test_a_network_normalises_by_its_batch_and_keeps_nothing(affine: bool) -> None:
    network: Any = nn.Sequential(
        nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3, affine=affine), nn.Flatten(), nn.Dropout(),
        nn.Linear(108, 4), nn.BatchNorm1d(4, affine=affine),
    ).double().eval()  # fmt: skip
    images = drawn(5, 1, 8, 8)
    before = {name: each.clone() for name, each in network.state_dict().items()}
    plain = network(images)
    with normalising_by_batch(network):
        found, single = network(images), network(images[:1])
    assert torch.equal(network(images), plain)
    assert all(torch.equal(each, before[name]) for name, each in network.state_dict().items())
    network.train()[3].eval()  # Dropout stays as in evaluation mode.
    assert torch.allclose(found, network(images))
    shift = network[5].bias if affine else torch.zeros(4, dtype=torch.float64)
    assert torch.allclose(single[0], shift)
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        network(images[:1])
