"""Configurations as JSON, strictly: a key that means nothing is refused, never ignored."""

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from zerosum.config.families import config_class, families_with, family_class
from zerosum.config.run import RunConfig
from zerosum.errors import ConfigError
from zerosum.own import OwnSettings, is_code, own_fields
from zerosum.registry import RENAMED, hint

__all__ = ["change", "differences", "from_json", "json_schema", "to_json"]

_IN_JSON = {"total_images": "images"}
_IN_CODE = {there: here for here, there in _IN_JSON.items()}

_FORMERLY: Mapping[str, Any] = {"data_a": None, "data_b": None, "pairing": "none"}
"""Fields that earlier versions wrote for all families, with the values that say nothing."""


def to_json(config: RunConfig) -> dict[str, Any]:
    """The configuration as dictionaries, lists and plain values.

    Example:
        >>> from zerosum.recipes import recipe
        >>> to_json(recipe("dcgan-digits"))["game"]["generator"]["kind"]
        'dcgan'
    """
    values: dict[str, Any] = _adapter(config.family).dump_python(config, mode="json")
    return {_IN_JSON.get(name, name): value for name, value in values.items()}


def from_json(values: Any) -> RunConfig:
    """The configuration that `to_json` gave, now or in an earlier version, from what a file holds.

    Raises:
        ConfigError: A key is unknown, or a value is missing, of the wrong type or out of range.

    Example:
        >>> from zerosum.recipes import recipe
        >>> values = to_json(recipe("dcgan-digits"))
        >>> from_json(values) == recipe("dcgan-digits")
        True
        >>> from_json({**values, "bach_size": 32})
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: the configuration has unknown fields: bach_size.
    """
    form = _class_of(values)
    values = {name: value for name, value in values.items() if not _is_formerly(name, value, form)}
    values = _with_present_names(values, form)
    in_code = {_IN_CODE.get(name, name): value for name, value in values.items()}
    try:
        config: RunConfig = _adapter(form.family).validate_json(json.dumps(in_code), strict=True)
    except ValidationError as error:
        raise ConfigError("the configuration does not fit: " + _faults(error)) from error
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigError(f"the configuration holds what JSON cannot: {error}.") from error
    unknown = flatten(values).keys() - flatten(to_json(config)).keys()
    if unknown:
        raise ConfigError(f"the configuration has unknown fields: {', '.join(sorted(unknown))}.")
    return config


def change(config: RunConfig, fields: Mapping[str, Any]) -> RunConfig:
    """The configuration with some fields changed, named as on the command line.

    Args:
        config: What to start from; it stays as it is.
        fields: New values by dotted name.

    Raises:
        ConfigError: There is no field of that name, or the values do not fit.

    Example:
        >>> from zerosum.recipes import recipe
        >>> wide = change(recipe("dcgan-digits"), {"game.generator.base_channels": 48, "seed": 1})
        >>> wide.game.generator.base_channels, wide.seed
        (48, 1)
    """
    values = to_json(config)
    own = {f"game.{name}": kind for name, kind in own_fields(type(config.game)).items()}
    for name, value in fields.items():
        *path, last = name.split(".")
        place = values
        for part in path:
            place = place.get(part) if isinstance(place, dict) else None  # type: ignore[assignment]
        if not isinstance(place, dict) or last not in place:
            others = families_with(name)
            meant = hint(name, flatten(to_json(config)))
            if isinstance(place, dict) and (now := RENAMED.get(last)) in place:
                meant = f": it is now {'.'.join([*path, str(now)])!r}."
            elif others:
                meant = f", which is for recipes of {' and '.join(others)}."
            raise ConfigError(f"the recipe {config.recipe} has no field {name!r}{meant}")
        place[last] = _plain(value, own.get(name), place[last])
    return from_json(values)


