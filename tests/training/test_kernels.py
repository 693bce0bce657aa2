"""Which kernels compute, and that a run's settings reach them."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
import torch

from zerosum.config import RunConfig, change
from zerosum.jobs import train_run
from zerosum.training.kernels import kernels

CUDA = torch.device("cuda")


def _flags() -> dict[str, object]:
    return {
        "products": torch.backends.cuda.matmul.fp32_precision,
        "convolutions": torch.backends.cudnn.conv.fp32_precision,  # type: ignore[attr-defined]
        "tries": torch.backends.cudnn.benchmark,
        "deterministic": torch.are_deterministic_algorithms_enabled(),
    }


def test_cuda_computes_as_asked_for_and_afterwards_as_before() -> None:
    before = _flags()
    with kernels(CUDA, tf32=True, deterministic=False):
        assert _flags() == {
            "products": "tf32",
            "convolutions": "tf32",
            "tries": True,
            "deterministic": False,
        }
    assert _flags() == before
    with kernels(CUDA, tf32=False, deterministic=True):
        assert _flags() == {
            "products": "ieee",
            "convolutions": "ieee",
            "tries": False,
            "deterministic": True,
        }
    assert _flags() == before


@pytest.mark.parametrize("tf32", [True, False])
def test_what_compilers_ask_for_in_old_words_is_answered(tf32: bool) -> None:
    with kernels(CUDA, tf32=tf32, deterministic=False):
        assert torch.get_float32_matmul_precision() == ("high" if tf32 else "highest")
        assert torch.backends.cuda.matmul.allow_tf32 == tf32
        assert torch.backends.cudnn.allow_tf32 == tf32
    assert torch.get_float32_matmul_precision() == "highest"
    assert torch.backends.cudnn.allow_tf32


def test_elsewhere_nothing_changes() -> None:
    before = _flags()
    with kernels(torch.device("cpu"), tf32=True, deterministic=True):
        assert _flags() == before


@pytest.mark.parametrize(
    ("precision", "deterministic"), [("fp32", False), ("tf32", False), ("bf16", True)]
)
def test_a_run_computes_as_its_settings_say(
    precision: str,
    deterministic: bool,
    tiny: RunConfig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: dict[str, object] = {}

    def note(device: torch.device, **settings: bool) -> AbstractContextManager[None]:
        asked.update(settings)
        return nullcontext()

    monkeypatch.setattr("zerosum.training.engine.kernels", note)
    fields = {"precision": precision, "deterministic": deterministic, "images": 16}
    config = change(tiny, fields)
    train_run(config, out=tmp_path / "run", quiet=True)
    assert asked == {"tf32": precision != "fp32", "deterministic": deterministic}
