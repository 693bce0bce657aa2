"""Exported files as others run them."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

__all__ = ["RUNNERS"]


def run_program(path: Path) -> Callable[[Tensor], Tensor]:
    network: Callable[[Tensor], Tensor] = torch.export.load(path).module()
    return network


def run_onnx(path: Path) -> Callable[[Tensor], Tensor]:
    session = pytest.importorskip("onnxruntime").InferenceSession(str(path))
    (name,) = (each.name for each in session.get_inputs())
    return lambda given: torch.from_numpy(session.run(None, {name: given.numpy()})[0])


RUNNERS = {".pt2": run_program, ".onnx": run_onnx}
