"""A fully visible belief network as its users have it: trained, resumed, sampled and scored."""

import json
import math
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import zerosum
from helpers.runs_in_processes import assert_same, create, finish, start, weights
from zerosum import jobs
from zerosum.cli import main
from zerosum.config import RunConfig, change
from zerosum.data import scale
from zerosum.errors import ConfigError, DataError, RunError
from zerosum.evaluation.likelihood import quantised
from zerosum.evaluation.records import read_scores
from zerosum.families.autoregressive.data import find_test_images, learnt_and_held_out
from zerosum.families.autoregressive.settings import AutoregressiveRunConfig
from zerosum.families.preparation import prepare_store
from zerosum.models import Autoregressive
from zerosum.recipes import recipe
from zerosum.runs import Run

SMALL: dict[str, Any] = {
    "game.network.widths": (24,),
    "images": 512,
    "batch_size": 64,
    "pictures.size": (10, 10),
    "game.optimizer.decay": None,
    "game.optimizer.learning_rate": 1e-2,
    "game.ema_half_life": 500,
    "evaluate_every": 256,
    "sample_every": 256,
    "sample_count": 4,
    "log_every": 64,
    "device": "cpu",
}
NATS, BITS = "negative log-likelihood", "bits per dimension"


def _config(**fields: Any) -> AutoregressiveRunConfig:
    config = change(recipe("fvbn-digits"), {**SMALL, **fields})
    assert isinstance(config, AutoregressiveRunConfig)
    return config


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "trained"
    jobs.train_run(_config(), out=path, quiet=True)
    return path


@pytest.fixture
def model(trained: Path) -> Autoregressive:
    return zerosum.load(trained, kind=Autoregressive, device="cpu")


def test_training_raises_the_likelihood_which_leads_and_is_shown(trained: Path) -> None:
    found = read_scores(trained / "scores.jsonl")
    assert [scores.images_seen for scores in found] == [0, 256, 512]
    assert {scores.leading for scores in found} == {NATS}
    first, *_, last = (scores.scores[NATS].estimate.value for scores in found)
    assert first == pytest.approx(100 * math.log(2))  # At the start each pixel is a fair coin.
    assert last < 0.8 * first
    assert (trained / "checkpoints" / "best.safetensors").exists()
    assert len(list((trained / "samples").glob("*.png"))) == 3


@pytest.mark.parametrize("levels", [2, 256])
def test_a_run_that_is_resumed_is_the_same_bit_for_bit(levels: int, tmp_path: Path) -> None:
    config = _config(**{"game.levels": levels, "images": 256})
    whole = jobs.train_run(config, out=tmp_path / "whole", quiet=True).run
    half = change(config, {"images": 128})
    broken = jobs.train_run(half, out=tmp_path / "broken", quiet=True).run
    jobs.resume_run(broken.path, images=256, quiet=True)
    assert_same(weights(whole), weights(broken))


def test_kill_9_loses_nothing(tmp_path: Path) -> None:
    config = change(_config(), {"images": 1_280, "checkpoint_seconds": 0.0, "evaluate_every": 0})
    whole = jobs.train_run(config, out=tmp_path / "whole", quiet=True).run
    run = create(tmp_path / "killed", config)
    process = start("resume", str(run.path), "--quiet")
    while not run.checkpoint_path.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    finish(start("resume", str(run.path), "--quiet"))
    assert_same(weights(whole), weights(run))


def test_image_i_of_a_seed_is_the_same_in_any_company(model: Autoregressive) -> None:
    five, one_by_one = model.sample(5, seed=3), model.sample(3, seed=3, batch_size=1)
    assert five.shape == (5, 1, 10, 10)
    assert set(five.flatten().tolist()) == {-1.0, 1.0}
    assert torch.equal(five[:3], one_by_one)
    assert not torch.equal(five, model.sample(5, seed=4))


