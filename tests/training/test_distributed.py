"""Two processes play the same game as one."""

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch

import zerosum
from helpers.nursery import fork
from helpers.runs_in_processes import assert_same, create, environment, finish, weights
from helpers.two_domains import adapting, digits_and_negatives, small
from zerosum.config import RunConfig, change
from zerosum.evaluation.records import read_scores
from zerosum.families import family_of
from zerosum.jobs import train_run
from zerosum.recipes import recipe
from zerosum.runs import Run
from zerosum.training.records import read_statistics

TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")


ONE_BY_ONE = """
import os, sys
from unittest.mock import patch

import torch
import zerosum.cli
from zerosum.training.engine import start_engine

unlike = {"avx512_bf16": os.environ["RANK"] == "1"}
with patch("torch.cpu.get_capabilities", lambda: unlike):
    with start_engine(device="cpu", precision="auto") as engine:
        torch.optim.Adam([torch.nn.Parameter(torch.ones(2))])  # Imports what would keep the group.
        engine.mean(torch.ones(2))
if os.path.isdir("/proc/self/task"):
    tasks = [open(f"/proc/self/task/{task}/comm").read() for task in os.listdir("/proc/self/task")]
    left = sum("gloo" in task for task in tasks)
else:
    left = "unknown"
# Written as a whole: the processes share one output, and print() writes word by word.
os.write(1, f"precision: {engine.precision}, left: {left}\\n".encode())

for words in sys.argv[1:]:
    zerosum.cli.main(["resume", *words.split("|"), "--quiet"])
"""
"""Starts and ends an engine, of which one process computes in bf16, and resumes several runs.

To start processes takes longer than to train.
"""


@pytest.fixture(scope="module")
def without_batch_norm(tiny: RunConfig) -> RunConfig:
    norms = {"game.virtual_batch_norm": 6, "game.discriminator.norm": "layer"}
    return change(tiny, {**norms, "images": tiny.batch_size})


@dataclass(frozen=True, kw_only=True)
class Played:
    """Runs that two processes trained, by name, and what they printed."""

    folder: Path
    configs: dict[str, RunConfig]
    output: str

    def run(self, name: str) -> Run:
        return Run(self.folder / name)

    def alone(self, name: str, tmp_path: Path) -> Run:
        """The same by one process."""
        return train_run(self.configs[name], out=tmp_path / "alone", quiet=True).run


