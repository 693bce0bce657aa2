"""What is written beside the game."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
from PIL import Image

from zerosum.checkpoint import load_checkpoint
from zerosum.config import RunConfig, to_json
from zerosum.errors import NonFiniteCostError
from zerosum.families.building import build_game
from zerosum.jobs import train_run
from zerosum.training.engine import Engine
from zerosum.training.evaluation import Evaluation
from zerosum.training.hooks import Checkpoints, Samples, Statistics
from zerosum.training.loop import Hook, Loop
from zerosum.training.records import read_statistics
from zerosum.types import Batch

BLACK = torch.full((1, 1, 4, 4), -1.0)


class Grey:
    def size_at(self, position: int) -> int:
        return 16

    def at(self, position: int) -> Batch:
        return Batch(images=torch.zeros(16, 1, 28, 28))


def _loop(config: RunConfig, checkpoints: Checkpoints) -> Loop[Batch]:
    engine = Engine(device=torch.device("cpu"))
    game = build_game(config, engine)
    return Loop(game=game, batches=Grey(), engine=engine, seed=0, hooks=[checkpoints])


def test_a_checkpoint_with_weights_that_are_not_finite_is_never_written(
    tiny: RunConfig, tmp_path: Path
) -> None:
    checkpoints = Checkpoints(tmp_path, seconds=0.0, facts={})
    loop = _loop(tiny, checkpoints)
    loop.run(until=32)
    loop.game.players["generator"].parameters[0].data[0] = torch.inf
    with pytest.raises(NonFiniteCostError, match=r"weights of the generator.*left as it was"):
        checkpoints.save(loop)
    saved = load_checkpoint(checkpoints.path)["loop"]
    assert saved["images"] == 32
    assert all(
        weight.isfinite().all() for weight in saved["players"]["generator"]["network"].values()
    )


HOOKS: dict[str, Callable[[Path, Checkpoints], Hook]] = {
    "statistics": lambda folder, _: Statistics(folder, every=16),
    "samples": lambda folder, _: Samples(folder, every=16, draw=lambda: BLACK, seed=0),
    "evaluation": lambda folder, checkpoints: Evaluation(
        folder, evaluators={}, every=16, until=32, checkpoints=checkpoints
    ),
    "checkpoints": lambda _, checkpoints: checkpoints,
}


@pytest.mark.parametrize("name", HOOKS)
def test_nothing_that_follows_from_a_bad_cost_is_written(
    name: str, tiny: RunConfig, tmp_path: Path
) -> None:
    checkpoints = Checkpoints(tmp_path, seconds=0.0, facts={})
    loop = _loop(tiny, checkpoints)
    loop.engine = replace(loop.engine, check_every=1000)  # As if on a GPU.
    loop.play_round()
    loop.game.players["generator"].parameters[0].data[0] = torch.inf
    record = loop.play_round()
    hook = HOOKS[name](tmp_path, checkpoints)
    for call in (partial(hook.played, loop, record), partial(hook.stopped, loop)):
        with pytest.raises(NonFiniteCostError, match="cost is nan in round 1 "):
            call()
    assert not read_statistics(tmp_path / "stats.jsonl")
    assert not [file for file in tmp_path.rglob("*") if file.suffix in (".png", ".safetensors")]


def test_checkpoints_are_written_by_the_clock(tiny: RunConfig, tmp_path: Path) -> None:
    seldom = Checkpoints(tmp_path, seconds=3600.0, facts={"config": to_json(tiny)})
    loop = _loop(tiny, seldom)
    seldom.started(loop)
    record = loop.play_round()
    seldom.played(loop, record)
    assert load_checkpoint(seldom.path)["loop"]["images"] == 0
    seldom.stopped(loop)
    assert load_checkpoint(seldom.path)["loop"]["images"] == 16
    assert load_checkpoint(seldom.path)["config"] == to_json(tiny)


def test_a_run_leaves_what_it_promises(tiny: RunConfig, tmp_path: Path) -> None:
    path = train_run(replace(tiny, total_images=320), out=tmp_path / "run", quiet=True).run.path
    lines = read_statistics(path / "stats.jsonl")
    assert [line["images"] for line in lines] == [64, 128, 192, 256, 320]
    for line in lines:
        assert line["discriminator"].keys() >= {"cost", "adversarial", "accuracy", "real", "fake"}
        assert line["generator"].keys() == {"cost", "accuracy", "history"}
    # R1 is paid in every third round, and four rounds make a line.
    assert all("r1" in line["discriminator"] for line in lines)
    grids = sorted((path / "samples").iterdir())
    assert [int(grid.stem) for grid in grids] == [0, 160, 320]
    with Image.open(path / "samples.gif") as animation:
        assert animation.n_frames == 3  # type: ignore[attr-defined]
    with Image.open(path / "curves.png") as curves:
        assert curves.width > 500
    assert any(file.name.startswith("events") for file in (path / "tensorboard").iterdir())
    assert json.loads((path / "environment.json").read_text())["torch"] == torch.__version__
