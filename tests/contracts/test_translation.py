"""Every recipe over two domains plays, moves all of its players, and resumes bit for bit."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from helpers.runs_in_processes import assert_same, weights
from helpers.two_domains import digits_and_negatives, small
from zerosum import Generator, Translator, jobs
from zerosum.augment.diffaugment import AUGMENTATIONS
from zerosum.config import EvaluateConfig, RunConfig, change, from_json, to_json
from zerosum.errors import ConfigError, DataError, RunError
from zerosum.evaluation.records import read_scores
from zerosum.families.building import build_game
from zerosum.families.loading import load
from zerosum.models.base import require
from zerosum.objectives import OBJECTIVES
from zerosum.recipes import RECIPES, recipe
from zerosum.runs import Run
from zerosum.training.engine import Engine

FAMILY = [name for name in RECIPES if recipe(name).family == "translation"]
CPU = Engine(device=torch.device("cpu"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("domains")
    digits_and_negatives(folder / "apart")
    for name in ("trainA", "testA"):  # The same names on both sides.
        for file in sorted((folder / "apart" / name).iterdir()):
            for side in "AB":
                target = folder / "paired" / f"{name[:-1]}{side}" / file.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.read_bytes())
    # Partners must differ somewhere, or both domains are one and the same.
    first = sorted((folder / "paired" / "trainB").iterdir())[0]
    first.write_bytes(next((folder / "apart" / "trainB").iterdir()).read_bytes())
    return folder


def _small(name: str, data: Path, tmp_path: Path, **fields: Any) -> RunConfig:
    return small(name, data / ("paired" if name == "pix2pix" else "apart"), tmp_path, **fields)


def _train(config: RunConfig, path: Path) -> Run:
    return jobs.train_run(config, out=path, quiet=True).run


@pytest.mark.parametrize("name", FAMILY)
def test_every_recipe_moves_every_weight_of_every_player(
    name: str, data: Path, tmp_path: Path
) -> None:
    config = _small(name, data, tmp_path)
    assert from_json(to_json(config)) == config
    before = build_game(config, CPU).players
    run = _train(replace(config, total_images=8), tmp_path / "run")
    after = weights(run)["players"]
    for role, player in before.items():
        for weight, moved in zip(
            player.network.state_dict().values(), after[role]["network"].values(), strict=True
        ):
            assert not torch.equal(weight, moved), role
    model = load(run.path, kind=Translator, device="cpu")
    images = torch.rand(2, 3, 32, 32) * 2 - 1
    for direction in model.directions:
        made = model.translate(images, direction=direction)
        assert made.shape == images.shape
        assert made.abs().max() <= 1
    with pytest.raises(RunError, match=r"it translates pictures .zerosum translate"):
        load(run.path, kind=Generator, device="cpu")


@pytest.mark.parametrize("name", ["cyclegan", "cut", "cartoongan"])
def test_a_run_that_was_stopped_goes_on_bit_for_bit(name: str, data: Path, tmp_path: Path) -> None:
    fields = {"game.ema_half_life": 100, "evaluate_every": 12, "evaluate_count": 8}
    config = _small(name, data, tmp_path, **fields)
    whole = _train(config, tmp_path / "whole")
    half = _train(replace(config, total_images=12), tmp_path / "half")
    jobs.resume_run(half.path, images=24, quiet=True)
    assert_same(weights(whole), weights(half))
    # The first evaluation of the half run's end is the whole run's, in the middle.
    lines = [[found.to_json() for found in read_scores(run.scores_path)] for run in (whole, half)]
    assert [line["subject"]["images"] for line in lines[0]] == [0, 12, 24]
    for one, other in zip(*lines, strict=True):
        assert one["scores"] == other["scores"]


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("name", ["cyclegan-small", "cut"])
def test_every_objective_works(name: str, objective: str, data: Path, tmp_path: Path) -> None:
    config = _small(name, data, tmp_path, **{"game.objective": objective, "images": 4})
    run = _train(config, tmp_path / "run")
    costs = [json.loads(line) for line in (run.path / "stats.jsonl").read_text().splitlines()]
    assert len(costs) == 1


@pytest.mark.parametrize("augmentation", AUGMENTATIONS)
def test_every_augmentation_works(augmentation: str, data: Path, tmp_path: Path) -> None:
    fields = {"game.augmentation": (augmentation,), "images": 4}
    _train(_small("cyclegan-small", data, tmp_path, **fields), tmp_path / "run")


def test_the_grid_shows_sources_translations_and_the_way_back(data: Path, tmp_path: Path) -> None:
    run = _train(_small("cyclegan-small", data, tmp_path, images=2), tmp_path / "run")
    with Image.open(run.path / "samples" / "0000000000.png") as grid:
        assert grid.size == (6 * 34 - 2, 3 * 34 - 2)
        first = grid.crop((0, 0, 32, 32))
        copied = grid.crop((34, 0, 66, 32))
    # Untrained, a residual translator hardly changes anything.
    difference = torch.tensor(list(first.tobytes())).float() - torch.tensor(list(copied.tobytes()))
    assert difference.abs().mean() < 30


def test_scores_of_both_directions_and_their_mean(data: Path, tmp_path: Path) -> None:
    fields = {"evaluate_every": 12, "evaluate_count": 8, "evaluate_features": "pixels"}
    run = _train(_small("cyclegan-small", data, tmp_path, **fields), tmp_path / "run")
    found = read_scores(run.scores_path)[-1].scores
    mean, there, back = (
        found[f"KD-pixels{which}"].estimate.value for which in ("", " a2b", " b2a")
    )
    assert mean == pytest.approx((there + back) / 2)
    diagnostics = read_scores(run.scores_path)[-1].diagnostics
    assert {"discriminator accuracy", "generator accuracy", "generator gradient"} <= set(
        diagnostics
    )


def test_partners_are_told_from_strangers(data: Path, tmp_path: Path) -> None:
    config = _small("cyclegan-small", data, tmp_path, images=4)
    run = _train(config, tmp_path / "run")
    how = EvaluateConfig(metrics="partner", features="pixels", device="cpu", direction="a2b")
    scores = jobs.evaluate(str(run.path), how, quiet=True).scores
    found = {name: score.estimate.value for name, score in scores.scores.items()}
    gain = found["partner L1 of copies"] - found["partner L1"]
    assert gain == pytest.approx(found["partner L1 gain"], abs=1e-6)
    # A negative differs from its digit by |1 − 2x|: nearly everywhere by 1.
    assert found["partner L1 of copies"] > 0.8
    assert scores.protocol.real["split"] == "test b"


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"data": ""}, ConfigError, "trainA and trainB"),
        ({"data": "digits"}, DataError, "two"),
        ({"data_a": "digits", "data": ""}, ConfigError, "data-b"),
        ({"data": "", "data_a": "digits", "data_b": "digits"}, DataError, "one"),
        ({"pictures.size": (30, 30)}, ConfigError, "multiples of 4"),
        ({"pictures.size": (8, 8)}, ConfigError, "at least"),
    ],
)
def test_bad_input_is_refused_before_anything_is_made(
    fields: dict[str, Any], error: type[Exception], message: str, data: Path, tmp_path: Path
) -> None:
    config = change(_small("cyclegan-small", data, tmp_path), fields)
    with pytest.raises(error, match=message):
        _train(config, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_two_domains_are_for_games_that_translate() -> None:
    with pytest.raises(ConfigError, match="for recipes of translation and adaptation"):
        change(recipe("dcgan-digits"), {"data_a": "digits"})
    with pytest.raises(ConfigError, match="needs partners"):
        change(recipe("pix2pix"), {"pairing": "none"})
    with pytest.raises(ConfigError, match="crop_from"):
        replace(recipe("cyclegan").pictures, crop_from=(200, 300))


def test_a_generator_of_digits_translates_nothing(tiny: RunConfig, tmp_path: Path) -> None:
    model = load(_train(replace(tiny, total_images=16), tmp_path / "run").path, device="cpu")
    with pytest.raises(RunError, match="not a run that translates"):
        require(model, Translator)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"against": "digits"}, "leave --against out"),
        ({"direction": "b2a"}, "translates a2b, not b2a"),
        ({"size": (16, 16)}, "own size"),
    ],
)
def test_a_translator_is_scored_as_it_is(
    how: dict[str, Any], message: str, data: Path, tmp_path: Path
) -> None:
    run = _train(_small("cut", data, tmp_path, images=2), tmp_path / "run")
    options = EvaluateConfig(features="pixels", device="cpu", **how)
    with pytest.raises(ConfigError, match=message):
        jobs.evaluate(str(run.path), options, quiet=True)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"direction": "a2b"}, "translates nothing"),
        ({"metrics": "partner"}, "for runs that translate"),
    ],
)
def test_a_generator_has_no_direction_and_no_partners(
    how: dict[str, Any], message: str, tiny: RunConfig, tmp_path: Path
) -> None:
    run = _train(replace(tiny, total_images=16), tmp_path / "run")
    options = EvaluateConfig(features="pixels", count=16, real_count=16, device="cpu", **how)
    with pytest.raises(ConfigError, match=message):
        jobs.evaluate(str(run.path), options, quiet=True)


def test_domains_of_unlike_kinds_are_seen_by_one_network(data: Path, tmp_path: Path) -> None:
    # By itself, auto would choose another network for digits than for other pictures.
    other = str(data / "apart" / "trainB")
    fields = {"data": "", "data_a": "digits", "data_b": other, "pictures.channels": 1, "images": 2}
    config = _small("cyclegan-small", data, tmp_path)
    run = _train(change(config, {**fields, "pictures.enlarge": True}), tmp_path / "run")
    how = EvaluateConfig(metrics="kid", count=16, real_count=16, device="cpu")
    scores = jobs.evaluate(str(run.path), how, quiet=True).scores
    assert list(scores.scores) == ["KD-pixels", "KD-pixels a2b", "KD-pixels b2a"]
