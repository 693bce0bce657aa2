"""What the studio's server answers instead of what was asked."""

from zerosum.errors import ZerosumError

__all__ = ["RefusedError"]


class RefusedError(ZerosumError):
    """What was asked is not done, for a reason that the asker can see to.

    Any other `ZerosumError` of a route is answered likewise, with status 400 and without a field.

    Args:
        message: What was expected, what came, and what to do.
        status: That of HTTP, such as 404 where there is no such thing, 409 where its state does
            not allow it, 422 where a field is wrong.
        field: Dotted name of the field that is wrong.

    Example:
        >>> str(RefusedError("There is no run 'faces'.", status=404))
        "There is no run 'faces'."
    """

    def __init__(self, message: str, *, status: int = 400, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.field = field
