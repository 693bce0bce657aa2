"""Every recipe that learns to mislead a classifier plays, moves all players, and resumes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from helpers.runs_in_processes import assert_same, weights
from zerosum import LearnedAttack, jobs
from zerosum.checkpoint import load_checkpoint, save_checkpoint
from zerosum.config import (
    EvaluateConfig,
    PerturbationConfig,
    RunConfig,
    change,
    from_json,
    to_json,
)
from zerosum.errors import ConfigError, RunError
from zerosum.evaluation.records import read_scores
from zerosum.families.building import build_game
from zerosum.families.loading import load
from zerosum.jobs.learned import is_learned, load_learned
from zerosum.objectives import OBJECTIVES
from zerosum.recipes import RECIPES, recipe
from zerosum.runs import Run
from zerosum.training.engine import Engine

FAMILY = [name for name in RECIPES if isinstance(recipe(name).game, PerturbationConfig)]
CPU = Engine(device=torch.device("cpu"))

OWN = """
import torch
from torch import nn

class Brightness(nn.Module):
    '''Class 1 where a picture of any size is brighter than grey.'''

    def forward(self, images):
        lead = images.mean((1, 2, 3)) - {grey}
        return torch.stack([-lead, lead], dim=1)

def brightness():
    return Brightness()
"""


def small(name: str, **fields: Any) -> RunConfig:
    narrow = {
        "game.generator.base_channels": 4,
        "game.generator.blocks": 1,
        "game.discriminator.base_channels": 4,
        "images": 16,
        "batch_size": 8,
        "device": "cpu",
        "log_every": 8,
        "sample_every": 64,
        "sample_count": 2,
        "evaluate_every": 0,
        "evaluate_count": 8,
    }
    return change(recipe(name), narrow | fields)


def train(config: RunConfig, path: Path) -> Run:
    return jobs.train_run(config, out=path, quiet=True).run


def test_the_family() -> None:
    assert FAMILY == ["advgan", "gap"]


@pytest.mark.parametrize("name", FAMILY)
def test_every_recipe_moves_every_weight_of_every_player(name: str, tmp_path: Path) -> None:
    run = train(small(name, evaluate_every=16), tmp_path / "run")
    config = run.config()
    assert from_json(to_json(config)) == config
    players = ["discriminator", "generator"] if name == "advgan" else ["generator"]
    after = weights(run)["players"]
    assert sorted(after) == players
    for role, player in build_game(config, CPU).players.items():
        for weight, moved in zip(
            dict(player.network.named_parameters()).items(),
            (after[role]["network"][key] for key, _ in player.network.named_parameters()),
            strict=True,
        ):
            assert not torch.equal(weight[1], moved), (role, weight[0])
    lines = [json.loads(line) for line in (run.path / "stats.jsonl").read_text().splitlines()]
    assert {"fooled", "size", "misleading", "cost"} <= set(lines[-1]["generator"])
    scores = read_scores(run.scores_path)
    assert list(scores[-1].scores) == ["fooled", "size"]
    assert scores[-1].protocol.real["split"] == "held out"
    assert "generator gradient" not in scores[-1].diagnostics  # The alarm would misread it.
    assert load(run.path, kind=LearnedAttack, device="cpu").attack.network.training is False
    with pytest.raises(RunError, match=r"it learnt to attack .zerosum attack"):
        jobs.evaluate(str(run.path), EvaluateConfig(count=8, device="cpu"), quiet=True)


def test_of_classes_with_one_picture_each_some_are_held_out_too(tmp_path: Path) -> None:
    digits = np.random.default_rng(0).integers(0, 256, (20, 28, 28), dtype=np.uint8)
    np.savez(tmp_path / "data.npz", images=digits, labels=np.arange(20))
    config = small("advgan", data=str(tmp_path / "data.npz"), evaluate_every=16)
    scores = read_scores(train(config, tmp_path / "run").scores_path)
    assert scores[-1].protocol.real["pictures"] == 2


@pytest.mark.parametrize("name", FAMILY)
def test_a_run_that_was_stopped_goes_on_bit_for_bit(name: str, tmp_path: Path) -> None:
    config = small(name, **{"evaluate_every": 8, "game.ema_half_life": 100})
    whole = train(config, tmp_path / "whole")
    half = train(replace(config, total_images=8), tmp_path / "half")
    jobs.resume_run(half.path, images=16, quiet=True)
    assert_same(weights(whole), weights(half))
    found = [
        [scores.to_json() for scores in read_scores(run.scores_path)] for run in (whole, half)
    ]
    assert [line["subject"]["images"] for line in found[0]] == [0, 8, 16]
    for one, other in zip(*found, strict=True):
        assert one["scores"] == other["scores"]
    if name == "gap":
        return
    # Looking changes nothing.
    blind = train(replace(config, evaluate_every=0), tmp_path / "blind")
    assert_same(weights(whole), weights(blind))


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("misleading", ["margin", "cross-entropy"])
def test_every_cost_works(objective: str, misleading: str, tmp_path: Path) -> None:
    fields: dict[str, Any] = {"game.objective": objective, "game.misleading": misleading}
    fields |= {"game.size_weight": 1.0, "game.targeted": 3, "images": 8}
    run = train(small("advgan", **fields), tmp_path / "run")
    (line,) = (json.loads(text) for text in (run.path / "stats.jsonl").read_text().splitlines())
    assert {"adversarial", "too large"} <= set(line["generator"])


@pytest.fixture
def own(tmp_path: Path) -> str:
    """A classifier in a file, and pictures of two sizes without labels."""
    (tmp_path / "own.py").write_text(OWN.format(grey=0.5))
    pictures = np.random.default_rng(0).integers(0, 256, (40, 16, 20, 3), dtype=np.uint8)
    np.save(tmp_path / "pictures.npy", pictures)
    return f"{tmp_path / 'own.py'}:brightness"


def test_your_own_network_is_misled_without_labels_and_must_stay(
    own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    fields = {
        "game.victim": "own.py:brightness",  # Found from any folder afterwards.
        "data": "pictures.npy",
        "pictures.size": (16, 20),
        "pictures.channels": 3,
    }
    run = train(small("advgan", **fields), tmp_path / "run")
    game = run.config().game
    assert isinstance(game, PerturbationConfig)
    assert game.victim == own
    monkeypatch.chdir("/")
    jobs.resume_run(run.path, images=32, quiet=True)
    (tmp_path / "own.py").write_text(OWN.format(grey=0.4))
    with pytest.raises(RunError, match="no longer what it was: its weights were"):
        jobs.resume_run(run.path, images=48, quiet=True)
    (tmp_path / "own.py").unlink()
    with pytest.raises(RunError, match="cannot be loaded any more"):
        jobs.resume_run(run.path, images=48, quiet=True)
    # What was learnt can be used without it.
    assert load_learned(str(run.path), device=torch.device("cpu")).shape == (3, 16, 20)


def test_a_run_is_the_victim_until_it_learns_on(tmp_path: Path) -> None:
    quick = {"game.network.base_channels": 4, "images": 64, "evaluate_every": 0, "device": "cpu"}
    victim = train(
        change(recipe("classifier"), {**quick, "pictures.size": (20, 20)}), tmp_path / "victim"
    )
    run = train(small("advgan", **{"game.victim": str(victim.path)}), tmp_path / "run")
    assert run.config().pictures.size == (20, 20)  # The victim's.
    state = load_checkpoint(victim.checkpoint_path)
    average = state["loop"]["players"]["classifier"]["average"]
    last = sorted(average)[-1]
    average[last] = average[last] + 1
    save_checkpoint(victim.checkpoint_path, state)
    with pytest.raises(RunError, match="Perhaps it was trained further"):
        jobs.resume_run(run.path, images=80, quiet=True)


def test_what_is_refused(own: str, tmp_path: Path) -> None:
    for fields, message in (
        ({"game.victim": "runs/none"}, "is no classifier"),
        ({"game.targeted": 10}, "a class from 0 to 9, got 10"),
        ({"pictures.size": (32, 32)}, r"takes pictures with size \(28, 28\)"),
        ({"pictures.channels": 3}, "takes pictures with channels 1"),
        ({"game.held_out": 0.9, "batch_size": 512}, "only 500 pictures"),
    ):
        with pytest.raises(ConfigError, match=message):
            train(small("advgan", **fields), tmp_path / "refused")
    assert not (tmp_path / "refused").exists()
    for name, value, message in (
        ("epsilon", 8.0, "units of \\[0, 1\\]"),
        ("epsilon", 0.0, "above 0"),
        ("confidence", -1.0, "confidence must be"),
        ("targeted", -1, "from 0"),
        ("generator.residual", True, "is for translations"),
    ):
        with pytest.raises(ConfigError, match=message):
            change(recipe("advgan"), {f"game.{name}": value})


def test_what_names_a_learnt_attack(tmp_path: Path) -> None:
    run = train(small("gap", images=16), tmp_path / "mine")
    assert is_learned(str(run.path))
    assert is_learned(f"advgan:{run.path}")
    assert not is_learned("pgd")
    found = load_learned(f"advgan:{run.path}", device=torch.device("cpu"))
    assert (found.name, found.shape, found.target) == ("mine", (1, 28, 28), None)
    found.require(torch.zeros(2, 1, 28, 28), None)
    with pytest.raises(ConfigError, match="any wrong class, not class 3"):
        found.require(torch.zeros(2, 1, 28, 28), 3)
    with pytest.raises(ConfigError, match=r"1 x 28 x 28 .* takes 3 x 32 x 32"):
        found.require(torch.zeros(2, 3, 32, 32), None)
    plain = {"images": 64, "game.network.base_channels": 4, "device": "cpu", "evaluate_every": 0}
    other = train(change(recipe("classifier"), plain), tmp_path / "classifier")
    with pytest.raises(RunError, match="not a run that learnt to attack"):
        load_learned(str(other.path), device=torch.device("cpu"))
