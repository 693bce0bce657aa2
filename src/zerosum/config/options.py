"""What a command can be told: its options, read from its function and from the settings."""

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import tyro

from zerosum.documented import field_texts, plain
from zerosum.own import OwnSettings, own_fields

__all__ = ["Option", "fields_of", "options_of"]

_VALUES = {int: "N", float: "NUMBER", str: "TEXT", Path: "PATH"}


@dataclass(frozen=True, kw_only=True)
class Option:
    """One thing that a command can be told.

    Attributes:
        field: The dotted name of the field or parameter that it sets, with hyphens.
        names: What is typed, ``--game.generator.base-channels``, the usual one first; of a
            positional argument what stands for it: ``RUN``.
        value: What stands for the value: ``N``, ``fp32|bf16``; empty for a switch.
        choices: The values, where there are only a few.
        text: What it is, in plain words.
        default: What holds without it, in words; empty where that is explained by the text.
        group: The settings that it belongs to: ``game.generator``.
        about: What these settings are.
        required: Whether it must be given.

    Example:
        >>> Option(field="seed", names=("--seed",), value="N", text="Of all chance.").is_switch
        False
    """

    field: str
    names: tuple[str, ...]
    value: str
    text: str
    choices: tuple[str, ...] = ()
    default: str = ""
    group: str = ""
    about: str = ""
    required: bool = False

    @property
    def is_switch(self) -> bool:
        """Whether it takes no value."""
        return not self.value

    @property
    def is_positional(self) -> bool:
        """Whether it is told by its place alone."""
        return not self.names[0].startswith("-")


def options_of(function: Callable[..., Any]) -> list[Option]:
    """What a command's function can be told, in the order of its parameters.

    A parameter that is a dataclass stands for all the fields of it.

    Example:
        >>> def paint(*, colour: Literal["red", "green"] = "red", wet: bool = False) -> None:
        ...     '''Paint.
        ...
        ...     Args:
        ...         colour: Of the ``wall``.
        ...         wet: Do not wait.
        ...     '''
        >>> colour, wet = options_of(paint)
        >>> colour.names, colour.value, colour.text, colour.default
        (('--colour',), 'red|green', 'Of the wall.', 'red')
        >>> wet.is_switch
        True
    """
    hints = get_type_hints(function, include_extras=True)
    texts = _parameter_texts(function)
    result: list[Option] = []
    for name, parameter in inspect.signature(function).parameters.items():
        required = parameter.default is inspect.Parameter.empty
        default = None if required else parameter.default
        prefix = "" if _told(hints[name]).name == "" else name
        settings = _bare(hints[name]) if required else default
        if is_dataclass(settings):
            result += _fields(settings, prefix)
        else:
            result.append(_option(name, hints[name], default, texts.get(name, ""), required))
    return result


def fields_of(settings: Any) -> list[Option]:
    """The options that set the fields of a dataclass, whose values are the defaults.

    Args:
        settings: One, or the class, where some must be given.

    Example:
        >>> from zerosum.config import PicturesConfig
        >>> size, channels, *_ = fields_of(PicturesConfig(size=(32, 32)))
        >>> channels.names, channels.choices, channels.default
        (('--channels',), ('1', '3', '4'), '3')
    """
    return list(_fields(settings, ""))


def _fields(settings: Any, prefix: str, about: str = "") -> Iterator[Option]:
    """The options of a dataclass: first its own fields, then those of the settings in it.

    Args:
        settings: One, whose values are the defaults; or the class, where some must be given.
        prefix: What it is called, with dots.
        about: What it is.
    """
    kind = settings if isinstance(settings, type) else type(settings)
    hints, texts = get_type_hints(kind, include_extras=True), field_texts(kind)
    dot = f"{prefix}." if prefix else ""
    inner, own = [], own_fields(kind)
    for each in fields(settings):
        value, hint, text = _default(settings, each), hints[each.name], texts.get(each.name, "")
        name, required = f"{dot}{each.name}", value is MISSING
        if is_dataclass(value):
            inner.append((value, name, text))
            if each.name in own:
                yield _own(name, own[each.name], about)
        elif tyro.conf.Suppress not in _extras(hint) and not _is_fixed(hint):
            yield _option(name, hint, None if required else value, text, required, about)
    for value, name, text in inner:
        yield from _fields(value, name, text)


