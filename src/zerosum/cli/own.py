"""Networks and objectives of the user's own on the command line.

``--game.generator FILE.py:NAME KEY=VALUE ...`` puts the settings of one in the place of the
recipe's, and with them the options that it has. So these words are read before all others.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from zerosum.config import RunConfig
from zerosum.errors import ConfigError
from zerosum.own import is_code, own_fields

__all__ = ["with_own"]


def with_own(config: RunConfig, words: Sequence[str]) -> tuple[RunConfig, list[str]]:
    """The run with what is of the user's own in it, and the words that say nothing of that.

    Args:
        config: The run.
        words: What stands behind the command.

    Raises:
        ConfigError: What is named is no code, or an argument has no name.

    Example:
        >>> from zerosum.recipes import recipe
        >>> words = ["--game.generator", "mine.py:Net", "width=8", "--seed", "1"]
        >>> config, rest = with_own(recipe("dcgan-digits"), words)
        >>> config.game.generator.arguments, rest
        ({'width': 8}, ['--seed', '1'])
    """
    options = {f"--game.{field}": field for field in own_fields(type(config.game))}
    fields: dict[str, Any] = {}
    rest: list[str] = []
    for option in _options(words):
        name, equals, value = option[0].partition("=")
        values = [value, *option[1:]] if equals else option[1:]
        field = options.get(name)
        if field is None or _is_ours(getattr(config.game, field), values):
            rest += option
        else:
            fields[f"game.{field}"] = _settings(name, values)
    if not fields:
        return config, rest
    from zerosum.config import change  # Not above, for help reads no configuration.

    return change(config, fields), rest


def _options(words: Sequence[str]) -> list[list[str]]:
    """Each option with the words up to the next one."""
    result: list[list[str]] = []
    for word in words:
        if word.startswith("-") or not result:
            result.append([])
        result[-1].append(word)
    return result


def _is_ours(before: object, values: Sequence[str]) -> bool:
    """Whether a word is one of those that a field has anyway, as an objective's name is."""
    return isinstance(before, str) and not any(map(is_code, values[:1]))


def _settings(name: str, values: Sequence[str]) -> Mapping[str, Any]:
    if not values or not is_code(values[0]):
        raise ConfigError(
            f"{name} is followed by FILE.py:NAME, the factory in your file, and perhaps by its "
            f"arguments; got {' '.join(values) or 'nothing'!r}."
        )
    arguments = dict(_argument(name, word) for word in values[1:])
    return {"kind": "own", "factory": values[0], "arguments": arguments}


def _argument(name: str, word: str) -> tuple[str, Any]:
    """A value as JSON has it, or else a text."""
    key, equals, value = word.partition("=")
    if not equals or not key.isidentifier():
        raise ConfigError(
            f"{name} FILE.py:NAME is followed by its arguments as KEY=VALUE, got {word!r}."
        )
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value
