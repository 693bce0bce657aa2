"""The words of a configuration are those that give it."""

import shlex
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zerosum.cli.own import with_own
from zerosum.cli.train import command
from zerosum.config import MlpGeneratorConfig, RunConfig, change
from zerosum.config.options import fields_of
from zerosum.errors import ConfigError, UnknownNameError
from zerosum.own import hashed
from zerosum.recipes import RECIPES, recipe
from zerosum.recipes.calls import call_of, words_of

NUMBERS = (0, 1, 2, 3, 7, 16, 32, 64, 1000, 10**6)
FRACTIONS = (0.0, 0.1, 0.5, 0.999, 1.0, 2.0, 1e-7, 1 / 3, 1e20, -0.5, -1e-9)
TEXTS = (
    "cpu",
    "cuda:1",
    "",
    "-x",
    "--seed",
    "--seed=3",
    "a b",
    "a'b\"c",
    "x=y",
    "ä\n",
    "../x.py:f",
)


def typed(words: list[str]) -> RunConfig:
    """What the command line makes of words."""
    name, *rest = words
    own, others = with_own(recipe(name), rest)
    config, _ = command(name, rest, own).run(others)
    assert isinstance(config, RunConfig)
    return config


def places(part: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every field with its annotation."""
    hints = get_type_hints(type(part), include_extras=True)
    for each in fields(part):
        value, name = getattr(part, each.name), f"{prefix}{each.name}"
        if is_dataclass(value):
            yield from places(value, f"{name}.")
        else:
            yield name, hints[each.name]


def values(hint: Any) -> st.SearchStrategy[Any]:
    """What a field with that annotation may hold, and some that it may not."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return values(parts[0])
    if origin is Literal:
        return st.sampled_from(parts)
    if origin is tuple:
        each = values(parts[0])
        if parts[-1] is Ellipsis:
            return st.lists(each, max_size=4)
        return st.lists(each, min_size=len(parts), max_size=len(parts))
    if parts:  # Several kinds, such as None.
        return st.one_of([values(part) for part in parts])
    simple: dict[Any, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: st.sampled_from(NUMBERS),
        float: st.sampled_from(FRACTIONS),
        str: st.sampled_from(TEXTS),
    }
    return simple.get(hint, st.none())


def told(name: str) -> list[tuple[str, Any]]:
    """The fields of a recipe that have options."""
    options = {option.field.replace("-", "_") for option in fields_of(recipe(name))}
    return [(field, hint) for field, hint in places(recipe(name)) if field in options]


FIELDS = {name: told(name) for name in RECIPES}


@st.composite
def wishes(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A recipe, and what is wished of its fields."""
    name = draw(st.sampled_from(list(RECIPES)))
    some = st.sampled_from(FIELDS[name])
    chosen = draw(st.lists(some, max_size=12, unique_by=lambda each: each[0]))
    return name, {field: draw(values(hint)) for field, hint in chosen}


def granted(name: str, changes: dict[str, Any]) -> RunConfig:
    """The recipe with all changes that make sense beside those before them."""
    config = recipe(name)
    for field, value in changes.items():
        with suppress(ConfigError):
            config = change(config, {"images" if field == "total_images" else field: value})
    return config


@settings(max_examples=30)
@given(wishes())
def test_the_words_of_a_configuration_give_it(wish: tuple[str, dict[str, Any]]) -> None:
    config = granted(*wish)
    words = words_of(config)
    assert typed(words) == config
    assert shlex.split(call_of(config)) == ["zerosum", "train", *words]


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_is_its_name(name: str) -> None:
    assert words_of(recipe(name)) == [name]


OWN = {"a": 1, "b": "1", "c": "x=y --z", "d": [1, {"k": None}], "e": None, "f": '"q"', "g": ""}
NET = {"kind": "own", "factory": "a b.py:N", "arguments": OWN}


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        (
            "dcgan-digits",
            {"game.generator": {"kind": "own", "factory": "a b.py:N", "arguments": OWN}},
        ),
        ("dcgan-digits", {"game.objective": {"kind": "own", "factory": "-b.py:N"}, "seed": 3}),
        ("cyclegan", {"data": "", "data_a": "-a", "data_b": "b c", "pairing": "names"}),
        ("dann", {"data": "", "data_a": "mnist", "data_b": "svhn"}),
        ("advgan", {"game.victim": "runs/-x/classifier", "game.universal": True}),
        ("advgan", {"game.victim": "mine.py:load", "data": "photos"}),
        ("dcgan-digits", {"pictures.srgb": False, "game.augmentation": ["colour", "cutout"]}),
        ("dcgan-faces", {"game.augmentation": [], "pictures.flip": False}),
        ("pix2pix", {"pictures.crop_from": None}),
    ],
)
def test_what_takes_more_than_a_value(name: str, changes: dict[str, Any]) -> None:
    config = change(recipe(name), changes)
    assert config != recipe(name)
    assert typed(words_of(config)) == config


def test_what_a_run_finds_out_is_no_word(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text("")
    own = change(recipe("dcgan-digits"), {"game.generator": f"{file}:Net"})
    assert words_of(hashed(own)) == ["dcgan-digits", "--game.generator", f"{file}:Net"]
    weighed = change(recipe("advgan"), {"game.victim_weights": "abc"})
    assert words_of(weighed) == ["advgan"]


def test_what_no_command_says_is_refused() -> None:
    config = change(recipe("dcgan-digits"), {"game.generator": MlpGeneratorConfig()})
    with pytest.raises(ConfigError, match="no command puts MlpGeneratorConfig in the place of"):
        words_of(config)
    with pytest.raises(UnknownNameError, match="dcgan-digits"):
        words_of(replace(recipe("dcgan-digits"), recipe="dcgan-digit"))
