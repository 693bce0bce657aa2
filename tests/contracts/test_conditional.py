"""Conditional runs as a user meets them: training, resuming, and asking for classes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch
from PIL import Image

import zerosum
from helpers.command_line import call
from helpers.exported import RUNNERS, facts_of
from helpers.runs_in_processes import assert_same, weights
from helpers.settings import adversarial
from zerosum.config import RunConfig
from zerosum.data import unscale
from zerosum.errors import ConfigError, DataError, RunError
from zerosum.features import load_features
from zerosum.jobs import resume_run, train_run
from zerosum.latent import latent_space
from zerosum.latent.directions import METHODS, find_directions
from zerosum.latent.projection import Descent
from zerosum.randomness import Randomness


@pytest.fixture
def conditional(tiny: RunConfig) -> RunConfig:
    return replace(tiny, game=replace(adversarial(tiny), conditional="projection"))


@pytest.fixture
def run(conditional: RunConfig, tmp_path: Path) -> Path:
    return train_run(conditional, out=tmp_path / "run", quiet=True).run.path


def test_it_learns_to_draw_the_digit_that_is_asked_for(tmp_path: Path) -> None:
    model = zerosum.train(
        "dcgan-digits",
        kind=zerosum.Generator,
        images=12_000,
        device="cpu",
        fields={
            "game.conditional": "projection",
            "game.generator.base_channels": 16,
            "game.discriminator.base_channels": 16,
            "evaluate_every": 0,
        },
        out=tmp_path / "run",
        quiet=True,
    )
    digits = load_features("digits", cache=tmp_path)
    drawn = model.of_class(*range(10)).sample(500, seed=0)
    found = digits(unscale(drawn.clamp(-1, 1))).probabilities
    assert found is not None
    right = found.argmax(dim=1) == torch.arange(500) % 10
    # Chance is 0.1, and 8,000 images gave 0.44.
    assert right.float().mean().item() > 0.6


def test_the_classes_are_those_of_the_data(run: Path) -> None:
    classes = json.loads((run / "config.json").read_text())["game"]["classes"]
    assert [each["name"] for each in classes] == list("0123456789")
    assert [each["pictures"] for each in classes] == [500] * 10


def test_a_dry_run_shows_the_classes(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--game.conditional", "projection", "--dry-run", "--json", "--device", "cpu"]
    assert call("train", "dcgan-digits", *words) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [each["pictures"] for each in shown["config"]["game"]["classes"]] == [500] * 10
    assert shown["estimate"]["players"]["generator"][0] == "ConditionalGenerator"


def test_a_conditional_run_resumes_exactly(conditional: RunConfig, tmp_path: Path) -> None:
    whole = train_run(conditional, out=tmp_path / "whole", quiet=True).run
    part = train_run(replace(conditional, total_images=160), out=tmp_path / "part", quiet=True).run
    resume_run(part.path, images=320, quiet=True)
    assert_same(weights(whole), weights(part))


def test_of_class_changes_the_class_alone(run: Path) -> None:
    model = zerosum.load(run, kind=zerosum.Generator)
    space = model.latent
    mixed = space.latents(range(20), seed=3)
    sevens = model.of_class("7").latent.latents(range(20), seed=3)
    assert torch.equal(mixed[:, :8], sevens[:, :8])
    assert sevens[:, 8:].argmax(dim=1).tolist() == [7] * 20
    assert len(set(mixed[:, 8:].argmax(dim=1).tolist())) > 3
    cycled = model.of_class(2, 5).latent
    assert [cycled.label(index, seed=0) for index in range(4)] == [2, 5, 2, 5]
    assert not torch.allclose(model.of_class(2).sample(2), model.of_class(3).sample(2))


def test_samples_say_their_class(run: Path, tmp_path: Path) -> None:
    words = ["--count", "4", "--class", "7, 3", "--out", str(tmp_path / "made")]
    grid = tmp_path / "grid.png"
    assert call("sample", str(run), *words, "--grid", str(grid)) == 0
    told = []
    for file in sorted((tmp_path / "made").glob("*.png")):
        with Image.open(file) as picture:
            told.append(picture.info["zerosum:class"])
    assert told == ["7", "3", "7", "3"]
    with Image.open(grid) as sheet:
        assert sheet.info["zerosum:class"] == "7, 3"
        assert sheet.size == (58, 58)
        columns = np.asarray(sheet)[:28, :28], np.asarray(sheet)[:28, 30:]
    first = zerosum.load(run, kind=zerosum.Generator).of_class("7", "3").sample(2)
    for found, expected in zip(columns, unscale(first.clamp(-1, 1))[:, 0].numpy(), strict=True):
        assert np.abs(found.astype(int) - expected.astype(int)).max() <= 1


def test_a_walk_from_class_to_class_meets_each(run: Path) -> None:
    model = zerosum.load(run, kind=zerosum.Generator).of_class("7", "3")
    frames = list(model.walk([4, 9], frames=3))
    torch.testing.assert_close(frames[0], model.of_class("7").sample(1, seed=4))
    torch.testing.assert_close(frames[3], model.of_class("3").sample(1, seed=9))


@pytest.mark.parametrize("latent", ["normal", "uniform"])
def test_the_space_of_z_with_classes(
    latent: Literal["normal", "uniform"], conditional: RunConfig, tmp_path: Path
) -> None:
    game = replace(adversarial(conditional), latent=latent)
    config = replace(conditional, total_images=16, game=game)
    path = train_run(config, out=tmp_path / "run", quiet=True).run.path
    model = zerosum.load(path, kind=zerosum.Generator)
    space, plain = model.of_class(2, 5).latent, latent_space(model.game).plain  # type: ignore[attr-defined]
    points = space.points(space.latents(range(2), seed=0))
    a, b = points[:1], points[1:]
    half = space.between(a, b, 0.5)
    torch.testing.assert_close(half[:, :8], plain.between(a[:, :8], b[:, :8], 0.5))
    assert half[0, 8 + 2] == half[0, 8 + 5] == 0.5
    assert torch.equal(space.lengths(a, b), plain.lengths(a[:, :8], b[:, :8]))
    truncated = space.truncate(points, 0.5)
    assert torch.equal(truncated[:, 8:], points[:, 8:])
    assert truncated[:, :8].abs().max() <= 0.5
    assert torch.equal(space.keep(half * 0.9)[:, 8:].sum(dim=1), torch.ones(1))
    deviation = 1.0 if latent == "normal" else 3**-0.5
    assert space.deviation.item() == pytest.approx(deviation, rel=0.05)
    assert space.centre[8 + 2] == 0.5
    for method in METHODS:
        found = find_directions(model.of_class(2).latent, method, 3)
        assert found.shape == (3, 18)
        torch.testing.assert_close(found[:, 8:], torch.zeros(3, 10), atol=1e-4, rtol=0)


def test_projecting_in_all_classes_and_in_one(run: Path) -> None:
    model = zerosum.load(run, kind=zerosum.Generator)
    target = model.of_class("4").sample(1, seed=99)
    found = model.project(target, descent=Descent(steps=10, samples=50, starts=2))
    assert found.points.shape == (1, 18)
    inside = model.of_class("4").project(target, descent=Descent(steps=10, samples=50, starts=2))
    assert inside.points[0, 8:].argmax() == 4
    assert inside.points[0, 8:].sum() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("walk", ["--out", "walk.gif", "--frames", "2", "--class", "1,2,3,4,5"]),
        ("edit", ["--out", "edits.png", "--rows", "2", "--class", "1"]),
        ("edit", ["--out", "edits.png", "--rows", "2", "--directions", "sefa"]),
    ],
)
def test_commands_with_classes(
    command: str, words: list[str], run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(command, str(run), *words) == 0
    assert (tmp_path / words[1]).exists()


@pytest.mark.parametrize("command", ["sample", "walk", "edit", "project"])
def test_bad_classes(
    command: str,
    run: Path,
    tiny: RunConfig,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    Image.new("L", (28, 28)).save(tmp_path / "black.png")
    words = {"walk": ["--out", "walk.gif"], "project": [str(tmp_path / "black.png")]}
    given = [*words.get(command, []), "--class", "3,x"]
    assert call(command, str(run), *given) == 2
    assert "unknown class 'x'" in capsys.readouterr().err
    plain = train_run(replace(tiny, total_images=16), out=tmp_path / "plain", quiet=True).run.path
    assert call(command, str(plain), *given) == 1
    assert "knows no classes" in capsys.readouterr().err
    assert list(folder.iterdir()) == []


def test_bad_runs(conditional: RunConfig, tmp_path: Path) -> None:
    np.save(tmp_path / "bare.npy", np.zeros((64, 28, 28), np.uint8) + 9)
    bare = replace(conditional, data=str(tmp_path / "bare.npy"))
    with pytest.raises(DataError, match="has no labels; put the pictures of each class"):
        train_run(bare, out=tmp_path / "run", quiet=True)
    same = {"images": np.zeros((64, 28, 28), np.uint8) + 9, "labels": np.zeros(64, np.int64)}
    np.savez(tmp_path / "same.npz", **same)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"has one class \(0\)"):
        train_run(
            replace(conditional, data=str(tmp_path / "same.npz")), out=tmp_path / "run", quiet=True
        )
    with pytest.raises(ConfigError, match="class_size"):
        replace(adversarial(conditional), class_size=0)
    assert not (tmp_path / "run").exists()


def test_a_run_without_classes_says_how_to_train_one_with(run: Path) -> None:
    model = zerosum.load(run, kind=zerosum.Generator)
    model.game.conditional_on = None
    with pytest.raises(RunError, match=r"--game\.conditional projection"):
        model.of_class(0)


@pytest.mark.parametrize("kind", [".pt2", ".onnx"])
def test_an_exported_generator_takes_the_class_after_the_latents(
    kind: str, run: Path, tmp_path: Path
) -> None:
    if kind == ".onnx":
        for package in ("onnx", "onnxscript", "onnxruntime"):
            pytest.importorskip(package)
    path = tmp_path / f"generator{kind}"
    assert call("export", str(run), str(path)) == 0
    model = zerosum.load(run, kind=zerosum.Generator)
    size = model.latent.game.latent_size
    latents = torch.cat(
        [Randomness(seed=0, stream="sample").at(index).normal(1, size) for index in range(2)]
    )
    classes = torch.nn.functional.one_hot(torch.tensor([7, 3]), 10)
    given = torch.cat([latents, classes], dim=1)
    expected = model.of_class(7, 3).sample(2, seed=0)
    assert torch.allclose(RUNNERS[kind](path)(given), expected, atol=1e-5)
    assert not torch.allclose(RUNNERS[kind](path)(given.roll(1, dims=1)), expected, atol=1e-3)
    facts = facts_of(path)
    assert "then 10 numbers: 1 for the class" in facts["zerosum:latents"]
    assert json.loads(facts["zerosum:classes"]) == list("0123456789")
