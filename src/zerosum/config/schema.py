"""What each field of a configuration may hold, as JSON Schema has it."""

from collections.abc import Iterator, Mapping
from typing import Any

from zerosum.config.json import json_schema, to_json
from zerosum.config.run import RunConfig

__all__ = ["field_schemas"]

Schema = Mapping[str, Any]


def field_schemas(config: RunConfig) -> dict[str, Schema]:
    """The JSON schema of every field, by its dotted name in ``config.json``.

    Where several kinds of settings may stand in a place, the fields are those of the kind that the
    configuration has there.

    Args:
        config: Such as a recipe's.

    Example:
        >>> from zerosum.recipes import recipe
        >>> schemas = field_schemas(recipe("dcgan-digits"))
        >>> schemas["game.generator.base_channels"]["type"], schemas["pictures.fit"]["enum"]
        ('integer', ['crop', 'pad', 'stretch'])
    """
    schema = json_schema(config)
    return dict(_fields(schema, to_json(config), schema.get("$defs", {}), ""))


def _fields(
    schema: Schema, values: Mapping[str, Any], known: Schema, prefix: str
) -> Iterator[tuple[str, Schema]]:
    for name, value in values.items():
        inner = schema["properties"][name]
        place = _settings(inner, value, known) if isinstance(value, Mapping) else None
        if place is None:
            yield f"{prefix}{name}", inner
        else:
            yield from _fields(place, value, known, f"{prefix}{name}.")


def _settings(schema: Schema, value: Mapping[str, Any], known: Schema) -> Schema | None:
    """The schema of the settings that stand in a place; None where anything may."""
    for each in schema.get("anyOf", (schema,)):
        if "$ref" not in each:
            continue
        form: Schema = known[each["$ref"].rpartition("/")[2]]
        kind = form["properties"].get("kind", {}).get("const")
        if kind == value.get("kind"):
            return form
    return None
