"""Settings that have been renamed: files of earlier versions are read, who types one is told."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

import zerosum
from helpers.command_line import call
from zerosum.checkpoint import load_checkpoint, save_checkpoint
from zerosum.config import OwnGeneratorConfig, RunConfig, change, from_json, to_json
from zerosum.config.json import flatten
from zerosum.errors import ConfigError
from zerosum.recipes import RECIPES, recipe
from zerosum.registry import RENAMED
from zerosum.runs import Run

FORMER = {now: former for former, now in RENAMED.items()}
"""The former name of each renamed setting."""

NOT_RENAMED = {"pictures.channels"}
"""Of the same name as a renamed one, which they always had."""


def formerly(values: Any, place: str = "") -> Any:
    """A configuration as earlier versions wrote it."""
    if not isinstance(values, dict):
        return values
    return {
        name if f"{place}{name}" in NOT_RENAMED else FORMER.get(name, name): formerly(
            value, f"{place}{name}."
        )
        for name, value in values.items()
    }


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_is_read_as_earlier_versions_wrote_it(name: str) -> None:
    config = recipe(name)
    assert from_json(formerly(to_json(config))) == config


def test_every_renamed_setting_is_in_some_recipe() -> None:
    fields = {key for name in RECIPES for key in flatten(to_json(recipe(name)))}
    names = {part for key in fields for part in key.split(".")}
    assert set(RENAMED.values()) <= names
    assert not (RENAMED.keys() - {"widths"}) & names  # Those of fully connected networks.


def test_former_values_are_kept_and_not_the_defaults() -> None:
    wide = change(recipe("dcgan-digits"), {"game.generator.base_channels": 48})
    found: Any = from_json(formerly(to_json(wide)))
    assert found.game.generator.base_channels == 48


def test_both_names_at_once_are_refused() -> None:
    values = to_json(recipe("dcgan-digits"))
    values["game"]["generator"]["width"] = 8
    with pytest.raises(ConfigError, match=r"unknown fields: game\.generator\.width"):
        from_json(values)


def test_arguments_of_your_own_network_keep_their_names(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("def net(**arguments): ...\n")
    own = OwnGeneratorConfig(factory=f"{tmp_path}/net.py:net", arguments={"width": 8})
    config: Any = change(recipe("dcgan-digits"), {"game.generator": own})
    assert config.game.generator.arguments == {"width": 8}
    assert from_json(to_json(config)) == config


@pytest.mark.parametrize(
    ("name", "former", "now"),
    [
        ("dcgan-digits", "game.generator.width", "game.generator.base_channels"),
        ("dcgan-digits", "game.discriminator.max_width", "game.discriminator.max_channels"),
        ("cyclegan", "game.generator.halvings", "game.generator.downsamplings"),
        ("dann", "game.network.widths", "game.network.channels"),
    ],
)
def test_who_uses_a_former_name_is_told_the_present_one(
    name: str, former: str, now: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ConfigError, match=f"no field '{former}': it is now '{now}'"):
        change(recipe(name), {former: 8})
    option = former.replace("_", "-")
    assert call("train", name, f"--{option}", "8") == 2
    told = capsys.readouterr().err
    assert f"knows no --{option}: it is now --{now.replace('_', '-')} 8." in told


def test_a_run_of_an_earlier_version_goes_on(tiny: RunConfig, tmp_path: Path) -> None:
    tiny = change(tiny, {"images": 16, "batch_size": 8})
    runs = [tmp_path / "then", tmp_path / "now"]
    for folder in runs:
        zerosum.train(tiny, out=folder)
    _as_formerly(Run(runs[0]))
    for folder in runs:
        zerosum.resume(folder, images=32)
    then, now = (load_checkpoint(Run(folder).checkpoint_path) for folder in runs)
    assert then["config"] == now["config"]
    weights = [_tensors(each) for each in (then, now)]
    assert weights[0]
    assert weights[0].keys() == weights[1].keys()
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def _as_formerly(run: Run) -> None:
    values = json.loads(run.config_path.read_text(encoding="utf-8"))
    run.config_path.write_text(json.dumps(formerly(values)), encoding="utf-8")
    state = load_checkpoint(run.checkpoint_path)
    save_checkpoint(run.checkpoint_path, {**state, "config": formerly(state["config"])})


def _tensors(state: Any) -> dict[str, torch.Tensor]:
    return {name: each for name, each in flatten(state).items() if isinstance(each, torch.Tensor)}
