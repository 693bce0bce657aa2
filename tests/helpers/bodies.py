"""Bodies of requests after a description of them, whole or with one thing wrong."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

__all__ = ["Bodies", "places_in", "with_another"]

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Bodies:
    """Makes values that a JSON schema allows, as small and as cheap as it allows them.

    Attributes:
        defined: The schemas that are referred to, by name.
        known: What fields of a name are to hold wherever that is allowed, since a schema does not
            say what is there.
    """

    defined: Mapping[str, Any]
    known: Mapping[str, Any]

    def of(self, schema: Mapping[str, Any], name: str = "") -> Any:
        """A value with every field that there may be.

        Args:
            schema: What is allowed.
            name: What the value is called where it stands.
        """
        if name in self.known and _allows(schema, self.known[name]):
            return deepcopy(self.known[name])
        if "$ref" in schema:
            return self.of(self.defined[schema["$ref"].rpartition("/")[2]], name)
        for either in ("anyOf", "oneOf"):
            if either in schema:
                return self.of(schema[either][-1], name)
        if "enum" in schema or "const" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        return self._plain(schema, name)

    def _plain(self, schema: Mapping[str, Any], name: str) -> Any:
        kind = schema.get("type", "null")
        if kind == "object":
            parts = schema.get("properties", {})
            return {each: self.of(part, each) for each, part in parts.items()}
        if kind == "array":
            if "prefixItems" in schema:
                return [self.of(each) for each in schema["prefixItems"]]
            return [self.of(schema["items"])] * max(1, schema.get("minItems", 1))
        if kind in ("integer", "number"):
            return schema.get("minimum", 1)
        if kind == "string":
            return "x" * schema.get("minLength", 1)
        return {"boolean": False}.get(kind)


_KINDS = {"string": str, "array": list, "integer": int, "number": float, "null": type(None)}


def _allows(schema: Mapping[str, Any], value: Any) -> bool:
    """Whether a schema allows a kind of value, as far as that is said at once."""
    if "enum" in schema:
        return value in schema["enum"]
    if "anyOf" in schema:
        return any(_allows(each, value) for each in schema["anyOf"])
    return isinstance(value, _KINDS.get(schema.get("type", ""), ()))


def places_in(value: Any) -> Iterator[tuple[Place, Any]]:
    """Where something stands in a value of JSON, and what; of equal things in a list, the first.

    Args:
        value: The value.
    """
    parts: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list) and value:
        is_even = value.count(value[0]) == len(value)
        parts = list(enumerate(value[:1] if is_even else value))
    for step, part in parts:
        yield (step,), part
        yield from (((step, *below), inner) for below, inner in places_in(part))


def with_another(value: Any, place: Place, other: Any) -> Any:
    """The same with something else at a place.

    Args:
        value: A value of JSON.
        place: Where in it.
        other: What is to stand there.
    """
    changed = deepcopy(value)
    inner = changed
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = other
    return changed
