"""``--precision auto``: chosen once, by what the device says of itself."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from helpers.command_line import call
from helpers.runs_in_processes import assert_same, weights
from zerosum.config import RunConfig
from zerosum.errors import RunError
from zerosum.jobs import resume_run, train_run
from zerosum.training.engine import choose_precision

CPU, CUDA = torch.device("cpu"), torch.device("cuda")

Moves = Callable[[str], None]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Moves:
    """Moves the test to a machine whose processor has this and nothing else."""

    def move(capability: str) -> None:
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {capability: True})

    return move


@pytest.mark.parametrize(
    ("capability", "precision"),
    [("avx512_bf16", "bf16"), ("amx_bf16", "bf16"), ("avx512_f", "fp32"), ("bf16", "fp32")],
)
def test_the_processors_instructions_decide(
    machine: Moves, capability: str, precision: str
) -> None:
    machine(capability)
    assert choose_precision("auto", CPU) == precision
    assert choose_precision("fp32", CPU) == "fp32"
    assert choose_precision("bf16", CPU) == "bf16"


def test_where_pytorch_does_not_tell_it_is_fp32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert choose_precision("auto", CPU) == "fp32"


@pytest.mark.parametrize(("computes", "precision"), [(True, "bf16"), (False, "fp32")])
def test_on_a_gpu_emulation_does_not_count(
    monkeypatch: pytest.MonkeyPatch, machine: Moves, computes: bool, precision: str
) -> None:
    def is_supported(including_emulation: bool = True) -> bool:
        return including_emulation or computes

    machine("amx_bf16")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", is_supported)
    assert choose_precision("auto", CUDA) == precision
    assert choose_precision("auto", torch.device("mps")) == "fp32"


def test_what_was_chosen_is_written_down_and_kept_elsewhere(
    tiny: RunConfig, tmp_path: Path, machine: Moves
) -> None:
    auto = replace(tiny, precision="auto", total_images=32, sample_every=1_000)
    machine("avx512_bf16")
    whole = train_run(replace(auto, precision="bf16"), out=tmp_path / "whole", quiet=True).run
    for name in ("resumed", "continued"):
        run = train_run(replace(auto, total_images=16), out=tmp_path / name, quiet=True).run
        assert json.loads(run.config_path.read_text())["precision"] == "bf16"
    machine("avx2")
    resumed = resume_run(tmp_path / "resumed", images=32, quiet=True).run
    continued = train_run(auto, out=tmp_path / "continued", go_on=True, quiet=True).run
    for run in (resumed, continued):
        assert run.config().precision == "bf16"
        assert_same(weights(run), weights(whole))


def test_a_run_goes_on_in_no_other_precision(
    tiny: RunConfig, tmp_path: Path, machine: Moves
) -> None:
    machine("avx2")
    auto = replace(tiny, precision="auto", total_images=16)
    run = train_run(auto, out=tmp_path / "run", quiet=True).run
    with pytest.raises(RunError, match="precision: fp32 → bf16"):
        train_run(replace(auto, precision="bf16"), out=run.path, go_on=True, quiet=True)


def test_a_dry_run_shows_what_would_be_chosen(
    machine: Moves, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "mnist-gan-2018", "--data", "digits", "--device", "cpu", "--dry-run"]
    words += ["--precision", "auto"]
    for capability, precision in (("amx_bf16", "bf16"), ("avx2", "fp32")):
        machine(capability)
        assert call(*words) == 0
        shown = " ".join(capsys.readouterr().out.split())
        assert f"on cpu, {precision}, 1 process" in shown
        assert call(*words, "--json") == 0
        assert f'"precision": "{precision}"' in capsys.readouterr().out
