"""Forms of recipes follow from the settings: every recipe has one, and every fault its field."""

import json
from typing import Any

import pytest

from zerosum.config import change, to_json
from zerosum.config.json import flatten
from zerosum.config.schema import field_schemas
from zerosum.errors import ConfigError
from zerosum.recipes import FAMILIES, RECIPES, recipe
from zerosum.studio.forms import (
    configured,
    fields_of,
    needed_fields,
    options_to_train,
    values_of,
)
from zerosum.studio.goals import GOALS
from zerosum.studio.refusals import FieldError

KINDS = {"integer", "number", "boolean", "text", "choice", "choices", "integers", "numbers"}
KINDS |= {"texts", "source", "run"}


def test_every_group_of_recipes_belongs_to_one_goal() -> None:
    groups = [group for goal in GOALS.values() for group in goal.groups]
    assert sorted(groups) == sorted(FAMILIES)
    offered = {name for goal in GOALS.values() for name in goal.recipes}
    assert offered == set(RECIPES)


def test_a_goal_names_each_recipe_once_and_begins_with_one_of_them() -> None:
    for goal in GOALS.values():
        assert len(set(goal.recipes)) == len(goal.recipes)
        others = [name for group in goal.groups for name in FAMILIES[group]]
        assert goal.first in others or recipe(goal.first).data == "digits"


def test_who_has_nothing_is_offered_what_needs_no_download() -> None:
    assert {recipe(name).data for name in GOALS["nothing"].recipes} == {"digits"}


@pytest.mark.parametrize("name", RECIPES)
def test_every_option_of_a_recipe_is_a_field(name: str) -> None:
    config = recipe(name)
    fields = fields_of(config)
    assert json.loads(json.dumps(fields))
    assert {field["kind"] for field in fields} <= KINDS
    assert all(field["text"] and field["option"].startswith("--") for field in fields)
    values = to_json(config)
    held = {name for name, value in flatten_shallow(values).items()}
    # Code in the place of settings is the only field that the settings do not hold.
    assert {field["name"] for field in fields if not field["code"]} <= held
    assert set(needed_fields(config)) <= {field["name"] for field in fields}
    assert 12 <= sum(field["usual"] is not None for field in fields) <= 25


def flatten_shallow(values: Any, name: str = "") -> dict[str, Any]:
    """Dotted names of fields; lists stay whole."""
    if not isinstance(values, dict):
        return {name: values}
    parts = (flatten_shallow(each, f"{name}.{key}".strip(".")) for key, each in values.items())
    return {key: value for part in parts for key, value in part.items()}


@pytest.mark.parametrize("name", ["dcgan-digits", "cyclegan-small", "dann", "advgan", "sgan"])
def test_a_schema_is_told_of_every_field(name: str) -> None:
    config = recipe(name)
    assert field_schemas(config).keys() == flatten_shallow(to_json(config)).keys()


@pytest.mark.parametrize(
    ("name", "fields", "blamed"),
    [
        ("dcgan-digits", {"batch_size": 0}, "batch_size"),
        ("dcgan-digits", {"seed": 1, "pictures.size": [0, 3]}, "pictures.size"),
        ("dcgan-digits", {"game.generator.base_channels": "x", "seed": 2}, None),
        ("dcgan-digits", {"evaluate_every": 0, "on_collapse": "stop"}, "evaluate_every"),
        ("dcgan-digits", {"data": ""}, "data"),
        ("dcgan-digits", {"bach": 2}, "bach"),
        ("dcgan-digits", {"recipe": "dcgan-mnist"}, "recipe"),
        ("sgan", {"game.classes": ["a", "b"]}, "game.classes"),
        ("dcgan-digits", {"game.objective": "hinged"}, "game.objective"),
        ("dcgan-digits", {"game.generator": "mine"}, "game.generator"),
        ("progan-digits", {"game.growth.hold": -1}, "game.growth.hold"),
        ("cyclegan", {}, "data_a"),
        ("cyclegan", {"data_a": "horses"}, "data_b"),
        ("cyclegan", {"data_a": "horses", "data_b": "horses"}, "data_b"),
        ("dann", {"data_a": "mnist"}, "data_b"),
        ("advgan", {"game.epsilon": 8.0}, "game.epsilon"),
    ],
)
def test_a_fault_stands_at_its_field(name: str, fields: dict[str, Any], blamed: str) -> None:
    with pytest.raises(FieldError) as caught:
        configured(name, fields)
    assert caught.value.field == (blamed or "game.generator.base_channels")
    assert "Value error" not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("game.generator", "mine.py:Net"),
        ("game.objective", "mine.py:cost"),
        ("evaluate_features", "mine.py:features"),
        ("game.generator", {"kind": "own", "factory": "mine.py:Net"}),
    ],
)
def test_code_is_refused_unless_it_is_allowed(field: str, value: Any) -> None:
    with pytest.raises(FieldError, match="--allow-code") as caught:
        configured("dcgan-digits", {field: value})
    assert caught.value.field == field
    assert configured("dcgan-digits", {field: value}, allow_code=True)


CHANGES = [
    ("dcgan-digits", {"images": 5_000, "game.ema_half_life": None, "pictures.size": [32, 32]}),
    ("dcgan-digits", {"game.augmentation": ["colour", "cutout"], "compile": True}),
    ("dcgan-digits", {"pictures.srgb": False, "game.generator_optimizer.betas": [0.0, 0.9]}),
    ("cyclegan-small", {"data_a": "a b", "data_b": "c", "pairing": "none"}),
    ("advgan", {"game.victim": "runs/x", "game.epsilon": 0.2}),
]


@pytest.mark.parametrize(("name", "fields"), CHANGES)
def test_a_copied_run_has_the_same_form(name: str, fields: dict[str, Any]) -> None:
    config = configured(name, fields)
    assert values_of(config) == fields or set(values_of(config)) < set(fields)
    assert change(recipe(name), values_of(config)) == config


def test_code_of_ones_own_is_copied_by_its_name() -> None:
    config = change(recipe("dcgan-digits"), {"game.generator": "mine.py:Net"})
    assert values_of(config) == {"game.generator": "mine.py:Net"}


def test_fields_that_the_game_refuses_are_not_shown() -> None:
    shown = options_to_train(recipe("gan-2014"))
    assert all(not name.startswith("game.growth") for name in shown)
    assert flatten(to_json(recipe("gan-2014")))["game.growth.hold"] == 0


def test_a_bare_name_for_settings_is_refused_in_plain_words() -> None:
    with pytest.raises(ConfigError, match=r"path/to/file\.py:name, got 'mine'"):
        change(recipe("dcgan-digits"), {"game.generator": "mine"})
