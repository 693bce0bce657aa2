"""The call that trains a given configuration: what is to be typed for it."""

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from zerosum.config import RunConfig
from zerosum.config.options import Option, fields_of
from zerosum.errors import ConfigError
from zerosum.own import OwnSettings
from zerosum.recipes.named import recipe

__all__ = ["call_of", "words_of"]


def call_of(config: RunConfig) -> str:
    """The command that trains a configuration, as a shell takes it.

    Raises:
        ConfigError: See `words_of`.

    Example:
        >>> from zerosum.config import change
        >>> call_of(change(recipe("dcgan-faces"), {"data": "my photos", "pictures.flip": False}))
        "zerosum train dcgan-faces --data 'my photos' --pictures.no-flip"
    """
    return f"zerosum train {shlex.join(words_of(config))}"


def words_of(config: RunConfig) -> list[str]:
    """The words behind ``zerosum train`` that give a configuration: its recipe, and all changes.

    What a run finds out by itself, such as the classes of its pictures, is no part of them.

    Args:
        config: What is to be trained.

    Raises:
        UnknownNameError: There is no such recipe.
        ConfigError: It has what no command can say: other settings than the recipe's in a place
            where only a program can put them.

    Example:
        >>> from zerosum.config import change
        >>> changes = {"images": 1000, "pictures.srgb": False, "game.augmentation": ["colour"]}
        >>> words_of(change(recipe("dcgan-digits"), changes))
        ['dcgan-digits', '--images', '1000', '--pictures.no-srgb', '--game.augmentation', 'colour']
    """
    usual = recipe(config.recipe)
    options = {option.field.replace("-", "_"): option for option in fields_of(usual)}
    return [config.recipe, *_changes(config, usual, "", options)]


def _changes(
    settings: Any, usual: Any, prefix: str, options: Mapping[str, Option]
) -> Iterator[str]:
    """The words by which settings differ; first those of their own fields, as help has them."""
    inner = []
    for each in fields(settings):
        name, value = f"{prefix}{each.name}", getattr(settings, each.name)
        before = getattr(usual, each.name)
        if value == before:
            continue
        if isinstance(value, OwnSettings):
            yield from _own(options[name], value)
        elif is_dataclass(before) and type(value) is type(before):
            inner.append((value, before, f"{name}."))
        elif is_dataclass(before) or is_dataclass(value):
            raise ConfigError(
                f"no command puts {type(value).__name__} in the place of {name}: it is done by "
                f"change(config, {{{name!r}: ...}}) in Python, or in config.json."
            )
        elif name in options:  # The others are what a run finds out by itself.
            yield from _told(options[name], value)
    for value, before, name in inner:
        yield from _changes(value, before, name, options)


def _told(option: Option, value: Any) -> list[str]:
    """An option with its value."""
    name = option.names[0]
    if isinstance(value, bool):
        return [name if value else option.names[len(option.names) // 2]]
    if isinstance(value, tuple):
        return [name, *map(str, value)]
    return _with_value(name, str(value))


def _with_value(name: str, text: str) -> list[str]:
    return [f"{name}={text}"] if text.startswith("-") else [name, text]


def _own(option: Option, settings: OwnSettings) -> Iterator[str]:
    """The option that puts code of one's own in the place of settings."""
    yield from _with_value(option.names[0], settings.factory)
    for key, value in settings.arguments.items():
        yield f"{key}={value if _is_plain(value) else json.dumps(value)}"


def _is_plain(value: Any) -> bool:
    """Whether a value is a text that is not taken for anything else."""
    if not isinstance(value, str):
        return False
    try:
        json.loads(value)
    except ValueError:
        return True
    return False
