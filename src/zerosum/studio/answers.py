"""The form of what the studio's server answers, and of its refusals."""

import json
from http import HTTPStatus
from math import isfinite
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from zerosum.errors import ZerosumError, printable
from zerosum.explaining import explain

__all__ = ["Json", "refusal", "refuse_in_json", "sound_json"]

_MOST_SAID = 3_000
"""Letters of a refusal."""
_LONGEST = 300
"""Letters of a path in an answer."""


def sound_json(value: Any) -> str:
    r"""JSON that every reader takes: without NaN, and in ASCII, as names need be no text.

    Example:
        >>> sound_json({"name": "a\udc80", "loss": float("nan")})
        '{"name":"a\\udc80","loss":null}'
    """
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return json.dumps(_finite(value), allow_nan=False, separators=(",", ":"))


class Json(JSONResponse):
    """A value as JSON.

    Example:
        >>> Json({"rate": float("inf")}).body
        b'{"rate":null}'
    """

    def render(self, content: Any) -> bytes:
        """The bytes of a value."""
        return sound_json(content).encode("ascii")


def refusal(message: str, status: int, field: str | None = None) -> Json:
    """The answer that says why something is not done.

    Args:
        message: In plain English.
        status: That of HTTP.
        field: Dotted name of the field that is wrong.

    Example:
        >>> refusal("There is no such run.", 404).body
        b'{"error":{"message":"There is no such run.","field":null}}'
    """
    # What was sent may be in it, and may be long.
    said = message if len(message) <= _MOST_SAID else f"{message[:_MOST_SAID]} ..."
    return Json({"error": {"message": said, "field": field}}, status_code=status)


def refuse_in_json(app: FastAPI) -> None:
    """Have an application answer every error in the same form, also those of FastAPI itself.

    Args:
        app: The application.
    """
    app.exception_handler(ZerosumError)(_of_the_library)
    app.exception_handler(OSError)(_of_the_system)
    app.exception_handler(RequestValidationError)(_of_a_field)
    app.exception_handler(HTTPException)(_of_the_protocol)
    app.exception_handler(Exception)(_of_ours)


def _of_the_library(request: Request, error: Exception) -> Json:
    """What a user can mend; a route's own errors say the status, and which field is meant."""
    status = getattr(error, "status", HTTPStatus.BAD_REQUEST)
    return refusal(str(error), status, getattr(error, "field", None))


def _of_the_system(request: Request, error: Exception) -> Json:
    """A full disk, a name too long, a folder nobody may look into: no mistake of ours."""
    assert isinstance(error, OSError)
    if isinstance(error, ConnectionError):
        raise error  # Nobody asked for one.
    place = printable(str(error.filename or "A file")[:_LONGEST])
    reason = OSError(error.errno, error.strerror)  # Without the whole path once more.
    return refusal(explain(reason, place, "used"), HTTPStatus.BAD_REQUEST)


def _of_a_field(request: Request, error: Exception) -> Json:
    """The first of the faults that pydantic found, with the field's name."""
    assert isinstance(error, RequestValidationError)
    fault = error.errors()[0]
    place, *names = fault["loc"]
    if fault["type"] == "json_invalid":
        return refusal("The body is not JSON.", HTTPStatus.BAD_REQUEST)
    field = ".".join(str(name) for name in names)
    said = str(fault["msg"]).rstrip(".")
    return refusal(f"{field or place}: {said}.", HTTPStatus.UNPROCESSABLE_ENTITY, field or None)


def _of_the_protocol(request: Request, error: Exception) -> Json:
    assert isinstance(error, HTTPException)
    message = str(error.detail)
    if message == HTTPStatus(error.status_code).phrase:
        path = printable(request.url.path)
        message = {
            HTTPStatus.NOT_FOUND: f"There is nothing at {path}.",
            HTTPStatus.METHOD_NOT_ALLOWED: f"{path} does not take {printable(request.method)}.",
        }.get(HTTPStatus(error.status_code), message)
    answer = refusal(message, error.status_code)
    answer.headers.update(error.headers or {})
    return answer


def _of_ours(request: Request, error: Exception) -> Json:
    """A mistake of ours: the log has its traceback, the answer has not."""
    return refusal(
        "The studio made a mistake; the terminal in which it runs says more.",
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value
