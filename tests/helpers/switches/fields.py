"""All fields of all games' settings, read from their classes, so that none can be forgotten."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from zerosum.config.families import FAMILIES, config_class
from zerosum.networks.settings import NetworkSettings
from zerosum.own import OwnSettings

KINDS = [kind for kinds in FAMILIES.values() for kind in kinds]
ELSEWHERE = (NetworkSettings, OwnSettings)
"""What networks and code of one's own can be told; their tests are those of networks."""


def game_class(kind: str) -> type[Any]:
    """The class of a game's settings."""
    annotation = get_type_hints(config_class(kind))["game"]
    (found,) = (
        each
        for each in get_args(annotation) or (annotation,)
        if each.__dataclass_fields__["kind"].default == kind
    )
    return found  # type: ignore[no-any-return]


def fields_of(settings: type[Any], name: str = "") -> Iterator[str]:
    """Dotted names of all fields, those of the settings within settings in their stead."""
    hints = get_type_hints(settings)
    for each in fields(settings):
        within = list(_settings_in(hints[each.name]))
        for inner in within:
            yield from fields_of(inner, f"{name}{each.name}.")
        if not within or _is_tuple(hints[each.name]):
            yield f"{name}{each.name}"


def classes_of(settings: type[Any]) -> Iterator[type[Any]]:
    """A class of settings, those that it builds on, and all within."""
    yield from (each for each in settings.__mro__ if is_dataclass(each))
    for hint in get_type_hints(settings).values():
        for inner in _settings_in(hint):
            yield from classes_of(inner)


def _settings_in(hint: Any) -> Iterator[type[Any]]:
    if isinstance(hint, type) and is_dataclass(hint):
        if not issubclass(hint, ELSEWHERE):
            yield hint
        return
    for part in get_args(hint):
        yield from _settings_in(part)


def _is_tuple(hint: Any) -> bool:
    return getattr(hint, "__origin__", None) is tuple
