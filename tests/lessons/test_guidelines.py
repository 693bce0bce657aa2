"""The lesson on guidelines, on networks of a reader's own."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from zerosum.config import RunConfig, change, to_json
from zerosum.errors import ConfigError, RunError
from zerosum.jobs.training import train_run
from zerosum.lessons.learning import learn
from zerosum.recipes import recipe

SHORT: dict[str, Any] = {"ablation": "leaky-relu", "images": 64, "scored": 100, "quiet": True}
CRITIC = """
from torch import nn
from torch.nn import functional

class Critic(nn.Module):
    def __init__(self, *, image_shape, outputs):
        super().__init__()
        self.first, self.last = nn.Conv2d(image_shape[0], 4, 4, 2, 1), nn.Conv2d(4, 1, 7)

    def forward(self, images):
        return self.last(functional.max_pool2d(functional.relu(self.first(images)), 2)).flatten()

def fails(**_):
    return nn.Conv2d(7, 1, 3)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "nets.py"
    path.write_text(CRITIC)
    return path


def test_a_network_of_ones_own(file: Path) -> None:
    learned = learn("guidelines", network=f"{file}:Critic", **SHORT)
    assert json.loads(json.dumps(learned.to_json()))["numbers"]["findings"][0]["layer"] == ""
    results = learned.results
    assert results.numbers["broken"] == {"discriminator": ["strided", "leaky-relu"]}
    assert results.tables["findings"].rows == [
        ("discriminator", "forward", "a strided convolution that learns", "maximum pooling"),
        ("discriminator", "forward", "leaky ReLU", "ReLU"),
    ]
    assert results.tables["kept"].columns == ("name", "guideline", "discriminator")


def test_the_networks_of_a_run(tiny: RunConfig, tmp_path: Path) -> None:
    changes = {"game.generator.norm": "none", "game.conditional": "projection"}
    config = replace(change(tiny, changes), total_images=32)
    run = train_run(config, out=tmp_path / "run", quiet=True).run
    results = learn("guidelines", run=run.path, **SHORT).results
    assert results.numbers["broken"] == {"generator": ["batch-norm"], "discriminator": []}
    assert results.numbers["findings"][0]["layer"] == "layers.0.1"


@pytest.mark.parametrize("name", ["advgan", "fvbn-digits"])
def test_a_run_of_another_game_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(to_json(recipe(name))))
    with pytest.raises(ConfigError, match="is another game, of"):
        learn("guidelines", run=tmp_path, **SHORT)


@pytest.mark.parametrize(
    ("network", "run", "error", "message"),
    [
        ("nets.py:fails", None, ConfigError, "returned a network whose forward fails"),
        ("nets.py:nothing", None, ConfigError, "has no function nothing"),
        ("other.py:Critic", None, ConfigError, "other.py cannot be read"),
        (None, "nowhere", RunError, "there is no folder nowhere"),
        ("nets.py:Critic", "nowhere", ConfigError, "choose one"),
    ],
)
def test_what_cannot_be_read_is_explained(
    network: str | None,
    run: str | None,
    error: type[Exception],
    message: str,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(file.parent)
    with pytest.raises(error, match=message):
        learn("guidelines", network=network, run=run, **SHORT)