def _plain(value: Any, own: type[OwnSettings] | None, before: Any) -> Any:
    """A value as JSON has it; settings may be given whole, code of one's own by its name.

    Args:
        value: What a field is to hold.
        own: The settings of what of one's own may stand there.
        before: What it holds.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    # A name is taken for settings only where there are no words of ours, such as an objective's.
    if isinstance(value, str) and own and (is_code(value) or isinstance(before, Mapping)):
        return asdict(own(factory=value))
    return value


def json_schema(config: RunConfig) -> dict[str, Any]:
    """The JSON schema of such a configuration, its fields named as in ``config.json``.

    Example:
        >>> from zerosum.recipes import recipe
        >>> json_schema(recipe("dcgan-digits"))["properties"]["images"]["type"]
        'integer'
    """
    schema: dict[str, Any] = _adapter(config.family).json_schema()
    properties = schema["properties"].items()
    named = {_IN_JSON.get(name, name): value for name, value in properties}
    return {**schema, "properties": named}


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The fields in which two configurations differ, one line each.

    Example:
        >>> differences({"game": {"depth": 2}, "seed": 0}, {"game": {"depth": 4}, "seed": 0})
        ['game.depth: 2 → 4']
    """
    before, after = flatten(old), flatten(new)
    return [
        f"{name}: {before.get(name, 'absent')} → {after.get(name, 'absent')}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name, "absent") != after.get(name, "absent")
    ]


def _class_of(values: Any) -> type[RunConfig]:
    """The class of the configuration, which its game decides."""
    game = values.get("game") if isinstance(values, Mapping) else None
    if not isinstance(game, Mapping) or "kind" not in game:
        raise ConfigError("the configuration does not fit: game.kind: Field required")
    return config_class(str(game["kind"]))


def _is_formerly(name: str, value: Any, form: type[RunConfig]) -> bool:
    """Whether a field is one that earlier versions wrote for all families, and says nothing."""
    known = name in form.__dataclass_fields__ or name not in _FORMERLY
    return not known and value == _FORMERLY[name]


def _with_present_names(values: Any, kind: Any) -> Any:
    """Saved values with the fields that have been renamed under their present names.

    Args:
        values: The settings at one place, as JSON has them; anything else is left as it is.
        kind: The annotation of that place; of several classes of settings, ``kind`` decides.
    """
    if not isinstance(values, Mapping):
        return values
    for form in (kind, *get_args(kind)):
        if is_dataclass(form) and getattr(form, "kind", None) == values.get("kind"):
            known = get_type_hints(form)
            present = {name: _present_name(name, known, values) for name in values}
            return {
                present[name]: _with_present_names(value, known.get(present[name]))
                for name, value in values.items()
            }
    return values


def _present_name(name: str, known: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    now = RENAMED.get(name, name)
    return name if name in known or now not in known or now in values else now


@cache
def _adapter(family: str) -> Any:
    """Made when it is first needed, since it takes a while."""
    return TypeAdapter(family_class(family))


def _faults(error: ValidationError) -> str:
    """What does not fit, field by field.

    Where several kinds of settings may stand in a place, each is tried; of those that were not
    meant, as their ``kind`` says, nothing is told.
    """
    faults = error.errors()
    other = {fault["loc"][:-1] for fault in faults if fault["loc"][-1:] == ("kind",)}
    meant = [
        fault
        for fault in faults
        if not any(fault["loc"][:length] in other for length in range(len(fault["loc"]) + 1))
    ]
    told = (
        ": ".join([*filter(None, [".".join(_path(place))]), said])
        for place, said in map(_said, meant or faults)
    )
    return "; ".join(dict.fromkeys(told))


def _said(fault: Any) -> tuple[tuple[int | str, ...], str]:
    """Where a fault is, and what it is; of a list its length, not a place that is not there."""
    place, context = fault["loc"], fault.get("ctx", {})
    if fault["type"] == "missing" and isinstance(place[-1], int):
        return place[:-1], "more values are expected than were given"
    if fault["type"] == "too_long":
        most, got = context["max_length"], context["actual_length"]
        return place, f"at most {most} values are expected, got {got}"
    # What our own classes say stands behind two words of pydantic's.
    return place, fault["msg"].removeprefix("Value error, ")


def _path(location: tuple[int | str, ...]) -> list[str]:
    """The names of fields on the way; pydantic puts those of classes between them."""
    parts = map(str, location)
    names = [part for part in parts if not part[:1].isupper() and not part.startswith("literal[")]
    return [_IN_JSON.get(name, name) for name in names]


def flatten(value: Any, name: str = "") -> dict[str, Any]:
    """Dotted names and plain values.

    Example:
        >>> flatten({"a": {"b": [1, 2]}, "c": None})
        {'a.b.0': 1, 'a.b.1': 2, 'c': None}
    """
    if isinstance(value, Mapping) and value:
        items = list(value.items())
    elif isinstance(value, list | tuple) and value:
        items = list(enumerate(value))
    else:
        return {name: value}
    prefix = f"{name}." if name else ""
    flat: dict[str, Any] = {}
    for key, item in items:
        flat |= flatten(item, f"{prefix}{key}")
    return flat
