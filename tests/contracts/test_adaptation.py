"""Every recipe that adapts a classifier plays, moves all players, and resumes bit for bit."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from helpers.command_line import call
from helpers.runs_in_processes import assert_same, weights
from helpers.two_domains import adapting, labelled_domains
from zerosum import Classifier, Generator, jobs
from zerosum.config import EvaluateConfig, RunConfig, change, from_json, to_json
from zerosum.errors import ConfigError, DataError, FileError, RunError
from zerosum.evaluation.records import read_scores
from zerosum.families.building import build_game
from zerosum.families.loading import load
from zerosum.games import AdaptingGame
from zerosum.recipes import RECIPES, recipe
from zerosum.runs import Run
from zerosum.training.engine import Engine

FAMILY = [name for name in RECIPES if recipe(name).family == "adaptation"]
CPU = Engine(device=torch.device("cpu"))

SWITCHES: dict[str, dict[str, Any]] = {
    "source only": {"game.weight": 0.0},
    "the target's labels": {"game.target_labels": True},
    "one after the other": {"game.together": False, "game.network.norm": "batch"},
    "augmentation": {"game.augmentation": ("affine",), "game.label_smoothing": 0.1},
    "few labels": {"game.labels_per_class": 4},
    "Adam": {"game.optimizer.method": "adam", "game.domain_optimizer.method": "adam"},
}


def _train(config: RunConfig, path: Path) -> Run:
    return jobs.train_run(config, out=path, quiet=True).run


@pytest.mark.parametrize("name", FAMILY)
def test_every_recipe_moves_every_weight_of_every_player(name: str, tmp_path: Path) -> None:
    config = adapting(tmp_path / "data", name)
    assert from_json(to_json(config)) == config
    before = build_game(config, CPU).players
    run = _train(config, tmp_path / "run")
    for role, player in before.items():
        after = weights(run)["players"][role]["network"]
        still = [
            key for key, old in player.network.state_dict().items() if torch.equal(old, after[key])
        ]
        assert not still, role
    model = load(run.path, kind=Classifier, device="cpu")
    assert model.classify(torch.zeros(2, 1, 28, 28)).shape == (2, 2)
    with pytest.raises(RunError, match=r"it classifies pictures .zerosum classify"):
        load(run.path, kind=Generator, device="cpu")


@pytest.mark.parametrize("switch", SWITCHES)
def test_every_switch_works(switch: str, tmp_path: Path) -> None:
    run = _train(adapting(tmp_path / "data", images=8, **SWITCHES[switch]), tmp_path / "run")
    (line,) = (run.path / "stats.jsonl").read_text().splitlines()
    assert ("domain" in json.loads(line)) == (switch != "source only")


@pytest.mark.parametrize("name", FAMILY)
def test_a_run_that_was_stopped_goes_on_bit_for_bit(name: str, tmp_path: Path) -> None:
    fields = {"evaluate_every": 16, "game.ema_half_life": 16, "game.augmentation": ("affine",)}
    config = adapting(tmp_path / "data", name, **fields)
    whole = _train(config, tmp_path / "whole")
    half = _train(replace(config, total_images=16), tmp_path / "half")
    jobs.resume_run(half.path, images=32, quiet=True)
    assert_same(weights(whole), weights(half))
    found = [[each.scores for each in read_scores(run.scores_path)] for run in (whole, half)]
    assert len(found[0]) == 3
    assert found[0] == found[1]


def test_the_baseline_is_the_classifier_of_the_source(tmp_path: Path) -> None:
    """Weight 0 gives the very bits of a run that knows of no target."""
    config = adapting(tmp_path / "data", **{"game.weight": 0.0})
    both = _train(config, tmp_path / "both")
    game = to_json(config)["game"]
    kept = ("network", "optimizer", "classes", "held_out", "ema_half_life")
    shared = {key: game[key] for key in kept}
    plain = to_json(recipe("classifier"))
    values = to_json(config)
    values |= {"data": values["data_a"], "data_a": None, "data_b": None}
    values["game"] = {**plain["game"], **shared, "augmentation": []}
    alone = _train(from_json(values), tmp_path / "alone")
    assert_same(*(weights(run)["players"]["classifier"] for run in (both, alone)))


def test_labels_of_the_target_change_no_bit_of_a_run(tmp_path: Path) -> None:
    config = adapting(tmp_path / "data", evaluate_every=16)
    honest = _train(config, tmp_path / "honest")
    with np.load(tmp_path / "data" / "dark.npz") as kept:
        arrays = dict(kept)
    for name in ("y_train", "y_test"):
        arrays[name] = 1 - arrays[name]
    np.savez(tmp_path / "data" / "dark.npz", **arrays)
    lied = _train(config, tmp_path / "lied")
    assert_same(weights(honest), weights(lied))
    one, other = (read_scores(run.scores_path)[-1].scores for run in (honest, lied))
    accuracies = [scores["target accuracy"].estimate.value for scores in (one, other)]
    assert sum(accuracies) == pytest.approx(1.0)
    assert one["target information"] == other["target information"]


def test_scores_probe_and_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = adapting(tmp_path / "data", evaluate_every=16)
    run = _train(config, tmp_path / "run")
    base = _train(change(config, {"game.weight": 0.0}), tmp_path / "base")
    first = read_scores(run.scores_path)[0]
    assert first.leading == "target information"
    assert 0 <= first.diagnostics["target classes"] <= 1.5
    assert first.protocol.real["target domain"] == "dark.npz"
    assert first.protocol.real["target split"] == "test"
    picture = tmp_path / "features.png"
    words = ["--baseline", str(base.path), "--picture", str(picture), "--device", "cpu", "--json"]
    assert call("evaluate", str(run.path), *words) == 0
    scores = json.loads(capsys.readouterr().out)["scores"]
    assert picture.stat().st_size > 10_000
    for name in ("target accuracy", "source accuracy", "domain probe", "A-distance"):
        assert {name, f"{name} of baseline"} <= scores.keys()
    # Black on white is told from white on black by any network that has learnt nothing yet.
    assert scores["domain probe"]["value"] == 1.0
    assert scores["A-distance"]["value"] == 2.0
    assert {"target accuracy of 0", "target accuracy of 1"} <= scores.keys()
    assert call("evaluate", str(run.path), "--against", str(tmp_path / "data" / "dark.npz")) == 0


def test_a_target_without_labels_is_adapted_to_all_the_same(tmp_path: Path) -> None:
    _, target = labelled_domains(tmp_path / "data")
    with np.load(target) as kept:
        np.savez(tmp_path / "bare.npz", x_train=kept["x_train"])
    config = adapting(
        tmp_path / "data", data_b=str(tmp_path / "bare.npz"), evaluate_every=16, images=16
    )
    run = _train(config, tmp_path / "run")
    last = read_scores(run.scores_path)[-1]
    assert list(last.scores) == ["target information", "source accuracy", "source cross-entropy"]
    found = jobs.evaluate(
        str(run.path), EvaluateConfig(device="cpu", picture=tmp_path / "f.png"), quiet=True
    )
    assert "domain probe" in found.scores.scores
    with pytest.raises(FileError, match=r"data cannot be written.*The scores: .*domain probe \d"):
        jobs.evaluate(
            str(run.path), EvaluateConfig(device="cpu", picture=tmp_path / "data"), quiet=True
        )
    with pytest.raises(DataError, match="has none; leave it out"):
        _train(change(config, {"game.target_labels": True}), tmp_path / "other")


def test_without_a_split_for_tests_some_of_both_domains_are_held_out(tmp_path: Path) -> None:
    files = labelled_domains(tmp_path / "data")
    for file in files:
        with np.load(file) as kept:
            np.savez(tmp_path / file.name, images=kept["x_train"], labels=kept["y_train"])
    names = {side: str(tmp_path / file.name) for side, file in zip("ab", files, strict=True)}
    fields = {f"data_{side}": name for side, name in names.items()}
    config = adapting(tmp_path / "data", evaluate_every=16, images=16, **fields)
    run = _train(config, tmp_path / "run")
    facts = read_scores(run.scores_path)[-1].protocol.real
    assert (facts["source split"], facts["target split"]) == ("held out", "held out")
    assert (facts["source pictures"], facts["target pictures"]) == (6, 6)


def test_the_alarm_sees_a_target_taken_for_one_class(tmp_path: Path) -> None:
    config = adapting(tmp_path / "data", **{"game.weight": 0.0, "evaluate_every": 8, "images": 40})
    with np.load(tmp_path / "data" / "dark.npz") as kept:
        arrays = dict(kept)
    for split in ("train", "test"):  # One picture over and over: surely of one class.
        arrays[f"x_{split}"] = np.zeros_like(arrays[f"x_{split}"]) + arrays["x_train"][:1]
    np.savez(tmp_path / "data" / "dark.npz", **arrays)
    run = _train(config, tmp_path / "run")
    assert "the target's classes collapsed" in run.alarms_path.read_text()


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"data_b": None}, ConfigError, "--source SOURCE --target SOURCE"),
        ({"data": "digits"}, ConfigError, "leave --data out"),
        ({"data_b": "digits"}, DataError, "the target alone has '2', '3', '4'"),
        ({"pictures.size": (8, 8)}, ConfigError, "too small for 2 convolutions"),
        ({"pairing": "names"}, ConfigError, "which is for recipes of translation"),
        ({"game.weight": -1.0}, ConfigError, "weight must be a number from 0"),
        ({"game.entropy_conditioning": True}, ConfigError, "belongs to the method cdan"),
        ({"game.method": "adda"}, ConfigError, "pretraining must be greater than 0"),
        (
            {"game.method": "adda", "game.pretraining": 8, "game.weight": 0.5},
            ConfigError,
            "with adda the weight is 1, or 0",
        ),
    ],
)
def test_bad_input_is_refused_before_anything_is_made(
    fields: dict[str, Any], error: type[Exception], message: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=message):
        _train(
            change(adapting(tmp_path / "data"), {"game.classes": (), **fields}), tmp_path / "run"
        )
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"direction": "a2b"}, "tested in its two domains as they are"),
        ({"split": "test"}, "--against SOURCE"),
        ({"metrics": "kid"}, "not a run that makes pictures"),
    ],
)
def test_what_cannot_be_evaluated(how: dict[str, Any], message: str, tmp_path: Path) -> None:
    run = _train(adapting(tmp_path / "data", images=8), tmp_path / "run")
    with pytest.raises((ConfigError, RunError), match=message):
        jobs.evaluate(str(run.path), EvaluateConfig(device="cpu", **how), quiet=True)


def test_a_baseline_has_the_same_domains(tiny: RunConfig, tmp_path: Path) -> None:
    run = _train(adapting(tmp_path / "data", images=8), tmp_path / "run")
    other = _train(replace(tiny, total_images=16), tmp_path / "other")
    how = EvaluateConfig(device="cpu", baseline=other.path)
    with pytest.raises(ConfigError, match="is no baseline"):
        jobs.evaluate(str(run.path), how, quiet=True)
    how = EvaluateConfig(device="cpu", baseline=run.path)
    with pytest.raises(ConfigError, match="adapt a classifier"):
        jobs.evaluate(str(other.path), how, quiet=True)


def test_the_command_line_names_source_and_target(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = labelled_domains(tmp_path / "data")
    words = ["--source", str(source), "--target", str(target), "--pictures.channels", "1"]
    small = ["--images", "8", "--batch-size", "8", "--device", "cpu", "--quiet"]
    out = tmp_path / "run"
    assert call("train", "dann", *words, *small, "--out", str(out)) == 0
    said = capsys.readouterr().out
    assert "target accuracy: " in said
    assert "zerosum classify" in said
    game = load(out, device="cpu").game
    assert isinstance(game, AdaptingGame)
    assert game.classes == ("0", "1")
    assert call("train", "dann", "--source", str(source)) == 1
    assert "--target SOURCE" in " ".join(capsys.readouterr().err.split())
    assert call("train", "cdan", *words, "--dry-run") == 0
    assert "60 + 60 of 28x28 pixels" in capsys.readouterr().out
