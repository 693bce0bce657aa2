"""Forms of recipes: their fields, what is given in them, and whether that does.

Everything here follows from the settings' classes, so a new recipe needs no new form.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from zerosum.config.json import change, to_json
from zerosum.config.options import Option
from zerosum.config.options import fields_of as options_in
from zerosum.config.run import RunConfig
from zerosum.config.schema import Schema, field_schemas
from zerosum.errors import ZerosumError
from zerosum.own import refuse_code
from zerosum.recipes import recipe
from zerosum.recipes.usual import USUAL
from zerosum.studio.refusals import FieldError

__all__ = [
    "configured",
    "fields_of",
    "needed_fields",
    "options_to_train",
    "values_of",
    "ways_to_feed",
]

_RUNS = ("game.victim",)
"""Fields that name a run of which a classifier came out, or another classifier."""
_MOST_FIELDS = 500
_KINDS = {"integer": "integers", "number": "numbers", "string": "texts"}


def options_to_train(config: RunConfig) -> dict[str, Option]:
    """What `zerosum train` can be told of a recipe, by its name in ``config.json``.

    Args:
        config: The recipe's.

    Example:
        >>> options_to_train(recipe("dcgan-digits"))["images"].names
        ('--images',)
    """
    options = {_in_json(option.field): option for option in options_in(config)}
    return {name: option for name, option in options.items() if not _is_foreign(name, config)}


def _in_json(field: str) -> str:
    name = field.replace("-", "_")
    return "images" if name == "total_images" else name


def _is_foreign(name: str, config: RunConfig) -> bool:
    """Whether the recipe's game or networks refuse a field, or all that stand below it."""
    return any(f"{name}.".startswith(f"{each}.") for each in config.foreign)


def fields_of(config: RunConfig) -> list[dict[str, Any]]:
    """The fields of a recipe's form: the usual ones and all others, in the settings' order.

    Args:
        config: The recipe's.

    Example:
        >>> field = fields_of(recipe("dcgan-digits"))[0]
        >>> field["name"], field["kind"], field["value"]
        ('data', 'source', 'digits')
    """
    usual = {_in_json(name): place for place, name in enumerate(USUAL)}
    schemas, values = field_schemas(config), to_json(config)
    return [
        {
            "name": name,
            "option": option.names[0],
            **_form_of(name, schemas.get(name), config),
            "text": option.text,
            "default": option.default,
            "value": _at(values, name) if name in schemas else None,
            "group": option.group.replace("-", "_"),
            "about": option.about,
            "usual": usual.get(name),
        }
        for name, option in options_to_train(config).items()
    ]


def _form_of(name: str, schema: Schema | None, config: RunConfig) -> dict[str, Any]:
    """The kind of a field, its choices, how many values it has, whether it may be left empty."""
    if schema is None:  # Code of one's own, in the place of settings.
        return {"kind": "text", "choices": [], "length": None, "optional": True, "code": True}
    forms = list(schema.get("anyOf", (schema,)))
    plain = next(each for each in forms if "$ref" not in each and each.get("type") != "null")
    optional = any(each.get("type") == "null" for each in forms)
    inner: Schema = plain.get("items") or (plain.get("prefixItems") or ({},))[0]
    choices = plain.get("enum") or inner.get("enum") or []
    if name in config.sources:
        kind, optional = "source", True
    elif name in _RUNS:
        kind = "run"
    elif plain["type"] == "array":
        kind = "choices" if choices else _KINDS[inner["type"]]
    else:
        kind = "choice" if choices else plain["type"].replace("string", "text")
    length = len(plain["prefixItems"]) if "prefixItems" in plain else None
    return {
        "kind": kind,
        "choices": choices,
        "length": length,
        "optional": optional,
        "code": False,
    }


def needed_fields(config: RunConfig) -> list[str]:
    """The fields by which users say what a run is trained on.

    Args:
        config: The recipe's.

    Example:
        >>> needed_fields(recipe("dann")), needed_fields(recipe("advgan"))
        (['data_a', 'data_b'], ['game.victim', 'data'])
    """
    return _told_in(config.example_data, config)


def ways_to_feed(config: RunConfig) -> list[list[str]]:
    """All sets of such fields, the usual one first.

    Args:
        config: The recipe's.

    Example:
        >>> ways_to_feed(recipe("cyclegan")), ways_to_feed(recipe("dann"))
        ([['data_a', 'data_b'], ['data']], [['data_a', 'data_b']])
    """
    ways = [needed_fields(config)]
    for call in config.example_calls:
        way = [name for name in _told_in(call, config) if name in (*config.sources, *ways[0])]
        if way and way not in ways:
            ways.append(way)
    return ways