def test_the_progress_of_sampling_is_told_to_the_last_number(model: Autoregressive) -> None:
    told: list[tuple[int, int]] = []
    model.sample(3, batch_size=2, progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == [*range(2, 201, 2), *range(201, 301)]
    assert {total for _, total in told} == {300}


def test_likelihoods_of_python_are_those_of_the_scores(
    trained: Path, model: Autoregressive
) -> None:
    test = find_test_images(_config(), quiet=True)  # A tenth of the digits, which are not learnt.
    images = torch.cat([scale(batch) for batch in test.images.batches(64)])
    nats = -model.log_likelihood(images)
    assert nats.shape == (len(test),) == (500,)
    found = zerosum.evaluate(trained, device="cpu", quiet=True)
    score, bits = found.scores[NATS].estimate, found.scores[BITS].estimate
    assert score.value == pytest.approx(nats.mean().item(), rel=1e-5)
    assert score.error == pytest.approx(nats.std().item() / len(nats) ** 0.5, rel=1e-4)
    assert bits.value == pytest.approx(score.value / (100 * math.log(2)))
    assert bits.error == pytest.approx(score.error / (100 * math.log(2)))
    fixed = quantised(images, levels=2, seed=0)
    torch.testing.assert_close(-model.log_likelihood(fixed, seed=99), nats)
    assert not torch.equal(model.log_likelihood(images, seed=1), -nats)


def test_the_last_score_of_training_is_that_of_evaluate(trained: Path) -> None:
    during = read_scores(trained / "scores.jsonl")[2]
    after = zerosum.evaluate(trained, device="cpu", quiet=True)
    assert during.protocol.to_json() == after.protocol.to_json()
    assert during.scores[NATS].estimate.value == pytest.approx(
        after.scores[NATS].estimate.value, rel=1e-6
    )


def test_the_protocol_says_how_the_levels_were_drawn_and_of_which_images(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["evaluate", str(trained), "--json", "--device", "cpu", "--count", "40", "--seed", "5"])
    protocol = json.loads(capsys.readouterr().out)["protocol"]
    assert protocol["network"] == {
        "network": "its own",
        "levels drawn": "one draw for each number, seed 5",
    }
    real = protocol["real"]
    assert (real["source"], real["split"], real["pictures"], real["levels"]) == (
        *("digits", "held out", 40, 2),
    )


def test_commands_that_draw_write_what_python_draws(
    trained: Path, model: Autoregressive, tmp_path: Path
) -> None:
    words = ["--count", "4", "--seed", "7", "--device", "cpu"]
    main(["sample", str(trained), *words, "--out", str(tmp_path / "drawn.npz")])
    main(["sample", str(trained), *words, "--grid", str(tmp_path / "grid.png")])
    with np.load(tmp_path / "drawn.npz") as file:
        drawn = torch.from_numpy(file[file.files[0]])
    ours = (model.sample(4, seed=7) > 0).permute(0, 2, 3, 1) * 255
    assert torch.equal(drawn, ours.to(torch.uint8))
    with Image.open(tmp_path / "grid.png") as grid:
        assert grid.size == (22, 22)
        assert grid.info["zerosum:seed"] == "7"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["walk", "RUN", "--seeds", "1", "2", "--out", "w.gif"], "not a run that makes pictures"),
        (["edit", "RUN"], "from latents: it makes pictures number by number"),
        (["mix", "RUN", "--coarse", "1", "--fine", "2"], "zerosum sample"),
        (["sample", "RUN", "--truncation", "0.5"], "truncation is for runs with latents"),
        (["sample", "RUN", "--class", "3"], "knows no classes"),
        (["sample", "RUN", "--count", "0"], "1 ≤ count"),
        (["classify", "RUN", "digits"], "not a run that classifies pictures"),
        (["evaluate", "RUN", "--metrics", "frechet"], "leave --metrics and --picture out"),
        (["evaluate", "RUN", "--direction", "a2b"], "translates nothing"),
        (["evaluate", "RUN", "--size", "28", "28"], "a run is evaluated at its own size"),
    ],
)
def test_what_such_a_run_cannot_do_is_refused_by_a_sentence(
    words: list[str], message: str, trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([str(trained) if word == "RUN" else word for word in words])
    assert message in " ".join(capsys.readouterr().err.split())


def test_a_folder_without_a_split_for_tests_keeps_a_tenth(tmp_path: Path) -> None:
    grey = np.random.default_rng(0).integers(0, 256, (40, 10, 10, 1), dtype=np.uint8)
    np.save(tmp_path / "grey.npy", grey)
    config = _config(data=str(tmp_path / "grey.npy"))
    store = prepare_store(config, quiet=True)
    kept, held = learnt_and_held_out(config, store)
    assert (len(kept), len(held)) == (36, 4)
    assert not set(kept) & set(held)
    test = find_test_images(config, quiet=True)
    assert len(test) == 4
    assert test.about["split"] == "held out"
    everything = _config(data=str(tmp_path / "grey.npy"), **{"game.held_out": 0.0})
    assert len(learnt_and_held_out(everything, store)[0]) == 40
    run = jobs.train_run(change(everything, {"images": 32, "batch_size": 16}), out=tmp_path / "r")
    with pytest.raises(ConfigError, match="no pictures that the run has not learnt from"):
        zerosum.evaluate(run.run.path, quiet=True)


def test_other_images_are_scored_against_the_same_network(trained: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 2, (20, 10, 10, 1), dtype=np.uint8) * 255
    np.save(tmp_path / "noise.npy", noise)
    own = zerosum.evaluate(trained, device="cpu", quiet=True)
    other = zerosum.evaluate(trained, against=tmp_path / "noise.npy", device="cpu", quiet=True)
    assert other.scores[NATS].estimate.value > own.scores[NATS].estimate.value
    assert other.protocol.real["pictures"] == 20


@pytest.mark.parametrize(
    "images",
    [torch.zeros(2, 1, 9, 10), torch.full((2, 1, 10, 10), 2.0), torch.zeros(1, 3, 10, 10)],
)
def test_images_of_another_shape_or_range_are_refused(
    images: torch.Tensor, model: Autoregressive
) -> None:
    with pytest.raises(DataError, match="expected pictures as floats in"):
        model.log_likelihood(images)


def test_colours_at_all_levels(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    np.save(tmp_path / "colours.npy", chance.integers(0, 256, (60, 4, 4, 3), dtype=np.uint8))
    fields: dict[str, Any] = {"game.levels": 256, "images": 64, "batch_size": 16}
    shape = {"pictures.size": (4, 4), "pictures.channels": 3, "evaluate_every": 32}
    config = _config(data=str(tmp_path / "colours.npy"), **fields, **shape)
    run = jobs.train_run(config, out=tmp_path / "run", quiet=True).run
    model = zerosum.load(run.path, kind=Autoregressive, device="cpu")
    images = model.sample(6, seed=1)
    assert images.shape == (6, 3, 4, 4)
    assert len(set(images.flatten().tolist())) > 20
    first, *_, last = read_scores(run.path / "scores.jsonl")
    assert last.scores[BITS].estimate.value < first.scores[BITS].estimate.value
    assert last.protocol.network["levels drawn"] == "none to draw"


def test_another_kind_of_run_says_who_tells_likelihoods(tiny: RunConfig, tmp_path: Path) -> None:
    config = change(tiny, {"images": 16, "sample_every": 16})
    run: Run = jobs.train_run(config, out=tmp_path / "gan", quiet=True).run
    gan: Any = zerosum.load(run.path, device="cpu")
    with pytest.raises(RunError, match="not a run that makes pictures number by number"):
        _ = gan.log_likelihood
