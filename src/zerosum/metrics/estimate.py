"""A number with its standard error."""

from dataclasses import dataclass

__all__ = ["Estimate"]


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The result of a metric: a value with its standard error.

    Attributes:
        value: The estimate.
        error: Its standard error, in the same unit.

    Example:
        >>> print(Estimate(value=12.3456, error=0.789))
        12.35 ± 0.79
        >>> print(Estimate(value=-2.9e-05, error=1.02e-04))
        -0.00003 ± 0.00010
        >>> print(Estimate(value=-0.0004, error=0.13))
        0.00 ± 0.13
    """

    value: float
    error: float

    def __str__(self) -> str:
        if self.error == 0:
            return f"{self.value:g} ± 0"
        digits = _digits_of(self.error)
        return f"{self.value:z.{digits}f} ± {self.error:.{digits}f}"


def _digits_of(error: float) -> int:
    """Count the decimals that show two digits of the error."""
    if not 0 < error < float("inf"):
        return 4
    return max(0, 1 - int(f"{error:.1e}".split("e")[1]))
