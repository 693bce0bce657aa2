"""What help shows as an example can be typed: the options are the run's own."""

import shlex
from importlib import import_module
from pathlib import Path

import pytest

from helpers.command_line import call
from zerosum.recipes import RECIPES, recipe

OPTIONS = {
    "generation": ["--data"],
    "classification": ["--data"],
    "semi_supervised": ["--data"],
    "translation": ["--data-a", "--data-b"],
    "adaptation": ["--source", "--target"],
    "perturbation": ["--victim", "--data"],
}
"""How the users of each family say what to train on."""


@pytest.mark.parametrize("name", RECIPES)
def test_who_has_begun_with_the_digits_is_told_a_recipe_that_there_is(name: str) -> None:
    assert recipe(name).recipe_for_own_images.split()[0] in RECIPES


@pytest.mark.parametrize("name", RECIPES)
def test_what_to_do_next_can_be_typed(name: str) -> None:
    path = Path("my runs") / name
    config = recipe(name)
    steps = config.next_steps(path)
    assert steps
    for _, line in steps:
        zerosum, command, *words = shlex.split(line)
        assert (zerosum, str(path) in words) == ("zerosum", True)
        import_module(f"zerosum.cli.{command}").COMMAND.check(words)


@pytest.mark.parametrize("family", OPTIONS)
def test_each_family_says_what_to_train_on(
    family: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = next(name for name in RECIPES if recipe(name).family == family)
    example = recipe(name).example_data
    assert [word for word in example.split() if word.startswith("--")] == OPTIONS[family]
    call("train", name, "--help")
    said = capsys.readouterr().out
    assert f"zerosum train {name} {example} --dry-run" in " ".join(said.split())
    assert all(option in said for option in OPTIONS[family])
