"""Operations whose gradients CUDA can repeat are the same as PyTorch's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils._python_dispatch import TorchDispatchMode

from on_gpu.games import make_loop, small
from zerosum.augment.diffaugment import deform
from zerosum.augment.warping import warp
from zerosum.training.engine import Engine
from zerosum.training.kernels import kernels
from zerosum.training.repeatable import Repeatable

CHANGES = torch.eye(3) + 0.4 * torch.randn(3, 3, 3, generator=torch.Generator().manual_seed(0))

CASES: dict[str, Callable[[Tensor], Tensor]] = {
    "padded": lambda images: functional.pad(images, (2, 1, 3, 0), mode="reflect"),
    "in a layer": nn.Conv2d(2, 2, 3, padding=1, padding_mode="reflect"),
    "with zeros": lambda images: functional.pad(images, (2, 1)),
    "warped": lambda images: warp(images, CHANGES),
    "deformed": lambda images: deform(images, CHANGES[:, :2]),
}


@pytest.mark.parametrize("name", CASES)
def test_values_and_gradients_are_pytorchs_own(name: str) -> None:
    images = torch.randn(3, 2, 6, 5, generator=torch.Generator().manual_seed(1))
    images.requires_grad_()

    def found() -> tuple[Tensor, Tensor]:
        result = CASES[name](images)
        (gradient,) = torch.autograd.grad((result**2).sum(), images)
        return result, gradient

    expected = found()
    with Repeatable():
        repeatable = found()
    for one, other in zip(repeatable, expected, strict=True):
        assert torch.allclose(one, other, atol=1e-5)


def test_a_run_on_cuda_that_is_to_repeat_itself_computes_so() -> None:
    images = torch.zeros(1, 1, 4, 4, requires_grad=True)

    def gradient() -> str:
        padded = functional.pad(images, (1, 1, 1, 1), mode="reflect")
        assert padded.grad_fn is not None
        return padded.grad_fn.name()

    for device, deterministic in (("cuda", True), ("cuda", False), ("cpu", True)):
        with kernels(torch.device(device), tf32=False, deterministic=deterministic):
            by_index = gradient() == "IndexSelectBackward0"
        assert by_index == (deterministic and device == "cuda")
    assert gradient() == "ReflectionPad2DBackward0"


class _Refusing(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Refuses what CUDA refuses where the same is to be computed from the same."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func.overloadpacket.__name__
        assert not any(each in name for each in _REFUSED), name
        return func(*args, **(kwargs or {}))


_REFUSED = ("reflection_pad", "grid_sampler", "nll_loss2d", "adaptive_avg", "histc", "median")
"""By PyTorch's list. Bilinear enlarging is on it too; PyTorch itself has another form of that."""


@pytest.mark.parametrize("name", ["cyclegan", "cut", "stylegan2-digits"])
def test_no_game_does_what_cuda_cannot_repeat(name: str, tmp_path: Path) -> None:
    loop = make_loop(small(name, tmp_path), Engine(device=torch.device("cpu")))
    with Repeatable(), _Refusing():  # type: ignore[no-untyped-call]
        loop.play_round()
