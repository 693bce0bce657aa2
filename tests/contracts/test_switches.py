"""Every field of every game's settings acts, and keeps what it promises."""

import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import is_dataclass
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest
import torch

import zerosum.games
from helpers.switches.fields import KINDS, classes_of, fields_of, game_class
from helpers.switches.playing import Played, play, play_with_data
from helpers.switches.promises import Switch
from helpers.switches.tables import EXCEPTIONS, TABLES
from zerosum.config import change

ALL = [(kind, switch) for kind, (_, switches) in TABLES.items() for switch in switches]


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Sequence[str]:
    """Two sources of twelve pictures of two classes."""
    folder = tmp_path_factory.mktemp("switches")
    paths = [folder / f"{name}.npz" for name in ("some", "others")]
    for seed, path in enumerate(paths):
        images = np.random.default_rng(seed).integers(0, 256, (12, 8, 8), dtype=np.uint8)
        np.savez(path, images=images, labels=np.arange(12) % 2)
    return [str(path) for path in paths]


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_every_game_is_a_switch_or_an_exception(kind: str) -> None:
    _, switches = TABLES[kind]
    known = {switch.name for switch in switches}
    excepted = {field for each, field in EXCEPTIONS if each == kind}
    assert not known & excepted
    assert set(fields_of(game_class(kind))) == known | excepted | {"kind"}


def test_every_class_of_settings_is_some_games() -> None:
    names = {each.name for each in pkgutil.iter_modules(zerosum.games.__path__)}
    modules = [f"zerosum.games.{name}" for name in names if name.endswith("_settings")]
    stated = {
        each
        for name in (*modules, "zerosum.games.parts.settings")
        for each in vars(importlib.import_module(name)).values()
        if isinstance(each, type) and is_dataclass(each) and each.__module__ == name
    }
    assert stated <= {each for kind in KINDS for each in classes_of(game_class(kind))}


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_of_a_game_cannot_be_switched(kind: str) -> None:
    assert get_args(get_type_hints(game_class(kind))["kind"]) == (kind,)


@pytest.mark.parametrize(("kind", "field"), EXCEPTIONS)
def test_an_exception_acts_on_no_weight(kind: str, field: str, pictures: Sequence[str]) -> None:
    switch, reason = EXCEPTIONS[kind, field]
    off, on = (_played(kind, switch, value, pictures) for value in (switch.off, switch.on))
    assert all(map(torch.equal, off.weights, on.weights)), reason


@pytest.mark.parametrize(("kind", "switch"), ALL, ids=lambda each: getattr(each, "name", each))
def test_a_switch_acts_and_keeps_its_promise(
    kind: str, switch: Switch, pictures: Sequence[str]
) -> None:
    off, on = (_played(kind, switch, value, pictures) for value in (switch.off, switch.on))
    before, after = off.weights, on.weights
    alike = [each.shape for each in before] == [each.shape for each in after]
    assert not alike or not all(map(torch.equal, before, after))
    switch.promise(off, on)


def _played(kind: str, switch: Switch, value: Any, pictures: Sequence[str]) -> Played:
    config = change(TABLES[kind][0], switch.fields(value))
    if not switch.has_data:
        return play(config)
    named = sorted(config.sources)
    sources = zip(named[-2:] if len(named) > 1 else named, pictures, strict=False)
    return play_with_data(change(config, dict(sources)))
