"""`make gpu` works, at a toy size and without a GPU."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
import torch

import gpu
import zerosum
from on_gpu import checks, speed
from on_gpu.games import KINDS, Noise
from zerosum.recipes import RECIPES, recipe


def _fail() -> str:
    raise AssertionError("costs differ")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = (
        *("dcgan-svhn, bf16", "dcgan-svhn, resumed", "dcgan-svhn, exported"),
        *("cartoongan, fp32", "adda, fp32"),  # Not all of their players move in each round.
    )

    def some(device: str) -> Iterator[tuple[str, Callable[[], str]]]:
        yield from (each for each in checks.checks(device) if each[0] in wanted)
        yield "broken", _fail

    monkeypatch.setattr(gpu, "checks", some)
    monkeypatch.setattr(gpu, "TOY", speed.TOY[1:])
    monkeypatch.setattr(gpu, "PRECISIONS", ("bf16",))
    monkeypatch.setattr(speed, "CYCLE", 2)


@pytest.mark.usefixtures("few")
def test_it_checks_measures_and_reports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gpu.run("cpu", minutes=5.0, out=tmp_path) == 1
    report = json.loads((tmp_path / "gpu.json").read_text())
    results = {each["check"]: each["result"] for each in report["checks"]}
    assert results.pop("broken") == "FAILED: AssertionError: costs differ"
    assert len(results) == 5
    assert not [text for text in results.values() if "FAILED" in text]
    (measured,) = report["speeds"]
    assert measured["images_per_second"] > 0
    assert 0 < measured["share_of_peak"] < 1
    assert len(measured["costliest"]) == 3
    table = (tmp_path / "gpu.md").read_text()
    assert "| stylegan2 32, toy | bf16 |" in table
    assert "bit for bit" in table


@pytest.mark.usefixtures("few")
def test_what_there_is_no_time_for_is_left_out_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    assert gpu.run("cpu", minutes=0.0, out=tmp_path) == 0
    report = json.loads((tmp_path / "gpu.json").read_text())
    assert {each["result"] for each in report["checks"]} == {"left out: no time"}
    assert {each["error"] for each in report["speeds"]} == {"no time"}
    assert os.environ.pop("CUBLAS_WORKSPACE_CONFIG") == ":4096:8"


def test_kernels_are_told_from_the_names_of_stretches_of_them() -> None:
    def took(key: str, time: float, *, on: str = "CUDA", is_name: bool = False) -> SimpleNamespace:
        return SimpleNamespace(
            key=key,
            device_type=getattr(torch.autograd.DeviceType, on),
            self_device_time_total=time,
            is_user_annotation=is_name,
        )

    events = [
        took("gemm", 3.0),
        took("copy", 1.0),
        took("aten::mm", 3.0, on="CPU"),
        took("Optimizer.step#Adam.step", 4.0, is_name=True),
    ]
    assert speed.costliest_of(events, is_cuda=True) == [("gemm", 0.75), ("copy", 0.25)]


def test_no_picture_is_made_in_a_round_that_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    make = Noise.images

    def note(self: Noise, number: int) -> torch.Tensor:
        made.append(number)
        return make(self, number)

    monkeypatch.setattr(Noise, "images", note)
    monkeypatch.setattr(speed, "CYCLE", 1)
    speed.measure(speed.TOY[0], device="cpu", precision="fp32", seconds=0.0, most=1e12)
    assert made == [0, 1]


def test_pictures_may_be_real(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "CYCLE", 1)
    with patch.object(speed, "read_pictures", wraps=speed.read_pictures) as read:
        speed.measure(
            speed.TOY[0], device="cpu", precision="fp32", seconds=0.0, most=1e12, data="digits"
        )
    assert read.call_args.args[0] == "digits"


def test_it_needs_little_where_little_is_installed() -> None:
    names = ("matplotlib", "psutil", "scipy", "sklearn", "tensorboard", "torchvision")
    command = f"import sys; sys.modules |= dict.fromkeys({names}); import gpu"
    folders = [str(Path(module.__file__ or "").parents[1]) for module in (checks, zerosum)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(folders)}
    subprocess.run([sys.executable, "-c", command], env=environment, check=True)


def test_every_kind_of_game_is_checked() -> None:
    assert {recipe(name).game.kind for name in KINDS} == {
        recipe(name).game.kind for name in RECIPES
    }


def test_what_is_measured_can_be_built() -> None:
    for case in speed.CASES:
        assert case.config().batch_size == case.batch
