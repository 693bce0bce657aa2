"""What a run will take is known before it begins."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import torch

from helpers.command_line import call
from zerosum.config import RunConfig, change
from zerosum.errors import ConfigError
from zerosum.families.loading import prepare_images
from zerosum.jobs import train_run
from zerosum.jobs.estimating import LIBRARIES, Estimate, estimate, refuse_what_has_no_room
from zerosum.jobs.trying import warnings_of
from zerosum.recipes import recipe
from zerosum.training.engine import Engine
from zerosum.training.memory import TensorMemory, free_memory

CPU = Engine(device=torch.device("cpu"))
FOUND = Estimate(
    players={"generator": ("G", 10), "discriminator": ("D", 10)},
    seconds=100.0,
    memory=2 * 10**9,
    free=10**9,
    disk=10**8,
    batch_size=4,
)


def _estimate(config: RunConfig) -> Estimate:
    store: Any = prepare_images(config, quiet=True)
    return estimate(config, CPU, store, None)


def test_memory_is_what_tensors_take_at_most() -> None:
    with TensorMemory() as memory:
        x = torch.ones(1000)
        kept = [x + number for number in range(5)]
        kept.clear()
        torch.ones(2000).sum()
    assert memory.most == 4 * (1000 + 5 * 1000)


def test_views_and_changes_in_place_take_none() -> None:
    weight = torch.ones(1000)
    with TensorMemory() as memory:
        weight.view(10, 100).t().add_(1)
    assert memory.most == 0


def test_a_container_may_have_less_than_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "memory.max").write_text("5000\n")
    (tmp_path / "memory.current").write_text("3000\n")
    (tmp_path / "memory.stat").write_text("anon 2300\ninactive_file 400\nactive_file 300\n")
    monkeypatch.setattr("zerosum.training.memory.CGROUP", tmp_path)
    assert free_memory(torch.device("cpu")) == 2700
    (tmp_path / "memory.max").write_text("max\n")
    assert free_memory(torch.device("cpu")) > 2000


def test_an_estimate_changes_nothing_and_grows_with_the_run(
    tiny: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    small = _estimate(replace(tiny, batch_size=16))
    large = _estimate(replace(tiny, batch_size=64))
    assert list(tmp_path.iterdir()) == []
    assert set(small.players) == {"generator", "discriminator"}
    assert (small.batch_size, large.batch_size) == (16, 64)
    assert small.seconds > 0
    assert large.memory - LIBRARIES > 1.5 * (small.memory - LIBRARIES)


def test_an_estimate_draws_from_nobody_and_scores_nothing(
    tiny: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zerosum.jobs.estimating.PATIENCE", 0.0)
    monkeypatch.setattr("zerosum.families.generation.record.Generation.evaluators", None)
    before = torch.get_rng_state()
    _estimate(replace(tiny, evaluate_every=160, on_collapse="stop"))
    assert torch.equal(torch.get_rng_state(), before)


def test_the_disk_is_that_of_the_run_folder(
    tiny: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zerosum.jobs.estimating.PATIENCE", 0.0)
    brief = {"images": 32, "evaluate_every": 32, "evaluate_count": 16}
    config = change(tiny, {**brief, "game.generator.base_channels": 32, "device": "cpu"})
    run = train_run(config, out=tmp_path / "run", quiet=True).run
    checkpoint, best = (path.stat().st_size for path in (run.checkpoint_path, run.best_path))
    taken = sum(file.stat().st_size for file in run.path.rglob("*") if file.is_file())
    found = _estimate(config).disk
    assert taken + checkpoint <= found <= 1.2 * (taken + checkpoint)
    other = _estimate(replace(config, evaluate_every=0, sample_every=2)).disk
    more = 32 // 2 - 32 // config.sample_every  # Grids, of 64 digits.
    sizes = [file.stat().st_size for file in (run.path / "samples").iterdir()]
    assert max(sizes) < (other - found + best) / more < 64 * 28 * 28 * 2


def test_memory_is_that_of_all_players(tiny: RunConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zerosum.jobs.estimating.PATIENCE", 0.0)
    wide = change(tiny, {"game.generator.base_channels": 64})
    one, two = (
        _estimate(change(wide, {"game.critic_turns": turns})).memory - LIBRARIES
        for turns in (1, 3)
    )
    assert two == pytest.approx(one, rel=0.1)


def test_networks_that_grow_are_estimated_as_they_are_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("zerosum.jobs.estimating.PATIENCE", 0.0)
    config = change(recipe("progan-digits"), {"device": "cpu"})
    small = change(config, {"images": config.batch_size, "game.growth.hold": 10**6})
    grown, at_first = (_estimate(each).memory - LIBRARIES for each in (config, small))
    assert grown > 2 * at_first


def test_the_estimate_by_few_pictures_is_that_of_all(tiny: RunConfig) -> None:
    config = change(tiny, {"batch_size": 32, "game.generator.base_channels": 8})
    by_few = _estimate(config).memory - LIBRARIES
    store: Any = prepare_images(config, quiet=True)
    whole = replace(config, batch_size=32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("zerosum.jobs.estimating.FEW", (16, 32))
        measured = estimate(whole, CPU, store, None).memory - LIBRARIES
    assert by_few == pytest.approx(measured, rel=0.2)


def test_a_run_without_room_is_timed_with_few_pictures_and_refused(
    tiny: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zerosum.jobs.estimating.free_memory", lambda device: 1000)
    found = _estimate(replace(tiny, batch_size=64))
    assert found.batch_size == 4
    with pytest.raises(ConfigError, match=r"needs about .* GB of\s+memory, and 0\.0 GB are free"):
        refuse_what_has_no_room(tiny, found)


@pytest.mark.parametrize("is_heavy", [True, False])
def test_heavy_runs_on_a_cpu_are_looked_at_before_they_begin(
    is_heavy: bool, tiny: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zerosum.jobs.training.HEAVY", 0 if is_heavy else 1e12)
    monkeypatch.setattr("zerosum.jobs.estimating.estimate", lambda *_: FOUND)
    out = tmp_path / "run"
    if is_heavy:
        with pytest.raises(ConfigError, match="Use a GPU, or smaller rounds"):
            train_run(replace(tiny, total_images=16), out=out, quiet=True)
        assert not out.exists()
    else:
        train_run(replace(tiny, total_images=16), out=out, quiet=True)


def test_a_run_that_goes_on_is_not_looked_at_again(
    tiny: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zerosum.jobs.training.HEAVY", 0)
    with patch("zerosum.jobs.estimating.estimate", return_value=replace(FOUND, memory=10)) as look:
        for images in (16, 32):
            config = replace(tiny, total_images=images)
            train_run(config, out=tmp_path / "run", go_on=True, quiet=True)
            assert look.call_count == 1


def test_a_run_of_days_on_a_cpu_is_told_of_before_it_begins(
    tiny: RunConfig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    slow = replace(FOUND, seconds=8e6, memory=10, batch_size=16)
    monkeypatch.setattr("zerosum.jobs.training.HEAVY", 0)
    monkeypatch.setattr("zerosum.jobs.estimating.estimate", lambda *_: slow)
    train_run(replace(tiny, total_images=16), out=tmp_path / "run", quiet=True)
    told = capsys.readouterr().err
    assert "16 images of dcgan-digits take about 92 d 14 h on this processor" in told


def test_lopsided_players_are_told_of() -> None:
    players = {"generator": ("G", 10_400_000), "discriminator": ("D", 214_000)}
    assert replace(FOUND, players=players).lopsided == ("generator", "discriminator", 48)
    assert replace(FOUND, players={**players, "discriminator": ("D", 10**6)}).lopsided is None
    assert replace(FOUND, players={"classifier": ("C", 10)}).lopsided is None
    found = replace(FOUND, players=players, memory=1)
    told = {name: warnings_of(recipe(name), found) for name in ("dcgan-faces", "advgan")}
    assert [len(texts) for texts in told.values()] == [1, 0]


def test_a_dry_run_says_what_the_run_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("zerosum.jobs.estimating.PATIENCE", 0.0)
    words = [
        "--device",
        "cpu",
        "--game.generator.base-channels",
        "64",
        "--game.discriminator.base-channels",
        "4",
    ]
    assert call("train", "dcgan-digits", "--dry-run", *words) == 0
    shown = capsys.readouterr().out
    for text in (
        "time           about",
        "memory         about",
        "game.generator.base_channels                64  (recipe: 32)",
        "times as many weights as the discriminator",
    ):
        assert text in shown
    assert len(shown.splitlines()) < 40
    assert call("train", "dcgan-digits", "--dry-run", "--json", *words) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["config"]["game"]["generator"]["base_channels"] == 64
    assert facts["estimate"]["seconds"] > 0
    assert facts["pictures"] == [5000]
    assert list(tmp_path.iterdir()) == []
