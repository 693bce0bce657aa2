"""`zerosum export` as a user meets it."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open

import zerosum
from helpers.command_line import call
from helpers.exported import facts_of
from helpers.settings import adversarial
from helpers.two_domains import digits_and_negatives, small
from zerosum.config import RunConfig, from_json
from zerosum.jobs import train_run
from zerosum.networks.building import build_generator


@pytest.fixture
def run(tiny: RunConfig, tmp_path: Path) -> Path:
    return train_run(tiny, out=tmp_path / "run", quiet=True).run.path


def test_a_program_draws_the_pictures_of_a_seed(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new/g.pt2"
    assert call("export", str(run), str(file)) == 0
    assert capsys.readouterr().out.strip() == str(file)
    network, facts = torch.export.load(file).module(), facts_of(file)
    assert (facts["zerosum:run"], facts["zerosum:images_seen"]) == ("run", "320")
    rows = []
    for index in range(4):
        words = {"torch": torch, "hashlib": hashlib, "seed": 5, "index": index}
        rows.append(eval(facts["zerosum:latents"], words))
    pictures = zerosum.load(run, kind=zerosum.Generator, device="cpu").sample(4, seed=5)
    torch.testing.assert_close(network(torch.cat(rows)), pictures, atol=1e-4, rtol=0)


def test_the_readme_draws_with_onnxruntime_alone(run: Path, tmp_path: Path) -> None:
    for package in ("onnx", "onnxscript", "onnxruntime"):
        pytest.importorskip(package)
    file = tmp_path / "digits.onnx"
    assert call("export", str(run), str(file)) == 0
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (code,) = (each for each in re.findall(r"```python\n(.*?)```", readme, re.S) if "onnx" in each)
    code += (
        "\nimport sys\n"
        "assert not {'torch', 'zerosum'} & sys.modules.keys()\n"
        "(given,), (made,) = session.get_inputs(), session.get_outputs()\n"
        "assert (given.name, made.name) == ('latents', 'pictures')\n"
        "assert (given.shape, made.shape) == (['n', 8], ['n', 1, 28, 28])\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
    latents = np.random.default_rng(0).standard_normal((16, 8), dtype=np.float32)
    drawn = zerosum.load(run, kind=zerosum.Generator, device="cpu").game.draw(
        torch.from_numpy(latents)
    )
    with Image.open(tmp_path / "made.png") as picture:
        found = np.asarray(picture)
    expected = (drawn[0, 0].clamp(-1, 1) + 1) * 127.5
    assert np.abs(found - expected.numpy()).max() < 1
    facts = facts_of(file)
    assert facts["zerosum:input"] == "latents (n, 8)"
    assert facts["zerosum:output"].startswith("pictures (n, 1, 28, 28), from -1 (black) to 1")
    assert facts["Description"] == "A neural network trained by zerosum (run run)."
    assert "zerosum:generated" not in facts


def test_weights_and_configuration_are_all_that_is_needed(run: Path, tmp_path: Path) -> None:
    file = tmp_path / "g.safetensors"
    assert call("export", str(run), str(file)) == 0
    with safe_open(file, framework="pt") as weights:
        config = from_json(json.loads(weights.metadata()["zerosum:config"]))
        state = {name: weights.get_tensor(name) for name in weights.keys()}  # noqa: SIM118
    assert config == zerosum.load(run).run.config()
    generator = build_generator(adversarial(config).generator, (1, 28, 28))
    generator.load_state_dict(state)
    model = zerosum.load(run, kind=zerosum.Generator, device="cpu")
    latents = model.latent.latents(range(3), seed=0)
    with torch.no_grad():
        drawn = generator.eval()(latents)
    torch.testing.assert_close(drawn, model.sample(3, seed=0), atol=1e-5, rtol=0)


def test_translators(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = digits_and_negatives(tmp_path / "data", count=4, tests=2)
    config = small("cyclegan-small", data, tmp_path, images=4)
    run = train_run(config, out=tmp_path / "run", quiet=True).run.path
    file = tmp_path / "g.pt2"
    assert call("export", str(run), str(file), "--direction", "b2a") == 0
    model = zerosum.load(run, kind=zerosum.Translator, device="cpu")
    network = torch.export.load(file).module()
    pictures = torch.rand(3, *model.translator("b2a").image_shape) * 2 - 1
    expected = model.translate(pictures, direction="b2a")
    torch.testing.assert_close(network(pictures), expected, atol=1e-4, rtol=0)
    assert call("walk", str(run), "--out", str(tmp_path / "walk.gif")) == 1
    assert "it translates pictures" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["g.pth"],
            "expected a file that ends in .onnx, .pt2, .safetensors or .html, got 'g.pth'",
        ),
        (["g.pt2", "--direction", "a2b"], "it has no direction"),
    ],
)
def test_bad_input(
    words: list[str],
    message: str,
    run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert call("export", str(run), *words) == 1
    assert message in capsys.readouterr().err
    assert list(folder.iterdir()) == []


def test_the_generator_that_comes_with_zerosum_is_called_digits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("export", "digits", "player.html") == 0
    assert capsys.readouterr().out.strip() == "player.html"
    assert (tmp_path / "player.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    (tmp_path / "digits").mkdir()  # A run of that name comes first.
    assert call("export", "digits", "again.html") == 1
    assert "digits" in capsys.readouterr().err