@pytest.fixture(scope="module")
def played(
    tiny: RunConfig, without_batch_norm: RunConfig, tmp_path_factory: pytest.TempPathFactory
) -> Played:
    """One launch for all that two processes only have to play, or to play in two parts."""
    folder = tmp_path_factory.mktemp("played")
    # The main process alone evaluates, but all of them have to stop together.
    scored = replace(tiny, evaluate_every=160, evaluate_count=32, on_collapse="stop")
    data = digits_and_negatives(folder / "data")
    pooled = {"game.pool": 4}
    parts = {
        "plain": (scored, 320),
        "pools": (small("cyclegan-small", data, folder, **pooled), 16),
    }
    configs = {
        "halves of batches": without_batch_norm,
        "translating": small("cyclegan-small", data, folder, **pooled, images=2),
        "misleading": _misleading(),
        **{name: _adapting(folder / f"{name} data", name) for name in ("dann", "cdan")},
        "unharmed": replace(tiny, total_images=96, checkpoint_seconds=0.0),
        **{f"whole {name}": replace(each, total_images=n) for name, (each, n) in parts.items()},
        **{
            f"half {name}": replace(each, total_images=n // 2) for name, (each, n) in parts.items()
        },
    }
    runs = [create(folder / name, config) for name, config in configs.items()]
    script = folder / "one_by_one.py"
    script.write_text(ONE_BY_ONE)
    words = [str(run.path) for run in runs]
    words += [f"{folder / f'half {name}'}|--images|{n}" for name, (_, n) in parts.items()]
    process = subprocess.Popen(
        [sys.executable, *TORCHRUN, str(script), *words],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Played(folder=folder, configs=configs, output=finish(process))


def _misleading() -> RunConfig:
    fields = {"batch_size": 8, "images": 8, "evaluate_every": 0, "device": "cpu"}
    config = change(recipe("advgan"), fields)
    usual = recipe("advgan")
    aided: RunConfig = family_of(config).aids(config, torch.device("cpu"), usual=usual)[0]
    return aided


def _adapting(data: Path, method: str) -> RunConfig:
    # λ is 0 in the first round of a ramp, so there is none.
    return adapting(data, **{"game.method": method, "game.ramp": 0, "images": 8})


def _gradients(run: Run, player: str) -> list[torch.Tensor]:
    """After one step Adam's first moment is (1 − β₁) times the gradient."""
    moments: dict[str, Any] = weights(run)["players"][player]["optimizer"]["state"]
    return [moment["exp_avg"] for moment in moments.values()]


def _assert_gradients_are_those_of_one(
    alone: Run, together: Run, *players: str, zeros: bool = False
) -> None:
    for player in players:
        for one, two in zip(_gradients(alone, player), _gradients(together, player), strict=True):
            scale = one.abs().max().item()
            assert scale > 0 or zeros
            assert torch.allclose(one, two, rtol=0, atol=1e-4 * scale + 1e-9), player


def test_two_halves_give_the_gradients_of_the_whole(played: Played, tmp_path: Path) -> None:
    together = played.run("halves of batches")
    alone = played.alone("halves of batches", tmp_path)
    _assert_gradients_are_those_of_one(alone, together, "discriminator", "generator")


def test_a_distributed_run_resumes_and_only_the_main_process_writes(played: Played) -> None:
    whole, half = played.run("whole plain"), played.run("half plain")
    assert played.output.count("done: 160 images seen.") == 1
    assert [found.images_seen for found in read_scores(half.scores_path)] == [0, 160, 320]
    for name, weight in weights(whole)["players"]["generator"]["network"].items():
        assert torch.equal(weight, weights(half)["players"]["generator"]["network"][name]), name


def test_two_processes_translate_as_one_and_share_their_pools(
    played: Played, tmp_path: Path
) -> None:
    together, alone = played.run("translating"), played.alone("translating", tmp_path)
    players = ("generators", "discriminator_a", "discriminator_b")
    _assert_gradients_are_those_of_one(alone, together, *players, zeros=True)
    pool = weights(together)["game"]["pool b"]
    assert torch.allclose(pool, weights(alone)["game"]["pool b"], atol=1e-5)
    assert len(pool) == 2


def test_two_processes_mislead_as_one(played: Played, tmp_path: Path) -> None:
    together, alone = played.run("misleading"), played.alone("misleading", tmp_path)
    _assert_gradients_are_those_of_one(alone, together, "discriminator", "generator", zeros=True)


@pytest.mark.parametrize("method", ["dann", "cdan"])
def test_two_processes_adapt_as_one(method: str, played: Played, tmp_path: Path) -> None:
    together, alone = played.run(method), played.alone(method, tmp_path)
    _assert_gradients_are_those_of_one(alone, together, "classifier", "domain")


def test_a_distributed_run_with_pools_resumes_bit_for_bit(played: Played) -> None:
    assert_same(weights(played.run("whole pools")), weights(played.run("half pools")))


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted in /proc")
def test_no_thread_of_the_process_group_outlives_the_engine(played: Played) -> None:
    # One that does may call on an interpreter that is gone, and the process ends with SIGABRT.
    assert played.output.count("left: 0") == 2


def test_all_processes_compute_in_the_precision_that_the_main_one_chooses(
    played: Played,
) -> None:
    assert played.output.count("precision: fp32") == 2


RUN = """
import os, signal, sys, time
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from torch import distributed

import zerosum.cli
import zerosum.jobs.training as jobs
from zerosum import errors
from zerosum.runs import Run
from zerosum.training.evaluation import Evaluation
from zerosum.training.loop import Loop

folder, *what = sys.argv[1:]
rank, first = os.environ["RANK"], os.environ["TORCHELASTIC_RESTART_COUNT"] == "0"
play_round = Loop.play_round


def play(loop):
    if loop.rounds == 3 and rank == "1" and first:
        if "kill" in what:
            os.kill(os.getpid(), signal.SIGKILL)
        if "fail" in what:
            raise errors.DataError("the disk of this machine is gone.")
    return play_round(loop)


def recipe(name):
    return Run(Path(folder) / "plan").config()


if "slow" in what:
    # One process takes longer than the others may be waited for: to prepare, and to evaluate.
    init, assemble = distributed.init_process_group, jobs.assemble
    score = Evaluation.score_and_diagnose

    def join(*arguments, **named):
        init(*arguments, **named, timeout=timedelta(seconds=2))

    def wait(self, loop):
        time.sleep(4 if rank == "0" else 0)
        return score(self, loop)

    def prepare(*arguments, **named):
        time.sleep(4 if rank == "1" else 0)
        return assemble(*arguments, **named)

    distributed.init_process_group, jobs.assemble = join, prepare
    Evaluation.score_and_diagnose = wait

with patch.object(Loop, "play_round", play), patch("zerosum.cli.train.recipe", recipe):
    zerosum.cli.main(["train", "dcgan-digits", "--out", f"{folder}/run", "--continue", "--quiet"])
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return _script(tmp_path)


def _script(folder: Path) -> Path:
    """Trains what ``folder/plan`` says in ``folder/run``, and does what further words say."""
    path = folder / "script.py"
    path.write_text(RUN)
    return path


def launch(script: Path, *words: str, processes: int = 2, restarts: int = 0) -> str:
    folder = str(script.parent)
    launcher = "helpers.forked_commands:run_distributed"
    process = fork(launcher, str(processes), str(restarts), str(script), folder, *words)
    return finish(process, code=1 if "fail" in words else 0)


@pytest.fixture(scope="module")
def killed(played: Played, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, str]:
    """A slow run of which one process is killed, and what was printed; it may fail but once."""
    folder = tmp_path_factory.mktemp("killed")
    config = replace(played.configs["unharmed"], evaluate_every=96, evaluate_count=4)
    create(folder / "plan", config)
    output = launch(_script(folder), "kill", "slow", restarts=1)
    return Run(folder / "run"), output


def test_a_killed_process_is_restarted_and_the_run_goes_on(
    played: Played, killed: tuple[Run, str]
) -> None:
    run, output = killed
    assert output.count("done: 96 images seen.") == 1
    unharmed = weights(played.run("unharmed"))
    for name, weight in unharmed["players"]["generator"]["network"].items():
        there = weights(run)["players"]["generator"]["network"][name]
        assert torch.equal(weight, there), name
    assert json.loads((run.path / "environment.json").read_text())["processes"] == 2


def test_nobody_is_taken_for_lost_who_prepares_or_evaluates(killed: tuple[Run, str]) -> None:
    run, _ = killed
    assert [found.images_seen for found in read_scores(run.scores_path)] == [0, 96]


def test_a_run_goes_on_with_another_number_of_processes(
    without_batch_norm: RunConfig, script: Path, tmp_path: Path
) -> None:
    # Statistics of a batch, and dropout, are each process's own; all else is the whole batch's.
    config = replace(without_batch_norm, batch_size=12, total_images=12 * 4, log_every=12)
    alone = train_run(config, out=tmp_path / "alone", quiet=True).run
    plan = create(tmp_path / "plan", config)
    for rounds, processes in ((1, 1), (2, 3), (4, 1)):
        now = replace(config, total_images=12 * rounds)
        if processes == 1:
            train_run(now, out=tmp_path / "run", go_on=True, quiet=True)
            continue
        plan.write_config(now)
        launch(script, processes=processes)
    changing = Run(tmp_path / "run")
    for player in ("discriminator", "generator"):
        one, other = (weights(run)["players"][player]["network"] for run in (alone, changing))
        for name, weight in one.items():
            assert torch.allclose(weight, other[name], rtol=0, atol=2e-3), f"{player} {name}"
    logs = [read_statistics(run.path / "stats.jsonl") for run in (alone, changing)]
    for expected, found in zip(*logs, strict=True):
        for player in ("discriminator", "generator"):
            assert found[player]["cost"] == pytest.approx(expected[player]["cost"], rel=1e-3)


def test_a_process_that_fails_ends_all_with_one_message(
    tiny: RunConfig, script: Path, tmp_path: Path
) -> None:
    create(tmp_path / "plan", replace(tiny, total_images=96, checkpoint_seconds=0.0))
    output = launch(script, "fail")
    assert output.count("zerosum: process 1: the disk of this machine is gone.") == 1
    assert "Connection closed" not in output
    assert str(Path(zerosum.__file__).parent) not in output  # All tracebacks are the launcher's.
    assert weights(Run(tmp_path / "run"))["images"] == 48
