"""Exported files as others run them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

__all__ = ["RUNNERS", "facts_of"]


def run_program(path: Path) -> Callable[[Tensor], Tensor]:
    network: Callable[[Tensor], Tensor] = torch.export.load(path).module()
    return network


def run_onnx(path: Path) -> Callable[[Tensor], Tensor]:
    session = pytest.importorskip("onnxruntime").InferenceSession(str(path))
    (name,) = (each.name for each in session.get_inputs())
    return lambda given: torch.from_numpy(session.run(None, {name: given.numpy()})[0])


RUNNERS = {".pt2": run_program, ".onnx": run_onnx}


def facts_of(path: Path) -> dict[str, str]:
    """What an exported file says of itself."""
    if path.suffix == ".pt2":
        said = {"zerosum.json": ""}
        torch.export.load(path, extra_files=said)
        facts: dict[str, str] = json.loads(said["zerosum.json"])
        return facts
    session = pytest.importorskip("onnxruntime").InferenceSession(str(path))
    return dict(session.get_modelmeta().custom_metadata_map)