def _told_in(call: str, config: RunConfig) -> list[str]:
    """The fields that an example of a call tells."""
    words = [word for word in call.split() if word.startswith("--")]
    options = options_to_train(config)
    return [name for word in words for name, option in options.items() if word in option.names]


def values_of(config: RunConfig) -> dict[str, Any]:
    """What a run's configuration holds that its recipe does not, by the fields of the form.

    Args:
        config: The run's.

    Example:
        >>> values_of(change(recipe("dcgan-digits"), {"seed": 3}))
        {'seed': 3}
    """
    usual = recipe(config.recipe)
    return dict(_differing(to_json(config), to_json(usual), list(options_to_train(usual))))


def _differing(
    values: Mapping[str, Any], usual: Mapping[str, Any], names: list[str]
) -> Iterator[tuple[str, Any]]:
    for name in names:
        value, before = _at(values, name), _at(usual, name)
        if isinstance(
            value, Mapping
        ):  # Settings: of one's own, which code makes, or the recipe's.
            if (factory := value.get("factory")) is not None:
                yield name, factory
        elif value != before and value is not _MISSING:
            yield name, value


_MISSING = object()


def _at(values: Any, name: str) -> Any:
    """What stands at a dotted name; a mark, where there is no such place."""
    for part in name.split("."):
        if not isinstance(values, Mapping) or part not in values:
            return _MISSING
        values = values[part]
    return values


def configured(name: str, fields: Mapping[str, Any], *, allow_code: bool = False) -> RunConfig:
    """A recipe with what was given in its form.

    Args:
        name: The recipe.
        fields: What was given, by the names of fields.
        allow_code: Whether a field may name code of one's own.

    Raises:
        FieldError: It does not do; with the field to which the fault belongs.

    Example:
        >>> configured("dcgan-digits", {"batch_size": 16}).batch_size
        16
        >>> try:
        ...     configured("dcgan-digits", {"batch_size": 0})
        ... except FieldError as error:
        ...     error.field
        'batch_size'
    """
    usual = recipe(name)
    if len(fields) > _MOST_FIELDS:  # To find the one to blame, each is left out once.
        raise FieldError(f"{name} has no {len(fields):,} fields.", field=None)
    try:
        config = change(usual, fields)
    except ZerosumError as error:
        raise FieldError(str(error), field=_blamed(error, usual, fields)) from error
    _require_shown(usual, fields)
    _require_sources(config)
    if not allow_code:
        _refuse_code(config)
    return config


def _require_shown(usual: RunConfig, fields: Mapping[str, Any]) -> None:
    """Require that what was given is in the form: the recipe's name and the like are not."""
    shown = options_to_train(usual)
    for name in fields:
        if name not in shown:
            raise FieldError(
                f"{name} is no field of this form: it is the recipe's, or found out by the run.",
                field=name,
            )


def _require_sources(config: RunConfig) -> None:
    try:
        config.require_sources()
    except ZerosumError as error:
        needed = [name for name in needed_fields(config) if name in config.sources]
        empty = [name for name in needed if not config.sources[name]]
        raise FieldError(str(error), field=[*empty, *reversed(needed)][0]) from error


def _refuse_code(config: RunConfig) -> None:
    try:
        refuse_code(config)
    except ZerosumError as error:
        field = str(error).partition(" ")[0].removesuffix(".factory")
        raise FieldError(
            f"{error} Or start the studio with --allow-code: whoever holds its token can then "
            "run code as you.",
            field=field,
        ) from error


def _blamed(error: ZerosumError, usual: RunConfig, fields: Mapping[str, Any]) -> str | None:
    """The field to which a fault belongs: one that was given and without which there is none.

    Of several it is one that the message names, and of these the one with the longest name.
    """
    guilty = [name for name in fields if not _fails_alike(error, usual, _without(fields, name))]
    named = [name for name in guilty if _names(str(error), name)]
    if guilty:
        return max(named or guilty, key=len)
    named = [name for name in fields if _names(str(error), name)]
    return max(named, key=len, default=None)


def _without(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {each: value for each, value in fields.items() if each != name}


def _names(message: str, field: str) -> bool:
    """Whether a message speaks of a field, by its whole name or the last part of it."""
    last = field.rpartition(".")[2]
    return field in message or last in message or last.replace("_", "-") in message


def _fails_alike(error: ZerosumError, usual: RunConfig, fields: Mapping[str, Any]) -> bool:
    try:
        change(usual, fields)
    except ZerosumError as other:
        return str(other) == str(error)
    return False
