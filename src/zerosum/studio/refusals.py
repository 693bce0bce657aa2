"""What the studio refuses, beside what the library does, and by which status of HTTP."""

from typing import ClassVar

from zerosum.errors import ZerosumError

__all__ = ["ConflictError", "FieldError", "ForbiddenError", "MissingError", "StudioError"]


class StudioError(ZerosumError):
    """Something that was asked of the studio and cannot be.

    Attributes:
        status: How a server says so.
    """

    status: ClassVar[int] = 400


class MissingError(StudioError):
    """There is nothing of that name."""

    status = 404


class ForbiddenError(StudioError):
    """It is there, and not for those who come through the browser."""

    status = 403


class ConflictError(StudioError):
    """Something else is in the way, for now."""

    status = 409


class FieldError(StudioError):
    """What was given in a form does not do.

    Args:
        message: What was expected, what came, and what to do.
        field: Dotted name of the field to which the fault belongs, if it is one's.

    Example:
        >>> FieldError("seed must be 0 or more, got -1.", field="seed").field
        'seed'
    """

    status = 422

    def __init__(self, message: str, *, field: str | None) -> None:
        super().__init__(message)
        self.field = field
