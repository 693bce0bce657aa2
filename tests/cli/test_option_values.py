"""Whatever stands behind an option: it is used, or refused by a message or by the usage."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image

import zerosum
from helpers.command_line import call
from helpers.quick_runs import KINDS
from zerosum.checks import require_sound
from zerosum.cli import COMMANDS
from zerosum.cli.command import Command
from zerosum.cli.data import ACTIONS
from zerosum.cli.learn import command as learn_command
from zerosum.cli.train import command as train_command
from zerosum.config import change, to_json
from zerosum.config.json import flatten
from zerosum.config.options import Option
from zerosum.errors import ConfigError, RunError, ZerosumError
from zerosum.families.building import build_game
from zerosum.jobs import train_run
from zerosum.latent.walking import check_walk
from zerosum.recipes import RECIPES, recipe
from zerosum.sizes import MOST_IMAGES
from zerosum.training.engine import Engine, choose_device

VALUES = (
    *("nan", "inf", "-inf", "-1", "0", "1" + 30 * "0", "1e308", "0.5"),
    *("", "meta", "\udcff", 5000 * "x"),
)
RECIPE = "mnist-gan-2018"
"""Whose fields are tried on the command line, since its networks are made in no time."""


Calls = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Calls:
    """A call of each command that works and takes a moment; its run is made when asked for."""
    folder = tmp_path_factory.mktemp("runs")
    Image.new("RGB", (32, 32), (200, 100, 0)).save(folder / "picture.png")
    picture = str(folder / "picture.png")

    def run(kind: str) -> str:
        if not (folder / kind).exists():
            train_run(KINDS[kind](folder), out=folder / kind, quiet=True)
        return str(folder / kind)

    def words(name: str) -> list[str]:
        kind, rest = _CALLS[name]
        given = [run(kind)] if kind in KINDS else [kind]
        return [name, *given, *rest.replace("PICTURE", picture).split()]

    return words


_CALLS = {
    "recipes": (RECIPE, ""),
    "resume": ("generation", "--quiet"),
    "sample": ("generation", "--count 4 --grid grid.png"),
    "walk": ("generation", "--seeds 1 2 --frames 2 --out walk.gif"),
    "mix": ("styles", "--coarse 1 --fine 2 --grid mixed.png"),
    "project": ("generation", "PICTURE --steps 1 --starts 1 --out near"),
    "edit": ("generation", "--out edits.png"),
    "translate": ("translation", "PICTURE --out made"),
    "classify": ("classification", "PICTURE"),
    "detect": ("generation", "PICTURE --samples 20 --images 64"),
    "attack": ("digits", "--data digits --count 2 --attack fgsm"),
    "export": ("generation", "network.safetensors"),
    "evaluate": ("generation", "--features pixels --count 8"),
    "compare": ("generation", ""),
    "data": ("inspect", "PICTURE"),
    "learn": ("losses", "--out page.html"),
    "train": (RECIPE, "--dry-run"),
}


def _command(name: str) -> Command:
    if name == "train":
        return train_command(RECIPE, ())
    if name == "data":
        return ACTIONS["inspect"]
    if name == "learn":
        return learn_command("losses")
    command: Command = import_module(f"zerosum.cli.{name}").COMMAND
    return command


def _named(name: str) -> Iterator[Option]:
    return (each for each in _command(name).options() if not each.is_positional | each.is_switch)


# The studio serves until it is interrupted; tests/studio/test_server.py tries what it can be told.
_ENDING = [name for name in COMMANDS if name != "studio"]
CASES = [(name, option, value) for name in _ENDING for option in _named(name) for value in VALUES]


def _try(words: list[str], option: Option, value: str) -> None:
    values = [value] * max(1, len(option.value.removesuffix(" ...").split()))
    parts = [f"{option.names[0]}={value}"] if len(values) == 1 else [option.names[0], *values]
    assert call(*words, *parts) in (0, 1, 2), (words, parts)


def test_a_few_odd_values_of_options_do_no_harm(
    calls: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cases = [case for case in CASES if _CALLS[case[0]][0] in ("generation", "digits", RECIPE)]
    for name, option, value in Random(0).sample(cases, 20):
        _try(calls(name), option, value)


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_odd_values_of_all_options_do_no_harm(
    calls: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for number, (_, option, value) in enumerate(case for case in CASES if case[0] == name):
        (tmp_path / str(number)).mkdir()
        monkeypatch.chdir(tmp_path / str(number))
        _try(calls(name), option, value)


NONSENSE: tuple[Any, ...] = (float("nan"), float("inf"), -float("inf"), 1e308, 10**30, -(10**30))


def _fields() -> list[tuple[str, str]]:
    """Every number of every recipe, but each of one kind of game and networks only once."""
    found: dict[tuple[str, ...], tuple[str, str]] = {}
    for name in RECIPES:
        values = flatten(to_json(recipe(name)))
        kinds = tuple(str(value) for key, value in values.items() if key.endswith("kind"))
        for field, value in values.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                found.setdefault((field, *kinds), (name, field))
    return list(found.values())


def _with(name: str, field: str, value: Any) -> Mapping[str, Any]:
    """The change of one number, which may stand in a list."""
    place, _, last = field.rpartition(".")
    if not last.isdigit():
        return {field: value}
    values = [number for key, number in flatten(to_json(recipe(name))).items()
              if key.rpartition(".")[0] == place]  # fmt: skip
    values[int(last)] = value
    return {place: values}


def _refuse(name: str, field: str) -> None:
    is_float = isinstance(flatten(to_json(recipe(name)))[field], float)
    for value in NONSENSE:
        if isinstance(value, float) == is_float:
            with pytest.raises(ConfigError):
                change(recipe(name), _with(name, field, value))


def test_numbers_that_are_none_are_refused_in_some_fields() -> None:
    for name, field in Random(0).sample(_fields(), 20):
        _refuse(name, field)


@pytest.mark.slow
def test_numbers_that_are_none_are_refused_in_every_field() -> None:
    for name, field in _fields():
        _refuse(name, field)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("game.discriminator.slope", float("nan"), "game.discriminator.slope must be a finite"),
        (
            "game.instance_noise.deviation",
            float("inf"),
            "instance_noise.deviation must be a finit",
        ),
        ("game.generator_optimizer.learning_rate", 1e300, "learning_rate must be a finite number"),
        ("seed", 10**30, r"seed must be at most 2\^53, got 1000000"),
        ("data", "a\0b", "data must not hold a null character"),
        ("batch_size", 10**7, "batch_size must be from 1 to 1000000"),
        ("evaluate_count", 10**9, "evaluate_count must be from 4 to"),
        ("sample_count", 10**6, "a grid of more has more pixels than can be shown"),
        ("pictures.size", (10**5, 10**5), "pictures.size must have at most 89,478,485 pixels"),
        ("pictures.crop_from", (10**5, 10**5), "pictures.crop_from must have at most"),
        ("checkpoint_seconds", float("inf"), "checkpoint_seconds must be a finite number"),
    ],
)
def test_the_message_names_the_field(field: str, value: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        change(recipe(RECIPE), {field: value})


@pytest.mark.parametrize("name", RECIPES)
def test_what_recipes_hold_is_sound(name: str) -> None:
    require_sound(recipe(name))


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("dcgan-digits", "game.generator.latent_size"),
        ("stylegan2-digits", "game.generator.style_size"),
        ("mnist-gan-2018", "game.minibatch_discrimination.kernels"),
    ],
)
def test_networks_that_fit_into_no_memory_are_refused(name: str, field: str) -> None:
    config = change(recipe(name), {field: 2**50})
    with pytest.raises(ConfigError, match="the networks do not fit into memory"):
        build_game(config, Engine(device=choose_device("cpu")))


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("r3gan-digits", "game.generator.blocks"),
        ("stylegan2-digits", "game.generator.depth"),
        ("cyclegan-small", "game.generator.blocks"),
        ("cyclegan-small", "game.generator.downsamplings"),
        ("cyclegan-small", "game.discriminator.downsamplings"),
    ],
)
def test_layers_without_end_are_refused(name: str, field: str) -> None:
    with pytest.raises(ConfigError, match=f"{field.rpartition('.')[2]} must be from 1 to 1000"):
        change(recipe(name), {field: 10**9})


@pytest.mark.parametrize("name", ["meta", "", "hpu", "cuda:99", "privateuseone", "a\0b", "\udcff"])
def test_devices_that_cannot_be_used_are_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be used here"):
        choose_device(name)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sample", "--count", "1000000"], "1,000,000 pictures of 28x28 pixels are too many"),
        (["sample", "--count", "1000000000", "--out", "many"], f"1 ≤ count ≤ {MOST_IMAGES:,}"),
        (["sample", "--device", "meta"], "device 'meta' cannot be used here"),
        (["walk", "--out", "a.gif", "--columns", "-1"], "at least one column of walks, got -1"),
        (
            ["walk", "--out", "a.gif", "--columns", "1000"],
            "1,000,000 pictures of 28x28 pixels are",
        ),
        (["walk", "--out", "a.gif", "--seconds", "inf"], "are too slow"),
        (["walk", "--out", "a.gif", "--frames", "1000000"], "from 1 to 10,000 frames"),
        (["edit", "--reach", "1e308"], "a reach above 0 and at most 1000"),
        (["edit", "--columns", "10000001"], "pictures of 28x28 pixels are too many"),
        (["edit", "--seed", "-1"], "expected a seed from 0, got -1"),
    ],
)
def test_what_would_never_end_is_refused(
    calls: Calls,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(words[0], calls("sample")[1], *words[1:]) == 1
    assert message in capsys.readouterr().err


def test_a_run_needs_a_folder_whose_name_is_text(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="has a name that is no text"):
        train_run(KINDS["generation"](tmp_path), out=tmp_path / "not \udcff", quiet=True)
    assert not list(tmp_path.iterdir())


def test_paths_with_a_null_character_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ZerosumError, match=r"cannot be .*: embedded null"):
        train_run(KINDS["generation"](tmp_path), out=tmp_path / "a\0b", quiet=True)


def test_a_source_may_be_a_path(tmp_path: Path) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "1.png")
    assert len(zerosum.open_source(tmp_path)) == 1


def test_a_limit_of_no_pixels_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in (["data", "inspect", "digits"], ["attack", "digits", "--data", "digits"]):
        assert call(*command, "--pixel-limit", "-1") == 1
        assert "must be greater than 0 pixels, got -1" in capsys.readouterr().err


def test_walks_have_an_end() -> None:
    check_walk([1, 2], frames=10_000, walks=1)
    with pytest.raises(ConfigError, match="from 1 to 10,000 frames"):
        check_walk([1, 2], frames=10_001, walks=1)
