"""Whatever form a convolution takes, it must be the convolution: values, gradients, state."""

import subprocess
import sys
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from zerosum.nn import convolution
from zerosum.nn.convolution import Downsample, Upsample

SIZES = [(2, 2), (8, 8), (6, 10), (5, 7), (4, 9), (1, 2)]
CHANNELS = [(1, 4), (3, 8), (4, 5), (5, 6)]


def pair(kind: str, few: int, many: int, *, bias: bool) -> tuple[nn.Module, nn.Module]:
    """A layer of ours with few channels on the picture's side, and PyTorch's with its weights."""
    ours = (
        Downsample(few, many, bias=bias)
        if kind == "downsample"
        else Upsample(many, few, bias=bias)
    )
    theirs = (
        nn.Conv2d(few, many, 4, 2, 1, bias=bias)
        if kind == "downsample"
        else nn.ConvTranspose2d(many, few, 4, 2, 1, bias=bias)
    )
    theirs.load_state_dict(ours.state_dict())
    return ours.double(), theirs.double()


def pictures(kind: str, few: int, many: int, size: tuple[int, int]) -> Tensor:
    images = torch.randn(2, few if kind == "downsample" else many, *size, dtype=torch.float64)
    return images.contiguous(memory_format=torch.channels_last).requires_grad_()


def derivatives(layer: nn.Module, images: Tensor) -> list[Tensor]:
    """Output, gradients, and the gradients of R1: the squared gradient by the input."""
    inputs = [images, *layer.parameters()]
    output = layer(images)
    cost = output.pow(3).sum()
    first = torch.autograd.grad(cost, inputs, create_graph=True)
    second = torch.autograd.grad(first[0].pow(2).sum(), inputs, retain_graph=True)
    mixed = torch.autograd.grad(first[1].pow(2).sum(), inputs)
    return [output, *first, *second, *mixed]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts how often the short form was computed."""
    calls: list[int] = []
    computed: Callable[[Tensor, Tensor], Tensor] = convolution.short_upsample

    def count(images: Tensor, weight: Tensor) -> Tensor:
        calls.append(weight.shape[1])
        return computed(images, weight)

    monkeypatch.setattr(convolution, "short_upsample", count)
    return calls


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["downsample", "upsample"])
def test_equals_pytorch_twice_differentiated(
    kind: str, size: tuple[int, int], channels: tuple[int, int], bias: bool, short: list[int]
) -> None:
    torch.manual_seed(0)
    if kind == "downsample" and min(size) < 2:
        size = (2, 3)
    ours, theirs = pair(kind, *channels, bias=bias)
    images = pictures(kind, *channels, size)
    for mine, expected in zip(derivatives(ours, images), derivatives(theirs, images), strict=True):
        torch.testing.assert_close(mine, expected, rtol=1e-10, atol=1e-10)
    even = size[0] % 2 == 0 and size[1] % 2 == 0
    assert bool(short) == (channels[0] <= 4 and (kind == "upsample" or even))


@pytest.mark.parametrize("kind", ["downsample", "upsample"])
def test_gradcheck(kind: str) -> None:
    torch.manual_seed(0)
    layer, _ = pair(kind, 2, 3, bias=True)
    images = pictures(kind, 2, 3, (4, 2))
    assert torch.autograd.gradcheck(layer, images)
    assert torch.autograd.gradgradcheck(layer, images)


@pytest.mark.parametrize("kind", ["downsample", "upsample"])
def test_single_precision_agrees_to_rounding(kind: str) -> None:
    torch.manual_seed(0)
    ours, theirs = pair(kind, 3, 64, bias=False)
    images = pictures(kind, 3, 64, (16, 16))
    exact = derivatives(theirs, images)
    rough = derivatives(ours.float(), images.detach().float().requires_grad_())
    for mine, expected in zip(rough[:3], exact[:3], strict=True):
        error = (mine - expected).abs().max() / expected.abs().max()
        assert error < 1e-5


def test_the_discriminator_turn_computes_no_gradient_by_the_picture(short: list[int]) -> None:
    layer = Downsample(3, 8).to(memory_format=torch.channels_last)
    layer(torch.randn(2, 3, 8, 8)).sum().backward()
    assert short == []
    assert layer.weight.grad is not None


@pytest.mark.parametrize("kind", ["downsample", "upsample"])
def test_keeps_channels_last(kind: str) -> None:
    layer, _ = pair(kind, 3, 8, bias=False)
    images = pictures(kind, 3, 8, (6, 10))
    output = layer(images)
    assert output.is_contiguous(memory_format=torch.channels_last)
    (gradient,) = torch.autograd.grad(output.square().sum(), images)
    assert gradient.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("kind", ["downsample", "upsample"])
def test_is_pytorchs_own_elsewhere(kind: str, short: list[int]) -> None:
    ours, theirs = pair(kind, 3, 8, bias=True)
    plain = torch.randn(2, 3 if kind == "downsample" else 8, 6, 10, dtype=torch.float64)
    assert torch.equal(ours(plain.requires_grad_()), theirs(plain))
    images = pictures(kind, 3, 8, (6, 10))
    single = images.detach().float().requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = ours.float()(single)
        assert output.dtype == torch.bfloat16
        assert torch.equal(output, theirs.float()(single))
    meta = ours.to("meta")(single.to("meta"))
    assert meta.device.type == "meta"
    assert meta.shape == output.shape
    assert short == []


def test_odd_sides_are_halved_as_pytorch_does() -> None:
    images = torch.randn(1, 3, 7, 5, requires_grad=True)
    layer = Downsample(3, 4)
    expected = functional.conv2d(images, layer.weight, layer.bias, stride=2, padding=1)
    assert torch.equal(layer(images), expected)


COMPILED = """
import torch
from zerosum.nn.convolution import Upsample, Downsample

for layer in (Downsample(3, 8), Upsample(8, 3)):
    images = torch.randn(2, layer.in_channels, 6, 10).contiguous(memory_format=torch.channels_last)
    inputs = [images.requires_grad_(), *layer.parameters()]
    compiled = torch.compile(layer, backend="aot_eager", fullgraph=True)
    expected = torch.autograd.grad(layer(images).pow(2).sum(), inputs)
    found = torch.autograd.grad(compiled(images).pow(2).sum(), inputs)
    torch.testing.assert_close(found, expected)
"""


def test_compiles_into_one_graph() -> None:
    # In a process of its own: the run-time checks of shapes in these tests cannot be compiled.
    subprocess.run([sys.executable, "-c", COMPILED], check=True)
