"""What values of a lesson's controls may be given through the browser."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from zerosum.own import is_code
from zerosum.studio.places import PACKAGED, Places, is_packaged
from zerosum.studio.refusals import FieldError, ForbiddenError
from zerosum.studio.studio import Studio

__all__ = ["allowed_values"]

T = TypeVar("T")


def allowed_values(
    studio: Studio, fields: Sequence[Mapping[str, Any]], values: Mapping[str, Any]
) -> dict[str, Any]:
    """The values as the lesson takes them: runs as their folders.

    Args:
        studio: What it may read.
        fields: The lesson's.
        values: By the names of the controls.

    Raises:
        FieldError: One names what may not be read, or code that may not be run.
    """
    kinds = {each["name"]: each["kind"] for each in fields}
    checks = {
        "run": _run,
        "network": _network,
        "picture": _place,
        "source": _source,
        "points": _points,
        "recipe": _name,
    }
    found = {}
    for name, value in values.items():
        check = checks.get(kinds.get(name, ""))
        found[name] = value if check is None or value in (None, "") else check(studio, name, value)
    return found


def _run(studio: Studio, field: str, value: Any) -> str:
    folder = _folder_of(studio, value)
    if folder is None:
        raise FieldError(f"There is no run {value!r} in {studio.home.runs}.", field=field)
    return folder


def _folder_of(studio: Studio, value: Any) -> str | None:
    """The folder of a run, if it is the name of one."""
    if not isinstance(value, str) or not value or Path(value).name != value or value[0] == ".":
        return None
    folder = studio.home.runs / value
    try:
        return str(folder) if folder.is_dir() else None
    except OSError:  # Of a name that is longer than any can be.
        return None


def _network(studio: Studio, field: str, value: Any) -> str:
    text = str(value)
    if is_packaged(text):
        return text
    if is_code(text):
        if studio.options.allow_code:
            return text
        raise FieldError(
            f"{text} names code, which this studio does not run; start it with --allow-code.",
            field=field,
        )
    folder = _folder_of(studio, value)
    if folder is None:
        raise FieldError(
            f"Expected one of {', '.join(PACKAGED)}, torchvision:NAME or a run in "
            f"{studio.home.runs}, got {text!r}.",
            field=field,
        )
    return folder


def _place(studio: Studio, field: str, value: Any) -> str:
    return str(_within(field, lambda: Places.of(studio).inside(str(value))))


def _source(studio: Studio, field: str, value: Any) -> str:
    """A data set by its name, or pictures in a place that may be read."""
    _within(field, lambda: Places.of(studio).require_source(str(value)))
    return str(value)


def _within(field: str, look: Callable[[], T]) -> T:
    """What is found within the places that may be read.

    Raises:
        FieldError: It lies elsewhere.
    """
    try:
        return look()
    except ForbiddenError as error:
        raise FieldError(str(error), field=field) from error


def _points(studio: Studio, field: str, value: Any) -> str:
    """Points as a text; the command line takes files, too."""
    text = str(value)
    if not text.lstrip().startswith("["):
        raise FieldError("Expected points as JSON, as in [[0.1, 0.5], [0.2, 0.6]].", field=field)
    return text


def _name(studio: Studio, field: str, value: Any) -> str:
    text = str(value)
    if re.fullmatch(r"[\w.-]+", text) is None or text.startswith("."):
        raise FieldError(f"Expected the name of a recipe, got {text!r}.", field=field)
    return text
