"""Every recipe's network can be written for other programs, and does the same there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from torch import Tensor

from helpers.exported import RUNNERS
from helpers.narrow import narrow, untrained
from zerosum.config import RunConfig, to_json
from zerosum.games import GameWithClassifier, PerturbationGame, TranslationGame
from zerosum.games.base import evaluating
from zerosum.models import Autoregressive
from zerosum.recipes import RECIPES, recipe

_LIKE = ("initialisation", "weight_range", "dropout", "mixing", "input_noise", "noise", "bounded")
"""Settings that change weights or training alone, or leave an operation out."""

WITH_ONNX = (
    "dcgan-digits",
    "progan-digits",
    "stylegan-digits",
    "stylegan2-digits",
    "cyclegan",
    "pix2pix",
    "classifier",
)
"""Recipes whose networks are made of unlike operations."""


def _operations(name: str) -> str:
    """The settings of the network that is exported on which its operations depend."""
    game = to_json(narrow(recipe(name)))["game"]
    settings = game.get("network", game.get("generator"))
    left = {key: value for key, value in settings.items() if key not in _LIKE}
    return f"{left} {game.get('universal')}"


UNLIKE = {_operations(name): name for name in reversed(list(RECIPES))}.values()
"""Of recipes whose networks differ in weights and training alone the first."""


def answers(model: Any, direction: str | None) -> Iterator[tuple[Tensor, Tensor]]:
    """What the network is given, and what comes out of it here: of 1, 2 and 5 rows."""
    torch.manual_seed(1)
    pictures = model.run.config().pictures
    for count in (1, 2, 5):
        images = torch.rand(count, pictures.channels, *pictures.size) * 2 - 1
        if isinstance(model.game, TranslationGame):
            multiple: int = model.translator(direction).multiple
            sides = (2 + count % 2) * multiple, (2 + count % 3) * multiple
            images = torch.rand(count, pictures.channels, *sides) * 2 - 1
            yield images, model.translate(images, direction=direction)
        elif isinstance(model.game, GameWithClassifier):
            yield images, model.classifier(images)
        elif isinstance(model.game, PerturbationGame):
            yield images, model.game.attack.network.eval()(images)
        elif isinstance(model, Autoregressive):
            yield images, model.game.players["model"].best(images)
        else:
            latents = model.latent.latents(range(count), seed=3)
            yield latents, model.sample(count, seed=3)


def check(config: RunConfig, kind: str, folder: Path) -> None:
    if kind == ".onnx":
        pytest.importorskip("onnx")
        pytest.importorskip("onnxscript")
    model = untrained(config, folder)
    translates = isinstance(model.game, TranslationGame)
    for direction in model.directions[-1:] if translates else [None]:
        file = folder / f"network{kind}"
        model.export(file, direction=direction)
        program = RUNNERS[kind](file)
        with torch.no_grad():
            for given, expected in answers(model, direction):
                scale = expected.abs().max().item()
                assert scale > 0
                found = program(given)
                torch.testing.assert_close(found, expected, atol=1e-4 * max(1, scale), rtol=0)


@pytest.mark.parametrize("name", UNLIKE)
def test_others_do_the_same(name: str, tmp_path: Path) -> None:
    kind = ".onnx" if name in WITH_ONNX else ".pt2"
    check(narrow(recipe(name)), kind, tmp_path)


PIXELS = "from -1 (black) to 1 (white)"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("classifier", {"input": f"pictures (n, 1, 28, 28), {PIXELS}"}),
        ("classifier", {"classes": '["cat", "dog", "cow"]'}),
        ("sgan", {"output": "logits (n, 3); their softmax are probabilities"}),
        ("advgan", {"epsilon": "0.1, of pixels from 0 to 1"}),
        ("cyclegan-small", {"direction": "b2a"}),
        ("cyclegan-small", {"input": f"pictures (n, 3, height, width), {PIXELS}; both sides "}),
        ("stylegan2-digits", {"noise": "part of the file, the same for all pictures"}),
        ("stylegan2-faces32", {"input": "latents (n, 8)"}),
    ],
)
def test_the_file_says_it(name: str, expected: dict[str, str], tmp_path: Path) -> None:
    model = untrained(narrow(recipe(name)), tmp_path)
    direction = "b2a" if name.startswith("cyclegan") else None
    model.export(tmp_path / "g.safetensors", direction=direction)
    with safe_open(tmp_path / "g.safetensors", framework="pt") as file:
        facts = file.metadata()
    for key, value in expected.items():
        assert facts[f"zerosum:{key}"].startswith(value)
    assert ("zerosum:noise" in facts) == (name == "stylegan2-digits")


def test_what_is_said_of_changes_is_what_an_attack_does(tmp_path: Path) -> None:
    game = untrained(narrow(recipe("advgan")), tmp_path).game
    assert isinstance(game, PerturbationGame)
    images = torch.rand(2, 1, 16, 16) * 2 - 1
    with evaluating(game.attack.network) as network:
        changed = (images + 2 * game.settings.epsilon * network(images)).clamp(-1, 1)
    torch.testing.assert_close(changed, game.preview(images)[1])


def test_the_table_of_what_was_tested_names_every_recipe() -> None:
    page = (Path(__file__).parents[2] / "docs/export.md").read_text(encoding="utf-8")
    table = page.partition("## What was tested")[2]
    assert sorted(re.findall(r"`([a-z0-9-]+)`", table.partition("|---")[2])) == sorted(RECIPES)


@pytest.mark.slow
@pytest.mark.parametrize("kind", RUNNERS)
@pytest.mark.parametrize("name", RECIPES)
def test_whole_networks_do_the_same(name: str, kind: str, tmp_path: Path) -> None:
    check(recipe(name), kind, tmp_path)