def _own(name: str, kind: type[OwnSettings], about: str) -> Option:
    """That by which code of one's own takes the place of settings; see `zerosum.own`."""
    hyphened = name.replace("_", "-")
    given = ", ".join(f"{each}=" for each in (*kind.known, "KEY"))
    return Option(
        field=hyphened,
        names=(f"--{hyphened}",),
        value="FILE.py:NAME KEY=VALUE ...",
        text=f"One of your own instead: what NAME({given}) in your file returns.",
        group=name.rpartition(".")[0].replace("_", "-"),
        about=plain(about),
    )


def _default(settings: Any, field: Field[Any]) -> Any:
    """What a field holds, or would hold if it were not given."""
    return field.default if isinstance(settings, type) else getattr(settings, field.name)


def _option(
    name: str, hint: Any, default: Any, text: str, required: bool, about: str = ""
) -> Option:
    told = _told(hint)
    kind, optional = _without_none(_bare(hint))
    choices = _choices(kind)
    typed = told.name or name
    positional = tyro.conf.Positional in _extras(hint)
    hyphened = typed.replace("_", "-")
    names = (told.metavar or name.upper(),) if positional else (f"--{hyphened}",)
    aliases = tuple(told.aliases)
    value = "" if kind is bool else told.metavar or _value(kind)
    if optional and default is not None:
        value += "|None"
    all_names = names if positional else _usual_first(names, aliases)
    return Option(
        field=name.replace("_", "-"),
        names=(*all_names, *map(_negative, all_names)) if kind is bool else all_names,
        value=value,
        choices=choices,
        text=plain(" ".join(f"{told.help or text} {_range(hint)}".split())),
        default=_shown(default),
        group=name.rpartition(".")[0].replace("_", "-"),
        about=plain(about),
        required=required,
    )


def _usual_first(names: tuple[str, ...], aliases: tuple[str, ...]) -> tuple[str, ...]:
    """An alias without dots goes before a name with them: ``--victim, --game.victim``."""
    short = tuple(each for each in aliases if "." in names[0] and "." not in each)
    return (*short, *names, *(each for each in aliases if each not in short))


def _negative(name: str) -> str:
    """``--pictures.no-srgb`` for ``--pictures.srgb``."""
    *path, last = name.removeprefix("--").split(".")
    return "--" + ".".join([*path, f"no-{last}"])


def _parameter_texts(function: Callable[..., Any]) -> dict[str, str]:
    """The texts under ``Args:``, by parameter."""
    _, _, section = inspect.getdoc(function).partition("Args:\n")  # type: ignore[union-attr]
    result: dict[str, str] = {}
    name = ""
    for line in section.splitlines():
        if line and not line.startswith(" "):
            break
        if start := re.fullmatch(r"    (\w+): (.*)", line):
            name, text = start.groups()
            result[name] = text
        elif line:
            result[name] += f" {line.strip()}"
    return result


@dataclass(frozen=True)
class _Told:
    """What `tyro.conf.arg` was given."""

    name: str | None = None
    metavar: str | None = None
    help: str | None = None
    aliases: tuple[str, ...] = ()


def _told(hint: Any) -> _Told:
    for each in _extras(hint):
        if hasattr(each, "aliases"):
            return _Told(each.name, each.metavar, each.help, tuple(each.aliases or ()))
    return _Told()


def _extras(hint: Any) -> tuple[Any, ...]:
    return get_args(hint)[1:] if get_origin(hint) is Annotated else ()


def _bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _range(hint: Any) -> str:
    """What an annotation has to say of the values that are allowed."""
    return " ".join(each.words for each in _extras(hint) if hasattr(each, "words"))


def _without_none(kind: Any) -> tuple[Any, bool]:
    """The type that is typed, the first besides None, and whether None is another."""
    if get_origin(kind) not in (Union, UnionType):
        return kind, False
    first = next(each for each in get_args(kind) if each is not NoneType)
    return first, NoneType in get_args(kind)


def _choices(kind: Any) -> tuple[str, ...]:
    if get_origin(kind) is tuple:
        return _choices(get_args(kind)[0])
    return tuple(map(str, get_args(kind))) if get_origin(kind) is Literal else ()


def _is_fixed(hint: Any) -> bool:
    """Whether there is but one value: the ``kind`` of settings."""
    return len(_choices(_bare(hint))) == 1


def _value(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return "|".join(_choices(kind))
    if get_origin(kind) is tuple:
        parts = get_args(kind)
        if parts[-1] is Ellipsis:
            return f"{_value(parts[0])} ..."
        return " ".join(map(_value, parts))
    return _VALUES[kind]


def _shown(default: Any) -> str:
    if default is None or default is False:
        return ""
    if default is True:
        return "yes"
    if isinstance(default, tuple):
        return " ".join(map(str, default)) or "none"
    return str(default)
