"""One command for the first start and every other one; runs that are made longer, or changed."""

from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
import torch

import zerosum
from helpers.command_line import call
from helpers.runs_in_processes import assert_same, weights
from helpers.settings import adversarial
from zerosum.config import OptimizerConfig, RunConfig
from zerosum.errors import ConfigError, RunError
from zerosum.jobs import resume_run, train_run
from zerosum.runs import Run
from zerosum.training.hooks import Checkpoints
from zerosum.training.records import read_statistics


def test_the_same_call_begins_and_goes_on(tiny: RunConfig, tmp_path: Path) -> None:
    whole = train_run(replace(tiny, total_images=640), out=tmp_path / "whole", quiet=True).run
    for images in (160, 160, 640):
        config = replace(tiny, total_images=images)
        outcome = train_run(config, out=tmp_path / "run", go_on=True, quiet=True)
        assert outcome.images_seen == images
    assert_same(weights(whole), weights(outcome.run))
    assert outcome.run.config().total_images == 640


def test_without_being_asked_it_does_not_go_on(tiny: RunConfig, tmp_path: Path) -> None:
    train_run(replace(tiny, total_images=16), out=tmp_path / "run", quiet=True)
    with pytest.raises(RunError, match="already holds a run"):
        train_run(replace(tiny, total_images=16), out=tmp_path / "run", quiet=True)


def test_it_goes_on_with_no_other_run(tiny: RunConfig, tmp_path: Path) -> None:
    run = train_run(replace(tiny, total_images=16), out=tmp_path / "run", quiet=True).run
    before = run.checkpoint_path.read_bytes()
    with pytest.raises(RunError, match=r"(?s)other settings:\n  seed: 0 → 1\n.*--out NEW"):
        train_run(replace(tiny, total_images=32, seed=1), out=run.path, go_on=True, quiet=True)
    assert run.checkpoint_path.read_bytes() == before


def test_the_command_line_goes_on_in_the_usual_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["train", "mnist-gan-2018", "--data", "digits", "--device", "cpu", "--quiet"]
    words += ["--evaluate-every", "0", "--continue", "--images"]
    assert call(*words, "128") == 0
    assert call(*words, "256") == 0
    assert "done: 256 images seen." in capsys.readouterr().out
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["mnist-gan-2018"]


def test_the_library_goes_on_too(tiny: RunConfig, tmp_path: Path) -> None:
    for images in (16, 32):
        model = zerosum.train(tiny, images=images, out=tmp_path / "run", go_on=True, quiet=True)
        assert model.images_seen == images


@pytest.fixture
def fading(tiny: RunConfig) -> RunConfig:
    """Learning rates that fall to 0 at the end of the run."""
    fall = OptimizerConfig(decay=(160, 320))
    game = replace(adversarial(tiny), generator_optimizer=fall, discriminator_optimizer=fall)
    return replace(tiny, game=game)


def test_longer_than_its_learning_rates_a_run_is_refused_and_stretched(
    fading: RunConfig, tmp_path: Path
) -> None:
    run = train_run(fading, out=tmp_path / "run", quiet=True).run
    before = weights(run)
    refused = r"fall to 0 before 640 images .*zerosum resume .*run --images 640 --stretch"
    with pytest.raises(ConfigError, match=refused):
        resume_run(run.path, images=640, quiet=True)
    assert_same(weights(run), before)
    resume_run(run.path, images=640, stretch=True, quiet=True)
    optimizer = adversarial(run.config()).generator_optimizer
    assert optimizer.decay == (320, 640)
    after = weights(run)["players"]["generator"]["network"]
    moved = [
        name
        for name, weight in before["players"]["generator"]["network"].items()
        if not torch.equal(weight, after[name])
    ]
    assert len(moved) == len(after)


def test_a_stretched_run_that_is_killed_goes_on_bit_for_bit(
    fading: RunConfig, tmp_path: Path
) -> None:
    whole, run = (train_run(fading, out=tmp_path / it, quiet=True).run for it in "ab")
    resume_run(whole.path, images=640, stretch=True, quiet=True)

    def die(self: Checkpoints, *_: object) -> None:
        raise KeyboardInterrupt  # Before anything of it is saved.

    with patch.object(Checkpoints, "save", die), pytest.raises(KeyboardInterrupt):
        resume_run(run.path, images=640, stretch=True, quiet=True)
    resume_run(run.path, quiet=True)
    assert_same(weights(whole), weights(run))


def test_the_call_that_goes_on_is_refused_where_it_would_change_nothing(
    fading: RunConfig, tmp_path: Path
) -> None:
    run = train_run(fading, out=tmp_path / "run", quiet=True).run
    longer = replace(fading, total_images=640)
    with pytest.raises(ConfigError, match="--images 640 --stretch"):
        train_run(longer, out=run.path, go_on=True, quiet=True)
    resume_run(run.path, images=640, stretch=True, quiet=True)
    with pytest.raises(ConfigError, match="--images 640 --stretch"):  # Its rates fall early again.
        train_run(longer, out=run.path, go_on=True, quiet=True)
    assert adversarial(run.config()).generator_optimizer.decay == (320, 640)


def test_to_stretch_needs_a_length(fading: RunConfig, tmp_path: Path) -> None:
    run = train_run(replace(fading, total_images=16), out=tmp_path / "run", quiet=True).run
    with pytest.raises(ConfigError, match="--images N"):
        resume_run(run.path, stretch=True, quiet=True)


def test_a_run_that_was_planned_to_outlast_its_rates_may_be_interrupted(
    fading: RunConfig, tmp_path: Path
) -> None:
    config = replace(fading, total_images=640)
    run = train_run(replace(config, total_images=336), out=tmp_path / "run", quiet=True).run
    run.write_config(config)
    assert resume_run(run.path, quiet=True).is_complete


def test_how_often_it_logs_and_draws_may_change(tiny: RunConfig, tmp_path: Path) -> None:
    whole = train_run(replace(tiny, total_images=640), out=tmp_path / "whole", quiet=True).run
    run = train_run(tiny, out=tmp_path / "run", quiet=True).run
    words = ["--images", "640", "--log-every", "32", "--sample-every", "80", "--quiet"]
    words += ["--checkpoint-seconds", "0", "--evaluate-every", "320", "--on-collapse", "stop"]
    assert call("resume", str(run.path), *words) == 0
    assert_same(weights(whole), weights(run))
    config = run.config()
    assert (config.log_every, config.sample_every, config.evaluate_every) == (32, 80, 320)
    assert (config.checkpoint_seconds, config.on_collapse) == (0.0, "stop")
    lines = [line["images"] for line in read_statistics(run.path / "stats.jsonl")]
    assert [images for images in lines if images > 320] == list(range(352, 641, 32))
    assert (run.path / "samples" / "0000000400.png").exists()
    assert run.best_path.exists()


def test_what_makes_the_run_may_not(tiny: RunConfig, tmp_path: Path) -> None:
    run = train_run(replace(tiny, total_images=16), out=tmp_path / "run", quiet=True).run
    with pytest.raises(ConfigError, match="batch_size cannot change on the way; these can: "):
        resume_run(run.path, settings={"batch_size": 32}, quiet=True)
    assert Run(run.path).config() == run.config()
