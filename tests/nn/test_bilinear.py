"""A convolution stays the convolution, however often it is differentiated and by what."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.autograd import grad, gradcheck, gradgradcheck
from torch.nn import functional

from zerosum.nn.bilinear import Convolution, TwiceDifferentiable

Layer = Callable[[Tensor, Tensor, Tensor | None], Tensor]

SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "padded": {"padding": (1, 0)},
    "halving": {"stride": 2, "padding": 1},
    "in groups": {"groups": 2, "padding": 1},
    "each channel": {"groups": 4, "stride": (1, 2), "padding": 1},
}


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def _layer(settings: dict[str, Any], *, transposed: bool) -> Layer:
    convolve = functional.conv_transpose2d if transposed else functional.conv2d
    return lambda x, w, b: convolve(x, w, b, **settings)


def _arguments(settings: dict[str, Any]) -> list[Tensor]:
    groups = settings.get("groups", 1)
    shapes = (2, 4, 5, 6), (4, 4 // groups, 3, 3), (4,)
    return [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]


def _derivatives(layer: Layer, arguments: list[Tensor]) -> list[Tensor]:
    """The result, its gradients, theirs by each argument, and that of the penalty's gradient."""
    result = layer(*arguments)
    first = grad(result.pow(3).sum(), arguments, create_graph=True)
    second = [
        each
        for gradient in first[:2]
        for each in grad(gradient.pow(2).sum(), arguments, create_graph=True)
    ]
    third = grad(second[1].pow(2).sum(), arguments[:2])
    return [result, *first, *second, *third]


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("name", SETTINGS)
def test_equals_pytorch_thrice_differentiated(name: str, transposed: bool) -> None:
    layer, arguments = _layer(SETTINGS[name], transposed=transposed), _arguments(SETTINGS[name])
    expected = _derivatives(layer, arguments)
    with TwiceDifferentiable():
        found = _derivatives(layer, arguments)
    assert type(found[0].grad_fn) is not type(expected[0].grad_fn)
    for mine, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-9, atol=1e-9)


def test_numerical_derivatives_agree() -> None:
    x, w = torch.randn(1, 2, 4, 4, dtype=torch.float64), torch.randn(2, 1, 3, 3).double()
    convolution = Convolution(
        maps=x.shape, filters=w.shape, stride=(2, 1), padding=(1, 1), groups=2
    )
    g = torch.randn_like(convolution.convolve(x, w))
    for map_, arguments in (
        (convolution.convolve, (x, w)),
        (convolution.transpose, (g, w)),
        (convolution.correlate, (g, x)),
    ):
        inputs = tuple(each.clone().requires_grad_() for each in arguments)
        assert gradcheck(map_, inputs)
        assert gradgradcheck(map_, inputs)


@pytest.mark.parametrize(
    ("wanted", "computed"),
    [("x", ["put back"]), ("w", ["correlate"]), ("xw", ["put back", "correlate"])],
)
def test_only_the_gradients_that_are_wanted_are_computed(
    wanted: str, computed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slope by the pictures alone must not cost the weights' gradients."""
    calls: list[str] = []
    gradient = Convolution.gradient

    def counted(*args: Any, of_filters: bool) -> Tensor:
        calls.append("correlate" if of_filters else "put back")
        return gradient(*args, of_filters=of_filters)

    monkeypatch.setattr(Convolution, "gradient", counted)
    layer, x = nn.Conv2d(2, 3, 3), torch.randn(1, 2, 5, 5, requires_grad=True)
    with TwiceDifferentiable():
        cost = layer(x).square().sum()
    grad(cost, [{"x": x, "w": layer.weight}[each] for each in wanted], create_graph=True)
    assert sorted(calls) == sorted(computed)


def test_what_comes_out_may_be_changed_in_place() -> None:
    layer, x = (
        nn.Sequential(nn.Conv2d(1, 2, 3), nn.LeakyReLU(0.2, inplace=True)),
        torch.ones(1, 1, 5, 5),
    )
    expected = grad(layer(x).square().sum(), list(layer.parameters()))
    with TwiceDifferentiable():
        found = grad(layer(x).square().sum(), list(layer.parameters()))
    torch.testing.assert_close(found, expected)


def test_autocast_gives_its_precision() -> None:
    layer, x = nn.Conv2d(2, 3, 3), torch.randn(1, 2, 5, 5, requires_grad=True)
    with TwiceDifferentiable(), torch.autocast("cpu", dtype=torch.bfloat16):
        result = layer(x)
        (slope,) = grad(result.float().square().sum(), x, create_graph=True)
    assert (result.dtype, slope.dtype) == (torch.bfloat16, torch.float32)
    slope.square().sum().backward()  # type: ignore[no-untyped-call]
    assert layer.weight.grad is not None
    assert layer.weight.grad.dtype == torch.float32


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(2, 4, 3, dilation=2),
        nn.Conv2d(2, 4, 3, padding="same"),
        nn.ConvTranspose2d(2, 4, 3, dilation=2),
        nn.ConvTranspose2d(2, 4, 3, 2, 1, 1, groups=2),
        nn.Conv1d(2, 4, 3),
    ],
    ids=str,
)
def test_all_other_convolutions_are_as_ever(layer: nn.Module) -> None:
    sides = (8,) if isinstance(layer, nn.Conv1d) else (8, 9)
    for images in (torch.randn(3, 2, *sides), torch.randn(2, *sides)):
        expected = layer(images)
        with TwiceDifferentiable():
            torch.testing.assert_close(layer(images), expected)
