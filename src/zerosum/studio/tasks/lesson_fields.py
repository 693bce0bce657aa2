"""The controls of a lesson as the fields of a form."""

from collections.abc import Hashable
from typing import Annotated, Any, cast, get_args, get_origin

from zerosum.documented import field_texts, plain
from zerosum.lessons.controls import Matrix, Number, Points, choices_of, hints_of
from zerosum.lessons.named import lesson
from zerosum.types import Progress

__all__ = ["run"]

_BY_METAVAR = {
    "FILE": "picture",
    "RUN": "run",
    "NETWORK": "network",
    "CLASSIFIER": "network",
    "FILE.py:FACTORY": "network",
    "RECIPE": "recipe",
    "SOURCE": "source",
}
"""What a control holds whose values are things of the reader's own."""
_OF_A_SEED = 2**31 - 1
_DECADES = 1000
"""Ratio of a range's ends from which equal steps of a slider are equal ratios."""


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Describe a lesson's controls.

    Args:
        arguments: ``name``, the lesson's.
        progress: Not called.

    Returns:
        ``fields``, ``values`` by name, and ``has_full``.
    """
    found = lesson(arguments["name"])
    defaults = found.controls().to_json()
    texts = field_texts(cast("Hashable", found.controls))
    return {
        "fields": [
            {
                "name": name,
                "option": f"--{name.replace('_', '-')}",
                "text": plain(texts.get(name, "")),
                "default": defaults[name],
                **_kind(hint),
            }
            for name, hint in hints_of(found.controls).items()
        ],
        "values": defaults,
        "has_full": bool(found.full),
    }


def _kind(hint: Any) -> dict[str, Any]:
    """What a control may be."""
    if choices := choices_of(hint):
        is_switch = choices == (False, True)
        return {"kind": "boolean"} if is_switch else {"kind": "choice", "choices": list(choices)}
    bare, *extras = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    for each in extras:
        match each:
            case Number(low=low, high=high) if bare is int and high >= _OF_A_SEED:
                return {"kind": "seed", "minimum": low, "maximum": high}
            case Number(low=low, high=high):
                return {
                    "kind": "slider",
                    "minimum": low,
                    "maximum": high,
                    "whole": bare is int,
                    "log": low > 0 and high / low >= _DECADES,
                }
            case Matrix(most=most):
                return {"kind": "matrix", "maximum": most}
            case Points(least=least, most=most):
                return {"kind": "points", "minimum": least, "maximum": most}
            case _ if getattr(each, "metavar", None) in _BY_METAVAR:
                optional = type(None) in get_args(bare)
                return {"kind": _BY_METAVAR[each.metavar], "optional": optional or bare is str}
    return {"kind": "text"}
